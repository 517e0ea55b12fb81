"""Looks at the pages (预览): renders each with invented people, takes pictures, runs axe, compares the wording.

    .venv/bin/python tools/preview.py                   all pages, both languages, both widths
    .venv/bin/python tools/preview.py board --lang zh --width 390
    .venv/bin/python tools/preview.py --serve 8765      look at them in a browser, such as /zh/board
    .venv/bin/python tools/preview.py --wording         compare zh_wording.csv with the strings in use

Not shipped logic: nothing imports this file.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tools")]

from preview_samples import site  # noqa: E402 - the two folders must be on the path first

HEIGHTS = {390: 844, 1440: 900, 320: 640, 1366: 768, 768: 1024}
LISTEN = """document.addEventListener('securitypolicyviolation', e =>
  (window.csp = [...(window.csp || []), e.violatedDirective + ' ' + e.sourceFile]))"""
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
CLIPPED = """[...document.querySelectorAll('.table-wrap, .chip, .button, .seg > *, h1, h2, th, td, .figures dd, label')]
  .filter(e => e.offsetParent && !e.matches('.sr'))
  .filter(e => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== 'inline'
     || e.matches('.chip') && e.offsetHeight > 26)
  .map(e => e.tagName + '.' + e.className + ': ' + e.textContent.trim().slice(0, 40))"""


def look(page: Any, address: str, picture: Path) -> list[str]:
    """Opens one page, takes its picture and returns what is wrong with it."""
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(f"script: {error}"))
    page.on("console", lambda said: troubles.append(f"console: {said.text}") if said.type == "error" else None)
    page.goto(address)
    page.wait_for_timeout(150)
    page.screenshot(path=picture, full_page=True)
    if wide := page.evaluate(OVERFLOW):
        troubles.append(f"{wide} px too wide")
    troubles += [f"clipped {text}" for text in page.evaluate(CLIPPED)]
    troubles += [f"csp {text}" for text in page.evaluate("window.csp || []")]
    return troubles + [found_by_axe(violation) for violation in Axe().run(page).response["violations"]]


def found_by_axe(violation: dict[str, Any]) -> str:
    nodes = [f"{node['html'][:140]} {[one['message'] for one in node['any'][:1]]}" for node in violation["nodes"][:3]]
    return f"axe {violation['id']}: {nodes}"


def views(names: list[str], languages: list[str], widths: list[int]) -> Iterator[tuple[str, str, int]]:
    for name in names or site.samples():
        for language in languages:
            for width in widths:
                yield name, language, width


def pictures(names: list[str], languages: list[str], widths: list[int], out: Path) -> int:
    """How many of the pages have something wrong; each is printed with what it is."""
    out.mkdir(parents=True, exist_ok=True)
    server, bad = site.serve(), 0
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for name, language, width in views(names, languages, widths):
            page = browser.new_page(viewport={"width": width, "height": HEIGHTS.get(width, 900)})
            page.add_init_script(LISTEN)
            address = f"http://localhost:{server.server_port}/{language}/{name}"
            troubles = look(page, address, out / f"{name}-{language}-{width}.png")
            bad += bool(troubles)
            print(name, language, width, json.dumps(troubles, ensure_ascii=False, indent=1) if troubles else "ok")
            page.close()
        browser.close()
    return bad


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", nargs="*")
    parser.add_argument("--lang", choices=list(site.LANGUAGES))
    parser.add_argument("--width", type=int)
    parser.add_argument("--out", type=Path, default=Path(tempfile.gettempdir()) / "lf" / "preview")
    parser.add_argument("--serve", type=int)
    parser.add_argument("--wording", action="store_true")
    return parser.parse_args()


def main() -> int:
    given = arguments()
    site.prepare()
    if given.wording:
        return site.compare_wording()
    if given.serve:
        site.serve(given.serve)
        threading.Event().wait()
    languages = [given.lang] if given.lang else list(site.LANGUAGES)
    return pictures(given.pages, languages, [given.width] if given.width else [390, 1440], given.out)


if __name__ == "__main__":
    raise SystemExit(main())
