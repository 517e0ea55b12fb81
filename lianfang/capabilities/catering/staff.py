"""Who of the staff eats at which sitting (员工用餐): a standing roster, counted at the cut-off."""

from __future__ import annotations

from lianfang.capabilities.catering.actions import COOKS, DIETICIANS
from lianfang.capabilities.catering.models import StaffDiner
from lianfang.capabilities.catering.words import MEALS
from lianfang.domain.refusals import Refused
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.actions import action, store
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import Person


@action("staff_meal.set", by=(*COOKS, *DIETICIANS), over="unit", facts=("colleague", "meal", "eats"))
def set_staff_meal(
    by: Actor, *, unit: Unit, colleague: Person, meal: str, eats: bool = True, post: str = ""
) -> StaffDiner | None:
    """Say that a member of staff eats a meal here every day from now on, at which post, or no longer does."""
    if meal not in dict(MEALS):
        raise Refused("choice.unknown", "meal", choices=list(dict(MEALS)))
    at = clock.now()
    StaffDiner.objects.filter(unit=unit, person=colleague, meal=meal, until__isnull=True).update(until=at)
    if not eats:
        return None
    return store(StaffDiner(unit=unit, person=colleague, meal=meal, post=post, since=at, by=by.name[:60]))
