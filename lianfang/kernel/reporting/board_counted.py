"""What a board counts (值班台计数): the reports below a unit, or the class checks, or what it owes itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, dataclass
from datetime import date, datetime
from typing import Final

from lianfang.kernel.dues.models import HANDOVER, REPORT, ROLL_CALL, Due
from lianfang.kernel.orgs.kinds import OFFICES
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.reporting.board_asked import Question, Rows, ask, columns
from lianfang.kernel.reporting.children import NO_PEOPLE, children_asked
from lianfang.kernel.reporting.counted import (
    OWN,
    Numbers,
    Part,
    Place,
    as_dues,
    as_people,
    dues_asked,
    dues_of,
    people_asked,
    sums_of,
)  # fmt: skip
from lianfang.kernel.reporting.figures import COUNTED, Counts, Figures, People, Sums, added, people_of, together
from lianfang.kernel.reporting.fold import Folded, as_folded, folded_asked
from lianfang.kernel.reporting.forms import Edition
from lianfang.kernel.reporting.tree import last

_OWN: Final = f"""
SELECT {columns(Due, "d")} FROM dues_due d
 WHERE d.unit_id = %(unit)s AND d.day = %(day)s AND d.kind IN ('{REPORT}', '{HANDOVER}')
"""
_ABOVE: Final = f"SELECT {columns(Unit, 'u')} FROM orgs_unit u WHERE u.id = ANY(%(ids)s) ORDER BY length(u.path)"
_SENT: Final = """
SELECT CASE WHEN returned_at IS NULL THEN 'sent' ELSE 'returned' END FROM reporting_unitreport
 WHERE unit_id = %(unit)s AND form = %(form)s AND day = %(day)s AND current
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """Of what a board is asked for."""

    unit: Unit
    form: Edition
    day: date
    now: datetime
    modes: bool  # also how people answered

    @property
    def place(self) -> Place:
        """What is counted."""
        return Place(self.unit, self.day, at=self.now)


@dataclass(slots=True)
class Seen:
    """What was counted for one board: which kind of due it counts, of the unit itself or of those below it."""

    kind: str
    own: bool
    counts: Counts
    asked: int
    people: People
    sums: Sums
    by_part: Mapping[Part, Numbers]
    people_by_part: Mapping[Part, Numbers]
    as_of: datetime | None = None


def asked_together(asked: Asked) -> tuple[list[Rows], Seen]:
    """The lower units, own dues, superiors and own report of a place, as rows; and what is counted there."""
    every, rest = _answers(asked)
    folded = as_folded(asked.unit, rest[0]) if asked.unit.kind in OFFICES else None
    return every, _counted(asked, rest) if folded is None else _added_up(asked, folded)


def _answers(asked: Asked) -> tuple[list[Rows], list[Rows]]:
    """What every board needs, and what was added up of an office, or the dues and people of an institution."""
    unit, day = asked.unit, asked.day
    ids = [int(part) for part in unit.path.split("/")[:-2]]
    values = {"unit": unit.pk, "day": day, "form": asked.form.code, "ids": ids}
    every = [*children_asked(unit, day, asked.now), *(Question(text, values) for text in (_OWN, _ABOVE, _SENT))]
    if unit.kind in OFFICES:
        other = [folded_asked(unit, day)]
    else:
        other = [dues_asked(asked.place, REPORT, ROLL_CALL), people_asked(asked.place, modes=asked.modes)]
    answers = ask(*every, *other)
    return answers[: len(every)], answers[len(every) :]


def _counted(asked: Asked, rest: list[Rows]) -> Seen:
    unit, place = asked.unit, asked.place
    if unit.kind in OFFICES:
        # It nearly always has reports below it, and many class checks that nobody then asks for.
        dues, everybody = ask(dues_asked(place, REPORT), people_asked(place, modes=asked.modes))
        found = as_dues(dues, REPORT)
        if not found[REPORT].keys() - {OWN}:
            found |= dues_of(place, ROLL_CALL)
    else:
        dues, everybody = rest
        found = as_dues(dues, REPORT, ROLL_CALL)
    kind, own, owed = _chosen(unit, found)
    people = as_people(everybody)
    of_others = kind == REPORT and bool(owed) and not own
    *counts, asking = together(owed.values(), len(COUNTED) + 1)
    return Seen(
        kind=kind,
        own=own,
        counts=Counts(*counts),
        asked=asking,
        people=people_of(together(people.values(), len(NO_PEOPLE))),
        sums=sums_of(place, asked.form, own=not of_others),
        by_part={} if own else owed,
        people_by_part=people,
    )


def _chosen(unit: Unit, found: Mapping[str, dict[Part, Numbers]]) -> tuple[str, bool, dict[Part, Numbers]]:
    """What a board counts: the reports below the unit, else the class checks below it, else what it owes itself.

    An office has others below it even on a day when it has none: it never counts its own report.
    """
    for kind, owed in found.items():
        if below := {part: one for part, one in owed.items() if part != OWN}:
            return kind, False, below
    for kind, owed in found.items():
        if OWN in owed and unit.kind not in OFFICES:
            return kind, True, {OWN: owed[OWN]}
    return REPORT, False, {}


def _added_up(asked: Asked, folded: Folded) -> Seen:
    """From what the worker added up; what lies here by sector only is little, and counted now."""
    place, form = Place(asked.unit, asked.day, sector_only=True, at=folded.at), asked.form
    below, reports = folded.below, bool(folded.below.reports)
    kind = REPORT if reports else ROLL_CALL
    dues, counters = ask(dues_asked(place, kind), people_asked(place))
    by_sector, people = as_dues(dues, kind)[kind], as_people(counters)
    *counts, asking = together(by_sector.values(), len(COUNTED) + 1)
    counted = Counts(*counts)
    counted.add(_of_kind(below, reports=reports))
    everybody = people_of(together(people.values(), len(NO_PEOPLE)))
    everybody.add(below.people)
    sums = sums_of(place, form, own=not reports) if by_sector or not reports else {}
    parts = {str(last(path)): figures for path, figures in folded.parts.items()}
    return Seen(
        kind=kind,
        own=False,
        counts=counted,
        asked=below.asked + asking,
        people=everybody,
        sums=added(below.sums.get(form.code, {}), sums) if reports else sums,
        by_part=by_sector | {part: astuple(_of_kind(f, reports=reports)) for part, f in parts.items()},
        people_by_part=people | {part: tuple(f.people.as_list()) for part, f in parts.items()},
        as_of=folded.at,
    )


def _of_kind(figures: Figures, *, reports: bool) -> Counts:
    return figures.reports if reports else figures.checks
