"""The leading group: versions, sub-groups, delegation, decisions (领导小组)."""

from __future__ import annotations

from datetime import date

import pytest

from lianfang.capabilities.command.actions import (
    as_of,
    change_group,
    close_group,
    create_group,
    delegate_authority,
    end_delegation,
    reactivate_group,
    record_decision,
    suspend_group,
)
from lianfang.capabilities.command.models import GroupVersion, LeadingGroup
from lianfang.domain.roles import Role
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM, actor_for
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.command_world import refusal
from tests.make import at

pytestmark = pytest.mark.django_db
CODE = "1-1-1-1-1-3-6-n"


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
