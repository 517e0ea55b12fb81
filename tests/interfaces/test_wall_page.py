"""The wall (大屏): what it says of a day is what the records say, and it never names a person."""

from __future__ import annotations

import re
from datetime import timedelta
from types import SimpleNamespace

import numpy as np
import pytest
from django.test import Client

from lianfang.capabilities.briefings.actions import compose_briefing
from lianfang.capabilities.incidents.actions import dismiss_incident
from lianfang.capabilities.surveillance.counting import count_moved
from lianfang.capabilities.verification.actions import reopen_difference, undo_answer
from lianfang.demo.two_lists import two_lists
from lianfang.domain.small import Below
from lianfang.interfaces.wall.onset import _drawn, _open
from lianfang.kernel.briefing import newly_ill_bounds
from lianfang.kernel.orgs.kinds import OFFICES
from lianfang.kernel.reporting.office_days import Keeper
from tests import incidents_world, make, walls
from tests.exchanging import STORY
from tests.exchanging import World as Exchange
from tests.make import DAY, at

pytestmark = pytest.mark.django_db
EVENING = at(18)
YESTERDAY = DAY - timedelta(days=1)


def reader(unit, role="", language="en") -> Client:
    client = Client(headers={"accept-language": language})
    role = role or ("officer" if unit.kind in OFFICES else "leader")  # who works at a school sees its own counts
    client.force_login(make.account(unit, role), backend="django.contrib.auth.backends.ModelBackend")
    return client


def opened(unit, address: str = "", *, moment=EVENING, **who):
    with make.clock.at(moment):
        answer = reader(unit, **who).get(address or f"/wall/{unit.code}")
    assert answer.status_code == 200, answer.status_code
    return answer


def wall_of(unit, address: str = "", **more):
    return opened(unit, address, **more).context["wall"]


def figure(wall, label: str):
    return next(one for one in wall["figures"] if one["label"] == label)


@pytest.fixture
def reporting() -> walls.Province:
    """Four prefectures with two schools each; today one school is missing and one was late."""
    made = walls.province(["510100", "510300", "X1", "X2"])
    walls.opened(made, 3)
    for day in made.days:
        for number, school in enumerate(made.schools):
            if (day, number) not in {(DAY, 7), (DAY, 3)}:
                walls.reported(school, day)
    walls.reported(made.schools[3], DAY, moment=at(16, 42))
    for day in made.days[:-1]:
        for prefecture in made.prefectures:
            walls.reported(prefecture, day, moment=at(17, day=day))
    return made


def test_C04_completeness_has_its_numerator_and_denominator_folded_or_not(reporting):
    walls_seen = []
    for _ in range(2):
        walls_seen.append(wall_of(reporting.top))
        walls.folded(reporting)
    for wall in walls_seen:
        complete, on_time = figure(wall, "Completeness today"), figure(wall, "Timeliness today")
        assert (complete["value"], complete["notes"]) == ("87.5", ["7 / 8 reports", "yesterday 100%"])
        assert (on_time["value"], on_time["notes"]) == ("75.0", ["6 / 8 in time", "1 missing, 1 late"])


def test_tiles_stand_where_the_layout_says_and_all_others_below_it(reporting):
    walls.folded(reporting)
    by_name = {one["name"]: one for one in wall_of(reporting.top)["tiles"]["tiles"]}
    assert (by_name["Chengdu"]["column"], by_name["Chengdu"]["row"]) == (3, 3)
    assert by_name["Unit X1"]["row"] > max(by_name[name]["row"] for name in ("Chengdu", "Zigong"))
    assert by_name["Chengdu"]["url"] == "/wall/510100"


def test_a_prefecture_whose_own_report_is_overdue_is_hatched_and_heads_the_list(reporting):
    for prefecture in reporting.prefectures[:3]:
        walls.reported(prefecture, DAY)
    walls.folded(reporting)
    wall = wall_of(reporting.top, moment=at(19, 30))
    states = {one["name"]: (one["state"], one["text"]) for one in wall["tiles"]["tiles"]}
    assert states["Unit X2"] == ("missing", "missing")
    assert states["Chengdu"] == ("received", "100%")
    assert wall["attention"][0]["name"] == "Unit X2"
    assert wall["attention"][0]["word"] == "2 h overdue"
    assert "nobody on duty" in wall["attention"][0]["notes"]


def test_the_list_says_which_post_is_on_duty_and_not_who(reporting):
    with make.clock.at(at(8)):
        make.account(reporting.prefectures[3], "duty_officer", handle="zhaxi")
    answer = opened(reporting.top, moment=at(19, 30))
    line = next(one for one in answer.context["wall"]["attention"] if one["name"] == "Unit X2")
    assert "duty officer" in line["notes"]
    assert "zhaxi" not in answer.content.decode()
    assert "duty_officer X2" not in answer.content.decode()  # the account's name


def test_the_strip_is_a_table_of_units_by_days_with_each_number_in_its_cell(reporting):
    walls.reported(reporting.prefectures[3], DAY, moment=at(17))
    walls.folded(reporting)
    strip = wall_of(reporting.top)["strip"]
    row = next(one for one in strip["rows"] if one["name"] == "Unit X2")
    said = re.findall(r'class="sr">([^<]*)<', row["cells"])
    assert said == ["—"] * 11 + ["100%", "100%", "50.0%"]  # nothing was owed before the first day
    assert len(strip["days"]) == 14
    page = opened(reporting.top).content.decode()
    assert page.count('<th scope="row">') >= 4
    assert "50.0%" in page


def test_new_symptoms_count_whoever_was_not_ill_the_day_before(reporting):
    made = ill_class_beside(reporting)
    new = figure(wall_of(made.schools[0]), "New symptoms")
    assert (new["value"], new["notes"][0]) == (2, "of 30 answers")


def ill_class_beside(made: walls.Province) -> walls.Province:
    """In the first school a class answers: eight were ill yesterday, seven of them and two others today."""
    made.klass = make.unit(made.schools[0], "K", "class")
    made.people = make.members(made.klass, 30)
    with make.clock.at(at(6)), walls.within(walls.EVERYTHING):
        walls.open_tallies(DAY)
    walls.ill(made, DAY - timedelta(days=1), range(8))
    walls.ill(made, DAY, range(1, 10))
    return made


def test_small_counts_about_health_are_hidden_above_the_school_and_nowhere_else(reporting):
    made = ill_class_beside(reporting)
    walls.folded(made)
    for moment in (False, True):
        if moment:
            with make.clock.at(EVENING):
                Keeper().keep()
        above = opened(made.top)
        assert figure(above.context["wall"], "New symptoms")["value"] == Below(5)
        assert "&lt;5" in above.content.decode()
        assert figure(wall_of(made.schools[0]), "New symptoms")["value"] == 2


def test_zero_is_printed_with_its_denominator(reporting):
    made = ill_class_beside(reporting)
    for person in made.people:
        walls.answered(made.klass, person, day=DAY)
    new = figure(wall_of(made.top), "New symptoms")
    assert (new["value"], new["notes"][0]) == (0, "of 30 answers")


def test_people_in_observation_are_counted_once_each_whether_kept_or_counted(reporting):
    klass = make.unit(reporting.schools[0], "K", "class")
    people = make.members(klass, 14)
    for number, person in enumerate(people[:12]):
        kind = ("observation", "home")[number >= 6]
        walls.observed(klass, person, kind, at(8, day=DAY - timedelta(days=2)))
    walls.observed(klass, people[0], "home", at(9, day=DAY - timedelta(days=1)))  # also at home: still one person
    for person in people[12:]:
        walls.observed(klass, person, "isolation", at(8, day=DAY - timedelta(days=1)), at(10))  # ended today
    counted = wall_of(reporting.top)
    with make.clock.at(EVENING):
        assert Keeper().keep() > 0
    kept = wall_of(reporting.top)
    for wall in (counted, kept):
        held = figure(wall, "In observation now")
        assert held["value"] == 12
        assert held["notes"] == ["sites 6, home 7, campus 0", "ended today <10"]
        rows = {row[0]: row[3] for row in wall["curve"]["rows"]}
        assert (rows["02-27"], rows["02-28"], rows["03-01"], rows["03-02"]) == ("0", "12", "14", "12")


def test_J01_an_incident_beyond_its_limit_turns_the_figure_red_and_heads_the_list():
    world = incidents_world.built()
    incidents_world.raised(world, at(9))
    province = world.county.parent
    for minutes, tone, said in ((5, "", "0 beyond their limit"), (11, "bad", "1 beyond its limit")):
        wall = wall_of(province, moment=at(9, minutes))
        found = figure(wall, "Incidents open")
        assert (found["value"], found["notes"], found["tone"]) == (1, [said], tone)
    assert wall["attention"][0]["word"] == "1 incident beyond its limit"


def test_differences_that_are_not_settled_are_counted_with_the_age_of_the_oldest():
    with make.clock.at(at(8)):
        world = Exchange()
        world.exchange(two_lists(DAY, STORY))
        open_now = len(world.items(state="open")) + len(world.items(state="waiting"))
    found = figure(wall_of(world.province, moment=at(10)), "Differences to verify")
    assert found["value"] == open_now > 0
    assert found["notes"][0] == "oldest 2 h"


def test_the_wall_of_a_day_that_is_over_shows_the_incidents_that_were_open_at_its_end():
    world = incidents_world.built(moment=at(6, day=YESTERDAY))
    old = incidents_world.raised(world, at(9, day=YESTERDAY))
    incidents_world.stopped(world, old, "contained", at(9, day=DAY))  # the clock was still running yesterday
    with make.clock.at(at(9, 30)), make.acting(world.as_("leader")) as leader:
        dismiss_incident(leader, incident=old, reason="演练")
    for minute in range(3):
        incidents_world.raised(world, at(17, 55 + minute))
    province = world.county.parent
    told = {}
    for day in (DAY - timedelta(days=2), YESTERDAY, DAY):
        wall = wall_of(province, f"/wall/P?day={day}")
        found = next(one for one in wall["figures"] if one["label"].startswith("Incidents open"))
        told[day] = (found["label"], found["value"], found["notes"])
    assert list(told.values()) == [
        ("Incidents open at the end of the day", 0, ["none open"]),
        ("Incidents open at the end of the day", 1, ["1 beyond its limit"]),
        ("Incidents open", 3, ["0 beyond their limit"]),
    ]


def test_the_wall_of_a_day_that_is_over_shows_the_differences_that_were_open_at_its_end():
    with make.clock.at(at(8, day=YESTERDAY)):
        world = Exchange()
        world.exchange(two_lists(DAY, STORY))
    first, second, *rest = world.items(state="open", klass="conflict")
    every = len(rest) + 2 + len(world.items(state="open")) - len(world.items(state="open", klass="conflict"))
    every += len(world.items(state="waiting"))
    with make.clock.at(at(20, day=YESTERDAY)):
        world.both(first)  # settled yesterday, taken back today
    with make.clock.at(at(9)):
        world.both(second)  # settled today
        with make.acting(world.liaison):
            undo_answer(world.liaison, unit=world.health, item=first)
    label = "Differences open at the end of the day"
    before = figure(wall_of(world.province, f"/wall/P?day={YESTERDAY}"), label)
    assert (before["value"], before["notes"][0]) == (every - 1, "oldest 16 h")
    assert before["notes"][1] == "how many were over their time is not kept"
    assert figure(wall_of(world.province), "Differences to verify")["value"] == every - 1
    with make.clock.at(at(19)), make.acting(world.officer):
        reopen_difference(world.officer, unit=world.school, item=second, reason="核对有误")
    later = wall_of(world.province, f"/wall/P?day={YESTERDAY}", moment=at(20))
    assert figure(later, label)["value"] == every - 1
    assert figure(wall_of(world.province, moment=at(20)), "Differences to verify")["value"] == every
    earlier = wall_of(world.province, f"/wall/P?day={YESTERDAY - timedelta(days=1)}")
    assert (figure(earlier, label)["value"], figure(earlier, label)["notes"]) == (0, ["all settled"])


def test_the_wall_of_a_day_that_is_over_says_of_when_its_figures_are(reporting):
    page = opened(reporting.top, f"/wall/P?day={YESTERDAY}").content.decode()
    assert "incidents and differences as at its end" in page and "Completeness of the day" in page
    assert "today" not in re.sub(r"<[^>]*>", " ", page.split("<main")[1].split("</main>")[0]).lower()
    assert "a day that is over" not in opened(reporting.top).content.decode()


def test_before_the_deadline_wall_board_briefing_and_api_say_how_many_of_the_missing_are_not_yet_due(reporting):
    for moment, one in ((at(16, 24), "1 missing (1 not yet due)"), (EVENING, "1 missing, 1 late")):
        wall = figure(wall_of(reporting.top, moment=moment), "Timeliness today")
        county = opened(reporting.prefectures[3], "/board/X2", moment=moment)
        shown = {item["label"]: item["value"] for item in county.context["board"]["figures"]}
        told = opened(reporting.prefectures[3], "/api/v1/units/X2/board", moment=moment).json()
        with make.clock.at(moment), make.acting(make.actor(reporting.prefectures[3], "officer")) as officer:
            made = compose_briefing(officer, unit=reporting.prefectures[3], day=DAY)
        said = {f["code"]: f["value"] for part in made.figures for f in part["figures"]}
        missing, waits = 1, int(moment < EVENING)
        assert one in wall["notes"][1], wall["notes"]
        assert (shown["Missing"], shown["Of these not yet due"]) == (missing, waits)
        assert (told["missing"], told["not_yet"]) == (missing, waits)
        assert (len(told["missing_units"]), len(told["not_yet_units"])) == (missing, waits)
        assert (said["reporting.missing"], said.get("reporting.not_yet", 0)) == (missing, waits)


def test_a_unit_with_nothing_below_it_has_its_duty_desk_instead(reporting):
    school = reporting.schools[0]
    with make.clock.at(EVENING):
        answer = reader(school).get(f"/wall/{school.code}")
    assert (answer.status_code, answer["Location"]) == (302, f"/board/{school.code}")


@pytest.mark.parametrize("role", ["kitchen", "guard", "crew", "liaison"])
def test_whoever_only_serves_a_unit_has_no_wall_of_it(reporting, role):
    with make.clock.at(EVENING):
        assert reader(reporting.prefectures[0], role).get("/wall/510100").status_code == 404


def test_nobody_sees_the_wall_of_another_part_of_the_tree(reporting):
    with make.clock.at(EVENING):
        assert reader(reporting.prefectures[0]).get(f"/wall/{reporting.prefectures[1].code}").status_code == 404


def test_figures_that_were_added_up_long_ago_say_so(reporting):
    with make.clock.at(at(17)):
        walls.folded(reporting)
        Keeper().keep()
    page = opened(reporting.top, moment=at(17, 0, 30)).content.decode()
    assert "stale: " not in page
    assert wall_of(reporting.top, moment=at(17, 10))["stale"]


@pytest.mark.parametrize("look", ["dark", "light", ""])
def test_the_look_is_one_attribute_and_dark_unless_light_is_asked_for(reporting, look):
    page = opened(reporting.top, f"/wall/P?look={look}").content.decode()
    assert f'data-theme="{"light" if look == "light" else "dark"}"' in page


def cases_by_onset(made: walls.Province, counts: list[int], *, delay: int = 2) -> None:
    """So many confirmed cases a day, the last of them today, each reported `delay` days after its onset."""
    klass = make.unit(made.schools[0], "K", "class")
    people = iter(make.members(klass, sum(counts)))
    for back, many in enumerate(reversed(counts)):
        began = DAY - timedelta(days=back)
        for _ in range(many):
            person, told = next(people), began + timedelta(days=delay)
            if told <= DAY:
                walls.case(klass, person, began, told)


def test_the_curve_by_onset_expects_more_than_is_reported_and_is_grey_at_its_end(reporting):
    cases_by_onset(reporting, [4] * 10 + [6] * 14)
    wall = wall_of(reporting.schools[0], f"/wall/{reporting.schools[0].code}?curve=onset")
    rows = {row[0]: row for row in wall["curve"]["rows"]}
    assert rows["02-27"][1:3] == ["6", "6"]  # three days ago: everybody has been reported
    assert rows["03-01"][1] == "0"  # yesterday: nobody yet, though as many fell ill
    assert float(rows["03-01"][2]) >= 3
    assert 0.5 < float(rows["02-27"][3]) < 3
    assert rows["03-02"][3] == "—"
    assert "grey" in wall["curve"]["svg"]


def test_the_curve_by_onset_says_so_where_there_are_too_few_cases(reporting):
    curve = wall_of(reporting.top, f"/wall/{reporting.top.code}?curve=onset")["curve"]
    assert (curve["svg"], curve["rows"]) == ("", [])
    assert "Too few cases" in curve["note"]


def test_no_mean_or_change_gives_a_hidden_count_away(reporting):
    klass = make.unit(reporting.schools[0], "K", "class")
    people = make.members(klass, 9)
    for back in range(8):
        day = DAY - timedelta(days=back)
        with make.clock.at(at(6, day=day)), walls.within(walls.EVERYTHING):
            walls.open_tallies(day)
        walls.answered(klass, people[back], day=day, symptoms=("fever",))
    above, own = wall_of(reporting.top), wall_of(reporting.schools[0])
    assert figure(above, "New symptoms")["notes"][1] == "seven-day mean <5"
    assert figure(own, "New symptoms")["notes"][1] == "seven-day mean 1.0"
    assert {row[2] for row in above["curve"]["rows"]} == {"—"}


def many_ill(reporting: walls.Province, *numbers: int) -> None:
    """In the first school of each prefecture so many of a class answer that they are ill."""
    for school, many in zip(reporting.schools[::2], numbers, strict=True):
        klass = make.unit(school, f"{school.code}-K", "class")
        people = make.members(klass, 30)
        with make.clock.at(at(6)), walls.within(walls.EVERYTHING):
            walls.open_tallies(DAY)
        for number, person in enumerate(people):
            walls.answered(klass, person, day=DAY, symptoms=("fever",) if number < many else ())
    walls.folded(reporting)
    with make.clock.at(EVENING):
        Keeper().keep()
        count_moved()


def test_going_down_from_a_province_no_wall_tells_the_small_count_of_another(reporting):
    many_ill(reporting, 3, 12, 18, 0)
    new = [figure(wall_of(unit), "New symptoms")["value"] for unit in (reporting.top, *reporting.prefectures)]
    assert new == [33, Below(5), Below(20), 18, 0]
    told = wall_of(reporting.prefectures[1])
    assert told["curve"]["rows"][-1][1] == "<20"
    assert "12" not in figure(told, "New symptoms")["notes"][1]
    with walls.within(walls.EVERYTHING):
        assert newly_ill_bounds(reporting.prefectures[1], [DAY - timedelta(days=1), DAY]) == [0, 20]


def test_an_office_sees_the_small_counts_of_a_school_as_hidden_as_on_its_own_wall(reporting):
    made = ill_class_beside(reporting)
    with make.clock.at(EVENING):
        above = reader(made.prefectures[0]).get(f"/wall/{made.schools[0].code}").context["wall"]
    assert figure(above, "New symptoms")["value"] == Below(5)
    assert figure(wall_of(made.schools[0]), "New symptoms")["value"] == 2


def test_the_curve_by_onset_draws_no_hidden_number_exactly(reporting):
    drawn = {}
    for many in (2, 3):
        seen = SimpleNamespace(fewest=5)
        reported = np.array([6.0, float(many)])
        cases = SimpleNamespace(nowcast=reported)
        drawn[many] = [_drawn(seen, value) for value in reported], _open(seen, cases, reported)
    assert drawn[2] == drawn[3] == ([6.0, 2.5], [6.0, None])


def test_a_day_without_anything_due_says_so_and_one_to_come_is_refused(reporting):
    long_ago = opened(reporting.top, "/wall/P?day=2024-02-01")
    assert long_ago.context["wall"]["empty"]
    assert "no reports were due in the two weeks to this day" in long_ago.content.decode()
    assert "no reports were due" not in opened(reporting.top).content.decode()
    with make.clock.at(EVENING):
        ahead = reader(reporting.top).get(f"/wall/P?day={DAY + timedelta(days=1)}")
    assert ahead.status_code == 422
    assert "must be today or earlier" in ahead.content.decode()
