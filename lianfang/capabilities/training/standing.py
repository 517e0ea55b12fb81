"""How a class stands (班次现状): what holds its opening up, and the figures it closes with, counted from records."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, Sum

from lianfang.capabilities.training.checklist import codes, standing_answers
from lianfang.capabilities.training.models import ClassRun, Enrolment, LodgingPlan, WorkOrder
from lianfang.capabilities.training.moments import begins, ends
from lianfang.domain.classes.states import Figures, Reason, Standing, holding_up
from lianfang.domain.refusals import Problem
from lianfang.kernel.audit.ops import ref
from lianfang.kernel.places.models import BED, ISOLATION, SITE_ROOM, Occupancy
from lianfang.kernel.readings.models import CLASS, Reading
from lianfang.kernel.readings.ops import READING
from lianfang.kernel.scope import EVERYTHING, within
from lianfang.kernel.statuses.models import Status
from lianfang.kernel.tasks.models import Task

APART = ("isolation", "observation", "home", "contact", "case_isolation")
"""Kinds of status of somebody who is kept apart."""
CASE = "case"
ILL = ("confirmed", "asymptomatic")
"""What a case is found to be when the person is infected."""


def standing_of(run: ClassRun) -> Standing:
    """What opening depends on, as it is now. Counts only: whoever sees the class may know how many it has."""
    with within(EVERYTHING):
        learners = Enrolment.objects.filter(run=run, left_on=None).count()
    seats = run.rooms.filter(replaced_at=None).aggregate(sum=Sum("seated"))["sum"] or 0
    order = WorkOrder.objects.filter(run=run).values_list("state", flat=True).first() or "owed"
    answers = {item: row.answer for item, row in standing_answers(run).items()}
    return Standing(learners, seats, _beds_short(run, learners), order, answers, codes())


def _beds_short(run: ClassRun, learners: int) -> int:
    """Beds that nobody has found, of a class that boards; a shortage that was decided on is none."""
    if not run.boards:
        return 0
    plan = newest_lodging(run)
    if plan is None:
        return learners
    short = max(0, learners - min(plan.beds, plan.needed - plan.short))
    return 0 if plan.accepted and short <= plan.short else short


def newest_lodging(run: ClassRun) -> LodgingPlan | None:
    """The bed plan that counts."""
    return LodgingPlan.objects.filter(run=run).order_by("-at", "-pk").first()


def reasons(run: ClassRun) -> list[Reason]:
    """What holds the opening up."""
    return holding_up(standing_of(run))


def problems(found: Iterable[Reason]) -> list[Problem]:
    """The reasons as a refusal says them."""
    return [Problem(one.code, "run", facts={"n": one.count, "items": list(one.items)}) for one in found]


def figures_of(runs: Sequence[ClassRun]) -> dict[object, Figures]:
    """Run -> what its records say now. Counts only, so that they are the same for whoever sees the class."""
    with within(EVERYTHING):
        return {run.pk: _figures(run) for run in runs}


def _figures(run: ClassRun) -> Figures:
    people = list(Enrolment.objects.filter(run=run).values_list("person_id", flat=True))
    owed = Task.objects.filter(unit=run.unit, kind=READING).filter(Q(excused="") | Q(settled_at__isnull=False))
    taken = Reading.objects.filter(unit=run.unit, kind=CLASS, second_of=None, voided_at=None)
    return Figures(
        classes=1, attendances=len(people), expected=owed.count(), received=taken.count(),
        fevers=taken.filter(fever=True).count(), infected=_infected(run, people), isolated=_isolated(run, people),
    )  # fmt: skip


def _infected(run: ClassRun, people: Sequence[UUID]) -> int:
    """People of whom a case was open during the class, and who were infected by what it was found to be last.

    The finding may come after the class; one that was put right since does not count any more.
    """
    open_then = Status.objects.filter(_during(run), person_id=OuterRef("person_id"), about=OuterRef("about"), kind=CASE)
    last = Status.objects.filter(person_id__in=people, kind=CASE, value__in=ILL, superseded_by=None)
    return last.filter(Exists(open_then)).values("person_id").distinct().count()


def _isolated(run: ClassRun, people: Sequence[UUID]) -> int:
    by_status = Status.objects.filter(_during(run), person_id__in=people, kind__in=APART)
    by_room = Occupancy.objects.filter(
        _during(run), person_id__in=people, layer=BED, place__kind__in=(ISOLATION, SITE_ROOM)
    )
    return len({*by_status.values_list("person_id", flat=True), *by_room.values_list("person_id", flat=True)})


def _during(run: ClassRun) -> Q:
    return Q(since__lt=ends(run)) & (Q(until__isnull=True) | Q(until__gt=begins(run)))


def total(figures: Iterable[Figures]) -> Figures:
    """The sum over classes."""
    result = Figures()
    for one in figures:
        result += one
    return result


def subject_of(enrolment: Enrolment) -> str:
    """What its readings are about."""
    return ref(enrolment)
