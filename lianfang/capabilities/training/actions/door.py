"""Temperatures at the door and meals taken (门口测温、就餐登记): a whole round at once, each entry with its answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from lianfang.capabilities.training.entries import ToldMeasured, given_of
from lianfang.capabilities.training.meals import sitting_at
from lianfang.capabilities.training.models import MEALS, ClassRun, Enrolment, MealScan
from lianfang.capabilities.training.roles import AT_THE_DOOR
from lianfang.domain.classes.states import OPEN
from lianfang.domain.refusals import Refused
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.actions import action, store
from lianfang.kernel.audit.ops import record_all
from lianfang.kernel.people.models import Person
from lianfang.kernel.places.models import Place
from lianfang.kernel.policies.ops import policy_of
from lianfang.kernel.readings.models import CLASS, Reading
from lianfang.kernel.readings.ops import Receipt, take_all

ABNORMAL = "door.abnormal"


@action("door.recorded", by=AT_THE_DOOR, over="run", facts=("run", "day", "slot"))
def record_door_round(
    by: Actor, *, run: ClassRun, day: date, slot: str, entries: Sequence[ToldMeasured]
) -> list[Receipt]:
    """Take the temperatures of a class at the door: what can be taken is, every other entry says why not.

    An entry has `key` (the device's own id), `enrolment` or `number`, `celsius`, and may have `symptoms`, `at`, `sure`.
    Refused as a whole: `flow.condition` when the class does not run, `choice.unknown` (slot). A receipt's problem is
    one of the kernel's or `class.not_enrolled`.
    """
    if run.state != OPEN:
        raise Refused("flow.condition", "run", state=run.state, move="measure")
    policy = policy_of(run.unit, on=day)
    if slot not in policy.reading_slots:
        raise Refused("choice.unknown", "slot", choices=policy.reading_slots)
    rows = {str(one.pk): one for one in Enrolment.objects.filter(run=run)}
    by_number = {str(one.number): one for one in rows.values()}
    read = [given_of(one, rows, by_number, day=day, slot=slot, policy=policy, zone=run.unit.zone) for one in entries]
    good = [(subject, given) for subject, given in (one for one in read if not isinstance(one, Receipt))]
    receipts = take_all(by, unit=run.unit, kind=CLASS, given=good, policy=policy)
    _tell_abnormal(
        by, run, [one for (_, given), one in zip(good, receipts, strict=True) if one.fever or given.symptoms]
    )
    taken = iter(receipts)
    return [one if isinstance(one, Receipt) else next(taken) for one in read]


def _tell_abnormal(by: Actor, run: ClassRun, receipts: Sequence[Receipt]) -> None:
    """A second reading that is out of range too is an event: who hears of it is in the plan of reactions."""
    seconds = [one.reading_id for one in receipts if one.reading_id and not one.duplicate]
    found = list(Reading.objects.filter(pk__in=seconds, abnormal=True, second_of__isnull=False)) if seconds else []
    facts = [{"day": str(row.day), "slot": row.slot, "run": str(run.pk)} for row in found]
    record_all(ABNORMAL, by=by, about=[(run.unit, row, one) for row, one in zip(found, facts, strict=True)])


@action("meal.recorded", by=AT_THE_DOOR, over="run", facts=("run", "meal"))
def record_meal(
    by: Actor, *, run: ClassRun, person: Person, place: Place, meal: str, at: datetime | None = None
) -> MealScan:  # fmt: skip
    """Record that somebody came to eat; whoever comes out of the sitting of their group is flagged, and still eats.

    Refused: `choice.unknown` (meal), `class.not_enrolled`, `dining.not_planned`, `date.in_future`.
    """
    if meal not in dict(MEALS):
        raise Refused("choice.unknown", "meal", choices=tuple(dict(MEALS)))
    when = at or clock.now()
    if when > clock.now():
        raise Refused("date.in_future", "at")
    row = Enrolment.objects.filter(run=run, person=person, left_on=None).first()
    if row is None:
        raise Refused("class.not_enrolled", "person")
    own = run.sittings.filter(meal=meal, number=row.sitting or 0, replaced_at=None).first()
    if own is None:
        raise Refused("dining.not_planned", "meal")
    found = sitting_at(run, meal, when)
    return store(
        MealScan(
            unit=run.unit,
            run=run,
            person=person,
            place=place,
            meal=meal,
            at=when,
            sitting=own.number,
            found=found,
            out_of_sitting=found != own.number or place.pk != own.place_id,
            by=by.name[:60],
        )
    )
