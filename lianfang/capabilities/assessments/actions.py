"""What may be done about risks (风险评估): assess them, score them anew with a reason, close them, review (row S01)."""

from __future__ import annotations

from datetime import date
from typing import Any

from lianfang.capabilities.assessments.models import CLOSED, CONFIDENCES, OPEN, RiskAssessment, RiskEntry, RiskScore
from lianfang.capabilities.assessments.owed import check_review_day, owe_review, reviewed, write_off
from lianfang.capabilities.assessments.scales import grid
from lianfang.domain.flow import Flow, Move
from lianfang.domain.refusals import Problem, Refused
from lianfang.domain.risks import graded
from lianfang.domain.roles import SERVICES, SUPERVISORS, Role
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.actions import action, store
from lianfang.kernel.orgs.models import Unit

ASSESSORS = (*SUPERVISORS, Role.ADMINISTRATOR, Role.DOCTOR)
"""The analysis team: who assesses the risks of a unit."""
OWNERS = tuple(role for role in SERVICES if role is not Role.AUDITOR)
"""Duties that a risk may be given to."""
RISK = Flow(OPEN, (Move("score", (OPEN,), OPEN), Move("close", (OPEN,), CLOSED)))
SAID = ("likelihood_reason", "consequence_reason", "confidence_reason", "response")
JUDGED = ("likelihood", "consequence", "confidence", *SAID, "owner_role")
"""What makes one score; when all of it is as before, nothing was scored anew."""


@action("assessment.opened", by=ASSESSORS, over="unit", facts=("unit", "title", "first_day", "last_day"))
def open_assessment(
    by: Actor, *, unit: Unit, title: str, first_day: date, last_day: date, review_on: date | None = None
) -> RiskAssessment:
    """Begin the assessment of a period; its review is owed by a day, the one the rules give when none is named."""
    if last_day < first_day:
        raise Refused("date.order", "last_day", earlier=str(first_day))
    _check_said(title=title)
    day = check_review_day(unit, review_on)
    made = store(
        RiskAssessment(
            unit=unit, title=title.strip(), first_day=first_day, last_day=last_day, review_on=day, at=clock.now(),
            by=by.name[:60],
        )
    )  # fmt: skip
    owe_review(made)
    return made


@action("risk.assessed", by=ASSESSORS, over="assessment", facts=("hazard", "likelihood", "consequence"))
def assess_risk(
    by: Actor, *, assessment: RiskAssessment, hazard: str, likelihood: int, likelihood_reason: str, consequence: int,
    consequence_reason: str, confidence: str, confidence_reason: str, response: str, owner_role: str,
) -> RiskEntry:  # fmt: skip
    """Write down a risk: two scores and how sure they are, a reason for each, what is done about it and by whom."""
    held = _going_on(assessment)
    _check_said(hazard=hazard)
    scores = {
        "likelihood": likelihood, "likelihood_reason": likelihood_reason, "consequence": consequence,
        "consequence_reason": consequence_reason, "confidence": confidence, "confidence_reason": confidence_reason,
        "response": response, "owner_role": owner_role,
    }  # fmt: skip
    grade = _grade_of(scores)
    number = held.entries.count() + 1
    made = store(RiskEntry(unit=held.unit, assessment=held, number=number, hazard=hazard.strip(), state=RISK.start))
    _score(by, made, scores, grade=grade, revision=1)
    return made


@action("risk.scored_anew", by=ASSESSORS, over="risk", facts=("likelihood", "consequence", "reason"))
def score_risk_anew(
    by: Actor, *, risk: RiskEntry, reason: str, likelihood: int | None = None, likelihood_reason: str = "",
    consequence: int | None = None, consequence_reason: str = "", confidence: str = "", confidence_reason: str = "",
    response: str = "", owner_role: str = "",
) -> RiskScore:  # fmt: skip
    """Say why a risk is thought of otherwise now; what is not given stays as it was, and the score before is kept.

    Refused: `required` without a reason, `risk.unchanged` when everything is as before, and `required` for the reason
    of a level that moved while its reason did not.
    """
    held = _held(risk)
    RISK.after(held.state, "score")
    _check_said(reason=reason)
    last = held.scores.order_by("-revision")[0]
    given = {
        "likelihood": likelihood, "likelihood_reason": likelihood_reason, "consequence": consequence,
        "consequence_reason": consequence_reason, "confidence": confidence, "confidence_reason": confidence_reason,
        "response": response, "owner_role": owner_role,
    }  # fmt: skip
    scores = {name: getattr(last, name) if value in (None, "") else value for name, value in given.items()}
    if all(scores[name] == getattr(last, name) for name in JUDGED):
        raise Refused("risk.unchanged", "risk", revision=last.revision)
    _check_reasons_moved(last, scores)
    more = {"revision": last.revision + 1, "grade_before": last.grade, "reason": reason.strip()}
    return _score(by, held, scores, grade=_grade_of(scores), **more)


@action("risk.closed", by=ASSESSORS, over="risk", facts=("reason",))
def close_risk(by: Actor, *, risk: RiskEntry, reason: str) -> RiskEntry:
    """Close a risk that is over, with the reason; it stays in the history and leaves the matrix."""
    held = _held(risk)
    _check_said(reason=reason)
    held.state = RISK.after(held.state, "close")
    held.closed_at, held.closed_by, held.closed_because = clock.now(), by.name[:60], reason.strip()
    return store(held)


@action("risk.reviewed", by=ASSESSORS, over="assessment", facts=("findings", "review_on"))
def review_assessment(
    by: Actor, *, assessment: RiskAssessment, findings: str, review_on: date | None = None,
    last_day: date | None = None,
) -> RiskAssessment:  # fmt: skip
    """Look at all risks again: what was found, by when the next review is owed, and, if given, a later last day."""
    held = _going_on(assessment)
    _check_said(findings=findings)
    if last_day is not None and last_day < held.last_day:
        raise Refused("date.order", "last_day", earlier=str(held.last_day))
    day = check_review_day(held.unit, review_on)
    held.last_day = last_day or held.last_day
    reviewed(by, held, findings=findings.strip(), review_on=day)
    return store(held)


@action("assessment.ended", by=ASSESSORS, over="assessment", facts=("reason",))
def end_assessment(by: Actor, *, assessment: RiskAssessment, reason: str) -> RiskAssessment:
    """End an assessment; no review is owed any more. Refused `risk.still_open` (n) while a risk is open."""
    held = _going_on(assessment)
    _check_said(reason=reason)
    if still := held.entries.filter(state=OPEN).count():
        raise Refused("risk.still_open", "assessment", n=still)
    held.ended_at, held.ended_by, held.ended_because = clock.now(), by.name[:60], reason.strip()
    write_off(held, reason=reason.strip())
    return store(held)


def _going_on(assessment: RiskAssessment) -> RiskAssessment:
    """The assessment, held: who adds a risk or reviews it at the same moment waits."""
    rows = RiskAssessment.objects.select_for_update(of=("self",)).select_related("unit")
    held = rows.get(pk=assessment.pk)
    if held.ended_at is not None:
        raise Refused("risk.assessment_ended", "assessment")
    return held


def _held(risk: RiskEntry) -> RiskEntry:
    """The risk, held: the second of two who score it at once scores on top of the first."""
    rows = RiskEntry.objects.select_for_update(of=("self",)).select_related("unit", "assessment")
    return rows.get(pk=risk.pk)


def _check_said(**words: str) -> None:
    empty = [Problem("required", name) for name, text in words.items() if not text.strip()]
    if empty:
        raise Refused(empty)


def _grade_of(scores: dict[str, Any]) -> str:
    """The grade of these scores, once everything about them is said and known."""
    _check_said(**{name: scores[name] for name in SAID})
    if scores["confidence"] not in dict(CONFIDENCES):
        raise Refused("choice.unknown", "confidence", choices=list(dict(CONFIDENCES)))
    if scores["owner_role"] not in set(OWNERS):
        raise Refused("choice.unknown", "owner_role", choices=[str(role) for role in OWNERS])
    return graded(grid(), likelihood=scores["likelihood"], consequence=scores["consequence"])


def _check_reasons_moved(last: RiskScore, scores: dict[str, Any]) -> None:
    """A level that moves takes a reason of its own with it: the old one argued for the old level."""
    moved = [name for name in ("likelihood", "consequence", "confidence") if scores[name] != getattr(last, name)]
    stale = [f"{name}_reason" for name in moved if scores[f"{name}_reason"] == getattr(last, f"{name}_reason")]
    if stale:
        raise Refused([Problem("risk.same_reason", name) for name in stale])


def _score(by: Actor, risk: RiskEntry, scores: dict[str, Any], **more: Any) -> RiskScore:
    return store(RiskScore(unit=risk.unit, risk=risk, at=clock.now(), by=by.name[:60], **scores, **more))
