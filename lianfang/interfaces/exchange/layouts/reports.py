"""A file of daily answers (填报表): each row passes the same door as an answer from a page or a program."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language

from lianfang.capabilities.checkin.actions import ANSWERERS
from lianfang.capabilities.checkin.intake import Taken, receive_answer, understand
from lianfang.domain.answers import AnswerDraft, column_of, header_of, nest, parse_answer, row_problems
from lianfang.domain.parsing.columns import HEADERS
from lianfang.domain.parsing.text import is_blank
from lianfang.domain.refusals import Note, Problem, Refused
from lianfang.domain.roles import Role
from lianfang.interfaces.exchange.layouts.columns import Columns
from lianfang.interfaces.exchange.layouts.layout import Desk, RowRefused, with_header
from lianfang.interfaces.exchange.layouts.names import rare_sign_stands_for
from lianfang.interfaces.exchange.layouts.outcome import Outcome
from lianfang.interfaces.exchange.sheet import Row, Sheet
from lianfang.kernel import clock
from lianfang.kernel.faults import fault
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.reporting.answers import check_window
from lianfang.kernel.scope import EVERYTHING, within

MODE = "import"
CHANNEL = "text"


@dataclass(frozen=True, slots=True)
class Read:
    """A row that was understood: the raw answer with its unit and key, and the draft it makes."""

    raw: Mapping[str, Any]
    draft: AnswerDraft
    unit: Unit


class Reports:
    """Answers of people, one a row."""

    what = "reports"
    by: tuple[Role, ...] = ANSWERERS

    def columns(self, sheet: Sheet) -> Columns:
        """Headers as exports and schools write them; a unit's code counts before its name."""
        return Columns(sheet, column_of, code_first=("unit",))

    def check(self, desk: Desk, outcome: Outcome) -> None:
        """Parse every row, compare the rows with each other, then find unit and person of each."""
        headers = {path: header_of(path, get_language() or "") for path in HEADERS}
        read: dict[int, Read] = {}
        for row in outcome.sheet.rows:
            if not outcome.unreadable(row.number):
                self._read(desk, outcome, row, headers, read)
        for problem in row_problems([(number, one.draft) for number, one in read.items()]):
            outcome.refuse(problem.row or 0, [problem])
        with within(EVERYTHING):  # as each row's intake does by itself: who may do what is decided by `desk.by`
            for number, one in read.items():
                self._place(desk, outcome, number, one)

    def _read(self, desk: Desk, outcome: Outcome, row: Row, headers: Mapping[str, str], read: dict[int, Read]) -> None:
        raw = nest(outcome.columns.raw(row))
        key = raw.get("key")
        raw["key"] = f"{desk.key}-{row.number}" if is_blank(key) else key
        problems, unit = _unit_of(desk, raw)
        where = unit or desk.home
        assert where is not None  # noqa: S101  reports are sent for a unit
        try:
            draft, notes = parse_answer(
                raw,
                policy=desk.rules.of(where), today=clock.today(where.zone), now=clock.now(), zone=where.zone,
                channel=CHANNEL,
            )  # fmt: skip
        except Refused as refused:
            problems += with_header(refused, headers)
        else:
            outcome.note(row.number, (note for note in notes if note.field != "key"))
            read[row.number] = Read(raw, draft, where)
        outcome.refuse(row.number, problems)

    def _place(self, desk: Desk, outcome: Outcome, number: int, one: Read) -> None:
        if number in outcome.refused_rows:
            return
        try:
            taken = understand(desk.by, one.raw, channel=CHANNEL, rules=desk.rules)
            check_window(taken.unit, taken.draft.day, taken.policy)
        except Refused as refused:
            outcome.refuse(number, refused.problems)
            return
        outcome.refuse(number, _person_problems(desk, taken))
        outcome.note(number, _new_notes(taken))
        outcome.rows[number] = one.raw

    def write(self, desk: Desk, rows: Mapping[int, Any]) -> None:
        """One answer after the other, each acknowledged by a receipt of its own."""
        with within(EVERYTHING):  # as above; changing scope for every row takes longer than writing it
            for number, raw in rows.items():
                try:
                    receive_answer(desk.by, raw, channel=CHANNEL, mode=MODE, rules=desk.rules)
                except Refused as refused:
                    raise RowRefused(number, refused.problems) from refused
                fault("mid_apply")


def _unit_of(desk: Desk, raw: dict[str, Any]) -> tuple[list[Problem], Unit | None]:
    """Put the code of the row's unit, or of the one chosen for the file, into the raw answer."""
    assert desk.home is not None  # noqa: S101  reports are sent for a unit
    assert desk.places is not None  # noqa: S101
    if "unit" not in raw:
        raw["unit"] = desk.home.code
        return [], desk.home
    given = raw["unit"]
    if not isinstance(given, str) or is_blank(given):
        return [], None
    try:
        unit = desk.places.find(given)
    except Refused as refused:
        return list(refused.problems), None
    raw["unit"] = unit.code
    return [], unit


def _person_problems(desk: Desk, taken: Taken) -> Iterable[Problem]:
    """A name that does not fit its number is a slip of a row; only who answers for a unit answers for its people."""
    person = taken.person
    own = person is not None and desk.by.answers_for(person.pk)
    if not own and not desk.by.holds(ANSWERERS, taken.unit):
        return [Problem("scope", "person")]
    if person is None or not any(note.code == "person.name_mismatch" for note in taken.notes):
        return []
    if rare_sign_stands_for(taken.draft.person.name, person.name):
        return []
    spoilt = next((note for note in taken.notes if note.code == "text.mojibake"), None)
    code, facts = ("text.mojibake", spoilt.facts) if spoilt else ("person.name_mismatch", {})
    return [Problem(code, "person.name", facts=facts)]


def _new_notes(taken: Taken) -> Iterable[Note]:
    """What finding unit and person added to what parsing has said already."""
    for note in taken.notes:
        if note.code == "person.name_mismatch":
            yield Note("person.possible_match", note.field, warning=True)
        elif note.code.startswith(("person.", "unit.", "minor.")):
            yield note
