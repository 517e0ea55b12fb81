"""Shared by the tests of the pages (页面测试共用): one product, one world, one browser for all of them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import sync_playwright

from tests.browser.served import served
from tests.browser.visiting import House, chromium
from tests.browser.world import built


@pytest.fixture(scope="package")
def house(django_db_setup: Any, django_db_blocker: Any) -> Iterator[House]:
    """Package-wide and no longer: Playwright's event loop would be in the way of other tests of this process."""
    browser = chromium()
    if not browser:
        pytest.skip("no Chromium: install it, or name one with LIANFANG_CHROMIUM")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = (
        "true"  # Playwright's loop runs in this thread; the database is ours alone
    )
    try:
        with django_db_blocker.unblock(), served() as product, sync_playwright() as playwright:
            world = built()  # while the server starts
            opened = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox", "--disable-gpu"])
            product.wait()
            yield House(product.address, world, opened)
            opened.close()
    finally:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
