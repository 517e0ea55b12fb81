"""A declared movement becomes a stay elsewhere (外出申报转旅居史): on the day of leaving (rows D01, D03)."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.db.models import QuerySet

from lianfang.capabilities.census.models import Movement
from lianfang.capabilities.risk_areas.actions import record_sojourn
from lianfang.capabilities.risk_areas.models import Sojourn
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.audit.models import Event
from lianfang.reactions.about import key_of

AT_ONCE: Final = 500  # movements that one pass of the worker takes up


def record_stay_of_movement(event: Event) -> None:
    """A movement was declared: whoever has left already is weighed at once, whoever leaves later on that day."""
    _record(_waiting().filter(pk=key_of(event)[0]))


def record_stays_begun() -> int:
    """The stays of movements declared ahead whose day of leaving has come; how many. The worker asks often."""
    latest = (clock.now() + timedelta(days=1)).date()  # of any time zone; each is compared with its own day
    return _record(_waiting().filter(left_on__lte=latest).order_by("left_on", "pk")[:AT_ONCE])


def _waiting() -> QuerySet[Movement]:
    held = Movement.objects.select_for_update(skip_locked=True, of=("self",)).filter(stay_at__isnull=True)
    return held.exclude(area="").select_related("unit", "person")


def _record(movements: QuerySet[Movement]) -> int:
    begun = [one for one in movements if one.left_on <= clock.today(one.unit.zone)]
    for one in begun:
        _stay(one)
        one.stay_at = clock.now()
        one.save(update_fields=["stay_at"])
    return len(begun)


def _stay(moved: Movement) -> None:
    """The stay, unless the same is on record: the event that recording it leaves has its person weighed."""
    same = Sojourn.objects.filter(person=moved.person, area=moved.area, since=moved.left_on, refuted_at__isnull=True)
    if not same.exists():
        record_sojourn(
            SYSTEM, unit=moved.unit, person=moved.person, area=moved.area, since=moved.left_on, until=moved.back_on
        )
