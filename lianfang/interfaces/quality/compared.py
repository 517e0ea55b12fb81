"""What was recounted at the source (复核): totals and lists compared with the other side's in two-way verification."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django.db.models import F, Q, Value
from django.db.models.fields.json import KeyTransform
from django.db.models.functions import StrIndex

from lianfang.capabilities.verification.models import Run
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import below

PERSONS: Final = ""
"""The item of a comparison person by person: how many there are on either list."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One item of one comparison: (unit's number, ours, the other side's) of the units that both sides counted."""

    run: Run
    item: str
    pairs: tuple[tuple[int, int, int], ...]


def compared_under(unit: Unit, since: date, until: date) -> tuple[Compared, ...]:
    """The newest comparison of each agreement at, under or over the unit in the days; none is no comparison."""
    low, high = below(unit.path)
    under = Q(unit__path__gte=low, unit__path__lt=high)
    starts, ends = (datetime.combine(day, time(0), unit.zone) for day in (since, until + timedelta(days=2)))
    runs = (
        Run.objects.exclude(state="waiting").filter(started_at__gte=starts, started_at__lt=ends)
        .annotate(covers=StrIndex(Value(unit.path), F("unit__path")), margins=KeyTransform("margins", "model"))
        .filter(under | Q(covers=1, kind="totals"))
        .order_by("agreement_id", "-number").distinct("agreement_id").defer("model").select_related("unit", "agreement")
    )  # fmt: skip
    return tuple(found for run in runs for found in _of(run, low, high) if found.pairs)


def _of(run: Any, low: str, high: str) -> Iterator[Compared]:
    if run.kind != "totals":
        ours, theirs = run.counts.get("ours"), run.counts.get("theirs")
        yield Compared(run, PERSONS, () if ours is None or theirs is None else ((run.unit_id, ours, theirs),))
        return
    margins: Mapping[str, Mapping[str, list[int]]] = run.margins or {}
    named = {int(number) for units in margins.values() for number in units}
    inside = set(Unit.objects.filter(pk__in=named, path__gte=low, path__lt=high).values_list("pk", flat=True))
    for item, units in margins.items():
        # Sums with a cell missing on either side cannot be compared: missing is not zero.
        pairs = ((int(n), row[0], row[1]) for n, row in units.items() if int(n) in inside and not row[4] + row[5])
        yield Compared(run, item, tuple(pairs))
