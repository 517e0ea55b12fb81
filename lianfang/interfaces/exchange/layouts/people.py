"""A roster as schools keep it (名单): one person a row, with class, kind, roster number, phone, shift and guardian."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from lianfang.capabilities.persons.actions import KEEPERS, confirm_guardian
from lianfang.capabilities.persons.rosters import Entry, Known, enter_roster
from lianfang.domain.answers import nest
from lianfang.domain.parsing.choices import parse_choice, parse_yes_no
from lianfang.domain.parsing.dates import parse_day
from lianfang.domain.parsing.findings import Findings
from lianfang.domain.parsing.person import parse_person
from lianfang.domain.parsing.text import clean_text, is_blank
from lianfang.domain.refusals import Note, Problem, Refused
from lianfang.domain.roles import Role
from lianfang.interfaces.exchange.layouts import roster_words as words
from lianfang.interfaces.exchange.layouts.columns import Columns
from lianfang.interfaces.exchange.layouts.layout import Desk, with_header
from lianfang.interfaces.exchange.layouts.names import rare_sign_stands_for
from lianfang.interfaces.exchange.layouts.outcome import Outcome
from lianfang.interfaces.exchange.layouts.roster_rows import row_problems
from lianfang.interfaces.exchange.sheet import Row, Sheet
from lianfang.kernel import clock
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import Membership
from lianfang.kernel.people.ops import usual_kind
from lianfang.kernel.people.variants import same_characters

CHANNEL = "text"


@dataclass(frozen=True, slots=True)
class Placed:
    """A row that was understood: the unit it goes to and what is entered there."""

    unit: Unit
    entry: Entry


class People:
    """People of units, one a row."""

    what = "people"
    by: tuple[Role, ...] = KEEPERS

    def columns(self, sheet: Sheet) -> Columns:
        """Headers as schools write them."""
        return Columns(sheet, words.HEADERS.path_of)

    def check(self, desk: Desk, outcome: Outcome) -> None:
        """Parse every row, compare the rows with each other, then ask the register about all of them."""
        read: dict[int, Placed] = {}
        for row in outcome.sheet.rows:
            if not outcome.unreadable(row.number):
                self._read(desk, outcome, row, read)
        for number, problem in row_problems({number: (one.unit.pk, one.entry) for number, one in read.items()}):
            outcome.refuse(number, [problem])
        for unit, rows in _by_unit(read).items():
            _ask_register(outcome, unit, rows)
        outcome.rows |= read

    def _read(self, desk: Desk, outcome: Outcome, row: Row, read: dict[int, Placed]) -> None:
        raw, found = outcome.columns.raw(row), Findings()
        unit = found.attempt(lambda: _unit_of(desk, raw, found), None)
        entry = _entry(desk, raw, unit or desk.home, found)
        try:
            outcome.note(row.number, found.close())
        except Refused as refused:
            outcome.refuse(row.number, with_header(refused, words.shown()))
        else:
            assert unit is not None  # noqa: S101  or it would have been refused
            read[row.number] = Placed(unit, entry)

    def write(self, desk: Desk, rows: Mapping[int, Any]) -> None:
        """One action a unit."""
        for unit, placed in _by_unit(rows).items():
            entries = [entry for _, entry in placed]
            enter_roster(desk.by, unit=unit, entries=entries, how_many=len(entries))


def _by_unit(rows: Mapping[int, Placed]) -> dict[Unit, list[tuple[int, Entry]]]:
    found: dict[Unit, list[tuple[int, Entry]]] = {}
    for number, one in rows.items():
        found.setdefault(one.unit, []).append((number, one.entry))
    return found


def _unit_of(desk: Desk, raw: Mapping[str, Any], found: Findings) -> Unit:
    """The row's unit by code or name, else the one chosen for the file; it must keep a roster and be the sender's."""
    assert desk.home is not None  # noqa: S101  rosters are sent for a unit
    assert desk.places is not None  # noqa: S101
    unit = desk.home
    if "unit" in raw or "unit_name" in raw:
        field = "unit_name" if "unit_name" in raw and is_blank(raw.get("unit")) else "unit"
        given = clean_text(raw.get(field), "unit", max_length=words.LONGEST_UNIT, notes=found.notes, required=True)
        unit = desk.places.find(given, grade=str(raw.get("grade") or ""))
    if not desk.by.holds(KEEPERS, unit):
        raise Refused("scope", "unit")
    if not unit.keeps_roster:
        raise Refused("unit.not_reporting", "unit")
    return unit


def _entry(desk: Desk, raw: Mapping[str, Any], unit: Unit | None, found: Findings) -> Entry:
    assert unit is not None  # noqa: S101  the unit chosen for the file at least
    person = {path: value for path, value in raw.items() if path.startswith("person.")}
    today = clock.today(unit.zone)
    policy = desk.rules.of(unit)
    who = parse_person(nest(person).get("person") or {"name": None}, found, policy=policy, today=today, channel=CHANNEL)
    found.attempt(lambda: words.check_sex(raw.get("sex"), who.identity, found), None)
    return Entry(
        who=who,
        kind=found.attempt(lambda: _kind(raw, unit, found), usual_kind(unit)),
        since=found.attempt(lambda: _since(raw, unit, today, found), today),
        number=_text(raw, "number", "number", found),
        employer=_text(raw, "employer", "employer", found),
        shift_starts=found.attempt(lambda: words.parse_shift(raw.get("shift"), "shift", found.notes), None),
        boards=found.attempt(lambda: _yes(raw, "boards", found), False),
        guardian=_guardian(desk, raw, unit, found, told=who.guardian_notice),
    )


def _kind(raw: Mapping[str, Any], unit: Unit, found: Findings) -> str:
    given = raw.get("kind")
    return (
        usual_kind(unit) if is_blank(given) else parse_choice(given, "kind", found.notes, words.KINDS, channel=CHANNEL)
    )


def _since(raw: Mapping[str, Any], unit: Unit, today: date, found: Findings) -> date:
    given = raw.get("since")
    day = today if is_blank(given) else parse_day(given, "since", found.notes)
    if not unit.open_on(day):
        raise Refused("unit.closed", "since" if "since" in raw else "unit")
    return day


def _text(raw: Mapping[str, Any], path: str, field: str, found: Findings) -> str:
    longest = getattr(Membership._meta.get_field(path), "max_length", 0)
    return found.attempt(lambda: clean_text(raw.get(path), field, max_length=longest, notes=found.notes), "")


def _yes(raw: Mapping[str, Any], path: str, found: Findings) -> bool:
    return not is_blank(raw.get(path)) and parse_yes_no(raw[path], path, found.notes, channel=CHANNEL)


def _guardian(desk: Desk, raw: Mapping[str, Any], unit: Unit, found: Findings, *, told: bool | None) -> Any:
    """A guardian is entered when the list says that they were told what is kept; else a note says what is missing."""
    if is_blank(raw.get("guardian.name")):
        return None
    guardian = words.parse_guardian(raw, found, policy=desk.rules.of(unit), today=clock.today(unit.zone))
    if not told:
        found.notes.append(Note("minor.guardian_notice", "guardian.name", warning=True))
        return None
    if not desk.by.holds(confirm_guardian.action.by, unit):  # type: ignore[attr-defined]
        found.problem("scope", "guardian.name")
    return guardian


def _ask_register(outcome: Outcome, unit: Unit, rows: list[tuple[int, Entry]]) -> None:
    """What the register says to the rows of one unit: known under another name, or on the roster already."""
    known = Known(unit, [entry for _, entry in rows])
    for number, entry in rows:
        person = known.person(entry)
        alike = person is not None and _alike(person.name, entry.who.name)
        problem: Problem | None = known.problem(entry, same_name=alike)
        if problem is not None:
            outcome.refuse(number, [problem])
        elif person is not None and person.name != entry.who.name:
            outcome.note(number, [Note("person.possible_match", "person.name", warning=True)])


def _alike(registered: str, given: str) -> bool:
    return same_characters(registered, given) or rare_sign_stands_for(registered, given)
