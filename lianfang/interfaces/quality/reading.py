"""What a page of data quality reads (质量取数): dues by day and part, reports, sums, scripts and comparisons."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from lianfang.domain.policy import Policy
from lianfang.domain.report_quality.terms import Asked, Given, Limits, limits_from
from lianfang.interfaces.quality.compared import Compared, compared_under
from lianfang.interfaces.quality.sums import Sums, sums_by_period
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import below
from lianfang.kernel.reporting.board_asked import Question, Rows, ask
from lianfang.kernel.reporting.figures import Counts
from lianfang.kernel.reporting.forms import Edition
from lianfang.kernel.reporting.past import Past, past
from lianfang.kernel.scope import EVERYTHING, looking

JUDGED_DAYS: Final = 28
"""Figures are judged by so many days, however few of them are shown."""
MOST_SCRIPTS: Final = 200

_REPORTS: Final = """
SELECT unit_id, day, current AND returned_at IS NULL, nothing_to_report, values FROM reporting_unitreport
 WHERE unit_id = ANY(%(units)s) AND form = %(form)s AND day = ANY(%(days)s) ORDER BY unit_id, day, revision
"""
_SCRIPTS: Final = """
SELECT a.unit_id, a.day, a.n, u.code, u.name, u.name_en,
       (SELECT sum(t.answered) FROM reporting_tally t WHERE t.unit_id = a.unit_id AND t.day = a.day)
  FROM (SELECT unit_id, day, count(*) AS n FROM reporting_answer
         WHERE automated AND counted AND day = ANY(%(days)s) GROUP BY 1, 2) a
  JOIN orgs_unit u ON u.id = a.unit_id
 WHERE (u.path >= %(low)s AND u.path < %(high)s) OR (u.sector_path >= %(low)s AND u.sector_path < %(high)s)
 ORDER BY a.n DESC, a.day DESC, u.code LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class Script:
    """Answers of a unit and day that came alike within seconds, of how many answers."""

    unit: Unit
    day: date
    alike: int
    answered: int | None


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read. `days` are shown, oldest first; reports are of `judged`, which ends with them.

    `parts` are the lower units by number; `sums` an item's sums by period, oldest first, each as long as `days`.
    """

    unit: Unit
    days: tuple[date, ...]
    judged: tuple[date, ...]
    limits: Limits
    items: tuple[Asked, ...]
    past: Past
    parts: Mapping[int, Unit]
    reports: tuple[Given, ...]
    sums: Mapping[str, Sums]
    scripts: tuple[Script, ...]
    compared: tuple[Compared, ...]

    @property
    def whole(self) -> Counts:
        """Everything owed in the days shown."""
        return _sum([self.past.counts.get(day, Counts()) for day in self.days])

    def part(self, number: int) -> Counts:
        """What was owed by and under a lower unit in the days shown."""
        return _sum([Counts(*self.past.by_part.get(day, {}).get(number, ())) for day in self.days])


def read(unit: Unit, until: date, days: int, *, form: Edition, policy: Policy) -> Reading:
    """Read for `days` days up to `until`. Only for whoever sees the figures of the whole unit."""
    judged = days_to(until, max(days, JUDGED_DAYS))
    shown = judged[-days:]
    with looking(EVERYTHING):
        found = past(unit, judged, judged)
        numbers = {number for parts in found.by_part.values() for number in parts}
        parts = Unit.objects.in_bulk(numbers)
        low, high = below(unit.path)
        reports, scripts = ask(
            Question(_REPORTS, {"units": [unit.pk, *sorted(numbers)], "form": form.code, "days": list(judged)}),
            Question(_SCRIPTS, {"low": low, "high": high, "days": list(shown), "most": MOST_SCRIPTS}),
        )
        return Reading(
            unit, shown, judged, limits_from(policy.quality), asked_of(form), found, parts,
            _reports(reports), sums_by_period(unit, until, days, form), _scripts(scripts),
            compared_under(unit, shown[0], until),
        )  # fmt: skip


def days_to(last: date, many: int) -> tuple[date, ...]:
    """So many days, oldest first."""
    return tuple(last - timedelta(days=back) for back in range(many - 1, -1, -1))


def asked_of(form: Edition) -> tuple[Asked, ...]:
    """The counts that a form asks."""
    return tuple(
        Asked(item.code, item.required, not item.sum_of)  # nobody expected at all is no figure
        for item in form.items
        if item.kind == "count"
    )


def _reports(rows: Rows) -> tuple[Given, ...]:
    """Reports that stand, with what was sent first where it was corrected since. Rows are by revision."""
    first: dict[tuple[int, date], Mapping[str, int]] = {}
    found: list[Given] = []
    for unit, day, stands, nothing, values in rows:
        figures = {code: n for code, n in json.loads(values).items() if type(n) is int}
        before = first.setdefault((unit, day), figures)
        if stands:
            found.append(Given(unit, day, figures, nothing, None if before is figures else before))
    return tuple(found)


def _scripts(rows: Rows) -> tuple[Script, ...]:
    return tuple(
        Script(Unit(id=pk, code=code, name=name, name_en=name_en), day, alike, answered)
        for pk, day, alike, code, name, name_en, answered in rows
    )


def _sum(counts: Sequence[Counts]) -> Counts:
    total = Counts()
    for one in counts:
        total.add(one)
    return total
