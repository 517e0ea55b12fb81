"""The page of data quality (数据质量页): every share with both its numbers, every finding with its report or day."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client

from lianfang.capabilities.checkin.intake import receive_answer
from lianfang.capabilities.quality.register import Quality
from lianfang.interfaces.quality.words import ratio
from lianfang.kernel import clock
from lianfang.kernel.accounts.models import Account
from tests import make
from tests.capabilities.test_verification_totals import Province
from tests.make import DAY, at
from tests.quality_world import DAYS, ODD, SAME, SIZE, World, built, counts, opened, send

pytestmark = pytest.mark.django_db


def entered(account: Account) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    return client


def somebody(unit, role: str) -> Client:
    with clock.at(at(7)):
        return entered(make.account(unit, role))


def seen(client: Client, address: str) -> str:
    with clock.at(at(18)):
        answer = client.get(address)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def rows_of(page: str, section: str) -> dict[str, str]:
    """Key of each row of a section's table -> its cells as text."""
    _, _, rest = page.partition(f'aria-labelledby="{section}"')
    body = rest.partition("</section>")[0]
    rows = re.findall(r'<tr id="row-([^"]*)"(.*?)</tr>', body, re.S)
    return {key: re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", cells))).strip() for key, cells in rows}


@pytest.fixture
def world() -> World:
    return built()


@pytest.fixture
def page(world) -> str:
    return seen(somebody(world.county, "officer"), "/quality/N1")


def test_completeness_and_timeliness_stand_with_both_numbers_and_the_worst_unit_is_first(page):
    units = rows_of(page, "units")
    assert list(units) == ["S2", "S1", "S3", "S4"]
    assert "26 / 28 (92.9%) 23 / 28 (82.1%) 88.5%" in units["S2"]
    assert "28 / 28 (100%) 28 / 28 (100%) 100% 28 168 / 168 (100%)" in units["S4"]
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
    assert "Zero reports, of received 28 / 110 25.5%" in text
    assert "110 / 112 98.2%" in text and "107 / 112 95.5%" in text and "107 / 110 97.3%" in text


def test_a_shorter_period_counts_only_its_days(world):
    units = rows_of(seen(somebody(world.county, "officer"), "/quality/N1?days=7"), "units")
    assert "7 / 7 (100%) 7 / 7 (100%)" in units["S2"]


def test_today_counts_only_once_it_is_over(world):
    days = rows_of(seen(somebody(world.county, "officer"), "/quality/N1"), "days")
    assert list(days) == [str(day) for day in reversed(DAYS)]
    assert "3 / 4 (75.0%) 3 / 4 (75.0%) 1 1" in days[str(DAYS[3])]


def test_an_odd_figure_stands_beside_the_usual_one_and_leads_to_its_report(page):
    odd = rows_of(page, "odd")
    assert set(odd) == {f"S2-{DAYS[ODD]}-absent", f"S2-{DAYS[ODD]}-present"}
    assert "Absent 90 " in odd[f"S2-{DAYS[ODD]}-absent"] and "above what is usual" in odd[f"S2-{DAYS[ODD]}-absent"]
    assert f'href="/reports/S2/{DAYS[ODD]}/daily_counts"' in page


def test_ten_equal_reports_look_copied_and_those_of_others_and_zero_reports_do_not(page):
    copied = rows_of(page, "copied")
    assert list(copied) == ["S3"]
    assert f"{DAYS[SAME[0]]} – {DAYS[SAME[-1]]} 10 " in copied["S3"]


def test_a_factor_comes_of_corrections_and_is_unknown_without_any(world, page):
    recounted = list(rows_of(page, "recounted").values())
    tested = next(one for one in recounted if " Tested " in one)
    assert "Corrections of reports Tested 400 / 320 1.25 0 / 1 1 / 1 (100%) 0 / 1 too little reported" in tested
    week = seen(somebody(world.county, "officer"), "/quality/N1?days=7")
    assert rows_of(week, "recounted") == {} and "The factor is unknown." in week


def test_sums_stand_beside_the_periods_before_and_what_nobody_reported_is_unknown(world, page):
    assert (
        f"Expected {82 * SIZE:,} (82) — (0) · — (0) · — (0) — — nothing on record"
        in rows_of(page, "steady")["expected"]
    )
    week = rows_of(seen(somebody(world.county, "officer"), "/quality/N1?days=7"), "steady")
    assert "Expected 8400 (21) 8000 (20) · 8400 (21) · 8000 (20) 1.03 within 33%" in week["expected"]
    assert "Confirmed 0 (28) 0 (27) · 0 (28) · 0 (27) — — nothing on record" in week["confirmed"]


def test_small_counts_about_health_are_hidden_from_the_county_and_shown_to_the_school(world):
    address = f"/quality/S3?days=7&day={DAYS[SAME[1]]}"  # two days with two fevers each
    school = rows_of(seen(somebody(world.schools[2], "leader"), address), "steady")["fever"]
    county = rows_of(seen(somebody(world.county, "officer"), address), "steady")["fever"]
    assert "With fever 4 (7)" in school
    assert "With fever <5 (7)" in county


def test_answers_alike_within_seconds_stand_with_how_many_answered(world):
    with clock.at(at(6, day=DAYS[0])):
        klass = make.unit(world.schools[0], "S1-K1", "class", "1班")
        people, head = make.members(klass, 70), make.actor(klass, "class_head")
    opened(DAY)
    with clock.at(at(8)), make.acting(head):
        for person in people:
            receive_answer(head, make.answer(person, klass), channel="json")
    shown = rows_of(seen(somebody(world.county, "officer"), f"/quality/N1?days=7&day={DAY}"), "scripts")
    assert list(shown) == [f"S1-K1-{DAY}"]
    assert "70 / 70 (100%)" in shown[f"S1-K1-{DAY}"]


def test_page_and_list_count_the_same_reports_where_a_unit_owes_class_checks_too(world):
    with clock.at(at(6, day=DAYS[0])):
        division = make.unit(world.schools[0], "S1-D1", "division", "后勤组")
        make.members(division, 3)
        world.signers["S1-D1"] = make.actor(division, "duty_officer")
    for day in (DAY, DAY + timedelta(days=1)):
        opened(day)
    with clock.at(at(15)):
        send(world, division, DAY, counts=counts(8, fever=1))
    with clock.at(at(18, day=DAY + timedelta(days=2))):
        client = somebody(division, "duty_officer")
        page = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", client.get("/quality/S1-D1").content.decode()))
        with make.acting(world.signers["S1-D1"]) as reader:
            (listed,) = Quality.rows(reader).filter(code="S1-D1")
    assert (listed.owed["received"], listed.owed["expected"]) == (1, 2)
    assert (listed.checks["received"], listed.checks["expected"]) == (0, 2)
    assert "Received 1 / 2 50.0%" in page and "Zero reports, of received 0 / 1 0%" in page


def test_opposite_errors_that_cancel_out_stay_visible_and_a_missing_side_is_not_compared():
    with clock.at(at(16)):
        world = Province()
        day = str(DAY)
        world.compare([("C1-S1", day, "3"), ("C1-S2", day, "2"), ("C2-S1", day, "0"), ("C2-S2", day, "1")])
    client = somebody(world.root, "officer")
    shown = list(rows_of(seen(client, f"/quality/P?days=7&day={day}"), "recounted").values())
    assert len(shown) == 1
    assert "Confirmed 5 / 5 1.00 1 / 2 (50.0%) 1 / 2 (50.0%) 1 / 3 (33.3%) as recounted" in shown[0]


@pytest.mark.parametrize("role", ["class_head", "doctor", "kitchen", "liaison"])
def test_it_is_read_by_those_who_answer_for_a_whole_unit_only(world, role):
    with clock.at(at(18)):
        assert somebody(world.schools[0], role).get("/quality/S1").status_code == 404


def test_the_list_has_a_row_a_unit_with_numerator_and_denominator(world):
    client = somebody(world.county, "auditor")
    with clock.at(at(18)):
        answer = client.get("/list/quality?unit=N1")
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))
    assert answer.status_code == 200
    assert "S2" in text and "92.9" in text and "82.1" in text


def test_a_factor_is_rounded_as_every_other_figure():
    assert [ratio(value) for value in (39 / 40, 1.0, 1.104, None)] == ["0.98", "1.00", "1.10", "—"]
