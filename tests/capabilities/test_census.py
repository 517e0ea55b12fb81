"""Households, who lives there, movements (摸底排查)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from lianfang.capabilities.census.actions import (
    declare_movement,
    describe_member,
    end_squad,
    enter_member,
    form_squad,
    list_household,
    member_left,
    record_household,
    record_visit,
    totals,
)
from lianfang.capabilities.census.models import Household, HouseholdMember, HouseholdVisit, Movement
from lianfang.capabilities.risk_areas.actions import publish_areas
from lianfang.capabilities.risk_areas.models import Sojourn
from lianfang.domain.answers import PersonRef
from lianfang.domain.identity import Identity
from lianfang.domain.refusals import Refused
from lianfang.domain.roles import Role
from lianfang.interfaces.worker.sweep import Worker
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.people.models import Membership, Person
from lianfang.kernel.scope import EVERYTHING, within
from lianfang.kernel.statuses.models import Status
from tests import make
from tests.make import DAY, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def school():
    return make.root("S", "school")


@pytest.fixture
def doors(school):
    """Two squads, each with an area, and a door of each."""
    with clock.at(at(8)), within(EVERYTHING):
        squads = [
            form_squad(SYSTEM, unit=school, name=f"{n}队", areas=[area]) for n, area in ((1, "东区"), (2, "西区"))
        ]
        return squads, [list_household(SYSTEM, unit=school, area=s.areas[0], address="1栋101") for s in squads]


def stranger(name: str = "租客", number: str = "E99887766") -> PersonRef:
    return PersonRef(
        id_type="passport", identity=Identity(kind="passport", number=number, birth_date=None, sex=None), id_reason="",
        name=name, phone="", birth_date=None, guardian_notice=None, ref="",
    )  # fmt: skip


def nameless(name: str) -> PersonRef:
    return PersonRef(
        id_type="none", identity=None, id_reason="未带证件", name=name, phone="", birth_date=None, guardian_notice=None,
        ref="",
    )  # fmt: skip


def refused(call, *args, **given):
    with pytest.raises(Refused) as refusal:
        call(*args, **given)
    return refusal.value


def test_D01_the_states_of_96_households_sum_to_96(school):
    with clock.at(at(10)), within(EVERYTHING):
        form_squad(SYSTEM, unit=school, name="1队", areas=["东区"])
        for number in range(96):
            household = list_household(SYSTEM, unit=school, area="东区", address=f"{number}号")
            if number < 50:
                record_visit(SYSTEM, household=household, state="verified")
        assert (totals(school).pending, totals(school).total) == (46, 96)
        for number, household in enumerate(Household.objects.filter(state="pending").order_by("id")):
            record_visit(SYSTEM, household=household, state=("empty", "empty", "refused", *["verified"] * 43)[number])
        seen = totals(school)
    assert (seen.verified, seen.empty, seen.refused, seen.pending, seen.total) == (93, 2, 1, 0, 96)


def test_D01_a_tenant_in_no_roster_is_added_once_and_the_second_squad_hears_who_was_there_when(school, doors):
    squads, households = doors
    with clock.at(at(9)), make.acting(make.actor(school, Role.SCREENER)) as first:
        enter_member(first, household=households[0], who=stranger(), kind="tenant", squad=squads[0])
    with clock.at(at(11, 20)), make.acting(make.actor(school, Role.SCREENER)) as second:
        said = refused(enter_member, second, household=households[1], who=stranger(), kind="tenant", squad=squads[1])
    assert (said.code, said.problems[0].facts) == ("person.verified_already", {"squad": "1队", "hours": 2})
    with within(EVERYTHING):
        assert Person.objects.filter(name="租客").count() == 1
        assert Membership.objects.filter(person__name="租客").values_list("kind", "unit__code").get() == ("tenant", "S")
        assert HouseholdMember.objects.count() == 1
        assert Household.objects.get(pk=households[0].pk).state == "verified"


def test_D01_within_the_hour_the_minutes_are_said(doors):
    _squads, households = doors
    with within(EVERYTHING):
        with clock.at(at(9)):
            enter_member(SYSTEM, household=households[0], who=stranger(), kind="tenant")
        with clock.at(at(9, 40)):
            said = refused(enter_member, SYSTEM, household=households[1], who=stranger(), kind="tenant")
    assert said.problems[0].facts == {"squad": "1队", "minutes": 40}


def test_somebody_on_a_roster_elsewhere_is_not_added_again(school, doors):
    _squads, households = doors
    known = make.member(make.unit(school, "K", "class"), "已知")
    other = make.member(make.unit(school, "D", "division"), number="E12345678", name="职工")
    with clock.at(at(9)), within(EVERYTHING):
        people = Person.objects.count()
        enter_member(SYSTEM, household=households[0], who=nameless("已知"), kind="resident")
        assert HouseholdMember.objects.get().person_id == known.pk
        assert Person.objects.count() == people
        ref = PersonRef(**{**_parts(stranger("另名")), "identity": Identity("resident", "E12345678", None, None)})
        assert refused(enter_member, SYSTEM, household=households[1], who=ref, kind="resident").code == (
            "person.name_mismatch"
        )
        assert other.name == "职工"


def _parts(ref: PersonRef) -> dict[str, object]:
    return {name: getattr(ref, name) for name in PersonRef.__slots__}


def test_a_squad_may_enter_somebody_whom_it_cannot_see_on_the_other_roster(school, doors):
    _squads, households = doors
    away = make.root("FAR", "school")
    person = make.member(away, "远方", number="E55554444")
    with clock.at(at(9)), make.acting(make.actor(school, Role.SCREENER)) as by:
        ref = PersonRef(**{**_parts(stranger("远方")), "identity": Identity("resident", "E55554444", None, None)})
        entered = enter_member(by, household=households[0], who=ref, kind="tenant")
        assert entered.person_id == person.pk
        from lianfang.capabilities.census.register import HouseholdMembers

        row = HouseholdMembers.rows(by).get()
        assert row.person is None, "who is on another institution's roster is not shown by name"
        assert HouseholdMembers.column_named("name").value(row) == "on another unit's register"


def test_two_of_one_name_are_not_guessed_between(school, doors):
    _squads, households = doors
    for code in ("K1", "K2"):
        make.member(make.unit(school, code, "class"), "同名")
    with clock.at(at(9)), within(EVERYTHING):
        said = refused(enter_member, SYSTEM, household=households[0], who=nameless("同名"), kind="resident")
    assert said.code == "person.ambiguous"


def test_who_gives_no_name_is_described_and_a_door_where_somebody_lives_is_not_empty(school, doors):
    _squads, households = doors
    with clock.at(at(9)), within(EVERYTHING):
        record_visit(SYSTEM, household=households[0], state="empty")
        describe_member(SYSTEM, household=households[0], described="老人一名", kind="resident")
        assert Household.objects.get(pk=households[0].pk).state == "pending"
        assert refused(record_visit, SYSTEM, household=households[0], state="empty").code == "household.lived_in"
        people = Membership.objects.count()
        assert people == 0, "nobody was added to the register"
        assert (
            refused(describe_member, SYSTEM, household=households[0], described=" ", kind="tenant").code == "required"
        )
        assert HouseholdVisit.objects.count() == 2, "each visit is an entry of its own"


def test_a_landlord_lives_elsewhere_and_may_let_several(doors):
    _squads, households = doors
    with clock.at(at(9)), within(EVERYTHING):
        record_visit(SYSTEM, household=households[0], state="empty")
        enter_member(SYSTEM, household=households[0], who=stranger("房东", "E1"), kind="landlord")
        assert Household.objects.get(pk=households[0].pk).state == "empty"
        enter_member(SYSTEM, household=households[1], who=stranger("房东", "E1"), kind="resident")
        assert HouseholdMember.objects.count() == 2


def test_who_moved_out_can_be_entered_at_another_address(doors):
    _squads, households = doors
    with clock.at(at(9)), within(EVERYTHING):
        member = enter_member(SYSTEM, household=households[0], who=stranger(), kind="tenant")
        tomorrow = DAY + timedelta(days=1)
        assert refused(member_left, SYSTEM, member=member, left_on=tomorrow).code == "date.in_future"
        member_left(SYSTEM, member=member, left_on=DAY)
        assert refused(member_left, SYSTEM, member=member, left_on=DAY).code == "household.left_already"
        enter_member(SYSTEM, household=households[1], who=stranger(), kind="tenant")
        assert Person.objects.filter(name="租客").count() == 1


def test_an_area_belongs_to_one_squad_at_a_time(school, doors):
    squads, _households = doors
    with clock.at(at(9)), within(EVERYTHING):
        said = refused(form_squad, SYSTEM, unit=school, name="3队", areas=["南区", "东区"])
        assert (said.code, said.problems[0].facts) == ("squad.area_taken", {"area": "东区", "squad": "1队"})
        end_squad(SYSTEM, squad=squads[0])
        form_squad(SYSTEM, unit=school, name="3队", areas=["东区"])
        made = record_household(SYSTEM, unit=school, area="东区", address="9栋", state="verified")
        assert made.squad.name == "3队"


def test_an_address_is_listed_once_and_words_outside_the_choices_are_refused(school, doors):
    with clock.at(at(9)), within(EVERYTHING):
        assert refused(list_household, SYSTEM, unit=school, area="东区", address="1栋101").code == "invalid"
        assert refused(list_household, SYSTEM, unit=school, area="东区", address="2", kind="x").code == "choice.unknown"
        _squads, households = doors
        assert refused(record_visit, SYSTEM, household=households[0], state="maybe").code == "choice.unknown"


def test_a_movement_is_declared_by_oneself_or_a_squad_and_only_where_one_belongs(school):
    klass = make.unit(school, "K", "class")
    person = make.member(klass)
    away = make.root("FAR", "school")
    with clock.at(at(9)), within(EVERYTHING):
        declare_movement(SYSTEM, unit=klass, person=person, whereabouts="省外", left_on=date(2026, 2, 1))
        turned = {"left_on": date(2026, 2, 3), "back_on": date(2026, 2, 1)}
        said = refused(declare_movement, SYSTEM, unit=klass, person=person, whereabouts="x", **turned)
        assert said.code == "date.order"
        said = refused(declare_movement, SYSTEM, unit=away, person=person, whereabouts="x", left_on=DAY)
        assert said.code == "scope"
        assert Movement.objects.get().back_on is None


def test_D01_D03_a_declared_movement_with_its_area_is_weighed_by_the_list_in_force(school):
    klass = make.unit(school, "K", "class")
    back, ahead, vague = make.members(klass, 3)
    with clock.at(at(9)), within(EVERYTHING):
        county = {"code": "510104", "name": "示例县", "level": "medium"}
        publish_areas(SYSTEM, unit=school, entries=[county], basis="公告")
        given = {"unit": klass, "whereabouts": "示例县", "area": "510104"}
        returned = {"left_on": DAY - timedelta(days=4), "back_on": DAY - timedelta(days=2)}
        declare_movement(SYSTEM, person=back, **given, **returned)
        declare_movement(SYSTEM, person=ahead, **given, left_on=DAY + timedelta(days=1))
        declare_movement(SYSTEM, person=vague, unit=klass, whereabouts="示例县", left_on=DAY)
        said = refused(declare_movement, SYSTEM, person=vague, **{**given, "area": "51"}, left_on=DAY)
        assert (said.code, said.problems[0].field) == ("area.code", "area")
    held = []
    for moment in (at(9, 1), at(23), at(0, 1, day=DAY + timedelta(days=1)), at(9, day=DAY + timedelta(days=1))):
        with clock.at(moment):
            Worker().sweep()
            Worker().sweep()  # the stay, then what follows from it
        with within(EVERYTHING):
            held.append({one.person_id for one in Status.objects.filter(kind="risk_area", until__isnull=True)})
    assert held == [{back.pk}, {back.pk}, {back.pk, ahead.pk}, {back.pk, ahead.pk}]
    with within(EVERYTHING):
        stay = Sojourn.objects.get(person=back)
        assert (stay.area, stay.since, stay.until) == ("510104", returned["left_on"], returned["back_on"])
        assert Sojourn.objects.count() == 2, "each is recorded once"
