"""Working through an incident (处置过程): steps done, messages and replies, notes, and what the briefing says."""

from __future__ import annotations

from datetime import datetime

from lianfang.capabilities.incidents.clocks import locked
from lianfang.capabilities.incidents.duties import LEADS, RESPONDERS
from lianfang.capabilities.incidents.models import Called, Incident, LogLine
from lianfang.capabilities.incidents.opening import STEP, believed
from lianfang.domain.incidents.flows import UNFINISHED
from lianfang.domain.refusals import Refused
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.actions import action, store
from lianfang.kernel.policies.ops import policy_of
from lianfang.kernel.tasks.models import Task
from lianfang.kernel.tasks.ops import settle

NOTICE, ORDER, TEST = "notice", "order", "test"
DONE_HERE = (STEP, NOTICE, ORDER)
"""The kinds of task that are simply done; a test is done by its result."""
_SUBJECT = Incident._meta.label_lower


@action("incident.step_done", by=RESPONDERS, over="task", facts=("task",))
def complete_step(by: Actor, *, task: Task, at: datetime | None = None, note: str = "") -> Task:
    """Say that a step, a notice or an order of an incident is done; what has to come first is refused by name.

    A notice says in its note whom one told.
    """
    incident = incident_of(task)
    if incident.state not in UNFINISHED or task.kind not in DONE_HERE or task.excused:
        raise Refused("flow.condition", "task", state=incident.state)
    if task.kind == NOTICE and not note.strip():
        raise Refused("required", "note")
    _check_other(by, incident, task)
    moment = believed(at, policy_of(incident.unit, on=clock.today(incident.unit.zone)))
    if moment.at < incident.detected_at:
        raise Refused("date.order", "at", earlier=incident.detected_at.astimezone(incident.unit.zone).isoformat())
    before = task.settled_at
    done = settle(task, at=moment.at, by=by.name, note=note.strip())
    if before is None and done.settled_at == moment.at and task.kind == STEP:
        _line(by, incident, "step", note, at=moment.at, number=task.number)
    return done


def incident_of(task: Task) -> Incident:
    """The incident that a task belongs to. Refused `scope` (task) when it belongs to something else."""
    model, _, key = task.subject.partition(":")
    if model != _SUBJECT:
        raise Refused("scope", "task")
    return locked(Incident(pk=key))


def _check_other(by: Actor, incident: Incident, task: Task) -> None:
    """Whoever fixed something does not verify it, where the runbook says so."""
    if task.kind != STEP:
        return
    others: list[int] = next((one.get("other_than", []) for one in incident.steps if one["number"] == task.number), [])
    mine = LogLine.objects.filter(incident=incident, kind="step", number__in=others)
    if mine.filter(by_id=by.account_id, by=by.name[:60]).exists():
        raise Refused("incident.same_person", "task", step=str(task))


@action("incident.noted", by=RESPONDERS, over="incident", facts=("to",))
def write_log(by: Actor, *, incident: Incident, text: str, to: str = "") -> LogLine:
    """Write a line into an incident's log; with an addressee it is a message that waits for a reply."""
    _check_open(incident)
    return _line(by, incident, "message" if to.strip() else "note", text, to=to, owed="text")


@action("incident.replied", by=RESPONDERS, over="line")
def reply(by: Actor, *, line: LogLine, text: str) -> LogLine:
    """Reply to a message of an incident's log."""
    held = locked(line.incident)
    _check_open(held)
    if line.kind != "message" or line.replies.exists():
        raise Refused("flow.condition", "line")
    return _line(by, held, "reply", text, to=line.by, reply_to=line, owed="text")


@action("incident.briefed", by=LEADS, over="incident")
def brief(
    by: Actor, *, incident: Incident, situation: str = "", objectives: str = "", map_text: str = "",
    severity: str = "",
) -> Incident:  # fmt: skip
    """Say how things stand, what is to be reached, and the place in words: the first page of the briefing (ICS 201)."""
    held = locked(incident)
    _check_open(held)
    held.situation, held.objectives = situation.strip()[:300], objectives.strip()[:300]
    held.map_text, held.severity = map_text.strip()[:300], severity or held.severity
    return store(held)


@action("incident.answered", by=RESPONDERS, over="incident")
def answer_call(by: Actor, *, incident: Incident) -> Incident:
    """Say that one has heard the call and is on one's way. Refused where one was not called."""
    mine = Called.objects.filter(incident=incident, account_id=by.account_id or 0)
    if not mine.exists():
        raise Refused("incident.not_called", "incident")
    mine.filter(answered_at__isnull=True).update(answered_at=clock.now())
    return incident


def _check_open(incident: Incident) -> None:
    if incident.state not in UNFINISHED:
        raise Refused("flow.condition", "incident", state=incident.state)


def _line(
    by: Actor, incident: Incident, kind: str, text: str, *, to: str = "", at: datetime | None = None, number: int = 0,
    reply_to: LogLine | None = None, owed: str = "",
) -> LogLine:  # fmt: skip
    if owed and not text.strip():
        raise Refused("required", owed)
    return store(
        LogLine(
            unit=incident.unit, incident=incident, kind=kind, at=at or clock.now(), by=by.name[:60],
            by_id=by.account_id, to=to.strip()[:60], text=text.strip()[:300], number=number, reply_to=reply_to,
        )
    )  # fmt: skip
