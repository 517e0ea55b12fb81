"""Both languages are whole (中文与英文): every text has its wording, and no page shows a sentence of the other language."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.test import Client
from django.utils.translation import ngettext, override

from lianfang.capabilities.checkin.actions import record_contact
from lianfang.capabilities.daily_report.actions import nudge
from lianfang.domain.roles import Role
from lianfang.interfaces import titles
from lianfang.interfaces.commands.show import meanings
from lianfang.interfaces.exchange import exports  # noqa: F401  declares an action
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.accounts.models import Account
from lianfang.kernel.actions import registry
from lianfang.kernel.registers.register import registers
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.everything.test_access_of_actions import World
from tests.everything.test_access_of_pages import addresses
from tests.make import DAY, at
from tools import catalogue
from tools.catalogue import Entry

GETTEXT = ("xgettext", "msgmerge", "msguniq", "msgattrib")
SOURCES = Path(catalogue.ROOT, "lianfang")
ENTRIES = catalogue.read(catalogue.ROOT / catalogue.PO)
HAN = re.compile(r"[㐀-鿿豈-﫿]")


def test_every_text_has_a_chinese_wording_with_the_same_placeholders():
    assert len(ENTRIES) > 500
    assert list(catalogue.faults(ENTRIES)) == []


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("Send back", ""),
        ("{n} people", "{m} 人"),
        ("Call %(name)s", "打电话"),
        ("Well, then", "那么,好吧"),
        ("Today", "今天 · 周一"),
        ("Two days", "２ 天"),
    ],
)
def test_a_wording_that_is_missing_or_set_badly_is_found(english: str, chinese: str):
    assert len(list(catalogue.faults([Entry((), "", english, "", chinese)]))) == 1


def test_the_product_reads_what_the_catalogue_says():
    assert catalogue.compiled() == catalogue.compiled_from(ENTRIES)


@pytest.mark.skipif(not all(map(shutil.which, GETTEXT)), reason="collecting needs gettext, the product does not")
def test_collecting_finds_no_text_that_the_catalogue_lacks():
    assert catalogue.new_texts() == []


def test_a_catalogue_is_written_as_it_was_read(tmp_path: Path):
    copy = tmp_path / "django.po"
    catalogue.write(copy, ENTRIES)
    assert copy.read_text("utf-8") == (catalogue.ROOT / catalogue.PO).read_text("utf-8")
    assert "@" not in copy.read_text("utf-8").split("msgid")[1]


@pytest.mark.parametrize("entry", [entry for entry in ENTRIES if entry.plural], ids=lambda entry: entry.text)
def test_one_and_several_are_told_apart_in_english_and_alike_in_chinese(entry: Entry):
    with override("en"):
        assert ngettext(entry.text, entry.plural, 1) == entry.text
        assert [ngettext(entry.text, entry.plural, n) for n in (0, 2, 21)] == [entry.plural] * 3
    with override("zh-hans"):
        assert [ngettext(entry.text, entry.plural, n) for n in (0, 1, 2)] == [entry.chinese] * 3


@pytest.mark.parametrize("kind", sorted(registry))
def test_every_action_has_a_title_and_leaves_a_phrase_in_the_history(kind: str):
    for language, written in (("en", r"[A-Z][a-z]+( [a-z]+)*"), ("zh-hans", rf"{HAN.pattern}+")):
        with override(language):
            title, phrase = titles.title_of(kind), titles.event_words(kind)
        assert re.fullmatch(written, title), (language, title)
        assert re.fullmatch(written, phrase), (language, phrase)


def test_nothing_is_titled_that_nobody_can_do():
    assert set(titles.TITLES) == set(registry)


def test_every_event_beside_the_actions_has_words_too():
    written = "\n".join(path.read_text("utf-8") for path in SOURCES.rglob("*.py"))
    recorded = set(re.findall(r'record\(\s*"(\w+\.\w+)"', written)) | {"due.overdue"}
    assert recorded - set(registry) == set(titles.BESIDE)


def test_every_number_of_the_rules_is_explained_in_chinese():
    assert set(meanings().values()) == set(titles.MEANINGS)


class Shown(HTMLParser):
    """What a page shows or reads out, without code, names in other languages and drawings."""

    SAID = ("aria-label", "placeholder", "title", "alt", "data-label", "data-text", "data-ready", "data-needs", "data-warn")
    SILENT = ("script", "style", "svg", "code", "kbd", "template")
    EMPTY = ("input", "meta", "link", "br", "hr", "img", "path", "use", "col", "source")

    def __init__(self, html: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self.open: list[bool] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        other = "lang" in given and tag != "html"
        if tag not in self.EMPTY:
            self.open.append(tag in self.SILENT or other)
        self.said += [text for name in self.SAID if (text := given.get(name)) and not other]

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.EMPTY:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        if data.strip() and not any(self.open):
            self.said.append(data.strip())


def visited(handle: Account, pages: list[str], language: str) -> Iterator[tuple[str, str]]:
    """Every text of these pages, beside its address."""
    client = Client(headers={"accept-language": language})
    client.force_login(handle, backend="django.contrib.auth.backends.ModelBackend")
    for page in pages:
        answer = client.get(page)
        for text in Shown(answer.content.decode()).said:
            yield page, text
