"""The page of a unit's daily report (日报填报页): what it asks of a hazard is what is stored, and nothing else."""

from __future__ import annotations

import pytest
from django.test import Client

from lianfang.kernel.accounts.models import Account
from lianfang.kernel.reporting.forms import DAILY, FLOOD
from lianfang.kernel.reporting.models import UnitReport
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.make import DAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("afternoon")]
FIGURES = {"expected": "0", "present": "0", "absent": "0", "fever": "0", "tested": "0", "confirmed": "0", "tick": "yes"}
EVENT = {FLOOD: "event", f"{FLOOD}-remark": "车库进水"}
WATER = {f"{FLOOD}-places_flooded": "3", f"{FLOOD}-people_moved": "12"}
ENTRY = f"/reports/S1/{DAY}/entry"


def entered(account: Account) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def duty() -> Client:
    county = make.root("N1", "county")
    return entered(make.account(make.unit(county, "S1", "school"), "duty_officer"))


def stored() -> dict[str, dict[str, int]]:
    with within(EVERYTHING):
        return {one.form: one.values for one in UnitReport.objects.filter(current=True)}


def test_something_to_report_is_refused_until_its_figures_are_given(duty: Client):
    answer = duty.post(ENTRY, {**FIGURES, **EVENT})
    page = answer.content.decode()
    assert answer.status_code == 422 and stored() == {}
    assert "Places flooded is still missing" in page and "People moved is still missing" in page
    assert 'value="车库进水"' in page, "what was typed is lost"


def test_the_figures_that_are_stored_are_those_that_were_typed(duty: Client):
    assert duty.post(ENTRY, {**FIGURES, **EVENT, **WATER}).status_code == 302
    assert stored()[FLOOD] == {"places_flooded": 3, "people_moved": 12}
    again = duty.get(ENTRY).content.decode()
    assert 'name="flood_safety-people_moved" inputmode="numeric" autocomplete="off" value="12"' in again


def test_a_figure_that_is_no_number_is_said_at_its_field(duty: Client):
    answer = duty.post(ENTRY, {**FIGURES, **EVENT, **WATER, f"{FLOOD}-people_moved": "many"})
    assert answer.status_code == 422 and stored() == {}
    assert 'href="#f-people_moved"' in answer.content.decode()


def test_without_anything_to_report_no_figure_is_asked(duty: Client):
    assert duty.post(ENTRY, {**FIGURES, FLOOD: "normal"}).status_code == 302
    found = stored()
    assert found[FLOOD] == {"places_flooded": 0, "people_moved": 0} and set(found) == {DAILY, FLOOD}
