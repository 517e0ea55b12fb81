"""Slots, leading groups, delegations and temporary teams (指挥组织)."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lianfang.capabilities.command.actions import (
    add_open_slot,
    add_to_team,
    apply_template,
    appoint_to_slot,
    as_of,
    board,
    change_group,
    close_group,
    close_team,
    close_teams_of,
    create_group,
    delegate_authority,
    end_delegation,
    end_organisation,
    form_team,
    leave_team,
    live_roles,
    reactivate_group,
    record_decision,
    suspend_group,
    vacate_slot,
)
from lianfang.capabilities.command.models import GroupVersion, Holding, LeadingGroup, Slot, TeamMember
from lianfang.capabilities.command.templates import templates
from lianfang.domain.refusals import Refused
from lianfang.domain.roles import Role
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM, actor_for
from lianfang.kernel.people.models import Membership, Person
from lianfang.kernel.reporting.models import Answer
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.make import at

pytestmark = pytest.mark.django_db
CODE = "1-1-1-1-1-3-6-n"


@pytest.fixture
def school():
    return make.root("S", "school")


@pytest.fixture
def everything():
    with within(EVERYTHING):
        yield


def refusal(call, *args, **given):
    with pytest.raises(Refused) as refused:
        call(*args, **given)
    return refused.value.code


# --- A01: the organisation 1+1+1+1+1+3+6+N


def test_A01_acceptance_1_the_template_gives_just_fourteen_typed_slots_all_vacant(school, everything):
    apply_template(SYSTEM, unit=school, template=CODE)
    seen = board(school, clock.now())
    kinds = [post.slot.kind for post in seen.posts]
    assert templates()[CODE].formula == "1+1+1+1+1+3+6+N"
    assert len(seen.posts) == len(seen.vacant) == 14
    assert {kind: kinds.count(kind) for kind in kinds} == {
        "leading_group": 1,
        "joint_team": 1,
        "lead_officer": 1,
        "lead_office": 1,
        "service_team": 1,
        "work_group": 3,
        "linked_team": 6,
    }
    assert seen.errors == ()


def test_A01_with_thirteen_filled_the_board_names_the_one_vacant_and_open_slots_are_no_errors(school, everything):
    made = apply_template(SYSTEM, unit=school, template=CODE)
    for post in board(school, clock.now()).posts[:13]:
        appoint_to_slot(SYSTEM, slot=post.slot, name="联络人", home="医院")
    seen = board(school, clock.now())
    assert [post.slot.name for post in seen.vacant] == ["联动队伍6"]
    for name in ("消杀组", "转运组"):
        add_open_slot(SYSTEM, organisation=made, name=name)
    seen = board(school, clock.now())
    assert (len(seen.posts), seen.errors) == (16, ())
    assert [post.slot.name for post in seen.posts[-2:]] == ["消杀组", "转运组"]
    assert {str(post.slot.parent) for post in seen.posts[-2:]} == {"Lead office"}


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.integers(0, 13), min_size=1, max_size=20))
def test_A01_a_holder_who_goes_leaves_a_vacancy_at_once(school, taken):
    """Appointing and vacating in any order, the board shows just the slots nobody holds at that moment."""
    with within(EVERYTHING):
        seen = board(school, clock.now())
        if seen is None:
            apply_template(SYSTEM, unit=school, template=CODE)
            seen = board(school, clock.now())
        held = {n for n, post in enumerate(seen.posts) if post.holding}
        for number in taken:
            if number in held:
                vacate_slot(SYSTEM, slot=seen.posts[number].slot, reason="调离")
            else:
                appoint_to_slot(SYSTEM, slot=seen.posts[number].slot, name="某职")
            held ^= {number}
            now = board(school, clock.now())
            assert {n for n, post in enumerate(now.posts) if post.holding is None} == set(range(14)) - held


def test_a_slot_has_one_holder_and_its_history_is_kept(school, everything):
    apply_template(SYSTEM, unit=school, template=CODE)
    slot = Slot.objects.get(kind="lead_officer")
    with clock.at(at(9)):
        who = make.account(school, Role.LEADER)
    with clock.at(clock.now()):
        appoint_to_slot(SYSTEM, slot=slot, account=who, phone="0871-000000")
        assert refusal(appoint_to_slot, SYSTEM, slot=slot, name="另一人") == "slot.taken"
        vacate_slot(SYSTEM, slot=slot, reason="轮换")
        assert refusal(vacate_slot, SYSTEM, slot=slot, reason="再次") == "slot.vacant"
        assert refusal(appoint_to_slot, SYSTEM, slot=slot) == "required"
    assert [(one.name, one.because) for one in Holding.objects.all()] == [(who.name, "轮换")]


def test_a_unit_has_one_organisation_and_a_stood_down_one_is_history(school, everything):
    with clock.at(at(9)):
        made = apply_template(SYSTEM, unit=school, template=CODE)
        appoint_to_slot(SYSTEM, slot=made.slots.first(), name="联络人")
        assert refusal(apply_template, SYSTEM, unit=school, template=CODE) == "organisation.exists"
        assert refusal(apply_template, SYSTEM, unit=school, template="none") == "choice.unknown"
    with clock.at(at(10)):
        end_organisation(SYSTEM, organisation=made, reason="结束")
        assert refusal(end_organisation, SYSTEM, organisation=made, reason="x") == "organisation.ended"
        assert refusal(add_open_slot, SYSTEM, organisation=made, name="x") == "organisation.ended"
        assert board(school, clock.now()) is None
        assert len(board(school, at(9, 30)).vacant) == 13
        apply_template(SYSTEM, unit=school, template=CODE)


# --- A02: the leading group

CHAIR = {"function": "chair", "name": "组长"}
BEFORE = [CHAIR, {"function": "deputy", "name": "副组长"}, {"name": "成员甲"}, {"name": "成员乙"}]
AFTER = [CHAIR, {"function": "deputy", "name": "副组长"}, {"name": "成员丙"}, {"name": "成员丁"}]


def test_A02_a_reactivated_group_is_version_1_before_and_version_2_after(school, everything):
    made = create_group(SYSTEM, unit=school, name="领导小组", members=BEFORE, day=date(2020, 1, 25))
    suspend_group(SYSTEM, group=made, day=date(2020, 9, 1))
    reactivate_group(SYSTEM, group=made, day=date(2021, 8, 3), members=AFTER, basis="通知")
    before, after = (as_of(made, day) for day in (date(2021, 7, 31), date(2021, 8, 4)))
    assert (before.state, before.version.number) == ("suspended", 1)
    assert (after.state, after.version.number) == ("active", 2)
    names = [[one.name for one in then.version.members.all()] for then in (before, after)]
    assert len(set(names[0]) ^ set(names[1])) == 4, "two out, two in"
    assert as_of(made, date(2020, 1, 24)).version is None


def test_A02_sub_groups_that_nobody_has_named_stay_placeholders(school, everything):
    named = [{"name": name} for name in ("综合组", "学生组", "后勤组")]
    made = create_group(SYSTEM, unit=school, name="领导小组", members=BEFORE, subgroups=[*named, {}, {}])
    kept = as_of(made, clock.today(school.zone)).version.subgroups.order_by("number")
    assert [one.name for one in kept] == ["综合组", "学生组", "后勤组", "", ""]


def test_A02_steps_out_of_order_are_refused(school, everything):
    made = create_group(SYSTEM, unit=school, name="领导小组", members=BEFORE, day=date(2021, 8, 1))
    assert refusal(reactivate_group, SYSTEM, group=made) == "flow.condition"
    assert refusal(suspend_group, SYSTEM, group=made, day=date(2021, 7, 31)) == "date.order"
    close_group(SYSTEM, group=made, day=date(2021, 9, 1))
    assert refusal(change_group, SYSTEM, group=made, members=AFTER) == "flow.condition"


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ([], "required"),
        ([{"name": "甲"}], "group.chair"),
        ([CHAIR, CHAIR], "group.chair"),
        ([CHAIR, {}], "required"),
        ([CHAIR, {"name": "甲", "function": "king"}], "choice.unknown"),
        ([CHAIR, {"account": "nobody"}], "scope"),
        ([CHAIR, {"name": "甲", "salary": "1"}], "field.unknown"),
        ([CHAIR, "甲"], "type"),
        ([CHAIR, *({"name": "甲"},) * 60], "limit"),
    ],
)
def test_members_that_cannot_be_read_are_refused_and_nothing_is_kept(school, everything, members, code):
    assert refusal(create_group, SYSTEM, unit=school, name="领导小组", members=members) == code
    assert not LeadingGroup.objects.exists()
    assert not GroupVersion.objects.exists()


@pytest.fixture
def delegated(school):
    """A group of 2021-08-03 whose chair is away from 08:00 to 12:00."""
    day = date(2021, 8, 3)
    with clock.at(at(7, day=day)):
        chair, delegate, other = (make.account(school, Role.LEADER) for _ in range(3))
        with within(EVERYTHING):
            members = [{"function": "chair", "account": chair.handle}]
            group = create_group(SYSTEM, unit=school, name="领导小组", members=members)
            delegation = delegate_authority(
                SYSTEM, group=group, account=delegate, since=at(8, day=day), until=at(12, day=day), matters="全部"
            )
    return day, group, delegation, chair, delegate, other


def decide(who, group):
    with within(EVERYTHING):
        actor = actor_for(who)
    with make.acting(actor):
        return record_decision(actor, group=group, text="召回休假人员")


def test_A02_the_delegate_decides_at_ten_and_no_longer_at_a_minute_past_twelve(delegated):
    day, group, _delegation, _chair, delegate, _other = delegated
    with clock.at(at(10, day=day)):
        assert decide(delegate, group).capacity == "delegate"
    for hour, minute, code in ((7, 59, "delegation.none"), (12, 0, "delegation.over"), (12, 1, "delegation.over")):
        with clock.at(at(hour, minute, day=day)):
            assert refusal(decide, delegate, group) == code


def test_A02_the_chair_decides_and_somebody_else_does_not(delegated):
    day, group, _delegation, chair, _delegate, other = delegated
    with clock.at(at(13, day=day)):
        assert decide(chair, group).capacity == "chair"
        assert refusal(decide, other, group) == "delegation.none"


def test_A02_a_suspended_group_decides_nothing(delegated):
    day, group, _delegation, chair, _delegate, _other = delegated
    with clock.at(at(13, day=day)):
        with within(EVERYTHING):
            suspend_group(SYSTEM, group=group)
        assert refusal(decide, chair, group) == "group.not_active"


def test_the_authority_is_with_one_person_at_a_time_and_can_be_taken_back(delegated):
    day, group, delegation, _chair, delegate, other = delegated
    with clock.at(at(9, day=day)), within(EVERYTHING):
        overlapping = {"account": other, "since": at(11, day=day), "until": at(14, day=day)}
        assert refusal(delegate_authority, SYSTEM, group=group, **overlapping) == "delegation.overlaps"
        end_delegation(SYSTEM, delegation=delegation)
        delegate_authority(SYSTEM, group=group, **overlapping)
        turned = {"account": other, "since": at(16, day=day), "until": at(15, day=day)}
        assert refusal(delegate_authority, SYSTEM, group=group, **turned) == "date.order"
        past = {"account": other, "since": at(7, day=day), "until": at(8, day=day)}
        assert refusal(delegate_authority, SYSTEM, group=group, **past) == "date.past"
    with clock.at(at(10, day=day)):
        assert refusal(decide, delegate, group) == "delegation.over"


# --- A03: the temporary team

ORGANISATIONS = ["学校", "医院", "疾控中心", "物业公司"]


@pytest.fixture
def team(school):
    """Four organisations with two members each, who have said how they are today; the property company's manager."""
    with clock.at(at(9)):
        site = make.unit(school, "SITE", "site")
        people = {}
        with within(EVERYTHING):
            formed = form_team(
                SYSTEM, unit=school, code="TEAM", name="联合团队", organisations=ORGANISATIONS, site=site
            )
            groups = list(formed.unit.children.order_by("code"))
            for group in groups:
                people[group] = [_newcomer(group, formed) for _ in range(2)]
        manager = make.account(school, Role.AUDITOR)
        head = make.member(make.unit(school, "HR", "division"), kind="contractor")
        with within(EVERYTHING):
            add_to_team(
                SYSTEM, team=formed, organisation=groups[3], person=head, position="项目经理", account=manager,
                role=Role.DUTY_OFFICER, reach="own",
            )  # fmt: skip
    return formed, groups, people, manager, site


def _newcomer(group, formed):
    person = make.member(group.parent.parent.children.filter(kind="division").first() or _staff(group), kind="staff")
    add_to_team(SYSTEM, team=formed, organisation=group, person=person, position="队员")
    return person


def _staff(group):
    return make.unit(group.parent.parent, "STAFF", "division")


def answered(people):
    from lianfang.capabilities.checkin.intake import receive_answer

    for group, members in people.items():
        for person in members:
            receive_answer(SYSTEM, make.answer(person, group), channel="json")


def test_A03_the_property_company_sees_the_health_of_its_own_members_and_no_row_of_the_other_three(team):
    formed, groups, people, manager, _site = team
    with clock.at(at(12)):
        with within(EVERYTHING):
            answered(people)
            assert Answer.objects.filter(unit__in=groups).count() == 8
            actor = actor_for(manager)
        with make.acting(actor):
            own = set(Answer.objects.filter(unit__in=groups).values_list("unit", flat=True))
            assert own == {groups[3].pk}
            assert Answer.objects.filter(unit__in=groups).count() == 2
            assert set(TeamMember.objects.values_list("unit", flat=True)) == {groups[3].pk}
    assert formed.unit.kind == "team"


def test_A03_when_the_team_closes_with_its_site_no_permission_is_left_and_its_history_is_readable(team):
    formed, groups, people, manager, site = team
    with clock.at(at(12)), within(EVERYTHING):
        answered(people)
        assert live_roles(formed) == 1
    with clock.at(at(18)), within(EVERYTHING):
        assert [one.pk for one in close_teams_of(site, SYSTEM, reason="观察点解除")] == [formed.pk]
        assert live_roles(formed) == 0
        assert close_teams_of(site, SYSTEM, reason="again") == []
        actor = actor_for(manager)
    with clock.at(at(18)):
        with make.acting(actor):
            assert not Answer.objects.filter(unit__in=groups).exists()
            assert not TeamMember.objects.exists()
        with make.acting(make.actor(groups[0].parent.parent, Role.DUTY_OFFICER)):
            assert Answer.objects.filter(unit__in=groups).count() == 8
            assert {one.until for one in TeamMember.objects.all()} == {make.DAY}
    with within(EVERYTHING):
        assert not Membership.objects.filter(unit__in=groups, until__isnull=True).exists()


def test_A03_whoever_leaves_a_team_loses_the_role_that_came_with_it(team):
    formed, _groups, _people, manager, _site = team
    with clock.at(at(13)), within(EVERYTHING):
        member = TeamMember.objects.get(account=manager)
        leave_team(SYSTEM, member=member, reason="离开")
        assert live_roles(formed) == 0
        assert refusal(leave_team, SYSTEM, member=member, reason="x") == "team.left_already"


def test_a_team_refuses_strangers_doubles_and_roles_above_ones_own(team):
    formed, groups, people, manager, _site = team
    someone = people[groups[0]][0]
    with clock.at(at(13)):
        leader = make.actor(groups[0].parent.parent, Role.LEADER)
        with make.acting(leader):
            given = {"team": formed, "organisation": groups[1], "position": "队员"}
            new = make.member(groups[0].parent.parent.children.filter(kind="division").first())
            assert refusal(add_to_team, leader, person=someone, **given) == "team.member_already"
            assert refusal(add_to_team, leader, person=new, **given, reach="all") == "choice.unknown"
            assert refusal(add_to_team, leader, person=new, **given, reach="own") == "required"
            high = {"reach": "team", "account": manager, "role": Role.ADMINISTRATOR}
            assert refusal(add_to_team, leader, person=new, **given, **high) == "scope"
            astray = {**given, "organisation": formed.unit}
            assert refusal(add_to_team, leader, person=new, **astray) == "team.organisation"
    with clock.at(at(14)), within(EVERYTHING):
        close_team(SYSTEM, team=formed, reason="x")
        assert refusal(close_team, SYSTEM, team=formed) == "team.closed"
        assert refusal(form_team, SYSTEM, unit=groups[0].parent.parent, code="TEAM", name="x", organisations=["a"]) == (
            "unit.exists"
        )
        assert Person.objects.filter(pk=someone.pk).exists()


def test_somebody_from_a_unit_of_the_tree_goes_on_answering_at_home(team):
    formed, groups, _people, _manager, _site = team
    home = groups[0].parent.parent.children.filter(kind="division").first()
    with clock.at(at(13)), within(EVERYTHING):
        person = make.member(home)
        add_to_team(SYSTEM, team=formed, organisation=groups[0], person=person, position="队员", home_unit=home)
        assert list(Membership.objects.filter(person=person).values_list("unit", flat=True)) == [home.pk]


@pytest.mark.django_db(transaction=True)
def test_A01_two_who_appoint_to_one_slot_at_once_leave_one_holder():
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connection

    school = make.root("S", "school")
    with within(EVERYTHING):
        slot = apply_template(SYSTEM, unit=school, template=CODE).slots.order_by("id").first()

    def appoint(name: str) -> str:
        try:
            with within(EVERYTHING):
                return appoint_to_slot(SYSTEM, slot=slot, name=name).name
        except Refused as refused:
            return refused.code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as hands:
        said = sorted(hands.map(appoint, ["甲", "乙", "丙", "丁"]))
    assert said.count("slot.taken") == 3
    with within(EVERYTHING):
        assert Holding.objects.filter(until__isnull=True).count() == 1
