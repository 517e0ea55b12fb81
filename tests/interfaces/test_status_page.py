"""The pages of statuses and objections (我的状态、申诉页): why, by which rule and facts, objected and answered."""

from __future__ import annotations

import pytest
from django.test import Client

from lianfang.capabilities.objections.models import Objection
from lianfang.kernel import clock
from lianfang.kernel.accounts.models import Account
from lianfang.kernel.scope import EVERYTHING, within
from lianfang.kernel.statuses.models import ByHand, Status
from lianfang.kernel.statuses.ops import end, give
from tests.capabilities.test_objections import School, propose
from tests.interfaces.test_rules_page import entered, words
from tests.make import at

pytestmark = pytest.mark.django_db
FACTS = {
    "sojourn": "0195541e-5a00-7000-8000-000000000001", "area_name": "示例县", "area_name_en": "Example county",
    "from": "2021-07-27", "list_version": 8, "list_published": "2021-07-30 21:00", "level": "medium",
}  # fmt: skip


@pytest.fixture
def school() -> School:
    return School()


def of(account: int | None) -> Client:
    return entered(Account.objects.get(pk=account))


def yellow(school: School) -> Status:
    with clock.at(at(8)), within(EVERYTHING):
        return give(
            unit=school.klass, person=school.person, kind="risk_area", value="yellow", rule="R-area",
            edition="cn-8th 2021-05-14", facts=FACTS, since=at(8), about="x:1", by=school.doctor,
        )  # fmt: skip


def test_T04_the_member_sees_colour_rule_edition_stay_and_list_and_what_ends_it(school: School) -> None:
    yellow(school)
    with clock.at(at(9)):
        said = words(of(school.member.account_id).get("/me/statuses"))
    assert "yellow" in said and "since 2021-05-14 R-area" in said and "cn-8th" not in said
    assert "Stay in Example county on 2021-07-27 (list version 8, published 2021-07-30 21:00)" in said
    assert "It ends when the area leaves the list, or the stay is corrected" in said
    assert "doctor S" in said, "who decided"
    assert "0195541e" not in said, "what is kept for the product alone"


def test_T04_the_objection_and_its_answer_are_on_the_same_page(school: School) -> None:
    status = yellow(school)
    member, reviewer = of(school.member.account_id), of(school.officer.account_id)
    with clock.at(at(9)):
        answer = member.post(f"/me/statuses/{status.pk}/object", {"text": "I was elsewhere"}, follow=True)
        assert "Answered by" in words(answer) and "11:00" in words(answer)
        assert "Something is wrong" not in words(answer), "one objection at a time"
    with clock.at(at(10)):
        assert "I was elsewhere" in words(reviewer.get("/objections"))
        with within(EVERYTHING):
            one = Objection.objects.get()
        given = {"fact": "area_name", "right": "Next county", "reason": "ticket"}
        reviewer.post(f"/objections/{one.pk}/correct", given)
        said = words(member.get("/me/statuses"))
    assert "a fact was corrected" in said and "ticket" in said
    assert "clear" in said and "ended" in said


def test_the_deciding_doctor_is_told_that_a_colleague_answers(school: School) -> None:
    status = yellow(school)
    with clock.at(at(9)):
        of(school.member.account_id).post(f"/me/statuses/{status.pk}/object", {"text": "no"})
        said = words(of(school.doctor.account_id).get("/objections"))
    assert "A colleague answers" in said


def test_nothing_that_belongs_to_somebody_else_can_be_objected_to(school: School) -> None:
    status = yellow(school)
    with clock.at(at(9)):
        assert of(school.officer.account_id).post(f"/me/statuses/{status.pk}/object", {"text": "x"}).status_code == 404
    with within(EVERYTHING):
        assert not Objection.objects.exists()


def test_a_change_by_hand_is_confirmed_by_the_second_and_counted_for_the_member(school: School) -> None:
    propose(school, school.doctor)
    with within(EVERYTHING):
        change = ByHand.objects.get()
    with clock.at(at(9, 30)):
        own = of(school.doctor.account_id)
        assert "waits for a colleague" in words(own.get("/objections"))
        own.post(f"/objections/changes/{change.pk}", {"agree": "yes"})
        with within(EVERYTHING):
            change.refresh_from_db()
        assert change.outcome == ""
        of(school.officer.account_id).post(f"/objections/changes/{change.pk}", {"agree": "yes"})
        said = words(of(school.member.account_id).get("/me/statuses"))
    assert "1 confirmed, 0 refused, 0 waiting" in said
    assert "none: changed by hand by two people" in said and "seen ill" in said


def test_what_has_ended_stays_on_the_page_with_its_reason(school: School) -> None:
    yellow(school)
    with clock.at(at(10)), within(EVERYTHING):
        end(about="x:1", kind="risk_area", at=at(10), by=school.doctor, reason="R-area 9")
    with clock.at(at(11)):
        said = words(of(school.member.account_id).get("/me/statuses"))
    assert "list version 9" in said


def test_offices_and_class_heads_do_not_review(school: School) -> None:
    from tests import make

    with clock.at(at(7)):
        others = [make.account(school.unit, role) for role in ("officer", "leader", "kitchen")]
    with clock.at(at(9)):
        for account in others:
            assert entered(account).get("/objections").status_code == 404


def test_the_lists_show_what_the_role_may_see(school: School) -> None:
    status = yellow(school)
    propose(school, school.doctor)
    with clock.at(at(9)):
        of(school.member.account_id).post(f"/me/statuses/{status.pk}/object", {"text": "I was elsewhere"})
        doctor, member = of(school.doctor.account_id), of(school.member.account_id)
        for name, seen in (("statuses", "yellow"), ("objections", "I was elsewhere"), ("changes-by-hand", "seen ill")):
            said = words(doctor.get(f"/list/{name}"))
            assert "甲" not in said and seen in said, name  # names are masked
            assert member.get(f"/list/{name}").status_code == 404 or "甲" not in words(member.get(f"/list/{name}"))
        for name in ("sojourns", "areas", "area-lists"):
            assert doctor.get(f"/list/{name}").status_code == 200


def test_T04_every_change_of_a_status_is_told_once_with_the_rule_and_the_way_to_object(school: School) -> None:
    yellow(school)
    yellow(school)
    with clock.at(at(8)), within(EVERYTHING):
        give(
            unit=school.klass, person=school.person, kind="observation", value="in_observation", rule="R-observation",
            edition="cn-8th 2021-05-14", facts={}, since=at(8), about="stays.stay:1", by=school.doctor,
        )  # fmt: skip
    with clock.at(at(9)):
        said = words(of(school.member.account_id).get("/today"))
    assert said.count("See why; you can object.") == 2, "each kind once, although one was given anew in the same minute"
    assert "yellow, by the rule “Stay in a risk area”" in said and "in observation, by the rule “" in said
    with clock.at(at(10)), within(EVERYTHING):
        assert end(about="stays.stay:1", kind="observation", at=at(10), by=school.doctor, reason="released") in (0, 1)
    with clock.at(at(10)):
        assert "observation at a site has ended. See why." in words(of(school.member.account_id).get("/today"))
