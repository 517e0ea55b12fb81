"""Days in addresses (地址中的日期): a day that is none is refused in a sentence and never becomes today."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from tests import make
from tests.make import at

pytestmark = pytest.mark.django_db
PAGES = ("wall", "quality", "surveillance", "briefings", "risks", "board")


@pytest.fixture
def reader() -> Client:
    school = make.unit(make.root(), "S7", "school")
    make.members(make.unit(school, "S7-K0", "class"), 2)
    client = Client(headers={"accept-language": "en"})
    with make.clock.at(at(8)):
        officer = make.account(school, "duty_officer")
    client.force_login(officer, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(
    ("day", "sentence"), [("abc", "must be a date such as"), ("2026-02-30", "must be a day that is in the calendar")]
)
def test_a_day_that_is_none_is_said_at_its_address(reader: Client, name: str, day: str, sentence: str):
    with make.clock.at(at(12)):
        answer = reader.get(f"/{name}/S7?day={day}")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert f'href="/{name}/S7"' in page


@pytest.mark.parametrize("name", ["wall", "quality", "surveillance"])
def test_a_day_still_to_come_is_refused_by_the_name_of_its_field(reader: Client, name: str):
    with make.clock.at(at(12)):
        answer = reader.get(f"/{name}/S7?day={make.DAY + timedelta(days=1)}")
        today = reader.get(f"/{name}/S7?day={make.DAY}")
    assert answer.status_code == 422
    assert "Day must be today or earlier." in answer.content.decode()
    assert today.status_code in (200, 302)


def test_an_address_that_is_refused_does_not_send_its_reader_round_in_a_circle(reader: Client):
    with make.clock.at(at(12)):
        answer = reader.get("/board/S7?day=abc", headers={"referer": "/board/S7?day=abc"})
    assert answer.status_code == 422
