"""Both languages are whole (中文与英文): every text has its wording, no page a word of the other."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from functools import partial
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.test import Client
from django.utils.translation import ngettext, npgettext, override

from lianfang.capabilities.checkin.actions import record_answer, record_contact
from lianfang.capabilities.daily_report.actions import explain_gap, nudge, send_back
from lianfang.domain.identity import ID_TYPES
from lianfang.domain.parsing.choices import HEALTH_CODES, SLOTS, STATES, Choices
from lianfang.domain.roles import Role
from lianfang.interfaces import titles
from lianfang.interfaces.commands.show import meanings
from lianfang.interfaces.exchange import exports  # noqa: F401  declares an action
from lianfang.interfaces.exchange.layouts import roster_words, units
from lianfang.interfaces.meanings import MEANINGS
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.accounts.models import Account
from lianfang.kernel.actions import registry
from lianfang.kernel.fields import fields_of, is_simple, label_of
from lianfang.kernel.orgs import kinds
from lianfang.kernel.people import models as people
from lianfang.kernel.registers.register import registers
from lianfang.kernel.reporting import models as reporting
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.everything.action_world import World
from tests.everything.places import addresses
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
    said = partial(npgettext, entry.context) if entry.context else ngettext
    with override("en"):
        assert said(entry.text, entry.plural, 1) == entry.text
        assert [said(entry.text, entry.plural, n) for n in (0, 2, 21)] == [entry.plural] * 3
    with override("zh-hans"):
        assert [said(entry.text, entry.plural, n) for n in (0, 1, 2)] == [entry.chinese] * 3


@pytest.mark.parametrize("kind", sorted(registry))
def test_every_action_has_a_title_and_leaves_a_phrase_in_the_history(kind: str):
    for language, written in (("en", r"[A-Z][a-z]+([ -][a-z]+)*"), ("zh-hans", rf"{HAN.pattern}+")):
        with override(language):
            title, phrase = titles.title_of(kind), titles.event_words(kind)
        assert re.fullmatch(written, title), (language, title)
        assert re.fullmatch(written, phrase), (language, phrase)


def test_nothing_is_titled_that_nobody_can_do():
    assert set(titles.TITLES) == set(registry)


def test_every_event_beside_the_actions_has_words_too():
    written = "\n".join(path.read_text("utf-8") for path in SOURCES.rglob("*.py"))
    named = r'(?:record(?:_all)?\(\s*|\nABNORMAL = )"(\w+\.\w+)"'
    recorded = set(re.findall(named, written)) | {"due.overdue"}
    assert recorded - set(registry) == set(titles.BESIDE)


def test_every_number_of_the_rules_is_explained_in_chinese():
    assert set(meanings().values()) == set(MEANINGS)


@pytest.mark.parametrize("kind", sorted(kind for kind in registry if is_simple(registry[kind])))
def test_every_field_of_a_form_has_a_label(kind: str):
    assert [one.name for one in fields_of(registry[kind]) if not label_of(one.name, kind)] == []


@pytest.mark.parametrize(
    ("shown", "understood"),
    [
        (kinds.KINDS, units.KINDS),
        (people.PERSON_KINDS, roster_words.KINDS),
        (people.ID_TYPES, ID_TYPES),
        (reporting.SLOTS, SLOTS),
        (reporting.STATES, STATES),
    ],
    ids=["units", "people", "documents", "times of day", "states"],
)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_words_that_pages_show_are_understood_in_files(
    shown: list[tuple[str, str]], understood: Choices, language: str
):
    with override(language):
        assert {code: understood.find(str(word)) for code, word in shown} == {code: code for code, _ in shown}


def test_every_fact_that_an_event_keeps_has_a_label():
    facts = {name for declared in registry.values() for name in declared.facts}
    with override("zh-hans"):
        assert {name for name in facts if not HAN.search(titles.fact_label(name))} == set()
        assert titles.fact_words({"role": "duty_officer", "nothing_to_report": "True"}) == "角色：值班员、零报告：是"
    with override("en"):
        assert titles.fact_words({"slot": "am", "unit": "S1"}) == "Time of day: Morning, Unit: S1"


def test_codes_in_lists_are_shown_as_words():
    with override("zh-hans"):
        assert titles.code_words("symptoms", ["cough", "sore_throat"]) == "咳嗽、咽痛"
        assert titles.code_words("health_code", HEALTH_CODES.codes[0]) == "绿码"
    with override("en"):
        assert titles.code_words("slot", "am") == "Morning"
        assert titles.code_words("symptoms", ["cough", "from elsewhere"]) == "Cough, from elsewhere"
        assert titles.code_words("day", DAY) == DAY


class Shown(HTMLParser):
    """What a page shows or reads out, without code, names in other languages and drawings."""

    SAID = (
        "aria-label",
        "placeholder",
        "title",
        "alt",
        "data-label",
        "data-text",
        "data-ready",
        "data-needs",
        "data-warn",
    )
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


WHAT_IS_SHOWN_AS_IT_IS = re.compile(
    r"XLSX?|DOCX|PDF|ZIP|ODS|CSV|Excel|API|[0-9a-f]+(?:-[0-9a-f]+){4}|[0-9a-f]{8,64}|\{\w+\}|[\w.]+:\S+|\w+_\w+"
    r"|(?:visitor|screener)-[\w-]+|screener S1|system|stay|stocks|beds"
    r"|S1-(?:OBS|SITE)|(?:test-\d+|generic(?:-school| 1)?) \d{4}-\d\d-\d\d|test(?:-\d+)?|g-(?:open|verified|assessed)"
    r"|WHO|IDSR|DQR|EARS C\d|CUSUM|Benjamini-Hochberg|Farrington|Rt"
)
"""File types, keys, codes, account names, the system's own name; and codes and words of what tests entered."""
NAMES = re.compile(
    r"学生\d+|单位[\w-]+|示例省|值班甲|卫生健康局|张\*"
    r"|巡查|召回|东门|旅客[〇零一二三四五六七八九十百]+|旅\*+[〇零一二三四五六七八九十百]|医院: 车|Reply: 车|东区"
    r"|\d号点|测试规则|学\*+\d|到过风险区"
)
"""Names of people and units stay as they are in every language."""
FOREIGN = {"zh-hans": re.compile(r"[A-Za-z]{3,}"), "en": HAN}


@pytest.fixture
def world(db: None) -> Iterator[World]:
    """A day on which much has happened: a call, an answer, a nudge, a gap explained, a report sent back."""
    with clock.at(at(12)):
        w = World()
        on = {"unit": w.klass, "person": w.pupil}
        with within(EVERYTHING):
            record_contact(SYSTEM, **on, day=DAY, slot="am", outcome="no_answer")
            record_answer(SYSTEM, **on, answer=w.draft(), mode="self")
            nudge(SYSTEM, superior=w.school.parent, day=DAY, dues=[w.due])
            explain_gap(SYSTEM, superior=w.school.parent, due=w.due, reason="42")
            send_back(SYSTEM, superior=w.school.parent, report=w.report, reason="42")
        yield w


def visitor(w: World, role: Role) -> Account:
    """Somebody of the class, the school or the county; the class head has a person, and so a check-in."""
    where = {Role.CLASS_HEAD: w.klass, Role.OFFICER: w.school.parent}.get(role, w.school)
    account = make.account(where, role, handle="visitor-1")
    with within(EVERYTHING):
        Account.objects.update(name="值班甲")
        Account.objects.filter(pk=account.pk, handle="visitor-1").update(person_id=w.pupil.pk)
    account.refresh_from_db()
    return account


def pages(w: World, role: Role) -> list[str]:
    """What somebody in this role looks at on a day."""
    own = ["/me", "/today", "/search?q=S1", "/search?q=zz", "/check-in", "/check-in/done", "/check-in/records"]
    files = ["/import?what=people", "/import?what=units", "/import?what=reports"]
    forms = [f"/do/{kind}" for kind in registry]
    lists = [f"/list/{name}" for name in registers if name != "events"]
    there = list(addresses(w).values())
    return {
        Role.CLASS_HEAD: [*own, f"/classes/{w.klass.code}", "/check-in/shell", "/nowhere"],
        Role.DUTY_OFFICER: [*own, *files, *there, *lists],
        Role.ADMINISTRATOR: [*forms, "/list/roles", "/list/persons", "/list/units?search=zz"],
        Role.OFFICER: ["/today", f"/board/{w.school.parent.code}", *there, "/list/dues"],
    }[role]


def texts(account: Account, addresses: list[str], language: str) -> Iterator[tuple[str, str]]:
    """Every text of these pages, beside its address; files that some addresses give are not pages."""
    client = Client(headers={"accept-language": language})
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    for address in addresses:
        answer = client.get(address)
        if answer["content-type"].startswith("text/html"):
            yield from ((address, text) for text in Shown(answer.content.decode()).said)


@pytest.mark.parametrize("language", FOREIGN)
@pytest.mark.parametrize("role", [Role.CLASS_HEAD, Role.DUTY_OFFICER, Role.ADMINISTRATOR, Role.OFFICER])
def test_no_page_shows_a_word_of_the_other_language(world: World, role: Role, language: str):
    known = WHAT_IS_SHOWN_AS_IT_IS if language.startswith("zh") else NAMES
    seen = list(texts(visitor(world, role), pages(world, role), language))
    assert len(seen) > 100
    assert [(at, text) for at, text in seen if FOREIGN[language].search(known.sub("", text))] == []


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("zh-hans", {"日报已签发", "报告已退回", "已记录联系情况", "已催报"}),
        ("en", {"Report signed", "Report sent back", "Call recorded", "Lower units nudged"}),
    ],
)
def test_the_list_of_events_says_what_happened_in_words(world: World, language: str, said: set[str]):
    seen = {text for _, text in texts(visitor(world, Role.OFFICER), ["/list/events"], language)}
    assert said <= seen
    assert not seen & set(registry)


@pytest.mark.parametrize(
    ("language", "expected"), [("zh-hans", "账号与密码不符，请重试。"), ("en", "Account and password")]
)
def test_a_stranger_reads_one_language_too(db: None, language: str, expected: str):
    client = Client(headers={"accept-language": language})
    answers = client.get("/sign-in"), client.post("/sign-in", {"username": "nobody", "password": "x"})
    said = [text for answer in answers for text in Shown(answer.content.decode()).said]
    assert any(expected in text for text in said)
    assert [text for text in said if FOREIGN[language].search(text)] == []
