"""Slots, leading groups, delegations and temporary teams (指挥组织)."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lianfang.capabilities.command.actions import (
    add_open_slot,
    apply_template,
    appoint_to_slot,
    board,
    end_organisation,
    vacate_slot,
)
from lianfang.capabilities.command.models import Holding, Slot
from lianfang.capabilities.command.templates import templates
from lianfang.domain.refusals import Refused
from lianfang.domain.roles import Role
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.command_world import refusal
from tests.make import at

pytestmark = pytest.mark.django_db
CODE = "1-1-1-1-1-3-6-n"


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
