"""Working an alert of similar illness (预警处置): verify, assess, grade, outcome, each with its time (rules 3.8)."""

from __future__ import annotations

from datetime import timedelta

from lianfang.capabilities.incidents.duties import VERIFIERS
from lianfang.capabilities.incidents.models import ClusterAlert
from lianfang.capabilities.incidents.opening import begin
from lianfang.capabilities.incidents.shipped import grid
from lianfang.capabilities.incidents.watching import REPORT
from lianfang.domain.incidents.flows import ALERT, OUTCOMES
from lianfang.domain.refusals import Refused
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.actions import action, store
from lianfang.kernel.policies.ops import policy_of
from lianfang.kernel.tasks import ops as tasks
from lianfang.kernel.tasks.models import Task

HIGH = ("high", "very_high")


@action("cluster.verified", by=VERIFIERS, over="alert")
def verify_alert(by: Actor, *, alert: ClusterAlert, note: str = "") -> ClusterAlert:
    """Say that the illness is real and alike; an incident opens, and its runbook with it."""
    held = _moved(alert, "verify")
    held.verified_at, held.verified_by = clock.now(), by.name[:60]
    held.note = note.strip()[:300] or held.note
    held.incident = begin(by, held.unit, "cluster", place=held.place)
    return store(held)


@action("cluster.assessed", by=VERIFIERS, over="alert", facts=("likelihood", "consequence"))
def assess_alert(by: Actor, *, alert: ClusterAlert, likelihood: str, consequence: str) -> ClusterAlert:
    """Assess how likely it spreads and how grave that would be; the grid gives a grade to look at."""
    held = _moved(alert, "assess")
    held.grade = grid().grade(likelihood, consequence)
    held.likelihood, held.consequence, held.assessed_at = likelihood, consequence, clock.now()
    return store(held)


@action("cluster.graded", by=VERIFIERS, over="alert", facts=("grade",))
def grade_alert(by: Actor, *, alert: ClusterAlert, grade: str = "", note: str = "") -> ClusterAlert:
    """Decide on the grade: the grid's, or another with the reason in the note; a high one is reported sooner."""
    held = _moved(alert, "grade")
    proposed = held.grade
    if grade and grade not in {one for row in grid().cells.values() for one in row}:
        raise Refused("choice.unknown", "grade")
    if grade and grade != proposed and not note.strip():
        raise Refused("required", "note")
    held.grade, held.graded_at = grade or proposed, clock.now()
    held.note = note.strip()[:300] or held.note
    _hurry(held)
    return store(held)


def _hurry(alert: ClusterAlert) -> None:
    """A high grade is reported within fewer hours, counted from the grading."""
    if alert.grade not in HIGH or alert.graded_at is None:
        return
    policy = policy_of(alert.unit, on=clock.today(alert.unit.zone))
    due = min(alert.report_due_at, alert.graded_at + timedelta(hours=policy.serious_report_hours))
    alert.report_due_at = due
    for task in tasks.of(alert, REPORT).filter(settled_at=None):
        Task.objects.filter(pk=task.pk).update(due_at=due, alert_at=due)


@action("cluster.reported", by=VERIFIERS, over="task", facts=("task",))
def report_cluster(by: Actor, *, task: Task, note: str = "") -> Task:
    """Say that the report of similar illness went to the health and education offices, or was checked there."""
    if task.kind != REPORT or not task.subject.startswith(ClusterAlert._meta.label_lower):
        raise Refused("scope", "task")
    return tasks.settle(task, at=clock.now(), by=by.name, note=note.strip())


@action("cluster.settled", by=VERIFIERS, over="alert", facts=("outcome",))
def settle_alert(by: Actor, *, alert: ClusterAlert, outcome: str, note: str = "") -> ClusterAlert:
    """Give an alert its outcome; as a false alarm or unconnected at any time, otherwise after the grade."""
    if outcome not in OUTCOMES:
        raise Refused("choice.unknown", "outcome", choices=list(OUTCOMES))
    early = outcome in ("false_alarm", "unrelated")
    if early and not note.strip():
        raise Refused("required", "note")
    held = _moved(alert, "discard" if early else "settle")
    if not early and tasks.of(held, REPORT).filter(settled_at=None, excused="", number=1).exists():
        raise Refused("cluster.report_owed", "alert")
    held.outcome, held.outcome_at = outcome, clock.now()
    held.note = note.strip()[:300] or held.note
    if early:
        tasks.excuse(held, reason=outcome)
    return store(held)


def _moved(alert: ClusterAlert, name: str) -> ClusterAlert:
    held = ClusterAlert.objects.select_for_update(of=("self",)).select_related("unit", "place").get(pk=alert.pk)
    held.state = ALERT.after(held.state, name)
    return held
