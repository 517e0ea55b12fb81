"""The pages of illness by day (监测页): counts with denominators, small ones hidden alike on page, API and file."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from lianfang.capabilities.surveillance.models import DetectionSetting
from lianfang.interfaces.worker.sweep import sweep
from lianfang.kernel import clock
from lianfang.kernel.accounts.models import Account
from lianfang.kernel.accounts.ops import new_token
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.make import DAY, at
from tests.surveillance_world import World, built, lived

pytestmark = pytest.mark.django_db
FIRST = "17:00"  # until when a county reports
RAW = {"method": "at_least", "syndrome": "absence", "level": "class", "cases": "3", "window_days": "1", "note": "",
       "alpha_percent": "0.1", "valid_from": str(DAY)}  # fmt: skip


def entered(account: Account) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    return client


def somebody(unit, role: str) -> Client:
    """Somebody who has held a role over a unit since the morning."""
    with clock.at(at(7)):
        return entered(make.account(unit, role))


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.status_code
    return re.sub(r"\s+", " ", answer.content.decode())


@pytest.fixture
def world() -> World:
    found = built(schools=3, classes=1)
    lived(found, DAY - timedelta(days=1))
    lived(found, DAY, {"S1-K1": [["cough"]] * 3, "S2-K1": [["cough"]] * 8, "S3-K1": [["vomiting"]] * 6})
    return found


def test_the_county_sees_hidden_small_counts_and_the_school_its_own(world):
    with clock.at(at(18)):
        county = text_of(somebody(world.county, "officer"), "/surveillance/N1")
        school = text_of(somebody(world.schools[0], "doctor"), "/surveillance/S1")
        above = text_of(somebody(world.county, "officer"), "/surveillance/S1")
    assert "11 / 60" in county and "&lt;5" in county and "&lt;15" in county
    assert "3 / 20" in school and "&lt;5" not in school
    assert "&lt;5 / 20" in above and "3 / 20" not in above


def test_zero_prints_with_its_denominator_and_an_unknown_day_as_a_dash(world):
    with clock.at(at(18)):
        shown = text_of(somebody(world.county, "officer"), "/surveillance/N1?show=rash")
    assert "0 / 60" in shown
    assert '<td class="num">—</td>' in shown


def test_a_week_that_is_not_reckoned_says_why(world):
    with clock.at(at(18)):
        unknown = text_of(somebody(world.county, "officer"), "/surveillance/N1?show=rash")
        hidden = text_of(somebody(world.county, "officer"), "/surveillance/S1?show=respiratory")
    assert "not reckoned: nobody answered on 5 of the days<" in unknown
    assert "not reckoned: nobody answered on 5 of the days, the count of 1 day is hidden" in hidden


def test_small_counts_are_hidden_in_the_api_and_in_the_file_as_on_the_page(world):
    with clock.at(at(7)), within(EVERYTHING):
        officer, doctor = make.account(world.county, "officer"), make.account(world.schools[0], "doctor")
        tokens = {one: new_token(who)[1] for one, who in (("county", officer), ("school", doctor))}

    def asked(whose: str, kind: str):
        address = f"/api/v1/syndromes/?unit=S1&day={DAY}&format={kind}"
        with clock.at(at(18)):
            return Client().get(address, headers={"Authorization": f"Bearer {tokens[whose]}"})

    assert asked("county", "json").status_code == 200, asked("county", "json").content
    rows = {row["unit"]: row for row in asked("county", "json").json()["rows"]}
    assert rows["S1"]["respiratory"] == {"below": 5} and rows["S1"]["rash"] == 0
    assert rows["S1"]["answered"] == 20
    own = {row["unit"]: row for row in asked("school", "json").json()["rows"]}
    assert own["S1"]["respiratory"] == 3
    file = b"".join(asked("county", "csv")).decode("utf-8-sig")
    assert "<5" in file and ",3," not in file


def test_a_count_hidden_for_its_neighbour_is_hidden_on_every_page_below_in_the_picture_and_in_every_file():
    world = built(schools=3, classes=1)
    lived(world, DAY, {"S1-K1": [["cough"]] * 3, "S2-K1": [["cough"]] * 8, "S3-K1": [["cough"]] * 9})
    with clock.at(at(7)), within(EVERYTHING):
        officer = make.account(world.county, "officer")
        token = {"Authorization": f"Bearer {new_token(officer)[1]}"}
    with clock.at(at(18)):
        client = entered(officer)
        pages = [text_of(client, f"/surveillance/{code}?show=respiratory") for code in ("S2", "S2-K1")]
        pages.append(text_of(client, "/list/syndromes?unit=S2"))
        asked = f"/api/v1/syndromes/?unit=S2&day={DAY}&format="
        rows = Client().get(f"{asked}json", headers=token).json()["rows"]
        files = [b"".join(Client().get(asked + kind, headers=token)) for kind in ("csv", "xlsx")]
    for one in pages:
        assert "&lt;15" in one and "8 / 20" not in one
    assert "hidden, at most" in pages[0] and ">8<" not in pages[0]
    assert {row["unit"]: row["respiratory"] for row in rows} == {"S2": {"below": 15}, "S2-K1": {"below": 15}}
    for table in (list(csv.reader(io.StringIO(files[0].decode("utf-8-sig")))), sheet(files[1])):
        cells = [str(cell) for row in table for cell in row]
        assert cells.count("<15") >= 2 and "8" not in cells and "8.0" not in cells


def sheet(content: bytes) -> list[list[object]]:
    """The rows of a workbook's first sheet."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return book.get_sheet_by_index(0).to_python()


def test_alarms_and_settings_are_listed_and_opened(world):
    with clock.at(at(18)):
        client = somebody(world.county, "officer")
        for name in ("syndromes", "alarms", "detection-settings"):
            assert client.get(f"/list/{name}").status_code == 200


def test_the_false_alarms_of_a_setting_are_shown_before_it_is_switched_on(world):
    client = somebody(world.county, "officer")
    here = "/surveillance/N1/settings"
    with clock.at(at(18)):
        made = client.post(f"{here}/propose", {**RAW, "syndrome": "respiratory"})
        assert made.status_code == 302
        shown = text_of(client, here)
        with within(EVERYTHING):
            setting = DetectionSetting.objects.get()
        assert setting.state == "proposed"
        assert "false alarms a day over 3 units" in shown and "Switch on" in shown
        assert client.post(f"{here}/{setting.pk}/on").status_code == 302
        assert client.post(f"{here}/{setting.pk}/off", {"reason": "end of term"}).status_code == 302
        shown = text_of(client, here)
    assert "switched off by" in shown and "end of term" in shown


def test_a_raw_rule_shows_its_cost_and_offers_no_switch(world):
    client = somebody(world.county, "officer")
    here = "/surveillance/N1/settings"
    with clock.at(at(18)):
        client.post(f"{here}/propose", RAW)
        shown = text_of(client, here)
        with within(EVERYTHING):
            setting = DetectionSetting.objects.get()
        refused = client.post(f"{here}/{setting.pk}/on")
    assert "“Absence through illness” counts people ill for different causes" in shown
    assert "about <b>0</b>" not in shown
    assert f"{setting.pk}/on" not in shown
    assert refused.status_code == 422


def test_what_was_typed_wrong_comes_back_with_its_sentence(world):
    client = somebody(world.county, "officer")
    with clock.at(at(18)):
        answer = client.post("/surveillance/N1/settings/propose", {**RAW, "cases": "1", "note": "kept"})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "f-cases" in text and 'value="kept"' in text


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"method": "auto", "alpha_percent": "0"}, "Share of false alarms, % must be above 0 and below 100."),
        ({"level": "galaxy"}, "What it looks at must be one of: class, school, county, prefecture, province."),
    ],
)
def test_what_is_wrong_is_called_as_on_the_page(world, wrong, said):
    with clock.at(at(18)):
        answer = somebody(world.county, "officer").post("/surveillance/N1/settings/propose", {**RAW, **wrong})
    assert answer.status_code == 422
    assert said in answer.content.decode() and "Risk level" not in answer.content.decode()


def test_a_setting_that_is_on_says_when_it_is_judged_first_and_then_when_it_last_was(world):
    client, here = somebody(world.county, "officer"), "/surveillance/N1/settings"
    with clock.at(at(8)):
        client.post(f"{here}/propose", {**RAW, "syndrome": "respiratory"})
        with within(EVERYTHING):
            setting = DetectionSetting.objects.get()
        assert client.post(f"{here}/{setting.pk}/on").status_code == 302
        waiting = text_of(client, here)
    with clock.at(at(20)):
        sweep()
        ran = text_of(client, here)
    assert re.search(rf"judged first after [^<]*{FIRST}; not run yet", waiting), waiting
    assert re.search(rf"last run [^<]*20:00 over {DAY}: 2 alarms in 3 units", ran)
    assert "not run yet" not in ran


def test_a_class_head_reads_but_decides_nothing(world):
    client = somebody(world.classes[0], "class_head")
    with clock.at(at(18)):
        assert "New setting" not in text_of(client, "/surveillance/S1-K1/settings")
        assert client.post("/surveillance/S1-K1/settings/propose", RAW).status_code == 404
        assert client.get("/surveillance/S1").status_code == 404


def test_a_page_of_counts_stays_within_its_weight(world):
    with clock.at(at(18)):
        answer = somebody(world.county, "officer").get("/surveillance/N1?days=60")
    assert len(answer.content) < 60_000
