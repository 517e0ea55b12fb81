"""Outcome indicators of observation (观察成效): how many of those observed became a case, left unreleased, or relapsed.

Period and population: everybody admitted within the period; person-days from admission to the end of the stay, at most
to the end of the period. Source: the records of stays.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Final

from lianfang.capabilities.stays.models import Stay
from lianfang.capabilities.stays.models.stay import CONVERTED, LOST
from lianfang.domain.outcomes import Outcome
from lianfang.kernel import clock
from lianfang.kernel.briefing import measured
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import below

COUNTED: Final = (("observed.infected", CONVERTED), ("observed.lost", LOST))


@measured
def of_observation(unit: Unit, since: date, until: date) -> Iterator[Outcome]:
    """Nothing where nobody was observed in the period."""
    low, high = below(unit.path)
    first, over = (datetime.combine(day, time(0), unit.zone) for day in (since, until + timedelta(days=1)))
    stays = list(
        Stay.objects.filter(unit__path__gte=low, unit__path__lt=high, admitted_at__gte=first, admitted_at__lt=over)
    )
    if not stays:
        return
    end = min(over, clock.now())
    days = sum(_days(unit, one.admitted_at or first, min(one.ended_at or end, end)) for one in stays)
    for code, state in COUNTED:
        yield Outcome(code, since, until, sum(one.state == state for one in stays), len(stays), days)


def _days(unit: Unit, admitted: datetime, ended: datetime) -> int:
    """Nights of a stay: a day is counted for each midnight that somebody was there, as rooms are counted."""
    return max(0, (ended.astimezone(unit.zone).date() - admitted.astimezone(unit.zone).date()).days)
