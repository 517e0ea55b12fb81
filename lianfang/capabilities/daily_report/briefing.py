"""What the briefing says of reports (日报: 报送情况、报送质量): expected, in, late and missing by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import F, Q, QuerySet

from lianfang.domain.amounts import AtLeast
from lianfang.domain.briefing.figures import Figure, Name
from lianfang.domain.briefing.trends import published
from lianfang.domain.periods import deadline
from lianfang.kernel.briefing import MOST_NAMED, Asked, Called, briefed, name_of
from lianfang.kernel.dues.models import REPORT, Due
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import below
from lianfang.kernel.policies.ops import policy_of
from lianfang.kernel.reporting.board import Board
from lianfang.kernel.reporting.forms import DAILY
from lianfang.kernel.reporting.models import UnitReport

COUNTED = ("fever", "confirmed", "isolated")
"""Items of the daily form that a briefing repeats."""


@briefed("reporting")
def reporting(asked: Asked) -> Iterator[Figure]:
    """How many reports were owed and came, in three numbers and never one percentage; missing is past its time."""
    counts = asked.board(asked.day).counts
    if not counts:
        return
    due, owing = counts.expected, _owing(asked)
    yield Figure("reporting.received", counts.received, due, measure="report")
    yield Figure("reporting.on_time", counts.on_time, due, measure="report")
    yield Figure("reporting.late", counts.late, due, measure="report")
    if owing.not_yet:
        yield Figure("reporting.not_yet", owing.not_yet, due, measure="report")
    yield Figure("reporting.missing", owing.missing, due, measure="report")
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
    seen, owing = asked.board(asked.day), _owing(asked)
    yield Figure("quality.weather", state=_weather(seen, owing))
    if seen.counts.late:
        late = _late(asked)
        names, more = _named(late, seen.counts.late)
        yield Figure("quality.late", seen.counts.late, seen.counts.expected, measure="unit", names=names, more=more)
    if owing.not_yet:
        yield Figure("quality.not_yet", owing.not_yet, seen.counts.expected, measure="unit")
    if owing.missing:
        names, more = _named(owing.named, owing.missing)
        of = seen.counts.expected
        yield Figure("quality.missing", owing.missing, of, measure="unit", names=names, more=more)
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


@dataclass(frozen=True, slots=True)
class _Owing:
    """What is not in: how much of it past its time (漏报) and how much before it (未到时限), and some of the former."""

    missing: int
    not_yet: int
    named: tuple[Called, ...]


def _owing(asked: Asked) -> _Owing:
    """What the board counts as not in, parted by the time at which each was due."""
    seen = asked.board(asked.day)
    if not seen.counts.missing:
        return _Owing(0, 0, ())
    open_still = _open_still(asked, seen)
    # A board above a county was added up a moment ago: what came in since then must not be counted below zero.
    not_yet = min(seen.counts.missing, open_still.filter(due_at__gte=seen.at).values("unit", "slot").distinct().count())
    missing = seen.counts.missing - not_yet
    late = open_still.filter(due_at__lt=seen.at).values("unit").distinct().order_by("unit__code")[:MOST_NAMED]
    ids = [one["unit"] for one in late] if missing else []
    return _Owing(missing, not_yet, tuple(Unit.objects.filter(pk__in=ids).order_by("code")))


def _open_still(asked: Asked, seen: Board) -> QuerySet[Due]:
    """The dues that the board counts as not in, on either line."""
    low, high = below(asked.unit.path)
    here = asked.within("") | Q(sector_path__gte=low, sector_path__lt=high)
    return Due.objects.filter(here, day=asked.day, kind=seen.kind, source=True, settled_at=None, excused="").filter(
        Q(unit=asked.unit) if seen.own else ~Q(unit=asked.unit)
    )


def _weather(seen: Board, owing: _Owing) -> str:
    if not seen.counts.expected:
        return "none_owed"
    if owing.missing:
        return "missing"
    return "not_yet" if owing.not_yet else "late" if seen.counts.late else "clear"


def _late(asked: Asked) -> Iterator[Called]:
    dues = Due.objects.filter(asked.within(""), day=asked.day, kind=REPORT, line="territory")
    late = dues.filter(settled_at__gt=F("due_at")).exclude(unit=asked.unit).select_related("unit")
    return (one.unit for one in late.order_by("-settled_at")[:MOST_NAMED])


def _named(units: Iterable[Called], counted: int) -> tuple[tuple[Name, ...], int]:
    """Names of units, as many as a sentence holds, and how many are left."""
    names: Sequence[Name] = [name_of(unit) for unit in units][:MOST_NAMED]
    return tuple(names), max(0, counted - len(names))
