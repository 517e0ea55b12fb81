"""A unit's days one by one (逐日数字): its sums over many days, and its parts over the last of them.

Offices are read from what the fold added up; whatever it did not (institutions, offices of a sector) is counted here,
but for the people of an institution that is a part of the fold itself: a university has hundreds of counters a day.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from lianfang.kernel.dues.models import REPORT, ROLL_CALL
from lianfang.kernel.orgs.kinds import OFFICES
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.reporting.board_asked import Question, Rows, ask
from lianfang.kernel.reporting.children import NO_COUNTS
from lianfang.kernel.reporting.counted import OWN, Numbers, Part, Place
from lianfang.kernel.reporting.figures import COMPLETE_SQL, COUNTED, COUNTS_SQL, HEADS_SQL, Counts, people_of, together
from lianfang.kernel.reporting.forms import DAILY
from lianfang.kernel.reporting.tree import last

_FOLDED: Final = """
SELECT day, figures->'reports', figures->'checks', figures->'people', figures->'sums'->%(form)s->'fever',
       figures->'below'->'reports', figures->'below'->'checks'
  FROM reporting_folded WHERE path = %(path)s AND day = ANY(%(days)s)
"""
# A row a day: there are a thousand figures, and opening each by itself takes longer than reading them.
_FOLDED_PARTS: Final = """
SELECT day, jsonb_object_agg(path, jsonb_build_array(figures->'reports', figures->'checks'))
  FROM reporting_folded WHERE above = %(path)s AND day = ANY(%(recent)s) GROUP BY day
"""
# What was added up holds as long as nothing of the day has moved since; what moves is noted in the same transaction.
_FOLDED_PEOPLE: Final = """
SELECT f.day, f.figures->'people' FROM reporting_folded f
 WHERE f.path = %(path)s AND f.day = ANY(%(days)s)
   AND NOT EXISTS (SELECT 1 FROM reporting_stale s WHERE s.day = f.day)
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
    people; `by_part` the counts of each lower unit by number, in the order of the fields of `Counts`: they are many.
    """

    counts: dict[date, Counts] = field(default_factory=dict)
    answered: dict[date, int] = field(default_factory=dict)
    fever: dict[date, tuple[int, int]] = field(default_factory=dict)
    by_part: dict[date, dict[int, Numbers]] = field(default_factory=dict)


def past(unit: Unit, days: Sequence[date], recent: Sequence[date], *, brief: bool = False) -> Past:
    """All `days` of a unit, and its parts on the `recent` of them; `brief` counts no more than expected and received.

    Of an office only days that were folded are known; one that was never folded is counted like an institution.
    """
    counts = COMPLETE_SQL if brief else COUNTS_SQL
    if unit.kind not in OFFICES or unit.kind == "sector":
        return _counted(unit, days, _dues(unit, recent, counts))
    values = {"path": unit.path, "days": list(days), "recent": list(recent), "form": DAILY}
    own, parts = ask(Question(_FOLDED, values), Question(_FOLDED_PARTS, values))
    if not own and not parts:
        return _counted(unit, days, _dues(unit, recent, counts))
    found = _folded(own, parts)
    if not found.by_part:  # nothing under it is folded: institutions lie right below
        found.by_part = _dues(unit, recent, counts).by_part
    return found


def _counted(unit: Unit, days: Sequence[date], found: Past) -> Past:
    """The dues that were found, and the people or, on days without any, the reports of who has a fever."""
    place = Place(unit, max(days))
    (added_up,) = ask(Question(_FOLDED_PEOPLE, {"path": unit.path, "days": list(days)}))
    known = [(day, *json.loads(people)) for day, people in added_up]
    (counted,) = ask(_people_asked(place, days, without={row[0] for row in known}))
    for day, *numbers in [*known, *counted]:  # a row a day and line
        if (everybody := people_of(numbers)).rostered:
            found.answered[day] = found.answered.get(day, 0) + everybody.answered
    if silent := [day for day in days if day not in found.answered]:
        for day, value, reporting in ask(_fever_asked(place, silent))[0]:
            before = found.fever.get(day, (0, 0))
            found.fever[day] = (before[0] + int(value), before[1] + reporting)
    return found


def _dues(unit: Unit, days: Sequence[date], counts: str) -> Past:
    """Reports by part; class checks where no report is owed below. Under an office there are many checks."""
    place = Place(unit, max(days))
    if unit.kind not in OFFICES:
        return _of_dues(ask(_dues_asked(place, days, counts, REPORT, ROLL_CALL))[0])
    found = _of_dues(ask(_dues_asked(place, days, counts, REPORT))[0])
    return found if found.by_part else _of_dues(ask(_dues_asked(place, days, counts, REPORT, ROLL_CALL))[0])


def _folded(own: Rows, parts: Rows) -> Past:
    found = Past()
    for day, reports, checks, people, fever, below_reports, below_checks in own:
        if (everybody := people_of(json.loads(people))).rostered:
            found.answered[day] = everybody.answered
        elif fever:
            value, reporting = json.loads(fever)
            found.fever[day] = (value, reporting)
        both = (_counts(below_reports or reports), _counts(below_checks or checks))
        found.counts[day] = both[0] or both[1]
    for day, of_parts in parts:
        figures = {last(path): both for path, both in json.loads(of_parts).items()}
        reported = any(Counts(*reports) for reports, _ in figures.values())
        found.by_part[day] = {pk: _wide(both[0] if reported else both[1]) for pk, both in figures.items()}
        found.counts[day] = _sum(found.by_part[day].values())
    return found


def _counts(kept: str | None) -> Counts:
    return Counts(*json.loads(kept)) if kept else Counts()


def _wide(kept: Sequence[int]) -> Numbers:
    """Numbers as they were kept, as wide as they are now: a day that was added up long ago has fewer."""
    return tuple(kept) + NO_COUNTS[len(kept) :]


def _sum(parts: Iterable[Numbers]) -> Counts:
    return Counts(*together(parts, len(COUNTED)))


def _dues_asked(place: Place, days: Sequence[date], counts: str, *kinds: str) -> Question:
    """Dues counted first-hand by day, kind and part."""
    statement = " UNION ALL ".join(
        f"""SELECT d.day, d.kind, {line.part}, {counts} FROM dues_due d
             WHERE d.day = ANY(%(days)s) AND d.kind = ANY(%(kinds)s) AND d.source
               AND {line.where} AND {line.once} GROUP BY 1, 2, 3"""
        for line in place.lines
    )
    return Question(statement, place.parameters(days=list(days), kinds=list(kinds)))


def _people_asked(place: Place, days: Sequence[date], *, without: Collection[date]) -> Question:
    """A question a line, each along its own index; on the line of the fold `without` the days that it added up."""
    asked = {line.name: [day for day in days if line.name != "territory" or day not in without] for line in place.lines}
    statement = " UNION ALL ".join(
        f"""SELECT d.day, {HEADS_SQL} FROM reporting_tally d
             WHERE d.day = ANY(%({line.name})s) AND {line.where} GROUP BY 1"""
        for line in place.lines
    )
    return Question(statement, place.parameters(**asked))


def _fever_asked(place: Place, days: Sequence[date]) -> Question:
    statement = " UNION ALL ".join(_FEVER.format(where=line.where) for line in place.lines)
    return Question(statement, place.parameters(days=list(days), form=DAILY))


def _of_dues(rows: Rows) -> Past:
    found = Past()
    by_day: dict[date, dict[str, dict[Part, Numbers]]] = {}
    for day, kind, part, *numbers in rows:
        of_kind = by_day.setdefault(day, {}).setdefault(kind, {})
        before = of_kind.get(part)
        of_kind[part] = tuple(numbers) if before is None else together((before, numbers), 0)
    for day, kinds in by_day.items():
        chosen = _chosen(kinds)
        found.counts[day] = _sum(chosen.values())
        found.by_part[day] = {int(part): numbers for part, numbers in chosen.items() if part != OWN}
    return found


def _chosen(kinds: Mapping[str, Mapping[Part, Numbers]]) -> Mapping[Part, Numbers]:
    """The reports below a unit, else the class checks below it, else what it owes itself; as its board counts."""
    for kind in (REPORT, ROLL_CALL):
        if below := {part: counts for part, counts in kinds.get(kind, {}).items() if part != OWN}:
            return below
    return next((kinds[kind] for kind in (REPORT, ROLL_CALL) if kind in kinds), {})
