"""The page of risks (风险评估页): the matrix as a table, the history, who may see and do what (row S01)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client

from lianfang.capabilities.assessments.actions import close_risk, score_risk_anew
from lianfang.capabilities.assessments.models import RiskEntry, RiskScore
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.make import DAY, at
from tests.risks import JUDGED, School

pytestmark = pytest.mark.django_db
NOON = at(12)
KILOBYTES = 60
CELL = re.compile(r'<td class="g-(\w+)(?: has-risks)?">(.*?)</td>', re.DOTALL)


@pytest.fixture
def school() -> School:
    return School()


def entered(unit, role: str) -> Client:
    """Somebody who has held a role over a unit since the morning."""
    with clock.at(at(7)):
        account = make.account(unit, role)
    client = Client(headers={"accept-language": "en"})
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    return client


def text_of(client: Client, address: str) -> str:
    with clock.at(NOON):
        answer = client.get(address)
    assert answer.status_code == 200, answer.status_code
    return re.sub(r"\s+", " ", answer.content.decode())


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).strip()


def test_S01_the_matrix_is_a_table_of_five_by_five_with_counts_and_codes_in_its_cells(school: School):
    school.assess()
    school.assess(hazard="食堂")
    school.assess(hazard="单间", likelihood=5, consequence=5)
    cells = CELL.findall(text_of(entered(school.unit, "doctor"), "/risks/S1"))
    assert len(cells) == 25
    assert {words(html) for _grade, html in cells if "has-risks" not in html and "#r-" in html} == {
        "moderate 2 R1 R2", "very high 1 R3",
    }  # fmt: skip
    assert cells[4][0] == "very_high"
    assert cells[20][0] == "low"


def test_S01_the_page_says_on_which_day_moderate_became_high(school: School):
    risk = school.assess()
    with clock.at(at(9, day=DAY + timedelta(days=3))), within(EVERYTHING):
        score_risk_anew(SYSTEM, risk=risk, likelihood=4, likelihood_reason="邻县聚集", reason="形势变化")
    shown = words(text_of(entered(school.unit, "leader"), "/risks/S1"))
    assert "5 Mar 09:00 R1 moderate became → high" in shown
    assert "形势变化" in shown
    assert JUDGED["likelihood_reason"] in shown
    assert "Better prepared and unused" in shown


def test_S01_a_closed_risk_leaves_the_matrix_and_stays_in_the_history(school: School):
    risk = school.assess()
    with clock.at(at(9)), within(EVERYTHING):
        close_risk(SYSTEM, risk=risk, reason="培训结束")
    shown = text_of(entered(school.unit, "doctor"), "/risks/S1")
    assert "has-risks" not in shown
    assert "Closed risks" in shown
    assert "培训结束" in shown


@pytest.mark.parametrize(("days", "word"), [(13, "goes on"), (14, "review due today"), (15, "review overdue")])
def test_S01_the_page_says_when_the_review_is_due(school: School, days: int, word: str):
    client = entered(school.unit, "doctor")
    with clock.at(at(10, day=DAY + timedelta(days=days))):
        assert word in client.get("/risks/S1").content.decode()


def test_S01_who_does_not_assess_reads_and_is_offered_nothing(school: School):
    risk = school.assess()
    client = entered(school.unit, "auditor")
    shown = text_of(client, "/risks/S1")
    assert "R1" in shown
    assert "/risks/S1/score/" not in shown
    with clock.at(NOON):
        assert client.get(f"/risks/S1/score/{risk.pk}").status_code == 404
        assert client.post(f"/risks/S1/close/{risk.pk}", {"reason": "x"}).status_code == 404
    with within(EVERYTHING):
        assert RiskEntry.objects.get().state == "open"


def test_S01_risks_of_another_school_are_not_found(school: School):
    risk = school.assess()
    other = make.unit(school.county, "S2", "school")
    client = entered(other, "leader")
    own = f"/risks/S2?assessment={school.assessment.pk}"
    for address in ("/risks/S1", own, f"/risks/S2/score/{risk.pk}", f"/risks/S2/assess/{school.assessment.pk}"):
        with clock.at(NOON):
            assert client.get(address).status_code == 404, address
    for name in ("risks", "risk-scores"):
        assert "返校学员" not in text_of(client, f"/list/{name}")
        assert "返校学员" in text_of(entered(school.unit, "leader"), f"/list/{name}")


@pytest.mark.parametrize("address", ["?assessment=1", "?assessment=x%00", "/score/1", "/nothing", "/score", "/begin/1"])
def test_S01_an_address_of_nothing_is_not_found(school: School, address: str):
    with clock.at(NOON):
        assert entered(school.unit, "doctor").get(f"/risks/S1{address}").status_code == 404


def test_S01_a_form_sent_empty_names_each_field_and_keeps_nothing(school: School):
    client = entered(school.unit, "doctor")
    with clock.at(NOON):
        answer = client.post(f"/risks/S1/assess/{school.assessment.pk}", {"likelihood": "9"})
    assert answer.status_code == 422
    for name in ("hazard", "likelihood_reason", "consequence", "confidence", "response", "owner_role"):
        assert f'href="#f-{name}"' in answer.content.decode(), name
    with within(EVERYTHING):
        assert not RiskScore.objects.exists()


def test_S01_an_assessment_is_begun_filled_and_reviewed_on_its_pages(school: School):
    client = entered(school.unit, "doctor")
    given = {"title": "四月", "first_day": "2026-04-01", "last_day": "2026-04-30", "review_on": "2026-03-20"}
    with clock.at(NOON):
        assert client.post("/risks/S1/begin", given).status_code == 302
        page = client.get("/risks/S1").content.decode()
        key = re.search(r"/risks/S1/assess/([0-9a-f-]{36})", page)
        assert key is not None
        done = client.post(f"/risks/S1/assess/{key[1]}", {k: str(v) for k, v in JUDGED.items()})
        assert done["Location"] == f"/risks/S1?assessment={key[1]}"
        assert (
            client.post(f"/risks/S1/review/{key[1]}", {"findings": "好", "review_on": "2026-03-25"}).status_code == 302
        )
        shown = words(client.get(f"/risks/S1?assessment={key[1]}").content.decode())
    assert "四月" in shown
    assert "owed by 2026-03-20, the next by 2026-03-25" in shown


def test_S01_thirty_risks_stay_a_small_page_and_ask_the_database_no_more(school: School, django_assert_max_num_queries):
    for number in range(30):
        school.assess(hazard=f"隐患 {number}")
    client = entered(school.unit, "doctor")
    with clock.at(NOON), django_assert_max_num_queries(40):
        answer = client.get("/risks/S1")
    assert len(answer.content) <= KILOBYTES * 1024
