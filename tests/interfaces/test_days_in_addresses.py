"""Days and choices in addresses (地址中的日期与选项): what cannot be is refused in a sentence and never passed over."""

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


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("surveillance/S7?days=9999", "Days must be one of: 28 days, 60 days."),
        ("surveillance/S7?days=abc", "Days must be one of: 28 days, 60 days."),
        ("surveillance/S7?show=xyz", "What is counted must be one of: "),
        ("quality/S7?days=abc", "Days must be one of: 7 days, 14 days, 28 days."),
        ("wall/S7?look=sideways", "Appearance must be one of: Dark, Light."),
        ("wall/S7?curve=sinus", "Curve must be one of: Symptoms, Cases by onset."),
        ("briefings/S7?from=2026-03-02&to=2026-02-01", "To must be 2026-03-02 or later."),
        ("briefings/S7?from=2026-03-31", "To must be 2026-03-31 or later."),
        ("briefings/S7?from=soon", "From must be a date such as"),
        ("briefings/S7?day=2026-03-03", "Day must be today or earlier."),
        ("what-if/S7?days=soon", "Days looked ahead"),
    ],
)
def test_what_a_page_does_not_offer_is_refused_by_the_name_of_its_field(reader: Client, address: str, sentence: str):
    with make.clock.at(at(12)):
        answer = reader.get("/" + address)
    assert answer.status_code == 422, answer.status_code
    assert sentence in answer.content.decode()


@pytest.mark.parametrize(
    "address",
    [
        "surveillance/S7?days=60&show=rash&day=2026-03-01", "surveillance/S7?days=&show=", "quality/S7?days=14",
        "wall/S7?look=light&curve=onset", "briefings/S7?from=2026-02-01&to=2026-02-01", "briefings/S7?to=2020-01-01",
    ],
)  # fmt: skip
def test_what_a_page_offers_and_what_is_left_empty_is_shown(reader: Client, address: str):
    with make.clock.at(at(12)):
        assert reader.get("/" + address).status_code == 200
