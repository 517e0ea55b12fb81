"""Every link that a page shows leads somewhere (链接): nobody is sent to a page that is not there or not theirs."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import pytest
from django.test import Client

from lianfang.domain.roles import Role
from tests import make
from tests.everything.action_world import World
from tests.everything.places import entered

pytestmark = pytest.mark.django_db
GONE = 400
_LINK = re.compile(r"<a\b[^>]*?\shref=\"(/[^\"#]*)")
_FILE = re.compile(r"^/(static|sign-out|first/|language)|[?&](format|file)=|\.(csv|xlsx|pdf|docx)$")
_NO_SITE = "/site/S1-OBS"
"""The ward of this world has stays and no site, which the product's own actions never leave behind."""
_ROW = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")


def _links(client: Client, place: str) -> Iterator[str]:
    page = client.get(place)
    if page.status_code == 200 and page["Content-Type"].startswith("text/html"):
        yield from (html.unescape(one) for one in _LINK.findall(page.content.decode("utf-8", "replace")))


def _shape(link: str) -> str:
    """Links to rows of one kind are alike: the first of them is followed."""
    return re.sub(r"=[^&]*", "=", _ROW.sub("*", link))


@pytest.mark.parametrize("role", list(Role))
def test_no_page_leads_to_a_page_that_its_reader_cannot_open(reached: World, role: Role) -> None:
    client = entered(make.account(reached.school, role))
    shown: dict[str, tuple[str, str]] = {}
    for place in sorted({"/today", *reached.addresses.values()}):
        for link in _links(client, place):
            if not _FILE.search(link) and link != _NO_SITE:
                shown.setdefault(_shape(link), (place, link))
    dead = [(place, link) for place, link in shown.values() if client.get(link).status_code >= GONE]
    assert not dead, "\n".join(f"DEAD {role}: {place} -> {link}" for place, link in dead)
