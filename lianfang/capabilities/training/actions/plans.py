"""Plans of a class (座位、住宿、就餐安排): rooms and seats, beds and their shortage, sittings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time

from lianfang.capabilities.training import layout, meals
from lianfang.capabilities.training.actions.runs import locked
from lianfang.capabilities.training.attending import attending
from lianfang.capabilities.training.models import ClassRun, ClassSitting, Enrolment, LodgingPlan, RoomPlan
from lianfang.capabilities.training.roles import HOSTS, RUNNERS
from lianfang.capabilities.training.standing import newest_lodging
from lianfang.domain.classes.rooms import shortage
from lianfang.domain.classes.states import CLASS_FLOW, CLOSED, OPEN
from lianfang.domain.policy import Policy
from lianfang.domain.refusals import Refused
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.actions import action, store
from lianfang.kernel.places.models import BED, CLASSROOM, DINES, DINING, DORMITORY, SEAT, Place
from lianfang.kernel.policies.ops import policy_of
from lianfang.kernel.scope import EVERYTHING, within


@action("class.laid_out", by=RUNNERS, over="run", facts=("run",))
def plan_class(by: Actor, *, run: ClassRun, rooms: Sequence[Place], across: int = 0) -> ClassRun:
    """Seat a class in one room or several under the distance policy, `across` desks in a row.

    Refused: `class.too_large` with the rooms that would do, `class.nobody`, `place.wrong_kind`, `flow.condition`;
    `constraint` when another class has the seats on these days.
    """
    held, policy, people = _under_way(run)
    places = layout.held_by(held, rooms, (CLASSROOM,), "rooms")
    laid = layout.seat_everybody(held, places, people, policy, across)
    at = clock.now()
    RoomPlan.objects.filter(run=held, replaced_at=None).update(replaced_at=at)
    for plan, _ in laid:
        plan.at, plan.by = at, by.name[:60]
        store(plan)
    layout.write(held, SEAT, [spot for _, spots in laid for spot in spots])
    if held.state != OPEN:
        held.state = CLASS_FLOW.after(held.state, "lay_out")
        held.save(update_fields=["state"])
    return held


@action("class.lodged", by=RUNNERS, over="run", facts=("run",))
def plan_beds(by: Actor, *, run: ClassRun, rooms: Sequence[Place]) -> LodgingPlan:
    """Give a class the free beds of these rooms under the room policy; how many are short stands in the plan.

    60 twin rooms given to one person each are 60 beds; 118 learners are then 58 short (row G02).
    """
    held, policy, people = _under_way(run)
    places = layout.held_by(held, rooms, (DORMITORY,), "rooms")
    free = layout.beds_free(held, places, policy)
    given = list(zip(people, free, strict=False))
    layout.write(held, BED, [(who, place, spot, place.code) for who, (place, spot) in given])
    return store(
        LodgingPlan(
            unit=held.unit,
            run=held,
            rooms=len(places),
            ordinary=sum(one.capacity for one in places),
            beds=len(free),
            needed=len(people),
            short=shortage(needed=len(people), held=len(free)),
            at=clock.now(),
            by=by.name[:60],
        )
    )


@action("class.shortage_accepted", by=HOSTS, over="run", facts=("run", "reason"))
def accept_shortage(by: Actor, *, run: ClassRun, reason: str) -> LodgingPlan:
    """Decide how the learners without a bed are lodged; the shortage stays on record beside the decision."""
    held = locked(run)
    plan = newest_lodging(held)
    if plan is None or not plan.short or plan.accepted:
        raise Refused("flow.condition", "run", state="no_shortage", move="accept")
    plan.pk, plan.accepted, plan.at, plan.by = None, reason, clock.now(), by.name[:60]
    plan._state.adding = True
    plan.id = LodgingPlan._meta.pk.get_default()
    return store(plan)


@action("class.dining_planned", by=RUNNERS, over="run", facts=("run", "place", "meal", "first_sitting"))
def plan_dining(
    by: Actor, *, run: ClassRun, place: Place, meal: str, first_sitting: time, sitting_minutes: int = 0
) -> list[ClassSitting]:
    """Sittings of a meal, the first at `first_sitting`, in fixed small groups of which none is split.

    Refused: `dining.no_seats`, `dining.group_too_large`, `dining.too_late`, `dining.taken`, `class.nobody`.
    """
    held, policy, people = _under_way(run)
    hall = layout.held_by(held, [place], (DINING,), "place")[0]
    seats = meals.seats_of(hall, policy)
    count = meals.regroup(people, seats, policy)
    wanted = _sittings(people, meals.times_of(first_sitting, count, sitting_minutes or policy.sitting_minutes))
    meals.refuse_full(held, hall, seats, wanted)
    with within(EVERYTHING):
        Enrolment.objects.bulk_update(people, ["group", "sitting"])
    layout.write(held, DINES, meals.tables(held, people, hall))
    ClassSitting.objects.filter(run=held, meal=meal, replaced_at=None).update(replaced_at=clock.now())
    return [
        store(
            ClassSitting(unit=held.unit, run=held, place=hall, meal=meal, number=number, starts=starts, ends=ends,
                         seats=seats, people=eating)
        )
        for number, (starts, ends, eating) in enumerate(wanted, start=1)
    ]  # fmt: skip


def _sittings(people: Sequence[Enrolment], times: Sequence[tuple[time, time]]) -> list[tuple[time, time, int]]:
    return [
        (starts, ends, sum(one.sitting == number for one in people))
        for number, (starts, ends) in enumerate(times, start=1)
    ]


def _under_way(run: ClassRun) -> tuple[ClassRun, Policy, list[Enrolment]]:
    """The class held, its rules, and who attends; refused when it is closed or nobody attends."""
    held = locked(run)
    if held.state == CLOSED:
        raise Refused("flow.condition", "run", state=held.state, move="plan")
    with within(EVERYTHING):
        people = attending(held)
    if not people:
        raise Refused("class.nobody", "run")
    return held, policy_of(held.unit, on=held.first_day), people
