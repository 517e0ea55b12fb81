"""Somebody at a browser (访客): opens pages, and everything the browser complains of is written down."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response, ViewportSize

from lianfang.kernel.accounts.models import Account
from tests.browser.world import World

PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1440, "height": 900}
NARROW: ViewportSize = {"width": 320, "height": 640}
LOCALES = {"zh": "zh-CN", "en": "en-US"}
MOST_TABS = 60
BACKEND = "django.contrib.auth.backends.ModelBackend"
FORBIDDEN = """document.addEventListener("securitypolicyviolation", (event) => {
  console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`);
});"""

# The thing with the focus lies in the window, and nothing sticky covers its middle.
FOCUS_SEEN = """(one) => {
  const box = one.getBoundingClientRect();
  const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  return top !== null && (one.contains(top) || top.contains(one));
}"""


def chromium() -> str:
    """The browser to drive: LIANFANG_CHROMIUM, else the system's; "" when there is none."""
    named = os.environ.get("LIANFANG_CHROMIUM")
    return named or shutil.which("chromium") or shutil.which("chromium-browser") or ""


@dataclass(slots=True)
class Visitor:
    """One person's browser window on the product."""

    page: Page
    context: BrowserContext
    address: str
    lang: str
    said: list[str] = field(default_factory=list)
    forgiven: list[str] = field(default_factory=list)
    taps: int = 0

    def open(self, path: str) -> Response:
        """Opens a page of the product."""
        answer = self.page.goto(self.address + path)
        assert answer is not None, path
        return answer

    def reopen(self, path: str) -> None:
        """Closes the tab and opens the address in a new one of the same browser."""
        self.page.close()
        self.page = self.context.new_page()
        _listen(self)
        self.open(path)

    def tap(self, selector: str, *, anyway: bool = False) -> None:
        """One tap of a finger, counted; `anyway` also on a button that says it cannot act yet."""
        self.page.locator(selector).tap(force=anyway)
        self.taps += 1

    def tab_to(self, selector: str, *, back: bool = False) -> None:
        """Goes on (or back) with the Tab key alone until this has the focus, which must be visible."""
        wanted = self.page.locator(selector)
        for _ in range(MOST_TABS):
            if wanted.evaluate("(one) => one === document.activeElement"):
                assert wanted.evaluate(FOCUS_SEEN), f"the focus on {selector} is not seen"
                return
            self.page.keyboard.press("Shift+Tab" if back else "Tab")
        raise AssertionError(f"{selector} is not reached with the Tab key")

    def forgive(self, pattern: str) -> None:
        """What the browser will rightly complain of in this test."""
        self.forgiven.append(pattern)

    @property
    def complaints(self) -> list[str]:
        """What the browser said and nobody expected."""
        return [text for text in self.said if not any(re.search(one, text) for one in self.forgiven)]

    def picture(self, name: str) -> None:
        """A picture of the page, when somebody asked for pictures (LIANFANG_SHOTS)."""
        folder = os.environ.get("LIANFANG_SHOTS")
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            width = self.page.viewport_size["width"] if self.page.viewport_size else 0
            self.page.screenshot(path=Path(folder, f"{name}-{self.lang}-{width}.png"), full_page=True)


def _listen(visitor: Visitor) -> None:
    def heard(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            visitor.said.append(f"{message.text} ({message.location.get('url', '')})")

    visitor.page.on("console", heard)
    visitor.page.on("pageerror", lambda error: visitor.said.append(f"script: {error}"))


@dataclass(slots=True)
class House:
    """The running product, its world, and a browser to look at both."""

    address: str
    world: World
    browser: Browser

    @contextmanager
    def visit(self, handle: str = "", *, lang: str = "en", size: ViewportSize = DESK, **more: Any) -> Iterator[Visitor]:
        """Somebody signed in (nobody without a handle); complaints of the browser fail the test."""
        context = self.browser.new_context(
            locale=LOCALES[lang], timezone_id="Asia/Shanghai", viewport=size, base_url=self.address, **more
        )
        context.set_default_timeout(10_000)
        context.add_init_script(FORBIDDEN)
        visitor = Visitor(context.new_page(), context, self.address, lang)
        _listen(visitor)
        if handle:
            self.sign_in(visitor, handle)
        try:
            yield visitor
        finally:
            context.close()
        assert not visitor.complaints, visitor.complaints

    def sign_in(self, visitor: Visitor, handle: str) -> None:
        """The browser gets a session of this account, as after the form."""
        session = _session(self.world.accounts[handle])
        cookie: Any = {"name": "sessionid", "value": session, "url": self.address, "httpOnly": True}
        visitor.context.add_cookies([cookie])


def _session(account: Account) -> str:
    session = SessionStore()
    session[SESSION_KEY] = str(account.pk)
    session[BACKEND_SESSION_KEY] = BACKEND
    session[HASH_SESSION_KEY] = account.get_session_auth_hash()
    session.save()
    return str(session.session_key)
