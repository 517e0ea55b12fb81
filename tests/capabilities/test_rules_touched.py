"""Whom a change of rules touches (规则影响面): contacts, people at home with a code, plans of classes, readings."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest

from lianfang.capabilities.rules.adopting import preview
from lianfang.capabilities.training import actions as acts
from lianfang.kernel import clock
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.policies.models import RulePack
from lianfang.kernel.policies.touched import Touched
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.cases_world import EVENING, Campus, kept
from tests.incidents_world import built, code_event
from tests.make import DAY, acting, at
from tests.training_world import Academy

pytestmark = pytest.mark.django_db


def seen(unit: Unit, *, hazard: str = "any", since: date = DAY, **parameters: Any) -> dict[str, Touched]:
    """What the preview says to an administrator of the unit, who sees no health."""
    admin = make.actor(unit, "administrator")
    pack = RulePack(unit=unit, code="x", series="x", valid_from=since, hazard=hazard, parameters=parameters)
    with acting(admin):
        return {one.kind: one for one in preview(pack).touched}


def test_followed_contacts_are_shown_before_their_days_would_change():
    with clock.at(EVENING):
        campus = Campus()
        with acting(campus.doctor):
            _, contacts = kept(campus, 2)
        until = contacts[0].until
        found = seen(campus.school, observation_days=21)
        assert found["contact"].count == 2 and str(until) in str(found["contact"].effect)
        assert "contact" not in seen(campus.school, observation_days=21, hazard="gastroenteritis")
        assert "contact" not in seen(campus.school, fever_c="37.5")
        assert found.keys() == {"contact"}, "readings keep their times when only the days change"
        readings = seen(campus.school, reading_slots=["am", "noon", "pm"])["reading"]
    with within(EVERYTHING):
        assert contacts[0].until == until
    assert readings.count == 2 * 29


def test_people_at_home_with_a_code_are_shown_before_their_days_would_change():
    world = built()
    person = make.member(world.school, "王强", kind="staff")
    event = code_event(world, person, at(18, 20))
    with clock.at(at(18, 30)):
        found = seen(world.school, observation_days=21)["code"]
        assert (found.count, found.examples) == (1, (f"incidents.codeevent:{event.pk}",))
        assert "2026-03-16" in str(found.effect) and "2026-03-23" in str(found.effect)
        assert seen(world.school, code_tests=3)["code"].count == 1
        assert "code" not in seen(world.school, notice_minutes=10)


def test_planned_seats_beds_and_sittings_are_shown_before_their_numbers_change():
    academy = Academy()
    run = academy.run(4)
    academy.run(4, "K2")
    with clock.at(at(9)), acting(academy.head) as head:
        acts.plan_class(head, run=run, rooms=[academy.classroom("R1", 8)])
        acts.plan_beds(head, run=run, rooms=academy.dormitory(4, beds=2))
        acts.plan_dining(head, run=run, place=academy.hall(), meal="lunch", first_sitting=time(11, 30))
    with clock.at(at(9)):
        since = run.first_day
        found = seen(academy.unit, since=since, seats_per_desk=3, beds_per_room=3, dining_group=5)
        assert {kind: one.count for kind, one in found.items()} == {"seats": 1, "beds": 1, "sittings": 1}
        assert seen(academy.unit, since=date(2027, 1, 1), seats_per_desk=3) == {}, "over by then"
