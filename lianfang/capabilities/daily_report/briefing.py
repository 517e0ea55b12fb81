"""What the briefing says of reports (日报: 报送情况、报送质量): expected, in, late and missing by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

from django.db.models import F, Q

from lianfang.domain.amounts import AtLeast
from lianfang.domain.briefing.figures import Figure, Name
from lianfang.domain.briefing.trends import published
from lianfang.domain.periods import deadline
from lianfang.kernel.briefing import MOST_NAMED, Asked, Called, briefed, name_of
from lianfang.kernel.dues.models import REPORT, Due
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import below
from lianfang.kernel.policies.ops import policy_of
from lianfang.kernel.reporting.figures import Counts
from lianfang.kernel.reporting.forms import DAILY
from lianfang.kernel.reporting.models import UnitReport

COUNTED = ("fever", "confirmed", "isolated")
"""Items of the daily form that a briefing repeats."""


@briefed("reporting")
def reporting(asked: Asked) -> Iterator[Figure]:
    """How many reports were owed and came, in three numbers, never one percentage; some missing may have time left."""
    counts = asked.board(asked.day).counts
    if not counts:
        return
    due = counts.expected
    yield Figure("reporting.received", counts.received, due, measure="report")
    yield Figure("reporting.on_time", counts.on_time, due, measure="report")
    yield Figure("reporting.late", counts.late, due, measure="report")
    yield Figure("reporting.missing", counts.missing, due, measure="report")
    if counts.not_yet:
        yield Figure("reporting.not_yet", counts.not_yet, measure="report")
    if counts.returned:
        yield Figure("reporting.returned", counts.returned, due, measure="report")


@briefed("symptoms")
def counted(asked: Asked) -> Iterator[Figure]:
    """What units' own reports add up to; a lower bound while some are missing, "not reported" when all are."""
    totals = asked.board(asked.day).totals
    everybody = totals["expected"].value if "expected" in totals else None
    for code in COUNTED:
        total = totals.get(code)
        if total is None or not total.expected:
            continue
        whole = total.reporting >= total.expected
        amount = total.value if total.value is None or whole else AtLeast(total.value)
        yield Figure(
            f"symptoms.units_{code}", published(amount, fewest=asked.fewest), everybody, measure="person",
            reporting=(total.reporting, total.expected),
        )  # fmt: skip


@briefed("quality")
def quality(asked: Asked) -> Iterator[Figure]:
    """Whether the figures can be relied on: who was late, who is missing, what was corrected."""
    seen = asked.board(asked.day)
    counts = seen.counts
    yield Figure("quality.weather", state=_weather(counts))
    if counts.late:
        late = _late(asked)
        names, more = _named(late, counts.late)
        yield Figure("quality.late", counts.late, counts.expected, measure="unit", names=names, more=more)
    if counts.not_yet:
        yield Figure("quality.not_yet", counts.not_yet, counts.expected, measure="unit")
    if counts.overdue:
        names, more = _named(_overdue(asked), counts.overdue)
        of = counts.expected
        yield Figure("quality.overdue", counts.overdue, of, measure="unit", names=names, more=more)
    sent = UnitReport.objects.filter(asked.within(""), form=DAILY, day=asked.day)
    yield Figure("quality.corrected", sent.filter(revision__gt=1).count(), sent.count(), measure="report")


@briefed("owed")
def owed(asked: Asked) -> Iterator[Figure]:
    """The unit's own report of tomorrow, and by when."""
    if not asked.unit.reports or asked.unit.parent is None:
        return
    policy = policy_of(asked.unit, on=asked.day + timedelta(days=1))
    by = deadline(policy, asked.unit.kind, asked.unit.parent.kind)
    if by is not None:
        yield Figure("owed.report", about=Name.of(f"{by:%H:%M}"), state="at_time")


def _overdue(asked: Asked) -> Iterable[Called]:
    """The first of the units whose report is missing although its time is over."""
    seen = asked.board(asked.day)
    low, high = below(asked.unit.path)
    here = asked.within("") | Q(sector_path__gte=low, sector_path__lt=high)
    still = Due.objects.filter(
        here, day=asked.day, kind=seen.kind, source=True, settled_at=None, excused="", due_at__lt=seen.as_of
    ).filter(Q(unit=asked.unit) if seen.own else ~Q(unit=asked.unit))
    first = still.values("unit").distinct().order_by("unit__code")[:MOST_NAMED]
    return Unit.objects.filter(pk__in=[one["unit"] for one in first]).order_by("code")


def _weather(counts: Counts) -> str:
    if not counts.expected:
        return "none_owed"
    if counts.overdue:
        return "missing"
    return "not_yet" if counts.not_yet else "late" if counts.late else "clear"


def _late(asked: Asked) -> Iterator[Called]:
    dues = Due.objects.filter(asked.within(""), day=asked.day, kind=REPORT, line="territory")
    late = dues.filter(settled_at__gt=F("due_at")).exclude(unit=asked.unit).select_related("unit")
    return (one.unit for one in late.order_by("-settled_at")[:MOST_NAMED])


def _named(units: Iterable[Called], counted: int) -> tuple[tuple[Name, ...], int]:
    """Names of units, as many as a sentence holds, and how many are left."""
    names: Sequence[Name] = [name_of(unit) for unit in units][:MOST_NAMED]
    return tuple(names), max(0, counted - len(names))
