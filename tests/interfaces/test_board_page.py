"""The page of the duty board (值班台页面): a page of rows at a time, why a report came back, and how old it is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from lianfang.interfaces.web.views import board_rows
from lianfang.kernel.dues.ops import open_day, settle
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.reporting import fold as folding
from lianfang.kernel.reporting.fold import fold
from lianfang.kernel.reporting.forms import DAILY, form_on
from lianfang.kernel.reporting.reports import freeze, return_report
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.make import DAY, at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("afternoon")]
FIGURES = {"expected": 40, "present": 40, "absent": 0, "fever": 0, "isolated": 0}


def county(schools: int) -> Unit:
    top = make.root("C", "county")
    for n in range(schools):
        make.unit(top, f"S{n:02}", "school")
    with within(EVERYTHING):
        open_day(DAY)
    return top


def reader(unit: Unit) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(make.account(unit, "officer"), backend="django.contrib.auth.backends.ModelBackend")
    return client


def opened(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def signed(unit: Unit):
    with within(EVERYTHING):
        return freeze(
            make.SYSTEM, unit, form_on(DAILY, DAY), DAY, FIGURES, nothing=False, remark="", reason="", mode="self"
        )


def test_a_board_with_many_units_shows_a_page_of_them_and_counts_all(monkeypatch):
    monkeypatch.setattr(board_rows, "ROWS_A_PAGE", 4)
    top = county(9)
    client = reader(top)
    with within(EVERYTHING):
        settle("report", Unit.objects.get(code="S00"), DAY, at=at(9), by="test")
    pages = [opened(client, f"/board/C?day={DAY}&page={n}") for n in (1, 2, 3)]
    shown = [[f"S{n:02}" for n in range(9) if f'id="row-S{n:02}"' in page] for page in pages]
    assert [len(codes) for codes in shown] == [4, 4, 1]
    assert shown[2] == ["S00"]  # what is missing comes first
    assert sorted(code for codes in shown for code in codes) == [f"S{n:02}" for n in range(9)]
    assert "1–4 of 9" in pages[0]
    assert f"day={DAY}&amp;show=&amp;page=2" in pages[0]


@pytest.mark.parametrize("page", ["0", "-1", "x", "99999999999", "²"])
def test_a_page_that_is_no_page_number_is_the_first_or_empty_but_never_an_error(page):
    county(2)
    assert "Schools" in opened(reader(Unit.objects.get(code="C")), f"/board/C?day={DAY}&page={page}")


def test_a_report_that_was_sent_back_says_why_in_its_row():
    top = county(2)
    school = Unit.objects.get(code="S01")
    report = signed(school)
    with within(EVERYTHING):
        return_report(make.SYSTEM, report, "the figures of two classes are missing")
    assert "sent back: the figures of two classes are missing" in opened(reader(top), f"/board/C?day={DAY}")


def test_a_school_without_lower_units_shows_its_own_report():
    county(1)
    school = Unit.objects.get(code="S00")
    page = opened(reader(school), f"/board/S00?day={DAY}")
    assert 'id="row-S00"' in page
    assert "No lower units yet" not in page
    signed(school)
    assert f"/reports/S00/{DAY}/{DAILY}" in opened(reader(school), f"/board/S00?day={DAY}")


def test_a_province_says_how_old_its_figures_are_and_a_county_counts_at_once(monkeypatch):
    monkeypatch.setattr(folding, "COUNTED_AT_OPENING", 0)
    top = make.root("P")
    low = make.unit(top, "C", "county")
    school = make.unit(low, "S", "school")
    with within(EVERYTHING):
        open_day(DAY)
    fold()
    client = reader(top)
    with make.clock.at(at(16, 5) + timedelta(seconds=2)):
        signed(school)
        province = client.get(f"/api/v1/units/P/board?day={DAY}").json()
        assert (province["received"], province["age_seconds"]) == (0, 2.0)
        assert "figures 2 s old" in opened(client, f"/board/P?day={DAY}")
        county_now = client.get(f"/api/v1/units/C/board?day={DAY}").json()
        assert (county_now["received"], county_now["age_seconds"]) == (1, 0)
        assert "2 s old" not in opened(client, f"/board/C?day={DAY}")
