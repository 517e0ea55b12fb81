"""The pages of an observation site (留观页面): arrivals, one stay, the hand-in of a round, campus isolation."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client

from lianfang.capabilities.stays.models import Isolation, Stay
from lianfang.capabilities.stays.owed import began_here
from lianfang.domain.observation.days import day_number
from lianfang.kernel import clock
from lianfang.kernel.accounts.models import Account
from lianfang.kernel.accounts.ops import new_token
from lianfang.kernel.places.models import ISOLATION, Place
from lianfang.kernel.readings.models import Reading
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests import stays_world as world
from tests.editions import adopt
from tests.stays_world import moment

pytestmark = pytest.mark.django_db
EVENING = moment("01-31", 20, 30)
MORNING = moment("02-01", 7, 30)
BACKEND = "django.contrib.auth.backends.ModelBackend"


def client_of(who: Any, lang: str = "en") -> Client:
    client = Client(headers={"accept-language": lang})
    client.force_login(Account.objects.get(pk=who.account_id), backend=BACKEND)
    return client


def words(answer: Any) -> str:
    main = answer.content.decode().partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def page(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, address
    return words(answer)


def post_json(client: Client, address: str, body: Any, **headers: str) -> Any:
    return client.post(address, json.dumps(body), content_type="application/json", headers=headers)


def test_a_pasted_list_is_taken_in_and_everybody_gets_the_room_proposed():
    site = world.site()
    client = client_of(site.nurse)
    pasted = (
        "姓名\t证件类型\t证件号码\t类别\t团组\t最后暴露\n"
        "旅客甲\t护照\tG7000001\t旅行团\t团一\t2020-01-28\n"
        "旅客乙\t护照\tG7000002\t\t\t\n"
    )
    with clock.at(EVENING):
        sent = {"arrives_at": "2020-01-31T20:30", "source": "航班", "people": pasted}
        answer = client.post(f"/site/{site.unit.code}/arrivals/receive", sent)
        assert answer.status_code == 302, words(answer)
        shown = page(client, f"/site/{site.unit.code}/arrivals")
        assert "旅客甲" in shown and "2 still expected" in shown
        with within(EVERYTHING):
            stays = {stay.person.name: stay for stay in Stay.objects.select_related("person")}
            assert (stays["旅客甲"].party_kind, stays["旅客乙"].party_kind) == ("tour", "single")
        manifest = stays["旅客甲"].manifest_id
        rooms = {f"room-{stay.pk}": f"{n:03d}" for n, stay in enumerate(stays.values(), 1)}
        admit = f"/site/{site.unit.code}/arrivals/{manifest}/admit"
        both = dict.fromkeys(rooms, "001") | {"admitted_at": "2020-01-31T20:30"}
        answer = client.post(admit, both)
        assert answer.status_code == 422 and "Somebody else is in room 001" in words(answer)
        assert client.post(admit, rooms | {"admitted_at": "2020-01-31T20:30"}).status_code == 302
        assert "Everybody of this list has come" in page(client, f"/site/{site.unit.code}/arrivals?list={manifest}")
    with within(EVERYTHING):
        assert Stay.objects.filter(state="in_observation").count() == 2


def test_I08_a_pasted_list_names_its_hazard_where_rules_for_one_are_in_force():
    site = world.site()
    client, address = client_of(site.nurse), f"/site/{site.unit.code}/arrivals"
    with clock.at(EVENING):
        assert 'name="hazard"' not in client.get(address).content.decode(), "there is nothing to choose"
        adopt(site.unit, "cn-2nd")
        assert "respiratory-2019 (Control protocol, 2nd edition)" in page(client, address)
        sent = {"arrives_at": "2020-01-31T20:30", "people": "旅客甲,护照,G7000001"}
        assert client.post(f"{address}/receive", sent | {"hazard": "unheard-of"}).status_code == 422
        assert client.post(f"{address}/receive", sent | {"hazard": "respiratory-2019"}).status_code == 302
    with within(EVERYTHING):
        assert Stay.objects.get().hazard == "respiratory-2019"


def test_a_pasted_list_with_a_wrong_number_is_refused_and_what_was_pasted_is_kept():
    site = world.site()
    with clock.at(EVENING):
        sent = {"arrives_at": "2020-01-31T20:30", "people": "旅客甲,身份证,123,,,旅行团"}
        answer = client_of(site.nurse).post(f"/site/{site.unit.code}/arrivals/receive", sent)
    assert answer.status_code == 422 and "旅客甲,身份证,123" in answer.content.decode()


def test_I08_the_page_of_a_stay_names_what_is_missing_and_releases_when_nothing_is():
    site = world.site(test_days=[14])
    stay = world.admitted(site, [world.guest("旅客丙", last_exposure="2020-01-31")], EVENING)[0]
    world.measure_all(site, [stay], moment("02-14", 8))
    client = client_of(site.doctor)
    with clock.at(moment("02-14", 10)):
        shown = page(client, f"/stays/{stay.pk}")
        assert "旅客丙" not in shown and "Test of day 14 is missing" in shown and "day 14 of 14" in shown
        refused = client.post(f"/stays/{stay.pk}/do/release", {"travel": "铁路", "tick": "yes"})
        assert refused.status_code == 422 and "Test of day 14" in words(refused)
        sample = {"day": "2020-02-14", "sampled_at": "2020-02-14T08:30", "result": "negative"}
        assert client.post(f"/stays/{stay.pk}/do/record_test", sample).status_code == 302
        unsigned = client.post(f"/stays/{stay.pk}/do/release", {"travel": "铁路"})
        assert unsigned.status_code == 422 and "tick" in words(unsigned)
        signed = client.post(f"/stays/{stay.pk}/do/release", {"travel": "铁路", "tick": "yes"})
        assert signed.status_code == 302
        assert f"{site.unit.code}-0001" in page(client, f"/stays/{stay.pk}")
        paper = client.get(f"/stays/{stay.pk}/certificate.pdf")
    assert (paper.status_code, paper.content[:5]) == (200, b"%PDF-")


def test_a_guest_is_moved_on_the_page_and_a_room_that_is_taken_is_not_offered():
    site = world.site(rooms=3)
    one, _two = world.admitted(site, [world.guest(), world.guest()], EVENING)
    client = client_of(site.nurse)
    with clock.at(MORNING):
        offered = client.get(f"/stays/{one.pk}").content.decode().partition('name="room"')[2].partition("</select>")[0]
        assert re.findall(r'value="(\d{3})"', offered) == ["003"]
        assert client.post(f"/stays/{one.pk}/do/transfer_room", {"room": "003", "reason": "漏水"}).status_code == 302
        assert "Room 003" in page(client, f"/stays/{one.pk}")
        assert client.post(f"/stays/{one.pk}/do/release", {}).status_code == 404, "a nurse does not release"


def test_who_serves_a_site_sees_no_stay_and_a_manager_sees_no_reading():
    site = world.site()
    stay = world.admitted(site, [world.guest()], EVENING)[0]
    world.round_of(site, [world.entry(stay, MORNING, "36.5")], MORNING)
    with clock.at(moment("01-30", 9)):
        kitchen, manager = make.actor(site.unit, "kitchen"), make.actor(site.unit, "site_manager")
    with clock.at(MORNING):
        for address in (f"/stays/{stay.pk}", f"/site/{site.unit.code}/arrivals", f"/round/{site.unit.code}"):
            page(client_of(kitchen), address, 404)
        shown = page(client_of(manager), f"/stays/{stay.pk}")
    assert "36.5" not in shown and "Readings" not in shown


def test_I06_a_round_is_handed_in_twice_and_kept_once_each_entry_with_its_answer():
    site = world.site()
    one, two = world.admitted(site, [world.guest("旅客丁"), world.guest()], EVENING)
    client = client_of(site.nurse)
    with clock.at(MORNING):
        listed = client.get(f"/round/{site.unit.code}/list").json()
        assert [guest["room"] for guest in listed["guests"]] == ["001", "002"]
        assert listed["guests"][0]["name"] == "旅*丁" and "旅客丁" not in json.dumps(listed, ensure_ascii=False)
        body = {"entries": [world.entry(one, MORNING), world.entry(two, MORNING, "60")]}
        first = post_json(client, f"/round/{site.unit.code}/sync", body).json()["receipts"]
        again = post_json(client, f"/round/{site.unit.code}/sync", body).json()["receipts"]
        assert first[0]["receipt"] == again[0]["receipt"] and again[0]["duplicate"]
        assert first[1]["code"] == "number.out_of_range" and "34.0" in first[1]["message"]
        assert client.get(f"/round/{site.unit.code}/list").json()["guests"][0]["done"]
        so_far = page(client, f"/round/{site.unit.code}/proof")
        assert "1 / 2" in so_far and "1 still to measure" in so_far and "1 missed" not in so_far
        listed = client.get("/list/stays").content.decode()
        assert re.search(rf'href="/stays/{one.pk}">旅\*丁<', listed), "the name leads to the guest, not the site's"
        assert client.post(f"/round/{site.unit.code}/close", {}).status_code == 302
    with within(EVERYTHING):
        assert Reading.objects.count() == 1


@pytest.mark.parametrize("body", ["[]", "{}", '{"entries": 5}', '{"entries": [5]}', "{", '{"entries": [{}]}'])
def test_a_hand_in_that_is_no_list_of_entries_is_refused_or_answered_entry_by_entry(body):
    site = world.site()
    with clock.at(MORNING):
        address = f"/round/{site.unit.code}/sync"
        answer = client_of(site.nurse).post(address, body, content_type="application/json")
    assert answer.status_code in (200, 400, 422)


def test_the_entries_of_somebody_else_are_not_handed_in():
    site = world.site()
    stay = world.admitted(site, [world.guest()], EVENING)[0]
    with clock.at(MORNING):
        body = {"entries": [world.entry(stay, MORNING)]}
        headers = {"X-Lianfang-Account": "999999"}
        answer = post_json(client_of(site.nurse), f"/round/{site.unit.code}/sync", body, **headers)
    assert answer.status_code == 422 and answer.json()["code"] == "account"


def test_the_shell_of_the_round_names_no_site_no_room_and_nobody():
    site = world.site()
    world.admitted(site, [world.guest("旅客戊")], EVENING)
    shell = Client().get("/round/shell")
    assert shell.status_code == 200
    assert site.unit.code not in shell.content.decode() and "旅客" not in shell.content.decode()


def test_I06_a_round_can_be_sent_by_the_api_and_answers_entry_by_entry():
    site = world.site()
    stay = world.admitted(site, [world.guest()], EVENING)[0]
    with clock.at(MORNING), within(EVERYTHING):
        token = new_token(Account.objects.get(pk=site.nurse.account_id))[1]
    with clock.at(MORNING):
        body = {"unit": site.unit.code, "entries": [world.entry(stay, MORNING)]}
        answer = post_json(Client(), "/api/v1/actions/round.recorded", body, Authorization=f"Bearer {token}")
    assert answer.status_code in (200, 201), answer.content
    assert answer.json()["receipts"][0]["receipt"]


def test_I09_somebody_is_isolated_and_released_on_the_page():
    with clock.at(moment("02-01", 8)):
        school = make.root("SCI", "school")
        klass = make.unit(school, "SCI-K1", "class")
        pupil = make.member(klass, "学生")
        doctor = make.actor(school, "doctor")
        with within(EVERYTHING):
            room = Place.objects.create(unit=school, kind=ISOLATION, code="I1", name="隔离一室")
    client = client_of(doctor)
    with clock.at(moment("02-01", 22, 50)):
        assert "隔离一室" in page(client, f"/isolate/{school.code}")
        sent = {"person": str(pupil.pk), "place": str(room.pk), "reason": "发热", "celsius": "38.1"}
        answer = client.post(f"/isolate/{school.code}", sent)
        assert answer.status_code == 302, words(answer)
        address = answer["Location"]
        assert "guardian to be called" in page(client, address)
        with within(EVERYTHING):
            one = Isolation.objects.get().people.get()
        assert client.post(f"{address}/do/told", {"person": str(one.pk), "how": "电话"}).status_code == 302
        assert client.post(f"{address}/do/refer", {"provider": "县医院"}).status_code == 302
        assert client.post(f"{address}/do/accept", {}).status_code == 302
    with clock.at(moment("02-02", 10)):
        assert client.post(f"{address}/do/end", {}).status_code == 422, "nothing says how it ends"
        about = {"person": str(one.pk)}
        measured = about | {"key": "reading-of-the-page", "celsius": "36.7"}
        assert client.post(f"{address}/do/measure", measured).status_code == 302
        tested = about | {"sampled_at": "2020-02-02T07:30", "result": "negative"}
        assert client.post(f"{address}/do/test", tested).status_code == 302
        shown = page(client, address)
        assert "36.7 ℃" in shown and "negative" in shown, shown
        assert client.post(f"{address}/do/end", {}).status_code == 302
        assert "ended" in page(client, address)


def test_both_readings_of_one_time_of_day_stand_on_the_page_with_their_times():
    site = world.site()
    stay = world.admitted(site, [world.guest("旅客丁", last_exposure="2020-01-29")], EVENING)[0]
    for when, celsius in ((moment("02-01", 8), "37.8"), (moment("02-01", 8, 40), "36.6")):
        world.round_of(site, [world.entry(stay, when, celsius)], when)
    with clock.at(moment("02-01", 9)):
        shown = page(client_of(site.doctor), f"/stays/{stay.pk}")
    assert re.search("37.8 ℃ 08:00 36.6 ℃ second reading 08:40", shown), shown


def test_what_the_room_board_counts_from_is_day_0_of_the_stay():
    site = world.site()
    stay = world.admitted(site, [world.guest("旅客戊", last_exposure="2020-01-31")], EVENING)[0]
    with clock.at(moment("02-03", 9)):
        assert "day 3 of 14" in page(client_of(site.doctor), f"/stays/{stay.pk}")
    with within(EVERYTHING):
        assert day_number(began_here(site.unit)[str(stay.person_id)], moment("02-03", 9).date()) == 3


def test_a_pasted_list_names_the_row_and_the_column_that_are_wrong_and_the_choices_in_words():
    site = world.site()
    pasted = "姓名\t证件类型\t证件号码\t类别\n旅客甲\t护照\tG7000001\t旅行团\n旅客乙\t护照\tG7000002\t大巴\n"
    with clock.at(EVENING):
        sent = {"arrives_at": "2020-01-31T20:30", "people": pasted}
        answer = client_of(site.nurse).post(f"/site/{site.unit.code}/arrivals/receive", sent)
    shown = words(answer)
    assert answer.status_code == 422 and "people[" not in shown
    assert "Row 2: Kind of party must be one of: Tour group, Family, Single traveller." in shown


def test_a_room_that_is_not_there_is_named_by_its_code_and_its_guest():
    site = world.site()
    client = client_of(site.nurse)
    with clock.at(EVENING):
        sent = {"arrives_at": "2020-01-31T20:30", "people": "旅客甲,护照,G7000001"}
        assert client.post(f"/site/{site.unit.code}/arrivals/receive", sent).status_code == 302
        with within(EVERYTHING):
            stay = Stay.objects.get()
        given = {f"room-{stay.pk}": "Z999", "admitted_at": "2020-01-31T20:30"}
        answer = client.post(f"/site/{site.unit.code}/arrivals/{stay.manifest_id}/admit", given)
    assert answer.status_code == 422
    assert "旅客甲: Room Z999 is not there, or lies outside your duty." in words(answer)
