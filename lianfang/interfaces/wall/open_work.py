"""Open work under a unit (未了事项): incidents with their clocks, and differences between two lists; counts only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Min, Q

from lianfang.capabilities.incidents.models import Incident
from lianfang.capabilities.incidents.standing import open_at as incident_open_at
from lianfang.capabilities.verification.models import Agreement, Item
from lianfang.capabilities.verification.models.work import UNSETTLED
from lianfang.capabilities.verification.standing import open_at as differences_open_at
from lianfang.domain.incidents.clocks import judge
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import under

_FIELDS = (
    "unit__path", "clocked", "limit_seconds", "detected_at", "contained_at", "reported_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Incidents:
    """Open incidents, those beyond a limit among them, and both by the number of the lower unit they lie in."""

    open: int = 0
    beyond: int = 0
    open_in: Counter[int] = field(default_factory=Counter)
    beyond_in: Counter[int] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Differences:
    """Differences that still ask for something, since when the oldest does, and how many are over their time.

    `overdue` is None where it cannot be known: of a past day the time by which each was due then is not kept.
    """

    open: int = 0
    oldest: datetime | None = None
    overdue: int | None = 0


def incidents_under(unit: Unit, *, at: datetime) -> Incidents:
    """The incidents that were open under a unit at a moment. The scope in force must see them."""
    found = Incidents()
    rows = Incident.objects.filter(under(unit, "unit__"), incident_open_at(at)).order_by().values_list(*_FIELDS)
    late = 0
    every = list(rows)
    for path, *clocks in every:
        part, beyond = _part(unit, path), _beyond(clocks, at)
        found.open_in[part] += 1
        found.beyond_in[part] += beyond
        late += beyond
    return Incidents(len(every), late, found.open_in, found.beyond_in)


def differences_under(unit: Unit, *, at: datetime, past: bool) -> Differences:
    """The differences of all agreements of units there that are not settled, or were not at a moment that is `past`."""
    agreements = Agreement.objects.filter(under(unit, "unit__")).order_by().values("pk")
    every = Item.objects.filter(agreement__in=agreements)
    if past:
        return Differences(
            **differences_open_at(every, at).aggregate(open=Count("pk"), oldest=Min("opened_at")), overdue=None
        )
    found = every.filter(state__in=UNSETTLED).aggregate(
        open=Count("pk"), oldest=Min("opened_at"), overdue=Count("pk", filter=Q(due_at__lt=at))
    )
    return Differences(**found)


def _part(unit: Unit, path: str) -> int:
    """The number of the lower unit; 0 for the unit itself and for what lies there by sector only."""
    below = path.removeprefix(unit.path) if path.startswith(unit.path) else ""
    return int(below.split("/", 1)[0]) if below else 0


def _beyond(clocks: Sequence[Any], at: datetime) -> bool:
    """Whether a limit had passed at a moment; a clock that was stopped later was running then."""
    clocked, limit, detected, *stops = clocks
    if not clocked:
        return False
    return any(
        judge("", detected=detected, stopped=stopped, limit=timedelta(seconds=limit), now=at).exceeded
        for stopped in (None if stop is None or stop > at else stop for stop in stops)
    )
