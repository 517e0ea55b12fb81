"""Looks at the pages (预览): renders every template with invented people, takes pictures, runs axe, lists missing wording.

    .venv/bin/python tools/preview.py                        all pages, both languages, both widths, into /tmp/lf/preview
    .venv/bin/python tools/preview.py board check_in --lang zh --width 390
    .venv/bin/python tools/preview.py --serve 8765           look at them in a browser
    .venv/bin/python tools/preview.py --wording              compare zh_wording.csv with the strings in use

Not shipped logic: nothing imports this file.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from pathlib import Path
from typing import Any

import django
import django_htmx
from django.conf import settings

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tools")]
WEB = ROOT / "lianfang" / "interfaces" / "web"
STATIC = {"lf": WEB / "static", "django_htmx": Path(django_htmx.__file__).parent / "static"}
KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
POLICY = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'self'; frame-ancestors 'none'"
HEIGHTS = {390: 844, 1440: 900, 320: 640, 1366: 768, 768: 1024}
LANGUAGES = {"zh": "zh-hans", "en": "en"}


def prepare() -> None:
    """Django's template engine with our tags, no database, and the Chinese wording laid over its catalogue."""
    settings.configure(
        SECRET_KEY="preview",  # noqa: S106 - nothing is signed here
        ROOT_URLCONF="preview_samples.urls",
        INSTALLED_APPS=["django_htmx"],
        STATIC_URL="/static/",
        USE_TZ=True,
        TIME_ZONE="Asia/Shanghai",
        LANGUAGES=[("zh-hans", "中文"), ("en", "English")],
        TEMPLATES=[{
            "BACKEND": "django.template.backends.django.DjangoTemplates", "DIRS": [WEB / "templates"],
            "OPTIONS": {"context_processors": ["django.template.context_processors.request"],
                        "libraries": {"parts": "lianfang.interfaces.web.templatetags.parts"}},
        }],
    )  # fmt: skip
    django.setup()
    lay_over_chinese()


def wording() -> dict[str, str]:
    with (WEB / "zh_wording.csv").open(encoding="utf-8", newline="") as file:
        return {row["msgid"]: row["zh"] for row in csv.DictReader(file)}


def lay_over_chinese() -> None:
    """Puts the file's wording in front of Django's own; Chinese has one plural form."""
    from django.utils.translation import trans_real

    known = wording() if (WEB / "zh_wording.csv").exists() else {}
    catalog = trans_real.translation("zh-hans")._catalog
    plurals = {(msgid, 0): zh for msgid, zh in known.items()}
    catalog._catalogs.insert(0, {**known, **plurals})


def samples() -> dict[str, Any]:
    """Preview name -> function returning (template, context)."""
    found: dict[str, Any] = {}
    for module in ("reports", "people", "lists", "outside"):
        found.update(import_module(f"preview_samples.{module}").PAGES)
    return found


def render(name: str, language: str) -> str:
    from django.template.loader import render_to_string
    from django.test import RequestFactory
    from django.utils import translation

    with translation.override(LANGUAGES[language]):
        template, context = samples()[name]()
        return render_to_string(template, context, RequestFactory().get(f"/{language}/{name}"))


class Pages(BaseHTTPRequestHandler):
    """Serves /zh/board and the static files, with the product's content security policy."""

    def do_GET(self) -> None:
        path = self.path.split("?")[0]
        kind, body = self.worker() if path == "/sw.js" else self.static(path) if path.startswith("/static/") else self.page(path)
        self.send_response(200 if body else 404)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Security-Policy", POLICY)
        self.end_headers()
        self.wfile.write(body)

    def static(self, path: str) -> tuple[str, bytes]:
        folder = STATIC[path.split("/")[2]]
        return KINDS[Path(path).suffix], (folder / path.removeprefix("/static/")).read_bytes()

    def page(self, path: str) -> tuple[str, bytes]:
        language, _, name = path.strip("/").partition("/")
        known = language in LANGUAGES and name in samples()
        return "text/html", render(name, language).encode() if known else b""

    def worker(self) -> tuple[str, bytes]:
        from django.template.loader import render_to_string

        names = ("app.css", "check-in.js", "countdown.js", "outbox.js", "store.js", "queue.js", "reopen.js")
        files = json.dumps([f"/static/lf/{name}" for name in names])
        shells = json.dumps({f"/{lang}/check_in": f"/{lang}/check_in_shell" for lang in LANGUAGES})
        context = {"version": "preview", "files_json": files, "shells_json": shells}
        return "text/javascript", render_to_string("web/sw.js", context).encode()

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


def serve(port: int = 0) -> ThreadingHTTPServer:
    server = ThreadingHTTPServer(("127.0.0.1", port), Pages)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


LISTEN = """document.addEventListener('securitypolicyviolation', e => (window.csp = [...(window.csp || []), e.violatedDirective + ' ' + e.sourceFile]))"""
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
CLIPPED = """[...document.querySelectorAll('.chip, .button, .seg > *, h1, h2, th, td, .figures dd, label')]
  .filter(e => e.offsetParent && !e.matches('.sr') && (e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== 'inline'
     || e.matches('.chip') && e.offsetHeight > 26))
  .map(e => e.tagName + '.' + e.className + ': ' + e.textContent.trim().slice(0, 40))"""


def look(page: Any, address: str, picture: Path) -> list[str]:
    """Opens one page, takes its picture and returns what is wrong with it."""
    from axe_playwright_python.sync_playwright import Axe

    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(f"script: {error}"))
    page.on("console", lambda m: troubles.append(f"console: {m.text}") if m.type == "error" else None)
    page.goto(address)
    page.wait_for_timeout(150)
    page.screenshot(path=picture, full_page=True)
    if wide := page.evaluate(OVERFLOW):
        troubles.append(f"{wide} px too wide")
    troubles += [f"clipped {text}" for text in page.evaluate(CLIPPED)]
    troubles += [f"csp {text}" for text in page.evaluate("window.csp || []")]
    for found in Axe().run(page).response["violations"]:
        nodes = [node["html"][:140] + " " + str(node["any"][:1] and node["any"][0]["message"])[:160] for node in found["nodes"][:3]]
        troubles.append(f"axe {found['id']}: {nodes}")
    return troubles


def views(names: list[str], languages: list[str], widths: list[int]) -> Iterator[tuple[str, str, int]]:
    for name in names or samples():
        for language in languages:
            for width in widths:
                yield name, language, width


def pictures(names: list[str], languages: list[str], widths: list[int], out: Path) -> int:
    from playwright.sync_api import sync_playwright

    out.mkdir(parents=True, exist_ok=True)
    server, bad = serve(), 0
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for name, language, width in views(names, languages, widths):
            page = browser.new_page(viewport={"width": width, "height": HEIGHTS.get(width, 900)})
            page.add_init_script(LISTEN)
            address = f"http://127.0.0.1:{server.server_port}/{language}/{name}"
            troubles = look(page, address, out / f"{name}-{language}-{width}.png")
            bad += bool(troubles)
            print(name, language, width, json.dumps(troubles, ensure_ascii=False, indent=1) if troubles else "ok")
            page.close()
        browser.close()
    return bad


def strings_in_use() -> set[str]:
    """Every msgid of templates and tags, as gettext would extract it; both forms of a plural."""
    from django.utils.translation.template import templatize

    found: set[str] = set()
    for path in [*(WEB / "templates").rglob("*.html"), *(WEB / "templatetags").glob("*.py")]:
        source = path.read_text("utf-8")
        code = templatize(source) if path.suffix == ".html" else source
        found |= {text for call in CALLS.findall(code) for text in TEXTS.findall(call)}
    return {bytes(text, "utf-8").decode("unicode_escape").encode("latin-1").decode("utf-8") for text in found}


CALLS = re.compile(r"\b(?:gettext|ngettext|_)\(\s*((?:u?(?:'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")\s*,?\s*)+)")
TEXTS = re.compile(r"u?['\"]((?:(?<=')(?:[^'\\]|\\.)*(?='))|(?:(?<=\")(?:[^\"\\]|\\.)*(?=\")))['\"]")


def compare_wording() -> int:
    used, known = strings_in_use(), set(wording())
    for text in sorted(used - known):
        print("missing:", text)
    for text in sorted(known - used):
        print("unused: ", text)
    print(f"{len(used)} strings, {len(used & known)} with Chinese")
    return int(used != known)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", nargs="*")
    parser.add_argument("--lang", choices=["zh", "en"])
    parser.add_argument("--width", type=int)
    parser.add_argument("--out", type=Path, default=Path("/tmp/lf/preview"))  # noqa: S108 - pictures to look at
    parser.add_argument("--serve", type=int)
    parser.add_argument("--wording", action="store_true")
    given = parser.parse_args()
    prepare()
    if given.wording:
        return compare_wording()
    if given.serve:
        serve(given.serve)
        threading.Event().wait()
    languages = [given.lang] if given.lang else ["zh", "en"]
    return pictures(given.pages, languages, [given.width] if given.width else [390, 1440], given.out)


if __name__ == "__main__":
    raise SystemExit(main())
