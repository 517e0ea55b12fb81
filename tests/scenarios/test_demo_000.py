"""Scenario 000 (集中医学观察点), replayed once: from the order to the last release, then 38 classes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from lianfang.capabilities.command.models import Slot, Team
from lianfang.capabilities.command.teams import live_roles
from lianfang.capabilities.site.models import Milestone, Site
from lianfang.capabilities.stays.models import Stay
from lianfang.capabilities.training.models import ClassRun
from lianfang.demo import script
from lianfang.demo.replay import replay
from lianfang.interfaces.worker.sweep import Worker
from lianfang.kernel.ledgers.models import Entry
from lianfang.kernel.places.models import Occupancy
from lianfang.kernel.readings.models import Reading
from lianfang.kernel.scope import EVERYTHING, within
from lianfang.kernel.statuses.models import Status
from lianfang.kernel.tasks.models import Task

HOURS = {"rooms_ready": 5, "first_batch": 8, "converted": 48}


@pytest.fixture(scope="module")
def outcome(django_db_setup: None, django_db_blocker: Any) -> Iterator[script.Outcome]:
    """The story, played once for the tests of this module, which only look at it."""
    with django_db_blocker.unblock(), transaction.atomic():
        done = replay("000", Worker().sweep)
        with within(EVERYTHING):
            yield done
        transaction.set_rollback(True)


def got(outcome: script.Outcome, name: str) -> object:
    return next(one.got for one in outcome.findings if one.name == name)


def test_every_total_of_the_scenario_comes_out_of_the_records(outcome: script.Outcome) -> None:
    assert [one.as_json() for one in outcome.findings if not one.passes] == []
    assert outcome.partial == {}
    assert {one.name for one in outcome.findings} >= set(script.scenario("000")["expect"])


def test_I01_acceptance_2_the_site_was_open_for_51_days_counted_at_both_ends(outcome: script.Outcome) -> None:
    site = Site.objects.get()
    assert got(outcome, "days_open_inclusive") == 51
    assert (site.designated_on, site.closed_on, site.state) == (date(2020, 1, 30), date(2020, 3, 20), "released")
    assert site.accepts_until == date(2020, 3, 6)


def test_I02_rooms_first_batch_and_conversion_were_in_time(outcome: script.Outcome) -> None:
    site = Site.objects.get()
    met = {one.key: one for one in Milestone.objects.filter(site=site)}
    for key, hours in HOURS.items():
        assert met[key].actual_at <= site.t0 + timedelta(hours=hours)
    assert (met["rooms_ready"].value, met["first_batch"].value) == (245, 62)


def test_I03_acceptance_3_252_people_were_observed_and_all_released_in_rooms_of_their_own(
    outcome: script.Outcome,
) -> None:
    assert got(outcome, "people") == Stay.objects.filter(state="released").count() == 252
    assert got(outcome, "peak") == {"date": "2020-02-09", "n": 204}
    assert got(outcome, "room_nights") == 3528
    assert not Occupancy.objects.filter(layer="bed", until=None).exists()
    assert Stay.objects.exclude(certificate="").values("certificate").distinct().count() == 252


def test_I06_acceptance_3_every_one_of_7056_readings_was_owed_taken_and_none_twice(outcome: script.Outcome) -> None:
    owed = Task.objects.filter(kind="reading", unit__kind="site", excused="")
    assert got(outcome, "readings") == owed.count() == 7056
    assert not owed.filter(settled_at=None).exists()
    fevers = Reading.objects.filter(unit__kind="site", fever=True, second_of=None).order_by("day")
    told = script.scenario("000")["abnormal_readings"]
    assert [str(one.day) for one in fevers] == [str(one["day"]) for one in told]
    assert all(one.seconds.count() == 1 for one in fevers)


def test_J01_one_emergency_kept_both_clocks_and_one_was_reported_a_second_too_late(outcome: script.Outcome) -> None:
    assert got(outcome, "emergencies") == ["pass", "fail_report"]


def test_M02_acceptance_4_three_forecasts_of_10_february_and_the_boxes_that_ran_out_on_10_march(
    outcome: script.Outcome,
) -> None:
    assert got(outcome, "forecast_on_2020_02_10") == {
        "burn_rate": "2020-02-18", "present_guests": None, "present_plus_plan": "2020-03-10",
    }  # fmt: skip
    assert (got(outcome, "boxes_left_present_guests"), got(outcome, "boxes_short_in_the_end")) == (1746, 222)
    assert got(outcome, "boxes_run_out") == "2020-03-10"


def test_M01_five_lines_in_three_measures_came_in_and_only_boxes_went_out(outcome: script.Outcome) -> None:
    came = Entry.objects.filter(quantity__gt=0).values_list("item__code", "item__measure")
    assert (len(set(came)), len({measure for _, measure in came})) == (5, 3)
    assert set(Entry.objects.filter(quantity__lt=0).values_list("item__code", flat=True)) == {"lunch_box"}


def test_M07_acceptance_3_guests_ate_10222_meals(outcome: script.Outcome) -> None:
    assert got(outcome, "guest_meals") == 10222


def test_A01_acceptance_1_the_organisation_has_14_slots_and_two_open_ones(outcome: script.Outcome) -> None:
    kinds = list(Slot.objects.values_list("kind", flat=True))
    assert len(kinds) == 14 + 2


def test_A03_the_joint_team_closed_with_the_site_and_no_permission_lives_on(outcome: script.Outcome) -> None:
    team = Team.objects.get()
    assert (team.closed_on, live_roles(team)) == (date(2020, 3, 20), 0)


def test_R05_acceptance_6_38_classes_4479_attendances_and_26874_readings_at_the_door(outcome: script.Outcome) -> None:
    runs = ClassRun.objects.filter(state="closed")
    assert (got(outcome, "classes"), runs.count()) == (38, 38)
    assert got(outcome, "attendances") == sum(run.report["attendances"] for run in runs) == 4479
    assert got(outcome, "class_readings") == sum(run.report["received"] for run in runs) == 26874
    assert sum(run.report["infected"] + run.report["isolated"] for run in runs) == 0


def test_H02_every_class_was_disinfected_and_signed_before_it_opened(outcome: script.Outcome) -> None:
    assert got(outcome, "pre_class_orders") == 38
    orders = [(run.opened_at, run.orders.get().signed_at) for run in ClassRun.objects.all()]
    assert all(signed < opened for opened, signed in orders)


def test_T04_everybody_was_told_why_and_until_when_and_no_status_outlives_its_stay(outcome: script.Outcome) -> None:
    given = Status.objects.filter(value="in_observation")
    assert given.count() == 252
    assert all(one.rule and one.edition and one.facts["ends_on"] for one in given)
    assert not given.filter(until=None).exists()


def test_the_clock_of_the_story_ends_where_the_last_class_closes(outcome: script.Outcome) -> None:
    last = datetime.fromisoformat("2020-06-10T18:30:00+08:00")
    assert ClassRun.objects.order_by("-last_day").first().closed_at <= last
