"""The review of an assessment is owed by its day (复评到期): owed as a task, done by the review, told when overdue."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from uuid import UUID

from lianfang.capabilities.assessments.models import RiskAssessment, RiskReview
from lianfang.domain.refusals import Refused
from lianfang.domain.roles import SUPERVISORS, Role
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.actions import store
from lianfang.kernel.alerts.ops import nearest_holders, tell
from lianfang.kernel.audit.models import Event
from lianfang.kernel.audit.ops import ref
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.policies.ops import policy_of
from lianfang.kernel.tasks import ops as tasks
from lianfang.kernel.tasks.models import Task

REVIEW = "review"


def check_review_day(unit: Unit, day: date | None) -> date:
    """The day by which a review is owed; without one the latest that the rules allow.

    Refused `date.out_of_window` (low, high) for today or earlier, and for later than the rules allow.
    """
    today = clock.today(unit.zone)
    latest = today + timedelta(days=policy_of(unit, on=today).risk_review_days)
    if day is not None and not today < day <= latest:
        raise Refused("date.out_of_window", "review_on", low=str(today + timedelta(days=1)), high=str(latest))
    return day or latest


def owe_review(assessment: RiskAssessment) -> Task:
    """The next review, owed by the end of its day and shown some days before."""
    unit, day = assessment.unit, assessment.review_on
    notice = timedelta(days=policy_of(unit, on=day).risk_notice_days)
    due = datetime.combine(day + timedelta(days=1), time(0), unit.zone)
    return tasks.owe(
        unit, REVIEW, assessment, name=f"复评：{assessment.title}", name_en=f"Review: {assessment.title}", day=day,
        number=assessment.reviews.count() + 1, role=Role.LEADER, opens_at=max(clock.now(), due - notice), due_at=due,
        alert_at=due,
    )  # fmt: skip


def reviewed(by: Actor, assessment: RiskAssessment, *, findings: str, review_on: date) -> RiskReview:
    """Write the review down, settle the task that it was, and owe the next."""
    at, number = clock.now(), assessment.reviews.count() + 1
    for task in tasks.of(assessment, REVIEW).filter(settled_at=None, excused=""):
        tasks.settle(task, at=at, by=by.name, note=findings)
    made = store(
        RiskReview(
            unit=assessment.unit, assessment=assessment, number=number, owed_on=assessment.review_on,
            review_on=review_on, last_day=assessment.last_day, findings=findings, at=at, by=by.name[:60],
        )
    )  # fmt: skip
    assessment.review_on = review_on
    owe_review(assessment)
    return made


def write_off(assessment: RiskAssessment, *, reason: str) -> None:
    """An assessment that ended owes no review."""
    tasks.excuse(assessment, reason=reason, kinds=(REVIEW,))


def tell_of_late_review(event: Event) -> None:
    """A review is overdue: whoever leads the unit hears of it."""
    if event.facts.get("kind") != REVIEW:
        return
    task = Task.objects.select_related("unit").get(pk=UUID(event.subject.partition(":")[2]))
    if task.settled_at is None and not task.excused:
        tell(nearest_holders(task.unit, SUPERVISORS), "risk.review_overdue", subject=ref(task), unit=task.unit)
