"""The page on which a guest asks for something (留观人员的需求页): one's own requests, their answers, nobody else's."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from lianfang.capabilities.catering.models import Request
from lianfang.capabilities.catering.requests import MOST_IN_SPAN, close_request, decline_request, set_amenity
from lianfang.capabilities.stays.actions import open_guest_account, release
from lianfang.capabilities.stays.models import Stay
from lianfang.capabilities.stays.rooms import bed_of
from lianfang.domain.refusals import Refused
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.accounts.models import Account
from lianfang.kernel.accounts.ops import open_for
from lianfang.kernel.people.models import Guardianship
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests import stays_world as world
from tests.interfaces.test_stays_page import EVENING, client_of, page, words

pytestmark = pytest.mark.django_db
ASKED = EVENING + timedelta(hours=12, minutes=40)  # 09:10 of the next day
DONE = ASKED + timedelta(hours=4, minutes=30)
PASSWORD = "a quiet room with a view"


@pytest.fixture
def site() -> world.Site:
    return world.site()


@pytest.fixture
def stays(site: world.Site) -> list[Stay]:
    return world.admitted(site, [world.guest("旅客甲"), world.guest("旅客乙")], EVENING)


def let_in(site: world.Site, stay: Stay, lang: str = "en") -> Client:
    """The nurse opens the account on the page of the stay; the guest sets a password by its link on a phone."""
    with clock.at(EVENING + timedelta(hours=1)):
        answer = client_of(site.nurse).post(f"/stays/{stay.pk}/do/open_account", follow=True)
        link = re.search(r"/first/[\w-]+", answer.content.decode())
        assert link is not None
        client = Client(headers={"accept-language": lang})
        entered = client.post(link[0], {"password": PASSWORD, "again": PASSWORD})
        assert (entered.status_code, entered["Location"]) == (302, "/today")
    return client


def asking(client: Client, stay: Stay, wanted: str, kind: str = "infant", **more: str) -> Any:
    return client.post("/me/requests", {"kind": kind, "wanted": wanted, "person": str(stay.person_id), **more})


def test_I07_a_guest_asks_on_the_phone_the_team_sees_it_at_once_and_the_answer_comes_back(site, stays):
    guest = let_in(site, stays[0])
    with clock.at(ASKED):
        assert "Ask for something" in page(guest, "/today")
        assert asking(guest, stays[0], "infant formula").status_code == 302
        team = page(client_of(site.nurse), f"/requests/{site.unit.code}")
        assert "infant formula" in team and "1 open" in team and "001" in team
        assert "旅客甲" not in team, "whoever serves a room reads no name"
        assert "waiting" in page(guest, "/me/requests")
        nurse = client_of(site.nurse)
        with within(EVERYTHING):
            number = str(Request.objects.get().pk)
        assert nurse.post(f"/requests/{site.unit.code}/do/take", {"request": number}).status_code == 302
        assert "is seeing to it" in page(guest, "/me/requests")
    with clock.at(DONE), within(EVERYTHING):
        close_request(SYSTEM, request=Request.objects.get(), receipt="R-12", note="in front of your door")
    with clock.at(DONE):
        shown = page(guest, "/me/requests")
        assert "done" in shown and "in front of your door" in shown
        assert "Half are done within 270 min" in page(client_of(site.nurse), f"/requests/{site.unit.code}")


def test_I07_a_guest_sees_nothing_of_another_guest_and_asks_for_nobody_else(site, stays):
    one, other = let_in(site, stays[0]), let_in(site, stays[1])
    with clock.at(ASKED):
        asking(one, stays[0], "soap for me", "goods")
        assert "soap for me" in page(one, "/me/requests")
        assert "soap for me" not in page(other, "/me/requests")
        refused = asking(other, stays[0], "soap for the neighbour", "goods")
        assert refused.status_code == 422
        assert other.get(f"/requests/{site.unit.code}").status_code == 404
    with within(EVERYTHING):
        assert [one.what for one in Request.objects.all()] == ["soap for me"]


def test_a_declined_request_says_why(site, stays):
    guest = let_in(site, stays[0])
    with clock.at(ASKED):
        asking(guest, stays[0], "a cat", "other")
        with within(EVERYTHING):
            decline_request(SYSTEM, request=Request.objects.get(), reason="no animals here")
        shown = page(guest, "/me/requests")
        assert "declined" in shown and "no animals here" in shown


def test_a_request_without_words_or_kind_names_what_is_missing(site, stays):
    guest = let_in(site, stays[0])
    with clock.at(ASKED):
        for sent, link in (({"wanted": ""}, "f-wanted"), ({"kind": "yacht", "wanted": "x"}, "f-kind")):
            answer = guest.post("/me/requests", {"person": str(stays[0].person_id), "kind": "goods", **sent})
            assert answer.status_code == 422 and f'href="#{link}"' in answer.content.decode()
        assert asking(guest, stays[0], "x" * 301).status_code == 422
    with within(EVERYTHING):
        assert not Request.objects.exists()


def test_a_phone_that_sends_on_and_on_is_asked_to_wait_and_may_go_on_an_hour_later(site, stays):
    guest = let_in(site, stays[0])
    with clock.at(ASKED):
        sent = [asking(guest, stays[0], f"towel {n}", "goods").status_code for n in range(MOST_IN_SPAN + 1)]
        assert sent == [302] * MOST_IN_SPAN + [429]
    with clock.at(ASKED + timedelta(hours=1)):
        assert asking(guest, stays[0], "one more", "goods").status_code == 302


def test_a_parent_asks_for_a_child_in_another_room_and_both_are_told_apart(site, stays):
    with within(EVERYTHING):
        Guardianship.objects.create(guardian=stays[0].person, ward=stays[1].person, confirmed_at=EVENING)
    guest = let_in(site, stays[0])
    with clock.at(ASKED):
        assert asking(guest, stays[1], "picture book", "study").status_code == 302
        shown = page(guest, "/me/requests")
    assert "For whom" in shown and "旅客乙" in shown
    with within(EVERYTHING):
        assert Request.objects.get().place_id == site.rooms["002"].pk


def test_what_there_is_for_guests_stands_below_and_who_has_gone_home_asks_for_nothing(site, stays):
    guest = let_in(site, stays[0])
    with clock.at(ASKED), within(EVERYTHING):
        set_amenity(SYSTEM, unit=site.unit, name="健身角", kind="exercise", name_en="Exercise corner", how_en="east")
        asking(guest, stays[0], "soap", "goods")
    with clock.at(ASKED):
        assert "Exercise corner" in page(guest, "/me/requests")
    world.measure_all(site, stays[:1], EVENING + timedelta(days=15))
    with clock.at(EVENING + timedelta(days=15)), within(EVERYTHING):
        release(SYSTEM, stay=world.fresh(stays[0]))
    with clock.at(EVENING + timedelta(days=15)):
        shown = page(guest, "/me/requests")
        assert "soap" in shown and "You have no room" in shown
        assert asking(guest, stays[0], "soap again", "goods").status_code == 422
        assert "Ask for something" not in page(guest, "/today")


def test_an_account_is_for_a_guest_who_is_here_and_a_lost_link_is_made_anew_until_it_was_used(site, stays):
    awaited = world.announced(site, [world.guest()], EVENING + timedelta(hours=3)).stays.model
    with within(EVERYTHING):
        coming = awaited.objects.select_related("unit", "person").exclude(pk__in=[one.pk for one in stays]).get()
    with clock.at(EVENING + timedelta(hours=1)), make.acting(site.nurse) as nurse:
        with pytest.raises(Refused, match=r"flow\.condition"):
            open_guest_account(nurse, stay=coming)
        first = open_guest_account(nurse, stay=stays[0])
        assert open_guest_account(nurse, stay=stays[0]) == first
        assert first.person_id == stays[0].person_id and not first.grants.exists()
    let_in(site, stays[0])
    with clock.at(ASKED), make.acting(site.nurse) as nurse, pytest.raises(Refused, match=r"account\.person_has_one"):
        open_guest_account(nurse, stay=stays[0])


def test_guests_of_one_room_get_names_that_can_be_read_out_and_typed(site):
    party = [world.guest("旅客丙"), world.guest("旅客丁")]
    stays = world.admitted(site, party, EVENING)
    with clock.at(EVENING + timedelta(hours=1)), make.acting(site.nurse) as nurse:
        names = [open_guest_account(nurse, stay=one).handle for one in stays]
        rooms = [bed_of(one, clock.now()).place.code for one in stays]
    assert names == [f"{site.unit.code}-{room}".lower() for room in rooms]
    with clock.at(EVENING + timedelta(hours=1)):
        client = client_of(site.nurse)
        said = words(client.post(f"/stays/{stays[0].pk}/do/open_account", follow=True))
        assert said.count(f"“{names[0]}”") == 1, "beside the link that the guest is given"
        assert names[0] in page(client, f"/stays/{stays[0].pk}")


def test_a_name_that_is_taken_gets_a_number_behind_it(site, stays):
    with within(EVERYTHING):
        first, second = (open_for(one.person, stem="YL Site-203", field="stay") for one in stays)
    assert (first.handle, second.handle) == ("yl-site-203", "yl-site-203-2")


def test_an_account_with_a_role_is_not_opened_by_the_nurse_although_nobody_has_entered_it(site, stays):
    elsewhere = make.root("ELSE", "school")
    with clock.at(EVENING):
        known = make.account(elsewhere, "administrator")
    with within(EVERYTHING):
        Account.objects.filter(pk=known.pk).update(person_id=stays[0].person_id)
    with clock.at(EVENING), make.acting(site.nurse) as nurse, pytest.raises(Refused, match=r"account\.person_has_one"):
        open_guest_account(nurse, stay=stays[0])


def test_whoever_never_was_a_guest_finds_an_empty_page(site):
    answer = client_of(site.nurse).get("/me/requests")
    assert answer.status_code == 200 and "You have no room" in words(answer)
