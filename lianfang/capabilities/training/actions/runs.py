"""A class from its plan to its closing report (班次全程): schedule, enrol, leave, open, close."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from lianfang.capabilities.training.attending import enter, leaves, owe_readings
from lianfang.capabilities.training.closing import closing_report
from lianfang.capabilities.training.models import ClassRun, Enrolment, WorkOrder
from lianfang.capabilities.training.moments import day_after
from lianfang.capabilities.training.roles import HOSTS, RUNNERS
from lianfang.capabilities.training.standing import problems, reasons
from lianfang.domain.answers import PersonRef
from lianfang.domain.classes.states import CLASS_FLOW, CLOSED, OPEN
from lianfang.domain.refusals import Refused
from lianfang.domain.roles import Role
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.actions import action, store
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import add_units
from lianfang.kernel.people.models import Person
from lianfang.kernel.places.models import Occupancy
from lianfang.kernel.policies.ops import policy_of
from lianfang.kernel.scope import EVERYTHING, within
from lianfang.kernel.tasks.ops import excuse, owe


@action("class.scheduled", by=HOSTS, over="unit", facts=("unit", "code", "first_day", "last_day"))
def schedule_class(
    by: Actor, *, unit: Unit, code: str, name: str, first_day: date, last_day: date, name_en: str = "",
    number: int = 0, boards: bool = False,
) -> ClassRun:  # fmt: skip
    """Put a class on the plan: its unit opens, and the disinfection before it is owed.

    Refused: `date.order` (last_day), `unit.exists` (code). Without a number it takes the next one.
    """
    if last_day < first_day:
        raise Refused("date.order", "last_day", earlier="first_day")
    if Unit.objects.filter(code=code).exists():
        raise Refused("unit.exists", "code")
    klass = Unit(
        code=code, name=name, name_en=name_en, kind="class", parent=unit, zone_name=unit.zone_name,
        opened_on=min(first_day, clock.today(unit.zone)), reports=False, keeps_roster=False,
    )  # fmt: skip
    run = ClassRun(
        unit=add_units([klass])[0], host=unit, number=number or _next_number(unit), first_day=first_day,
        last_day=last_day, boards=boards,
    )  # fmt: skip
    store(run)
    _owe_order(run)
    return run


def _next_number(unit: Unit) -> int:
    Unit.objects.select_for_update(of=("self",)).get(pk=unit.pk)
    last = ClassRun.objects.filter(host=unit).order_by("-number").values_list("number", flat=True).first()
    return (last or 0) + 1


def _owe_order(run: ClassRun) -> None:
    opens = policy_of(run.unit, on=run.first_day).class_opens_at
    due_at = datetime.combine(run.first_day, opens, run.unit.zone)
    order = store(WorkOrder(unit=run.unit, run=run, due_at=due_at))
    owe(
        run.unit, "order", order, name="开班前消毒", name_en="Disinfection before the class", due_at=due_at,
        alert_at=due_at, role=Role.CREW,
    )  # fmt: skip


@action("class.enrolled", by=RUNNERS, over="run", facts=("run",))
def enrol(
    by: Actor, *, run: ClassRun, people: Sequence[Person] = (), newcomers: Sequence[PersonRef] = ()
) -> list[Enrolment]:
    """Enter learners, known ones and newcomers, many at once; of a class that runs they owe readings from now on.

    Refused: `flow.condition` once the class is closed, `choice.duplicate`, `person.name_mismatch`.
    """
    held = locked(run)
    if held.state == CLOSED:
        raise Refused("flow.condition", "run", state=held.state, move="enrol")
    entered = enter(held, people, newcomers)
    if held.state == OPEN:
        owe_readings(held, entered)
    return entered


@action("class.left", by=RUNNERS, over="enrolment", facts=("last_day", "reason"))
def leave_class(by: Actor, *, enrolment: Enrolment, last_day: date, reason: str) -> Enrolment:
    """Somebody leaves a class after a last day: readings after it are not owed, seat, bed and table are free.

    Refused: `date.out_of_window` (last_day), `flow.condition` when they have left already.
    """
    run = locked(enrolment.run)
    enrolment = Enrolment.objects.select_for_update(of=("self",)).select_related("unit").get(pk=enrolment.pk)
    if enrolment.left_on is not None:
        raise Refused("flow.condition", "enrolment", state="left", move="leave")
    if not run.first_day <= last_day <= run.last_day:
        raise Refused("date.out_of_window", "last_day", low=str(run.first_day), high=str(run.last_day))
    until = day_after(run, last_day)
    excuse(enrolment, reason=reason, after=until, kinds=("reading",))
    Occupancy.objects.filter(unit=run.unit, person_id=enrolment.person_id, until__gt=until, since__lt=until).update(
        until=until, ended_because=reason[:120]
    )
    leaves(run, enrolment, last_day)
    enrolment.left_on = last_day
    return store(enrolment)


@action("class.opened", by=RUNNERS, over="run", facts=("run",))
def open_class(by: Actor, *, run: ClassRun) -> ClassRun:
    """Open a class: refused with every reason that holds it up, and before its first day; readings are owed from now.

    Refused: `flow.condition`, `class.not_yet`, `class.over`, and the codes of `domain.classes.states.holding_up`.
    """
    held = locked(run)
    if found := reasons(held):
        raise Refused(problems(found))
    _refuse_other_days(held)
    held.state = CLASS_FLOW.after(held.state, "open")
    held.opened_at, held.opened_by = clock.now(), by.name[:60]
    held.save(update_fields=["state", "opened_at", "opened_by"])
    with within(EVERYTHING):
        owe_readings(held, list(Enrolment.objects.filter(run=held, left_on=None).select_related("person")))
    return held


def _refuse_other_days(run: ClassRun) -> None:
    today = clock.today(run.unit.zone)
    if today < run.first_day:
        raise Refused("class.not_yet", "run", day=str(run.first_day))
    if today > run.last_day:
        raise Refused("class.over", "run", day=str(run.last_day))


@action("class.closed", by=RUNNERS, over="run", facts=("run",))
def close_class(by: Actor, *, run: ClassRun) -> ClassRun:
    """Close a class on its last day or after it; its report is counted from records and kept as it is then.

    Refused: `flow.condition`, `class.not_yet` before the last day.
    """
    held = locked(run)
    state = CLASS_FLOW.after(held.state, "close")
    if clock.today(held.unit.zone) < held.last_day:
        raise Refused("class.not_yet", "run", day=str(held.last_day))
    held.state, held.closed_at, held.closed_by = state, clock.now(), by.name[:60]
    held.report = closing_report(held)
    held.save(update_fields=["state", "closed_at", "closed_by", "report"])
    return held


def locked(run: ClassRun) -> ClassRun:
    """The class, held until the transaction ends, so that two who change it take turns."""
    found = ClassRun.objects.select_for_update(of=("self",)).select_related("unit", "host")
    held: ClassRun = found.get(pk=run.pk)
    return held
