"""Scenario 004's two-way verification (双向校核), played by itself: what the story expects is what the records say."""

from __future__ import annotations

from datetime import date

import pytest

from lianfang.demo import script, two_way
from lianfang.kernel import clock
from lianfang.kernel.scope import EVERYTHING, within

pytestmark = pytest.mark.django_db


def test_E01_acceptance_14_the_lists_of_scenario_004_go_from_33_to_42_of_42_and_again_bring_nothing_new():
    scenario = script.scenario("004")
    day = date.fromisoformat(str(scenario["day"]))
    with clock.at(script.moment(day, "05:30")):
        two = two_way.found()
    two_way.play(two, scenario, day)
    with within(EVERYTHING):
        found = {one.name: one for one in two_way.findings(two, scenario)}
    assert [one.as_json() for one in found.values() if not one.passes] == []
    assert found["two_way"].got == dict(scenario["two_way"])
    assert (found["agreement_before"].got, found["agreement_after"].got) == ("33/42", "42/42")
    assert found["two_way_closed"].got == {"items": 9, "open": 0, "signed": True, "new_when_sent_again": 0}
