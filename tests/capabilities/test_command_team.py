"""The temporary team of several organisations (联合工作组)."""

from __future__ import annotations

import pytest

from lianfang.capabilities.command.actions import (
    add_to_team,
    close_team,
    close_teams_of,
    form_team,
    leave_team,
    live_roles,
)
from lianfang.capabilities.command.models import TeamMember
from lianfang.domain.roles import Role
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM, actor_for
from lianfang.kernel.people.models import Membership, Person
from lianfang.kernel.reporting.models import Answer
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.command_world import refusal
from tests.make import at

pytestmark = pytest.mark.django_db
CODE = "1-1-1-1-1-3-6-n"


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
