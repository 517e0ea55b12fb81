"""Pages of command, census, follow-up and recall (指挥、摸底、人盯人、召回页面), as people with a duty use them."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from lianfang.capabilities.census.models import Household, HouseholdMember
from lianfang.capabilities.command.actions import board
from lianfang.capabilities.command.models import LeadingGroup, Slot, Team
from lianfang.capabilities.pairs.models import DailyContact, Pairing
from lianfang.capabilities.recall.models import RecallOrder, RecallPerson
from lianfang.domain.roles import Role
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.scope import EVERYTHING, within
from lianfang.kernel.statuses.ops import give
from tests import make
from tests.make import at

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def school():
    with clock.at(at(9)):
        school = make.root("S", "school")
        klass = make.unit(school, "K", "class")
        people = make.members(klass, 3, kind="staff")
        leader = make.account(school, Role.LEADER, "leader")
        yield school, klass, people, leader


def entered(account) -> Client:
    client = Client()
    client.force_login(account, backend=BACKEND)
    return client


def done(answer):
    assert answer.status_code == 302, answer.content.decode()
    return answer.headers["Location"]


def text(answer):
    assert answer.status_code == 200, answer.content.decode()[:2000]
    return answer.content.decode()


def test_A01_the_page_names_what_is_vacant_and_a_change_shows_at_the_next_look(school):
    unit, _klass, _people, leader = school
    client = entered(leader)
    assert "No organisation was set up on this day" in text(client.get("/command/S"))
    assert done(client.post("/command/S/apply", {"template": "1-1-1-1-1-3-6-n"})) == "/command/S"
    assert "14 of 14 vacant" in text(client.get("/command/S"))
    listed = text(client.get("/list/slots"))
    assert "Work group" in listed and "work_group" not in listed
    with within(EVERYTHING):
        slots = list(Slot.objects.order_by("id"))
    for slot in slots[:13]:
        done(client.post(f"/command/S/appoint/{slot.pk}", {"name": "某职", "phone": "0871-1"}))
    seen = text(client.get("/command/S"))
    assert "1 of 14 vacant" in seen and "Linked team 6" in seen
    done(client.post(f"/command/S/vacate/{slots[0].pk}", {"reason": "轮换"}))
    assert "2 of 14 vacant" in text(client.get("/command/S"))
    with within(EVERYTHING):
        assert len(board(unit, clock.now()).vacant) == 2


def test_A01_a_refusal_comes_back_to_the_form_with_what_was_typed(school):
    _unit, _klass, _people, leader = school
    client = entered(leader)
    done(client.post("/command/S/apply", {"template": "1-1-1-1-1-3-6-n"}))
    with within(EVERYTHING):
        slot = Slot.objects.order_by("id").first()
    answer = client.post(f"/command/S/appoint/{slot.pk}", {"home": "医院"})
    assert answer.status_code == 422
    assert "医院" in answer.content.decode()
    done(client.post(f"/command/S/appoint/{slot.pk}", {"name": "某职"}))
    taken = client.post(f"/command/S/appoint/{slot.pk}", {"name": "他人"})
    assert taken.status_code == 422 and f'href="/command/S/vacate/{slot.pk}"' in taken.content.decode()
    assert client.get("/command/S/appoint/999999").status_code == 404
    assert client.get("/command/S/appoint/x").status_code == 404
    assert client.get("/command/S/nonsense").status_code == 404


def test_A02_members_are_typed_a_line_each_and_the_page_shows_the_version_of_a_day(school):
    _unit, _klass, _people, leader = school
    client = entered(leader)
    told = {
        "name": "领导小组",
        "members": "组长，@leader，全面负责\n副组长,王副校长\n李主任",
        "subgroups": "综合组，张三\n-\n—",
        "day": "2026-02-01",
    }
    done(client.post("/command/S/new-group", told))
    with within(EVERYTHING):
        group = LeadingGroup.objects.get()
    seen = text(client.get("/command/S"))
    assert "Version 1, since 2026-02-01" in seen and "Sub-group 3, not named yet" in seen
    done(client.post(f"/command/S/suspend/{group.pk}", {"day": "2026-02-10"}))
    again = text(client.get(f"/command/S/reactivate/{group.pk}"))
    assert "@leader" in again, "the members in force can be changed, not typed anew"
    done(client.post(f"/command/S/reactivate/{group.pk}", {"members": "chair, @leader\n赵四", "day": "2026-03-01"}))
    assert "Version 2, since 2026-03-01" in text(client.get("/command/S"))
    assert "Version 1, since 2026-02-01" in text(client.get("/command/S?day=2026-02-28"))
    assert "suspended" in text(client.get("/command/S?day=2026-02-28"))
    done(client.post(f"/command/S/decide/{group.pk}", {"text": "即日起值班"}))
    assert "即日起值班" in text(client.get("/command/S"))
    two = client.post("/command/S/new-group", {"name": "x", "members": "组长，甲\n组长，乙"})
    assert two.status_code == 422 and "A leading group has one chair" in two.content.decode()


def test_A03_a_team_is_formed_and_joined_on_the_page(school):
    unit, _klass, people, leader = school
    client = entered(leader)
    done(client.post("/command/S/new-team", {"code": "T", "name": "联合团队", "organisations": "学校\n物业公司\n"}))
    with within(EVERYTHING):
        team = Team.objects.get()
        property_company = team.unit.children.get(name="物业公司")
        duty = make.account(unit, Role.AUDITOR, "manager")
    given = {"organisation": property_company.code, "person": str(people[0].pk), "position": "经理", "reach": "own"}
    done(client.post(f"/command/S/join/{team.pk}", {**given, "account": duty.handle, "role": "screener"}))
    assert "Roles over this team in force: 1" in text(client.get("/command/S"))
    done(client.post(f"/command/S/close-team/{team.pk}", {"reason": "结束"}))
    assert "Roles over this team in force: 0" in text(client.get("/command/S"))


def test_D01_a_door_is_recorded_and_who_lives_there_entered(school):
    unit, _klass, _people, _leader = school
    client = entered(make.account(unit, Role.DUTY_OFFICER))
    done(client.post("/census/S/squad", {"name": "1队", "areas": "东区\n南区"}))
    done(client.post("/census/S/record", {"area": "东区", "address": "1栋101", "kind": "rented", "state": "verified"}))
    with within(EVERYTHING):
        door = Household.objects.get()
    who = {"person.name": "租客甲", "person.id_type": "none", "person.id_reason": "未带", "kind": "tenant"}
    assert done(client.post(f"/census/S/enter/{door.pk}", who)) == f"/census/S/doors/{door.pk}"
    again = client.post(f"/census/S/enter/{door.pk}", who)
    assert again.status_code == 422 and "1队 verified this person" in again.content.decode()
    assert "租客甲" in text(client.get(f"/census/S/doors/{door.pk}"))
    done(client.post(f"/census/S/describe/{door.pk}", {"kind": "tenant", "described": "男子一名"}))
    with within(EVERYTHING):
        assert HouseholdMember.objects.count() == 2
    assert "1 of 1 doors" in text(client.get("/census/S"))
    assert "1栋101" in text(client.get("/census/S?state=verified&area=东"))
    assert "No door fits" in text(client.get("/census/S?state=refused"))


def test_D01_an_office_sees_how_far_it_is_and_no_door(school):
    unit, _klass, _people, _leader = school
    keeper = entered(make.account(unit, Role.DUTY_OFFICER))
    done(keeper.post("/census/S/record", {"area": "东区", "address": "1栋101", "kind": "family", "state": "refused"}))
    client = entered(make.account(unit, Role.OFFICER))
    seen = text(client.get("/census/S"))
    assert "1栋101" not in seen and "Households" in seen
    with within(EVERYTHING):
        door = Household.objects.get()
    assert client.get(f"/census/S/doors/{door.pk}").status_code == 404


def test_D02_pairs_are_made_and_a_contact_is_one_press(school):
    unit, _klass, people, leader = school
    adults = [make.account(unit, Role.SCREENER, f"adult-{n}") for n in range(2)]
    client = entered(leader)
    chosen = {"people": [str(one.pk) for one in people], "adults": [a.handle for a in adults], "cap": "2"}
    assert "adult-1" in text(client.get("/pairs/S/make"))
    done(client.post("/pairs/S/make", chosen))
    short = client.post("/pairs/S/make", chosen)
    assert short.status_code == 422 and "has a responsible adult already" in short.content.decode()
    with within(EVERYTHING):
        first = Pairing.objects.filter(responsible=adults[0]).first()
    mine = entered(adults[0])
    assert text(mine.get("/pairs/S")).count('value="needs_help"') == 3, "responsible or backup of each"
    done(mine.post(f"/pairs/S/contacts/{first.pk}", {"result": "reached"}))
    assert text(mine.get("/pairs/S")).count('value="needs_help"') == 2
    with within(EVERYTHING):
        assert DailyContact.objects.get().made_by == "responsible"
    assert client.post(f"/pairs/S/contacts/{first.pk}", {"result": "x"}).status_code == 302
    with within(EVERYTHING):
        assert DailyContact.objects.count() == 1
    done(client.post(f"/pairs/S/hand-on/{first.pk}", {"responsible": "adult-1", "backup": "adult-0", "reason": "出差"}))


def test_D02_the_page_names_who_comes_from_a_risk_area_without_an_adult_and_the_form_has_them_ticked(school):
    unit, klass, _people, leader = school
    student = make.member(klass, "王小明")
    doctor = make.account(unit, Role.DOCTOR)
    with within(EVERYTHING):
        given = {"kind": "risk_area", "rule": "R-area", "edition": "x", "facts": {}, "since": at(8), "by": SYSTEM}
        give(unit=klass, person=student, value="yellow", **given)
    by_doctor, by_leader = entered(doctor), entered(leader)
    assert "王小明" in text(by_doctor.get("/pairs/S")) and "/ 1<" in text(by_doctor.get("/pairs/S"))
    assert "王小明" not in text(by_leader.get("/pairs/S")) and "/ 1<" in text(by_leader.get("/pairs/S"))
    ticked = re.findall(r'value="([^"]+)"[^>]*checked', text(by_doctor.get("/pairs/S/make")))
    assert ticked == [str(student.pk)]
    assert "checked" not in text(by_leader.get("/pairs/S/make"))


def test_D05_a_recall_is_ordered_and_followed_on_the_page(school):
    _unit, _klass, people, leader = school
    client = entered(leader)
    order = {"title": "中断休假", "reason": "疫情", "back_before": "2026-03-05T00:00"}
    done(client.post("/recall/S/new", order))
    with within(EVERYTHING):
        made = RecallOrder.objects.get()
    for one in people:
        done(client.post(f"/recall/S/name/{made.pk}", {"person": one.name, "whereabouts": "省外"}))
    with within(EVERYTHING):
        named = list(RecallPerson.objects.order_by("id"))
    low = client.post(f"/recall/S/exempt/{named[0].pk}", {"evidence": "截图", "level": "low"})
    assert low.status_code == 422 and "Nobody is exempt" in low.content.decode()
    done(client.post(f"/recall/S/exempt/{named[0].pk}", {"evidence": "截图", "level": "high"}))
    done(client.post(f"/recall/S/back/{named[1].pk}", {}))
    seen = text(client.get("/recall/S"))
    assert all(f">{word}<" in seen for word in ("exempt", "back", "awaited"))
    done(client.post(f"/recall/S/lift-exemption/{named[0].pk}", {"reason": "已降级"}))
    done(client.post(f"/recall/S/lift/{made.pk}", {"reason": "解除"}))
    assert ">ended<" in text(client.get("/recall/S"))
    assert client.post(f"/recall/S/name/{made.pk}", {"person": "无此人", "whereabouts": "x"}).status_code == 422


@pytest.mark.parametrize("area", ["command", "census", "pairs", "recall"])
def test_a_number_too_large_and_a_foreign_unit_are_not_there(school, area):
    _unit, _klass, _people, leader = school
    client = entered(leader)
    make.root("FAR", "school")
    assert client.get(f"/{area}/FAR").status_code == 404
    for number in ("99999999999999999999999", "0195541e-5a00-7000-8000-000000000001", "%00"):
        for deed in ("appoint", "visit", "hand-on", "back"):
            assert client.get(f"/{area}/S/{deed}/{number}").status_code == 404


def test_every_unit_has_its_registers(school):
    _unit, _klass, _people, leader = school
    client = entered(leader)
    for name in (
        "slots", "slot-holders", "leading-groups", "delegations", "group-decisions", "teams", "team-members", "squads",
        "households", "household-visits", "household-members", "movements", "pairs", "daily-contacts", "recalls",
        "recalled",
    ):  # fmt: skip
        assert client.get(f"/list/{name}").status_code == 200, name
