"""Stays elsewhere as they are collected (旅居史名单): one a row, with whoever stayed, where, from when until when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.utils.translation import get_language

from lianfang.capabilities.risk_areas.actions import RECORDERS, check_stay
from lianfang.capabilities.risk_areas.told import AT_ONCE, Told, known_stays, record_sojourns
from lianfang.domain.answers import column_of, header_of
from lianfang.domain.identity import parse_id_type, parse_identity
from lianfang.domain.parsing.choices import Choice, Choices, parse_choice
from lianfang.domain.parsing.dates import parse_day
from lianfang.domain.parsing.findings import Findings
from lianfang.domain.parsing.text import is_blank, one_line
from lianfang.domain.refusals import Problem, Refused
from lianfang.domain.roles import Role
from lianfang.interfaces.exchange.layouts.columns import Columns, Headers
from lianfang.interfaces.exchange.layouts.layout import Desk, RowRefused, with_header
from lianfang.interfaces.exchange.layouts.outcome import Outcome
from lianfang.interfaces.exchange.sheet import Sheet
from lianfang.kernel.orgs.ops import under
from lianfang.kernel.people.models import Membership, index_of_number, on_roster

CHANNEL = "text"
_PERSON = frozenset(f"person.{name}" for name in ("name", "id_type", "id_number"))


def _person_column(header: str) -> str | None:
    path = column_of(header)
    return path if path in _PERSON else None


HEADERS = Headers(
    {
        "number": ("学号", "Roster number", "工号", "学号/工号", "职工号", "编号"),
        "area": ("行政区划代码", "Area code", "地区代码", "旅居地代码", "区划代码"),
        "since": ("到达日期", "From", "起始日期", "旅居开始日期", "抵达日期"),
        "until": ("离开日期", "Until", "结束日期", "旅居结束日期"),
        "source": ("来源", "Source", "信息来源", "数据来源"),
        "serial": ("序号", "No"),
    },
    otherwise=_person_column,
)
SOURCES = Choices(
    Choice("declared", "本人申报", "Declared", ("自报", "本人", "declared by oneself")),
    Choice("guardian", "监护人申报", "Guardian", ("家长申报", "家长", "监护人", "declared by a guardian")),
    Choice("ticket", "票据", "Ticket", ("车票", "机票", "行程票据")),
    Choice("list", "外部名单", "List", ("协查名单", "其他部门名单", "list of another authority")),
)


def shown() -> dict[str, str]:
    """The header that stands for each field, in the language of whoever reads."""
    language = get_language() or ""
    return HEADERS.shown(language) | {path: header_of(path, language) for path in _PERSON}


class Sojourns:
    """Stays elsewhere, one a row; who stayed is on a roster under the unit of the file."""

    what = "sojourns"
    by: tuple[Role, ...] = RECORDERS

    def columns(self, sheet: Sheet) -> Columns:
        """Headers as lists of stays have them."""
        return Columns(sheet, HEADERS.path_of)

    def check(self, desk: Desk, outcome: Outcome) -> None:
        """Parse every row, find everybody on the rosters, then ask which stays are on record."""
        raws = {
            row.number: outcome.columns.raw(row) for row in outcome.sheet.rows if not outcome.unreadable(row.number)
        }
        people = _Rosters(desk, raws)
        read: dict[int, Told] = {}
        for number, raw in raws.items():
            self._read(desk, outcome, number, raw, people, read)
        seen = known_stays(list(read.values()))
        for number, one in read.items():
            if (stay := (one.person, one.area, one.since)) in seen:
                outcome.refuse(number, [Problem("row.duplicate", "since")])
            seen.add(stay)
        outcome.rows |= read

    def _read(
        self, desk: Desk, outcome: Outcome, number: int, raw: Mapping[str, Any], people: _Rosters,
        read: dict[int, Told],
    ) -> None:  # fmt: skip
        found = Findings()
        told = found.attempt(lambda: _told(desk, raw, found, people), None)
        try:
            outcome.note(number, found.close())
        except Refused as refused:
            outcome.refuse(number, with_header(refused, shown()))
        else:
            assert told is not None  # noqa: S101  or it would have been refused
            read[number] = told

    def write(self, desk: Desk, rows: Mapping[int, Any]) -> None:
        """All in one action."""
        assert desk.home is not None  # noqa: S101  stays are sent for a unit
        numbers = list(rows)
        try:
            record_sojourns(desk.by, unit=desk.home, entries=list(rows.values()), how_many=len(rows))
        except Refused as refused:
            raise _of_a_row(refused, numbers) from refused


class _Rosters:
    """Everybody on a roster under the unit of a file who has one of the names in it, read in a few statements."""

    def __init__(self, desk: Desk, raws: Mapping[int, Mapping[str, Any]]) -> None:
        assert desk.home is not None  # noqa: S101  stays are sent for a unit
        names = list({str(raw.get("person.name") or "").strip() for raw in raws.values()} - {""})
        rosters = Membership.objects.filter(under(desk.home, "unit__"), on_roster(desk.today)).select_related("person")
        self._named: dict[str, list[Membership]] = defaultdict(list)
        for start in range(0, len(names), AT_ONCE):
            for one in rosters.filter(person__name__in=names[start : start + AT_ONCE]):
                self._named[one.person.name].append(one)

    def find(self, name: str, number: str, index: bytes) -> Any:
        """The one person meant. Refused `scope` or `person.ambiguous` at the name."""
        same = self._named.get(name, [])
        if index:
            same = [one for one in same if bytes(one.person.number_index or b"") == index]
        if number:
            same = [one for one in same if one.number == number]
        if len({one.person_id for one in same}) != 1:
            raise Refused("person.ambiguous" if same else "scope", "person.name")
        return same[0].person_id


def _told(desk: Desk, raw: Mapping[str, Any], found: Findings, people: _Rosters) -> Told | None:
    name = found.attempt(lambda: _owed(raw, "person.name"), "")
    number = found.attempt(lambda: one_line(raw.get("number") or "", "number"), "")
    index = found.attempt(lambda: _index(desk, raw, found), b"")
    area = found.attempt(lambda: _owed(raw, "area"), "")
    since = found.attempt(lambda: parse_day(raw.get("since"), "since", found.notes), desk.today)
    given = raw.get("until")
    until = found.attempt(lambda: None if is_blank(given) else parse_day(given, "until", found.notes), None)
    source = found.attempt(lambda: _source(raw, found), "declared")
    person = found.attempt(lambda: people.find(name, number, index), None) if name else None
    if not found.problems:
        found.attempt(lambda: check_stay(area, since, until, source, today=desk.today), None)
    return Told(person, area, since, until, source) if person else None


def _owed(raw: Mapping[str, Any], path: str) -> str:
    text = one_line(raw.get(path) or "", path)
    if not text:
        raise Refused("required", path)
    return text


def _index(desk: Desk, raw: Mapping[str, Any], found: Findings) -> bytes:
    if is_blank(raw.get("person.id_number")):
        return b""
    kind = "resident"
    if not is_blank(raw.get("person.id_type")):
        kind = parse_id_type(raw["person.id_type"], "person.id_type", found.notes, channel=CHANNEL)
    meant = parse_identity(kind, raw["person.id_number"], "person.id_number", found.notes, today=desk.today)
    return index_of_number(meant.kind, meant.number)


def _source(raw: Mapping[str, Any], found: Findings) -> str:
    given = raw.get("source")
    return "declared" if is_blank(given) else parse_choice(given, "source", found.notes, SOURCES, channel=CHANNEL)


def _of_a_row(refused: Refused, numbers: list[int]) -> Exception:
    """The refusal of one row of a file, told by `entries[3].since`; any other stays as it is."""
    for problem in refused.problems:
        place, bracket, field = problem.field.removeprefix("entries[").partition("]")
        if bracket and place.isdigit() and int(place) < len(numbers):
            path = field.removeprefix(".").replace("person", "person.name")
            return RowRefused(numbers[int(place)], [replace(problem, field=path)])
    return refused
