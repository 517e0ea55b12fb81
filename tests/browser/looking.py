"""What every page must be (页面通则): readable by everybody, one heading, nothing that runs off the side."""

from __future__ import annotations

from pathlib import Path

import axe_playwright_python
from playwright.sync_api import Page

from tests.browser.visiting import PHONE

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text("utf-8")
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
FINDINGS = """async (levels) => {
  const wanted = {runOnly: {type: "tag", values: levels}, resultTypes: ["violations"]};
  const said = (rule, node) => `${rule.id}: ${node.target.join(" ")} ${node.html.slice(0, 160)}`;
  const {violations} = await axe.run(document, wanted);
  return violations.flatMap((rule) => rule.nodes.map((node) => said(rule, node)));
}"""
TOO_WIDE = """() => {
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (wide <= 0) return "";
  const edge = document.documentElement.clientWidth + 1;
  const out = [...document.querySelectorAll("body *")].filter((one) => one.getBoundingClientRect().right > edge);
  return `${wide} px too wide: ` + out.slice(0, 4).map((one) => `${one.tagName}.${one.className}`).join(", ");
}"""
FACTS = """() => ({
  lang: document.documentElement.lang, headings: document.querySelectorAll("h1").length, title: document.title,
})"""
HTML_LANG = {"zh": "zh-Hans", "en": "en"}


def barriers(page: Page) -> list[str]:
    """What stands in the way of somebody who cannot see or point well (WCAG 2.0 to 2.2, A and AA), as axe finds it."""
    if not page.evaluate("() => Boolean(window.axe)"):
        page.evaluate(AXE)
    found: list[str] = page.evaluate(FINDINGS, LEVELS)
    return found


def barriers_in_turn(page: Page) -> list[str]:
    """Barriers of a page that a test opens in both languages and widths: a phone's in Chinese, a desk's in English.

    What axe looks for hangs on the width (targets) or on the words (names, languages), never on both; twice is enough.
    """
    chinese = page.evaluate("document.documentElement.lang") == HTML_LANG["zh"]
    narrow = page.evaluate("document.documentElement.clientWidth") <= PHONE["width"]
    return barriers(page) if chinese == narrow else []


def too_wide(page: Page) -> str:
    """By how much the page runs off the side and what does; "" when it does not."""
    said: str = page.evaluate(TOO_WIDE)
    return said


def ill_formed(page: Page, lang: str) -> list[str]:
    """A page without its language, its one heading or its title."""
    facts = page.evaluate(FACTS)
    found = [] if facts["lang"] == HTML_LANG[lang] else [f"language is {facts['lang']}"]
    found += [] if facts["headings"] == 1 else [f"{facts['headings']} main headings"]
    return found if facts["title"].strip(" ·") else [*found, "no title"]
