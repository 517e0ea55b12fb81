"""What may be done about meals (供餐): diets, what a meal takes from stock, fixing the list, serving, delivering."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from lianfang.capabilities.catering.drops import STAFF
from lianfang.capabilities.catering.models import Delivery, Diet, MealItem, Shortfall, Sitting
from lianfang.capabilities.catering.sittings import DELIVERY, fixed, list_at, times_in
from lianfang.capabilities.catering.words import DIETS
from lianfang.domain.refusals import Refused
from lianfang.domain.roles import Role
from lianfang.domain.stock.quantity import checked
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.actions import action, store
from lianfang.kernel.audit.ops import ref
from lianfang.kernel.ledgers import ops
from lianfang.kernel.ledgers.models import Item
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import Person
from lianfang.kernel.policies.ops import policy_of
from lianfang.kernel.tasks.ops import excuse_all, of, settle

COOKS = (Role.KITCHEN, Role.SITE_MANAGER, Role.ADMINISTRATOR)
"""Who runs the kitchen."""
CARRIERS = (*COOKS, Role.CREW, Role.NURSE)
"""Who brings food to the drop points."""
DIETICIANS = (Role.NURSE, Role.DOCTOR, Role.SITE_MANAGER)
"""Who knows what somebody may eat."""


@action("diet.set", by=DIETICIANS, over="unit", facts=("person",))
def set_diet(by: Actor, *, unit: Unit, person: Person, diet: str, avoid: str = "") -> Diet:
    """Say what somebody eats from now on; the diet before ends. The kitchen sees the room, not the name."""
    if diet not in {code for code, _ in DIETS}:
        raise Refused("choice.unknown", "diet")
    at = clock.now()
    Diet.objects.filter(unit=unit, person=person, until__isnull=True).update(until=at)
    return store(Diet(unit=unit, person=person, diet=diet, avoid=avoid, since=at, by=by.name[:60]))


@action("meal.item_set", by=COOKS, over="unit", facts=("item", "per_meal", "in_use"))
def set_meal_item(
    by: Actor, *, unit: Unit, item: Item, per_meal: Decimal = Decimal(1), in_use: bool = True
) -> MealItem:
    """Say what each meal takes out of stock, such as one box; stock then knows what the plans will use."""
    row = MealItem.objects.filter(unit=unit, item=item).first() or MealItem(unit=unit, item=item)
    row.per_meal, row.in_use = checked(per_meal, "per_meal"), in_use
    return store(row)


@action("meal.list_fixed", by=COOKS, over="unit", facts=("day", "meal"))
def fix_list(by: Actor, *, unit: Unit, day: date, meal: str) -> Sitting:
    """Fix a sitting's list as it stood at the cut-off; what changes afterwards is listed beside it."""
    return fixed(unit, day, meal, by=by.name)


@action("meal.served", by=COOKS, over="unit", facts=("day", "meal"))
def serve_meals(by: Actor, *, unit: Unit, day: date, meal: str) -> Sitting:
    """Record that a sitting was served: one meal for every guest and member of staff, its boxes taken out of stock.

    When the store has too few, what is there is issued and the rest is on record as a shortfall.
    """
    policy = policy_of(unit, on=day)
    listed = fixed(unit, day, meal, by=by.name, policy=policy)
    sitting = Sitting.objects.select_for_update(of=("self",)).select_related("unit").get(pk=listed.pk)
    if sitting.served_at is not None:
        raise Refused("meal.served_already", "meal")
    at = clock.now()
    moment = min(at, times_in(policy, unit, day, meal).served_until)
    listed_now = list_at(unit, day, meal, at=moment, policy=policy)
    sitting.staff = sum(number for one, number in listed_now.items() if one.drop == STAFF)
    sitting.served = sum(listed_now.values()) - sitting.staff
    sitting.served_at = at
    store(sitting)
    _let_go(sitting)
    for used in MealItem.objects.filter(unit=unit, in_use=True).select_related("item"):
        _take(sitting, used, by=by.name, at=moment)
    return sitting


def _let_go(sitting: Sitting) -> None:
    """Whoever does not record the way of the food owes nothing for it once the meal is over."""
    waiting = sitting.deliveries.filter(left_at__isnull=True, arrived_at__isnull=True)
    excuse_all(waiting, reason="served", kinds=(DELIVERY,))


def _take(sitting: Sitting, used: MealItem, *, by: str, at: datetime) -> None:
    wanted = ((sitting.served or 0) + sitting.staff) * used.per_meal
    if not wanted:
        return
    act = ops.Act(by=by, at=at, because=ref(sitting), key=f"meal-{sitting.pk}-{used.pk.hex[-12:]}")
    done = ops.issue(sitting.unit, used.item, wanted, act=act, all_or_nothing=False)
    if done.short:
        Shortfall.objects.create(
            unit=sitting.unit, sitting=sitting, item=used.item, wanted=wanted, issued=done.amount, short=done.short
        )


@action("meal.sent", by=CARRIERS, over="delivery", facts=("delivery", "vehicle"))
def send_meals(by: Actor, *, delivery: Delivery, vehicle: str = "", at: datetime | None = None) -> Delivery:
    """Record that the food for a drop point has left the kitchen."""
    row = _locked(delivery)
    if row.left_at is not None:
        raise Refused("flow.condition", "delivery", state="left", move="send")
    moment = _moment(at)
    if row.arrived_at is not None and moment > row.arrived_at:
        raise Refused("date.not_after", "at", later=row.arrived_at.astimezone(row.unit.zone).isoformat())
    row.left_at, row.vehicle, row.by = moment, vehicle, by.name[:60]
    return store(row)


@action("meal.arrived", by=CARRIERS, over="delivery", facts=("delivery", "celsius"))
def deliver_meals(
    by: Actor, *, delivery: Delivery, celsius: Decimal | None = None, at: datetime | None = None
) -> Delivery:
    """Record that the food is at its drop point, and how warm it was."""
    row, moment = _locked(delivery), _moment(at)
    if row.arrived_at is not None:
        raise Refused("flow.condition", "delivery", state="arrived", move="deliver")
    if row.left_at is None:
        raise Refused("meal.not_sent", "delivery")
    if moment < row.left_at:
        raise Refused("date.order", "at", earlier=row.left_at.astimezone(row.unit.zone).isoformat())
    row.arrived_at, row.celsius, row.by = moment, celsius, by.name[:60]
    for task in of(row, DELIVERY):
        settle(task, at=moment, by=by.name)
    return store(row)


def _locked(delivery: Delivery) -> Delivery:
    return Delivery.objects.select_for_update(of=("self",)).select_related("unit").get(pk=delivery.pk)


def _moment(at: datetime | None) -> datetime:
    now = clock.now()
    if at is not None and at > now:
        raise Refused("date.in_future", "at")
    return at or now
