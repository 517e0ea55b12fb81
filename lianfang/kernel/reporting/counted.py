"""Counting a part of the tree at the moment it is asked for (现算), in the database: one statement a question.

Answers are keyed by part: the number of the lower unit through which a row lies under the place, as text, and `""`
for the place itself. A unit that owes on two lines counts once: on the line by which it lies under the place.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from operator import add
from typing import Any, Final, NamedTuple

from django.utils.translation import get_language

from lianfang.kernel import clock
from lianfang.kernel.dues.models import REPORT
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import below
from lianfang.kernel.reporting.board_asked import Question, ask
from lianfang.kernel.reporting.figures import ASKED_SQL, COUNTS_SQL, HEADS_SQL, PEOPLE_SQL, Sums
from lianfang.kernel.reporting.forms import Edition

Part = str
Numbers = tuple[int, ...]
OWN: Part = ""

_HERE: Final = "(d.path >= %(low)s AND d.path < %(high)s)"
_THERE: Final = f"(d.sector_path >= %(low)s AND d.sector_path < %(high)s AND NOT {_HERE})"


@dataclass(frozen=True, slots=True)
class _Line:
    """A line by which rows `d` lie under a place: each is asked for by itself, along its own index."""

    name: str
    where: str
    path: str

    @property
    def part(self) -> str:
        """The number of the lower unit, as text."""
        return f"split_part(d.{self.path}, '/', %(nth)s)"

    @property
    def once(self) -> str:
        """The other line's due counts only where there is none on this line."""
        return f"""(d.line = '{self.name}' OR NOT EXISTS (
            SELECT 1 FROM dues_due o WHERE o.unit_id = d.unit_id AND o.kind = d.kind AND o.day = d.day
               AND o.slot = d.slot AND o.source AND o.line <> d.line))"""


_TERRITORY: Final = _Line("territory", _HERE, "path")
_SECTOR: Final = _Line("sector", _THERE, "sector_path")


@dataclass(frozen=True, slots=True)
class Place:
    """A unit's part of the tree on a day. `sector_only` leaves out what lies there by territory.

    `at` is the moment that tells what is overdue from what is not due yet.
    """

    unit: Unit
    day: date
    sector_only: bool = False
    at: datetime = field(default_factory=clock.now)

    @property
    def lines(self) -> tuple[_Line, ...]:
        """The lines that are asked for."""
        return (_SECTOR,) if self.sector_only else (_TERRITORY, _SECTOR)

    def parameters(self, **more: Any) -> dict[str, Any]:
        """What the statements ask for."""
        low, high = below(self.unit.path)
        return {"low": low, "high": high, "nth": low.count("/") + 1, "day": self.day, "unit": self.unit.pk,
                "now": self.at, **more}  # fmt: skip


def dues_asked(place: Place, *kinds: str) -> Question:
    """The question for the dues that are counted first-hand; `as_dues` reads it."""
    statement = " UNION ALL ".join(
        f"""SELECT d.kind, {line.part}, {COUNTS_SQL}, {ASKED_SQL} FROM dues_due d
             WHERE d.day = %(day)s AND d.kind = ANY(%(kinds)s) AND d.source AND {line.where} AND {line.once}
             GROUP BY 1, 2"""
        for line in place.lines
    )
    return Question(statement, place.parameters(kinds=list(kinds)))


def as_dues(rows: Iterable[Sequence[Any]], *kinds: str) -> dict[str, dict[Part, Numbers]]:
    """Kind -> part -> the dues that are counted first-hand: the fields of `Counts`, then how many are not excused."""
    every = list(rows)
    return {kind: _by_part((row for row in every if row[0] == kind), after=2) for kind in kinds}


def dues_of(place: Place, *kinds: str) -> dict[str, dict[Part, Numbers]]:
    """As `as_dues`, asked by itself."""
    return as_dues(ask(dues_asked(place, *kinds))[0], *kinds)


def people_asked(place: Place, *, modes: bool = True) -> Question:
    """The question for the people that the counters count, with how they answered or not; `as_people` reads it."""
    sums = PEOPLE_SQL if modes else HEADS_SQL
    statement = " UNION ALL ".join(
        f"SELECT {line.part}, {sums} FROM reporting_tally d WHERE d.day = %(day)s AND {line.where} GROUP BY 1"
        for line in place.lines
    )
    return Question(statement, place.parameters())


def as_people(rows: Iterable[Sequence[Any]]) -> dict[Part, Numbers]:
    """Part -> the people its counters count, in the order of `people_of`."""
    return _by_part(rows, after=1)


def people_by_part(place: Place) -> dict[Part, Numbers]:
    """As `as_people`, asked by itself."""
    return as_people(ask(people_asked(place))[0])


def _by_part(rows: Iterable[Sequence[Any]], *, after: int) -> dict[Part, Numbers]:
    """Part -> its numbers, which stand after that many columns; what lies here on both lines is added up."""
    found: dict[Part, Numbers] = {}
    for row in rows:
        part, numbers = row[after - 1], tuple(row[after:])
        found[part] = tuple(map(add, found[part], numbers)) if part in found else numbers
    return found


def sums_of(place: Place, form: Edition, *, own: bool) -> Sums:
    """Item -> its sum over those who owe a report: the units below the place, or with `own` the place itself."""
    items = [item.code for item in form.items if item.sums]
    if not items:
        return {}
    # A column an item, in one pass; a row an item would have to be sorted. LATERAL: of a day that began after the
    # tables were analysed the planner expects no rows at all, and must not be free to join them in another order.
    sums = ", ".join(f"sum(item{n}), count(item{n})" for n in range(len(items)))
    values = ", ".join(
        f"CASE WHEN jsonb_typeof(r.values->%(item{n})s) = 'number' THEN (r.values->>%(item{n})s)::numeric END item{n}"
        for n in range(len(items))
    )
    statement = f"""
        SELECT {sums} FROM ({_who_owes(place, own=own)}) e CROSS JOIN LATERAL (
               SELECT {values} FROM reporting_unitreport r
                WHERE r.unit_id = e.unit_id AND r.form = %(form)s AND r.day = %(day)s AND r.current
                  AND r.returned_at IS NULL OFFSET 0) given
    """
    codes = {f"item{n}": code for n, code in enumerate(items)}
    ((found,),) = ask(Question(statement, place.parameters(form=form.code, **codes)))
    pairs = zip(items, found[::2], found[1::2], strict=True)
    return {code: (int(value), reporting) for code, value, reporting in pairs if reporting}


def _who_owes(place: Place, *, own: bool) -> str:
    owing = f"SELECT d.unit_id FROM dues_due d WHERE d.day = %(day)s AND d.kind = '{REPORT}' AND d.excused = ''"
    if own:
        return f"{owing} AND d.unit_id = %(unit)s GROUP BY 1"
    # UNION: each unit once.
    return " UNION ".join(
        f"{owing} AND d.source AND d.unit_id <> %(unit)s AND {line.where} AND {line.once}" for line in place.lines
    )


class Named(NamedTuple):
    """A unit by name."""

    code: str
    name: str
    name_en: str

    def __str__(self) -> str:
        return self.name_en if self.name_en and get_language() == "en" else self.name


class Missing(NamedTuple):
    """What is owed and not in, and by whom; `over` says whether its time is, else it is not yet due."""

    unit_id: int
    slot: str
    line: str
    over: bool
    unit: Named


def missing_dues(place: Place, kind: str, *, own: bool, most: int | None) -> list[Missing]:
    """What is owed and not in, the first `most` of the tree; of the place itself with `own`. In the order of codes."""
    limit = "" if most is None else "LIMIT %(most)s"
    lines = " UNION ALL ".join(
        f"""(SELECT {number} AS number, d.path, d.unit_id, d.slot, d.line, d.due_at < %(now)s AS over
               FROM dues_due d
              WHERE d.day = %(day)s AND d.kind = %(kind)s AND d.source AND d.settled_at IS NULL AND d.excused = ''
                AND (d.unit_id = %(unit)s) = %(own)s AND {line.where} AND {line.once} ORDER BY d.path {limit})"""
        for number, line in enumerate((_TERRITORY, _SECTOR))
    )
    statement = f"""
        SELECT d.unit_id, d.slot, d.line, d.over, u.code, u.name, u.name_en
          FROM (SELECT * FROM ({lines}) every ORDER BY number, path {limit}) d JOIN orgs_unit u ON u.id = d.unit_id
         ORDER BY u.code
    """
    (rows,) = ask(Question(statement, place.parameters(kind=kind, own=own, most=most)))
    return [Missing(unit, slot, line, over, Named(*names)) for unit, slot, line, over, *names in rows]
