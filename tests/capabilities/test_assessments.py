"""Risk assessments (风险评估): written reasons, a history of grades, a review owed by its day (row S01)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from lianfang.capabilities.assessments.actions import (
    assess_risk,
    close_risk,
    end_assessment,
    open_assessment,
    review_assessment,
    score_risk_anew,
)
from lianfang.capabilities.assessments.models import RiskAssessment, RiskEntry, RiskReview, RiskScore
from lianfang.capabilities.assessments.register import Risks
from lianfang.domain.refusals import Refused
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.alerts.models import Alert
from lianfang.kernel.audit.models import Event
from lianfang.kernel.database.base import APP
from lianfang.kernel.scope import EVERYTHING, within
from lianfang.kernel.tasks.models import Task
from lianfang.kernel.tasks.ops import alert
from tests import make
from tests.make import DAY, at
from tests.risks import JUDGED, School

pytestmark = pytest.mark.django_db


@pytest.fixture
def school() -> Iterator[School]:
    """An assessment that began at eight; whoever looks sees everything, at half past nine."""
    found = School()
    with clock.at(at(9, 30)), within(EVERYTHING):
        yield found


def refusal(function: Any, **given: Any) -> list[tuple[str, str]]:
    """The codes and fields of a deed that is refused."""
    with pytest.raises(Refused) as refused, transaction.atomic():
        function(SYSTEM, **given)
    return [(problem.code, problem.field) for problem in refused.value.problems]


def test_S01_a_risk_is_graded_from_two_scores_with_their_reasons(school: School):
    risk = school.assess()
    [score] = RiskScore.objects.filter(risk=risk)
    assert (risk.code, score.likelihood, score.consequence, score.grade) == ("R1", 3, 3, "moderate")
    assert (score.confidence, score.owner_role, score.revision, score.by) == ("medium", "doctor", 1, "system")
    assert school.assess(hazard="食堂排队拥挤").code == "R2"


@pytest.mark.parametrize(
    "field", ["likelihood_reason", "consequence_reason", "confidence_reason", "response", "hazard"]
)
@pytest.mark.parametrize("empty", ["", "  "])
def test_S01_no_risk_is_kept_without_its_written_reasons(school: School, field: str, empty: str):
    assert refusal(assess_risk, **{**school.given(), field: empty}) == [("required", field)]
    assert not RiskEntry.objects.exists()


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("likelihood", 0, "number.out_of_range"),
        ("likelihood", 6, "number.out_of_range"),
        ("consequence", 10**9, "number.out_of_range"),
        ("confidence", "sure", "choice.unknown"),
        ("owner_role", "auditor", "choice.unknown"),
        ("owner_role", "nobody", "choice.unknown"),
    ],
)
def test_S01_a_level_or_owner_that_is_none_is_refused_by_its_field(school: School, field: str, value: Any, code: str):
    assert refusal(assess_risk, **{**school.given(), field: value}) == [(code, field)]
    assert not RiskEntry.objects.exists()


def test_S01_changing_a_score_needs_a_reason(school: School):
    risk = school.assess()
    higher = {"risk": risk, "likelihood": 4, "likelihood_reason": "邻县已有聚集"}
    assert refusal(score_risk_anew, **higher, reason=" ") == [("required", "reason")]
    assert refusal(score_risk_anew, risk=risk, likelihood=4, reason="邻县") == [
        ("risk.same_reason", "likelihood_reason")
    ]
    assert refusal(score_risk_anew, risk=risk, reason="再看一遍") == [("risk.unchanged", "risk")]
    assert refusal(score_risk_anew, **{**higher, "likelihood": 6}, reason="x") == [
        ("number.out_of_range", "likelihood")
    ]
    assert RiskScore.objects.count() == 1


def test_S01_the_history_shows_when_moderate_became_high(school: School):
    risk = school.assess()
    with clock.at(at(9, day=DAY + timedelta(days=3))):
        made = score_risk_anew(
            SYSTEM, risk=risk, likelihood=4, likelihood_reason="邻县三所学校出现聚集", reason="形势变化"
        )
    assert (made.revision, made.grade_before, made.grade) == (2, "moderate", "high")
    assert made.at == at(9, day=DAY + timedelta(days=3))
    first, second = RiskScore.objects.filter(risk=risk).order_by("revision")
    assert (first.likelihood, first.grade, first.likelihood_reason) == (3, "moderate", JUDGED["likelihood_reason"])
    assert (second.consequence, second.consequence_reason) == (3, JUDGED["consequence_reason"])
    assert Event.objects.get(kind="risk.scored_anew").facts["reason"] == "形势变化"


def test_S01_the_list_of_risks_shows_the_latest_score(school: School):
    risk = school.assess()
    score_risk_anew(SYSTEM, risk=risk, consequence=5, consequence_reason="有高龄教师", reason="补查名册")
    row = Risks.rows(SYSTEM).get(pk=risk.pk)
    assert (row.latest_likelihood, row.latest_consequence, row.latest_grade, row.latest_revision) == (3, 5, "high", 2)


def test_S01_scores_and_reviews_cannot_be_changed_by_the_product_itself(school: School):
    school.assess()
    for table in ("assessments_riskscore", "assessments_riskreview"):
        for statement in (f"UPDATE {table} SET at = now()", f"DELETE FROM {table}"):
            with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
                _as_app(statement)


def _as_app(statement: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {APP}")
        cursor.execute(statement)


def test_S01_the_database_refuses_a_new_score_without_why_and_a_second_of_one_number(school: School):
    last = RiskScore.objects.get(risk=school.assess())
    for change, said in (
        ({"revision": 2}, "says_why"),
        ({"reason": "x"}, "a_revision"),
        ({"likelihood": 6}, "to_five"),
    ):
        with pytest.raises(IntegrityError, match=said), transaction.atomic():
            RiskScore.objects.bulk_create([_like(last, **{"revision": 1, **change})])


def _like(score: RiskScore, **change: Any) -> RiskScore:
    kept = {f.attname: getattr(score, f.attname) for f in RiskScore._meta.fields if f.name != "id"}
    return RiskScore(**{**kept, **change})


def test_S01_a_closed_risk_says_why_and_is_scored_no_more(school: School):
    risk = school.assess()
    assert refusal(close_risk, risk=risk, reason="") == [("required", "reason")]
    closed = close_risk(SYSTEM, risk=risk, reason="培训结束")
    assert (closed.state, closed.closed_because, closed.closed_by) == ("closed", "培训结束", "system")
    assert refusal(close_risk, risk=risk, reason="again") == [("flow.condition", "state")]
    assert refusal(score_risk_anew, risk=risk, consequence=1, reason="x") == [("flow.condition", "state")]


def test_S01_the_review_is_owed_by_its_day_and_done_by_the_review(school: School):
    task = Task.objects.get(kind="review")
    assert (task.day, task.due_at) == (DAY + timedelta(days=14), at(0, day=DAY + timedelta(days=15)))
    assert (task.role, task.opens_at) == ("leader", at(0, day=DAY + timedelta(days=8)))
    with clock.at(at(10, day=DAY + timedelta(days=12))):
        later = DAY + timedelta(days=30)
        held = review_assessment(
            SYSTEM, assessment=school.assessment, findings="无新情况", review_on=later, last_day=later
        )
    task.refresh_from_db()
    assert (task.settled_at, task.note) == (at(10, day=DAY + timedelta(days=12)), "无新情况")
    assert (held.review_on, held.last_day) == (later, later)
    [review] = RiskReview.objects.all()
    assert (review.owed_on, review.review_on, review.number) == (DAY + timedelta(days=14), later, 1)
    assert Task.objects.get(kind="review", settled_at=None).day == later


def test_S01_a_review_before_its_day_that_keeps_the_day_owes_it_again(school: School):
    review_assessment(SYSTEM, assessment=school.assessment, findings="提前看", review_on=DAY + timedelta(days=14))
    open_, done = Task.objects.filter(kind="review", settled_at=None), Task.objects.exclude(settled_at=None)
    assert (open_.count(), done.count()) == (1, 1)


def test_S01_an_overdue_review_is_told_to_who_leads_the_unit(school: School):
    from lianfang.capabilities.assessments.owed import tell_of_late_review

    leader = make.account(school.unit, "leader")
    with clock.at(at(0, 1, day=DAY + timedelta(days=15))):
        assert alert() == 1
        tell_of_late_review(Event.objects.get(kind="task.overdue"))
    assert Alert.objects.get(kind="risk.review_overdue").account_id == leader.pk


def test_S01_the_next_review_lies_ahead_and_no_later_than_the_rules_say(school: School):
    late, held = DAY + timedelta(days=32), school.assessment
    for day in (DAY, DAY - timedelta(days=1), late):
        assert refusal(review_assessment, assessment=held, findings="x", review_on=day) == [
            ("date.out_of_window", "review_on")
        ]
    assert review_assessment(SYSTEM, assessment=held, findings="x").review_on == late - timedelta(days=1)
    make.rules(school.unit, risk_review_days=7)
    assert refusal(review_assessment, assessment=held, findings="x", review_on=DAY + timedelta(days=8))


def test_S01_a_period_does_not_end_before_it_begins_nor_shrinks(school: School):
    given = {"unit": school.unit, "title": "春季", "first_day": DAY, "last_day": DAY - timedelta(days=1)}
    assert refusal(open_assessment, **given) == [("date.order", "last_day")]
    shorter = {"findings": "x", "last_day": DAY + timedelta(days=1)}
    assert refusal(review_assessment, assessment=school.assessment, **shorter) == [("date.order", "last_day")]


def test_S01_an_assessment_ends_when_no_risk_is_open_and_owes_no_review_then(school: School):
    risk = school.assess()
    assert refusal(end_assessment, assessment=school.assessment, reason="学期结束") == [
        ("risk.still_open", "assessment")
    ]
    close_risk(SYSTEM, risk=risk, reason="培训结束")
    ended = end_assessment(SYSTEM, assessment=school.assessment, reason="学期结束")
    assert ended.ended_because == "学期结束"
    assert Task.objects.get(kind="review").excused == "学期结束"
    for deed, given in ((assess_risk, school.given()), (review_assessment, {"findings": "x"})):
        assert refusal(deed, **{"assessment": ended, **given}) == [("risk.assessment_ended", "assessment")]


def test_S01_only_the_analysis_team_of_the_unit_assesses(school: School):
    for role in ("class_head", "screener", "auditor", "nurse"):
        with pytest.raises(Refused) as refused:
            assess_risk(make.actor(school.unit, role), **school.given())
        assert refused.value.code == "scope"
    made = assess_risk(make.actor(school.unit, "doctor"), **school.given())
    assert RiskScore.objects.get(risk=made).by == f"doctor {school.unit.code}"
    assert RiskAssessment.objects.count() == 1
