"""Serves the previews (预览站点): Django's templates with our tags, no database, our content security policy."""

from __future__ import annotations

import ast
import csv
import json
import re
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from pathlib import Path
from typing import Any

import django
import django_htmx
from django.conf import settings
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation
from django.utils.translation import trans_real
from django.utils.translation.template import templatize

WEB = Path(__file__).resolve().parent.parent.parent / "lianfang" / "interfaces" / "web"
STATIC = {"lf": WEB / "static", "django_htmx": Path(django_htmx.__file__).parent / "static"}
KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
POLICY = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'self'; frame-ancestors 'none'"
LANGUAGES = {"zh": "zh-hans", "en": "en"}
OFFLINE = ("app.css", "check-in.js", "countdown.js", "outbox.js", "store.js", "queue.js", "reopen.js")
CALLS = re.compile(
    r"""\b(?:gettext|ngettext|_)\(\s*(?P<texts>(?:u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")\s*,?\s*)+)"""
)
TRANSLATING = {"gettext", "ngettext", "gettext_noop", "npgettext", "pgettext", "_"}

Page = Callable[[], tuple[str, dict[str, Any]]]


def prepare() -> None:
    """Sets Django up and lays the Chinese wording over its own."""
    engine = {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [WEB / "templates"],
        "OPTIONS": {
            "context_processors": ["django.template.context_processors.request"],
            "libraries": {"parts": "lianfang.interfaces.web.templatetags.parts"},
        },
    }
    settings.configure(
        SECRET_KEY="preview",  # noqa: S106 - nothing is signed here
        ROOT_URLCONF="preview_samples.urls",
        INSTALLED_APPS=["django_htmx"],
        STATIC_URL="/static/",
        USE_TZ=True,
        TIME_ZONE="Asia/Shanghai",
        LANGUAGES=[("zh-hans", "中文"), ("en", "English")],
        TEMPLATES=[engine],
    )
    django.setup()
    known = wording()
    catalog: Any = vars(trans_real.translation("zh-hans"))["_catalog"]
    layer: dict[Any, str] = {(msgid, 0): zh for msgid, zh in known.items()}  # one plural form
    layer.update(known)
    catalog._catalogs.insert(0, layer)


def wording() -> dict[str, str]:
    with (WEB / "zh_wording.csv").open(encoding="utf-8", newline="") as file:
        return {row["msgid"]: row["zh"] for row in csv.DictReader(file)}


def samples() -> dict[str, Page]:
    """Preview name -> function returning (template, context)."""
    found: dict[str, Page] = {}
    for module in ("reports", "people", "lists", "outside"):
        found.update(import_module(f"preview_samples.{module}").PAGES)
    return found


def render(name: str, language: str) -> str:
    with translation.override(LANGUAGES[language]):
        template, context = samples()[name]()
        return render_to_string(template, context, RequestFactory().get(f"/{language}/{name}"))


def worker() -> str:
    context = {
        "version": "preview",
        "files_json": json.dumps([f"/static/lf/{name}" for name in OFFLINE]),
        "shells_json": json.dumps({f"/{one}/check_in": f"/{one}/check_in_shell" for one in LANGUAGES}),
    }
    return render_to_string("web/sw.js", context)


class Pages(BaseHTTPRequestHandler):
    """Serves /zh/board, the static files and the service worker."""

    def do_GET(self) -> None:
        kind, body = self.found(self.path.split("?")[0])
        self.send_response(200 if body else 404)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Security-Policy", POLICY)
        self.end_headers()
        self.wfile.write(body)

    def found(self, path: str) -> tuple[str, bytes]:
        if path == "/sw.js":
            return KINDS[".js"], worker().encode()
        if path.startswith("/static/"):
            folder = STATIC[path.split("/")[2]]
            return KINDS[Path(path).suffix], (folder / path.removeprefix("/static/")).read_bytes()
        return self.page(path)

    def page(self, path: str) -> tuple[str, bytes]:
        language, _, name = path.strip("/").partition("/")
        known = language in LANGUAGES and name in samples()
        return "text/html", render(name, language).encode() if known else b""

    def log_message(self, *args: Any) -> None:
        """Quiet."""


def serve(port: int = 0) -> ThreadingHTTPServer:
    """A server on the loopback in the background; port 0 takes any free one."""
    server = ThreadingHTTPServer(("127.0.0.1", port), Pages)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def strings_in_use() -> set[str]:
    """Every msgid of the templates and tags, both forms of a plural."""
    found: set[str] = set()
    for path in (WEB / "templates").rglob("*.html"):
        found |= set(extracted(templatize(path.read_text("utf-8"))))
    for path in (WEB / "templatetags").glob("*.py"):
        found |= {text for node in ast.walk(ast.parse(path.read_text("utf-8"))) for text in texts_of(node)}
    return found


def extracted(templatized: str) -> Iterator[str]:
    """Msgids in the form Django hands to xgettext: calls with literal texts between runs of X."""
    for call in CALLS.finditer(templatized):
        yield from texts_of(ast.parse(f"_({call['texts']})", mode="eval").body)


def texts_of(node: ast.AST) -> list[str]:
    if not (isinstance(node, ast.Call) and getattr(node.func, "id", "") in TRANSLATING):
        return []
    return [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]


def compare_wording() -> int:
    used, known = strings_in_use(), set(wording())
    for text in sorted(used - known):
        print("missing:", text)
    for text in sorted(known - used):
        print("unused: ", text)
    print(f"{len(used)} strings, {len(used & known)} with Chinese")
    return int(used != known)
