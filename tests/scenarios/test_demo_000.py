"""Scenario 000 (集中医学观察点), replayed once: from the order to the last release, then 38 classes."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import combinations
from typing import Any

import pytest
from django.db import transaction
from python_calamine import CalamineWorkbook

from lianfang.capabilities.briefings.indicators import indicators
from lianfang.capabilities.command.models import Holding, Slot, Team
from lianfang.capabilities.command.teams import live_roles
from lianfang.capabilities.site.models import Milestone, Site
from lianfang.capabilities.stays.models import Stay
from lianfang.capabilities.training.models import ClassRun
from lianfang.demo import script
from lianfang.demo.replay import replay
from lianfang.interfaces.after_action.pack import pack_of
from lianfang.interfaces.worker.sweep import Worker
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.audit.models import Event
from lianfang.kernel.briefing import outcomes
from lianfang.kernel.ledgers.models import Entry
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import Person
from lianfang.kernel.places.models import Occupancy
from lianfang.kernel.readings.models import Reading
from lianfang.kernel.scope import EVERYTHING, within
from lianfang.kernel.statuses.models import Status
from lianfang.kernel.tasks.models import Task

FIRST, LAST = date(2020, 1, 30), date(2020, 6, 10)
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
    held = set(Holding.objects.filter(until__isnull=True).values_list("slot__kind", flat=True))
    assert held == set(kinds) - {"open"}, "whoever works at the site holds its posts; only the reserves are vacant"


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


def test_S02_nobody_infected_is_said_of_252_over_3528_person_days_and_of_4479_attendances(
    outcome: script.Outcome,
) -> None:
    found = outcomes(Unit.objects.get(code="KMT"), FIRST, LAST)
    said = {one.code: (one.said, one.numerator, one.source) for one in indicators(found, "en", fewest=5)}
    assert said["observed.infected"][0] == "0 of 252 over 3,528 person-days"
    assert said["classes.infected"][0] == said["classes.isolated"][0] == "0 of 4,479 over 13,437 person-days"
    assert all(numerator and source for _, numerator, source in said.values())
    early = {one.code: one.people for one in outcomes(Unit.objects.get(code="KMT"), FIRST, date(2020, 2, 1))}
    assert early == {"observed.infected": 110, "observed.lost": 110}


@pytest.fixture(scope="module")
def pack(outcome: script.Outcome) -> dict[str, bytes]:
    """The after-action pack of the whole story, made once."""
    return pack_of(SYSTEM, unit=Unit.objects.get(code="KMT"), since=FIRST, until=LAST)


def rows_of(pack: dict[str, bytes], sheet: str) -> list[list[Any]]:
    """The rows of a sheet of the English workbook without their head."""
    return CalamineWorkbook.from_filelike(io.BytesIO(pack["workbook-en.xlsx"])).get_sheet_by_name(sheet).to_python()[1:]


def test_S04_one_pack_holds_timeline_20_items_supplies_staffing_and_indicators(pack: dict[str, bytes]) -> None:
    controls = rows_of(pack, "Four fives")
    assert len(controls) == 20
    assert {row[3] for row in controls} == {"verified"}
    assert [row[1] for row in rows_of(pack, "Outcome indicators")][:2] == ["0 of 252 over 3,528 person-days"] * 2
    supplies = {row[1]: row[2:] for row in rows_of(pack, "Supplies")}
    assert supplies["Lunch boxes"] == ["pieces", 10000.0, 0.0, 10000.0, 0.0, 0.0, "yes"]
    assert len(supplies) == 5
    assert [row[3:] for row in rows_of(pack, "Incidents")] == [[450.0, 550.0, "yes"], [480.0, 601.0, "no"]]
    staffing = rows_of(pack, "Staffing")
    assert sum(row[3] for row in staffing if row[1] == "nurse") == 4
    assert sum(row[2] == "slot" for row in staffing) == 16
    told = [row[1] for row in rows_of(pack, "Timeline")]
    assert told.index("Observation site designated") < told.index("Site opened") < told.index("Class closed")
    assert {"report-zh.pdf", "report-en.pdf", "report-zh.docx", "README.md", "manifest.json"} <= set(pack)
    assert all(pack[name].startswith(b"%PDF") for name in pack if name.endswith(".pdf"))


def test_S04_research_files_name_nobody_and_have_no_cell_below_5(pack: dict[str, bytes]) -> None:
    research = {name: list(csv.reader(io.StringIO(content.decode("utf-8-sig")))) for name, content in pack.items()
                if name.endswith(".csv")}  # fmt: skip
    assert {name: len(rows) - 1 for name, rows in research.items()} == {
        "research/stays.csv": 252, "research/attendances.csv": 4479, "research/days.csv": 50,
    }  # fmt: skip
    for name in ("research/stays.csv", "research/attendances.csv"):
        _head, *rows = research[name]
        for some in (columns for size in range(1, 4) for columns in combinations(range(len(_head)), size)):
            assert min(Counter(tuple(row[at] for at in some) for row in rows).values()) >= 5
    assert Counter(row[4] for row in research["research/stays.csv"][1:]) == {"no": 247, "yes": 5}
    counts = [cell for row in research["research/days.csv"][1:] for cell in row[1:]]
    assert not {"1", "2", "3", "4"} & set(counts)
    assert "<5" in counts
    whole = "\n".join(pack[name].decode("utf-8-sig") for name in research)
    people = Person.objects.all()
    assert people.count() > 4479
    assert not [one.name for one in people.iterator() if one.name in whole]
    assert not any(unit in whole for unit in Unit.objects.values_list("code", flat=True))


def test_S04_the_pack_is_bound_to_its_hashes_and_says_how_it_was_made(pack: dict[str, bytes]) -> None:
    listed = json.loads(pack["manifest.json"])
    assert (listed["unit"], listed["from"], listed["to"]) == ("KMT", "2020-01-30", "2020-06-10")
    assert listed["sha256"] == {
        name: hashlib.sha256(content).hexdigest() for name, content in pack.items() if name != "manifest.json"
    }
    told = pack["README.md"].decode()
    assert "shared by at least 5 rows" in told
    assert "至少有 5 行" in told
    assert Event.objects.filter(kind="pack.made").exists()


def test_the_clock_of_the_story_ends_where_the_last_class_closes(outcome: script.Outcome) -> None:
    last = datetime.fromisoformat("2020-06-10T18:30:00+08:00")
    assert ClassRun.objects.order_by("-last_day").first().closed_at <= last
