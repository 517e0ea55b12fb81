"""A file of daily answers (填报表): each row passes the same door as an answer from a page or a program."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import get_language

from lianfang.capabilities.checkin.actions import ANSWERERS
from lianfang.capabilities.checkin.bulk_keep import forget, import_answers
from lianfang.capabilities.checkin.intake import receive_answer
from lianfang.domain.answers import column_of, header_of, row_problems
from lianfang.domain.parsing.columns import HEADERS
from lianfang.domain.refusals import Refused
from lianfang.domain.roles import Role
from lianfang.interfaces.exchange.layouts.columns import Columns
from lianfang.interfaces.exchange.layouts.layout import Desk, RowRefused
from lianfang.interfaces.exchange.layouts.outcome import Outcome
from lianfang.interfaces.exchange.layouts.rows_of_reports import CHANNEL, Read, placed, read_row
from lianfang.interfaces.exchange.sheet import Sheet
from lianfang.kernel.faults import fault
from lianfang.kernel.scope import EVERYTHING, within

MODE = "import"


class Reports:
    """Answers of people, one a row."""

    what = "reports"
    by: tuple[Role, ...] = ANSWERERS

    def columns(self, sheet: Sheet) -> Columns:
        """Headers as exports and schools write them; a unit's code counts before its name."""
        return Columns(sheet, column_of, code_first=("unit",))

    def check(self, desk: Desk, outcome: Outcome) -> None:
        """Parse every row, compare the rows with each other, then find unit and person of each."""
        if outcome.sheet.frame is not None:
            from lianfang.interfaces.exchange.layouts.reports_together import Together  # noqa: PLC0415  loads polars

            outcome.staged = Together(desk, outcome).check()
            return
        read = _read(desk, outcome)
        for problem in row_problems([(number, one.draft) for number, one in read.items()]):
            outcome.refuse(problem.row or 0, [problem])
        with within(EVERYTHING):  # as each row's intake does by itself: who may do what is decided by `desk.by`
            for number, one in read.items():
                if number not in outcome.refused_rows:
                    problems, notes, _ = placed(desk, one)
                    outcome.refuse(number, problems)
                    outcome.note(number, notes)
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

    def write_staged(self, desk: Desk, outcome: Outcome, among: Sequence[int]) -> None:
        """Plain answers of these units at once; those who have answered otherwise before one after the other."""
        staged = outcome.staged
        assert staged is not None  # noqa: S101
        if not among:
            return
        rows = sum(staged.rows[unit] for unit in among)
        otherwise = import_answers(desk.by, unit=desk.home, among=among, staged=staged, key=desk.key, rows=rows)
        fault("mid_apply")
        for row in outcome.sheet.rows.of(otherwise) if otherwise else ():  # type: ignore[attr-defined]
            one, _, _ = read_row(desk, outcome.columns, row, {})
            if one is not None:
                self.write(desk, {row.number: one.raw})

    def forget_staged(self) -> None:
        """Nothing stays staged once a file is done with."""
        forget()


def _read(desk: Desk, outcome: Outcome) -> dict[int, Read]:
    headers = {path: header_of(path, get_language() or "") for path in HEADERS}
    read: dict[int, Read] = {}
    for row in outcome.sheet.rows:
        if outcome.unreadable(row.number):
            continue
        one, problems, notes = read_row(desk, outcome.columns, row, headers)
        outcome.note(row.number, notes)
        outcome.refuse(row.number, problems)
        if one is not None:
            read[row.number] = one
    return read
