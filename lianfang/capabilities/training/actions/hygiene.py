"""Disinfection and the opening checklist (消毒与开班检查): orders before classes, zones every half day, answers."""

from __future__ import annotations

from datetime import date, datetime

from lianfang.capabilities.training.actions.runs import locked
from lianfang.capabilities.training.checklist import codes
from lianfang.capabilities.training.layout import places_of
from lianfang.capabilities.training.models import (
    ANSWERS,
    ClassRun,
    OpeningAnswer,
    TrainingPhase,
    WorkOrder,
    ZoneDisinfection,
)
from lianfang.capabilities.training.roles import CLEANERS, HOSTS, RUNNERS
from lianfang.capabilities.training.zones import owed_in, settle_zone
from lianfang.domain.policy import Policy
from lianfang.domain.refusals import Refused
from lianfang.domain.roles import Role
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.actions import action, store
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.places.models import ZONE, Place
from lianfang.kernel.policies.ops import policy_of
from lianfang.kernel.tasks import ops as tasks


@action("phase.begun", by=HOSTS, over="unit", facts=("unit", "first_day", "last_day"))
def begin_phase(by: Actor, *, unit: Unit, first_day: date, last_day: date) -> TrainingPhase:
    """Begin a training phase: every zone of the unit owes a disinfection for each half of each of its days.

    The same days again take in the zones that came since. Refused: `date.order` (last_day).
    """
    if last_day < first_day:
        raise Refused("date.order", "last_day", earlier="first_day")
    same = TrainingPhase.objects.filter(unit=unit, first_day=first_day, last_day=last_day).first()
    phase = same or store(TrainingPhase(unit=unit, first_day=first_day, last_day=last_day))
    tasks.owe_all(owed_in(phase, places_of(unit, ZONE)))
    return phase


@action("order.finished", by=CLEANERS, over="order", facts=("agent", "mg_l", "minutes"))
def finish_order(
    by: Actor, *, order: WorkOrder, agent: str, mg_l: int, minutes: int, surfaces: bool, floors: bool
) -> WorkOrder:  # fmt: skip
    """Write down the disinfection before a class: with what, how strong, how long; then somebody else signs it.

    Refused: `disinfection.too_weak`, `disinfection.too_short`, `order.incomplete`, `flow.condition` once signed.
    """
    held = _held(order)
    if held.state == "signed":
        raise Refused("flow.condition", "order", state=held.state, move="finish")
    _refuse_weak(policy_of(held.unit, on=held.run.first_day), mg_l, minutes)
    if not (surfaces and floors):
        raise Refused("order.incomplete", "surfaces" if not surfaces else "floors")
    held.state, held.agent, held.mg_l, held.minutes = "done", agent, mg_l, minutes
    held.surfaces, held.floors = surfaces, floors
    held.done_at, held.done_by, held.done_by_id = clock.now(), by.name[:60], by.account_id
    store(held)
    _settle(held, by)
    tasks.owe(
        held.unit, "check", held, name="开班前消毒验收签字", name_en="Sign off the disinfection before the class",
        due_at=held.due_at, role=Role.CLASS_HEAD,
    )  # fmt: skip
    return held


@action("order.signed", by=RUNNERS, over="order", facts=("evidence",))
def sign_order(by: Actor, *, order: WorkOrder, evidence: str) -> WorkOrder:
    """Sign the disinfection before a class off, with what was seen (and a photo beside it); it unblocks the opening.

    Refused: `order.not_done`, `order.own_work` for whoever did it, `required` (evidence), `flow.condition`.
    """
    held = _held(order)
    if held.state == "signed":
        raise Refused("flow.condition", "order", state=held.state, move="sign")
    if held.state != "done":
        raise Refused("order.not_done", "order")
    if not evidence.strip():
        raise Refused("required", "evidence")
    if by.account_id is not None and by.account_id == held.done_by_id:
        raise Refused("order.own_work", "order")
    held.state, held.evidence = "signed", evidence
    held.signed_at, held.signed_by, held.signed_by_id = clock.now(), by.name[:60], by.account_id
    store(held)
    _settle(held, by)
    return held


def _held(order: WorkOrder) -> WorkOrder:
    found = WorkOrder.objects.select_for_update(of=("self",)).select_related("unit", "run__unit")
    return found.get(pk=order.pk)


def _settle(order: WorkOrder, by: Actor) -> None:
    for task in tasks.of(order).filter(settled_at=None):
        tasks.settle(task, at=clock.now(), by=by.name)


@action("opening.answered", by=RUNNERS, over="run", facts=("question", "answer"))
def answer_opening(by: Actor, *, run: ClassRun, question: str, answer: str, note: str = "") -> OpeningAnswer:
    """Answer one item of the opening checklist: yes, no or not applicable; a later answer takes its place.

    A "no" says what is missing (`required`, note). Refused: `choice.unknown`, `flow.condition` once the class runs.
    """
    held = locked(run)
    if held.state not in ("planned", "ready"):
        raise Refused("flow.condition", "run", state=held.state, move="answer")
    if question not in codes():
        raise Refused("choice.unknown", "question", choices=codes())
    if answer not in dict(ANSWERS):
        raise Refused("choice.unknown", "answer", choices=tuple(dict(ANSWERS)))
    if answer == "no" and not note.strip():
        raise Refused("required", "note")
    return store(
        OpeningAnswer(
            unit=held.unit, run=held, item=question, answer=answer, note=note, at=clock.now(), by=by.name[:60]
        )
    )


@action("zone.disinfected", by=CLEANERS, over="zone", facts=("zone", "day", "slot", "agent", "mg_l", "minutes"))
def record_disinfection(
    by: Actor, *, zone: Place, day: date, slot: str, agent: str, mg_l: int, minutes: int,
    at: datetime | None = None, reason: str = "",
) -> ZoneDisinfection:  # fmt: skip
    """Record the disinfection of a zone for a half of a day; a second record for it corrects the first and says why.

    Refused: `place.wrong_kind`, `choice.unknown` (slot), `disinfection.too_weak`, `disinfection.too_short`,
    `date.in_future`, `disinfection.recorded` for a second record without a reason.
    """
    policy = policy_of(zone.unit, on=day)
    when = at or clock.now()
    if zone.kind != ZONE:
        raise Refused("place.wrong_kind", "zone", places=[zone.code])
    if slot not in policy.disinfection_due:
        raise Refused("choice.unknown", "slot", choices=tuple(policy.disinfection_due))
    if when > clock.now() or day > clock.today(zone.unit.zone):
        raise Refused("date.in_future", "at" if when > clock.now() else "day")
    _refuse_weak(policy, mg_l, minutes)
    Place.objects.select_for_update(of=("self",)).get(pk=zone.pk)
    before = ZoneDisinfection.objects.filter(place=zone, day=day, slot=slot).count()
    if before and not reason.strip():
        raise Refused("disinfection.recorded", "slot", day=str(day), slot=slot)
    done = store(
        ZoneDisinfection(
            unit=zone.unit,
            place=zone,
            day=day,
            slot=slot,
            revision=before + 1,
            at=when,
            agent=agent,
            mg_l=mg_l,
            minutes=minutes,
            reason=reason,
            by=by.name[:60],
            by_id=by.account_id,
        )
    )
    settle_zone(done, by)
    return done


def _refuse_weak(policy: Policy, mg_l: int, minutes: int) -> None:
    if mg_l < policy.surface_mg_l:
        raise Refused("disinfection.too_weak", "mg_l", least=policy.surface_mg_l)
    if minutes < policy.surface_minutes:
        raise Refused("disinfection.too_short", "minutes", least=policy.surface_minutes)
