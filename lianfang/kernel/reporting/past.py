"""A unit's days one by one (逐日数字): its sums over many days, and its parts over the last of them.

Offices are read from what the fold added up; whatever it did not (institutions, offices of a sector) is counted here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from lianfang.kernel.dues.models import REPORT, ROLL_CALL
from lianfang.kernel.orgs.kinds import OFFICES
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.reporting.board_asked import Question, Rows, ask
from lianfang.kernel.reporting.counted import OWN, Part, Place
from lianfang.kernel.reporting.figures import COUNTED, COUNTS_SQL, HEADS_SQL, Counts, people_of
from lianfang.kernel.reporting.forms import DAILY
from lianfang.kernel.reporting.tree import last

_FOLDED: Final = """
SELECT day, path, figures->'reports', figures->'checks', figures->'people', figures->'sums'->%(form)s->'fever',
       figures->'below'->'reports', figures->'below'->'checks'
  FROM reporting_folded WHERE path = %(path)s AND day = ANY(%(days)s)
UNION ALL
SELECT day, path, figures->'reports', figures->'checks', NULL, NULL, NULL, NULL
  FROM reporting_folded WHERE above = %(path)s AND day = ANY(%(recent)s)
"""
_FEVER: Final = """
SELECT d.day, sum((d.values->>'fever')::numeric), count(*) FROM reporting_unitreport d
 WHERE d.day = ANY(%(days)s) AND d.form = %(form)s AND d.current AND d.returned_at IS NULL AND d.unit_id <> %(unit)s
   AND jsonb_typeof(d.values->'fever') = 'number' AND {where}
   AND EXISTS (SELECT 1 FROM dues_due o
                WHERE o.unit_id = d.unit_id AND o.day = d.day AND o.kind = 'report' AND o.source)
 GROUP BY 1
"""


@dataclass(slots=True)
class Past:
    """What is known of a unit's days; a day on which nothing is known of a thing is not in its mapping.

    `answered` is how many people gave an answer; `fever` how many had one by how many reports, where nobody counts
    people; `by_part` the counts of each lower unit by number.
    """

    counts: dict[date, Counts] = field(default_factory=dict)
    answered: dict[date, int] = field(default_factory=dict)
    fever: dict[date, tuple[int, int]] = field(default_factory=dict)
    by_part: dict[date, dict[int, Counts]] = field(default_factory=dict)


def past(unit: Unit, days: Sequence[date], recent: Sequence[date]) -> Past:
    """All `days` of a unit, and its parts on the `recent` of them.

    Of an office only days that were folded are known; one that was never folded is counted like an institution.
    """
    if unit.kind not in OFFICES or unit.kind == "sector":
        return _counted(unit, days, recent)
    values = {"path": unit.path, "days": list(days), "recent": list(recent), "form": DAILY}
    (rows,) = ask(Question(_FOLDED, values))
    if not rows:
        return _counted(unit, days, recent)
    found = _folded(unit, rows)
    if not found.by_part:  # nothing under it is folded: institutions lie right below
        found.by_part = _dues(unit, recent).by_part
    return found


def _counted(unit: Unit, days: Sequence[date], recent: Sequence[date]) -> Past:
    place = Place(unit, max(days))
    people, fever = ask(_people_asked(place, days), _fever_asked(place, days))
    found = _dues(unit, recent)
    for day, *numbers in people:  # a row a day and line
        if (everybody := people_of(numbers)).rostered:
            found.answered[day] = found.answered.get(day, 0) + everybody.answered
    for day, value, reporting in fever:
        if day not in found.answered:
            before = found.fever.get(day, (0, 0))
            found.fever[day] = (before[0] + int(value), before[1] + reporting)
    return found


def _dues(unit: Unit, days: Sequence[date]) -> Past:
    """Reports by part; class checks where no report is owed below. Under an office there are many checks."""
    place = Place(unit, max(days))
    if unit.kind not in OFFICES:
        return _of_dues(ask(_dues_asked(place, days, REPORT, ROLL_CALL))[0])
    found = _of_dues(ask(_dues_asked(place, days, REPORT))[0])
    return found if found.by_part else _of_dues(ask(_dues_asked(place, days, REPORT, ROLL_CALL))[0])


def _folded(unit: Unit, rows: Rows) -> Past:
    found = Past()
    parts: dict[date, dict[int, tuple[Counts, Counts]]] = {}
    for day, path, reports, checks, people, fever, below_reports, below_checks in rows:
        if path != unit.path:
            parts.setdefault(day, {})[last(path)] = (_counts(reports), _counts(checks))
            continue
        if (everybody := people_of(json.loads(people))).rostered:
            found.answered[day] = everybody.answered
        elif fever:
            value, reporting = json.loads(fever)
            found.fever[day] = (value, reporting)
        both = (_counts(below_reports or reports), _counts(below_checks or checks))
        found.counts[day] = both[0] or both[1]
    for day, of_parts in parts.items():
        reported = any(reports for reports, _ in of_parts.values())
        found.by_part[day] = {pk: reports if reported else checks for pk, (reports, checks) in of_parts.items()}
        found.counts[day] = _sum(found.by_part[day].values())
    return found


def _counts(kept: str | None) -> Counts:
    return Counts(*json.loads(kept)) if kept else Counts()


def _sum(counts: Iterable[Counts]) -> Counts:
    total = Counts()
    for one in counts:
        total.add(one)
    return total


def _dues_asked(place: Place, days: Sequence[date], *kinds: str) -> Question:
    """Dues counted first-hand by day, kind and part."""
    statement = " UNION ALL ".join(
        f"""SELECT d.day, d.kind, {line.part}, {COUNTS_SQL} FROM dues_due d
             WHERE d.day = ANY(%(days)s) AND d.kind = ANY(%(kinds)s) AND d.source
               AND {line.where} AND {line.once} GROUP BY 1, 2, 3"""
        for line in place.lines
    )
    return Question(statement, place.parameters(days=list(days), kinds=list(kinds)))


def _people_asked(place: Place, days: Sequence[date]) -> Question:
    """A question a line, each along its own index."""
    statement = " UNION ALL ".join(
        f"SELECT d.day, {HEADS_SQL} FROM reporting_tally d WHERE d.day = ANY(%(days)s) AND {line.where} GROUP BY 1"
        for line in place.lines
    )
    return Question(statement, place.parameters(days=list(days)))


def _fever_asked(place: Place, days: Sequence[date]) -> Question:
    statement = " UNION ALL ".join(_FEVER.format(where=line.where) for line in place.lines)
    return Question(statement, place.parameters(days=list(days), form=DAILY))


def _of_dues(rows: Rows) -> Past:
    found = Past()
    by_day: dict[date, dict[str, dict[Part, Counts]]] = {}
    for day, kind, part, *numbers in rows:
        of_kind = by_day.setdefault(day, {}).setdefault(kind, {})
        of_kind.setdefault(part, Counts()).add(Counts(*numbers[: len(COUNTED)]))
    for day, kinds in by_day.items():
        chosen = _chosen(kinds)
        found.counts[day] = _sum(chosen.values())
        found.by_part[day] = {int(part): counts for part, counts in chosen.items() if part != OWN}
    return found


def _chosen(kinds: Mapping[str, Mapping[Part, Counts]]) -> Mapping[Part, Counts]:
    """The reports below a unit, else the class checks below it, else what it owes itself; as its board counts."""
    for kind in (REPORT, ROLL_CALL):
        if below := {part: counts for part, counts in kinds.get(kind, {}).items() if part != OWN}:
            return below
    return next((kinds[kind] for kind in (REPORT, ROLL_CALL) if kind in kinds), {})
