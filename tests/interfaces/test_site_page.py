"""The pages of an observation site (隔离点页面)."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image

from lianfang.capabilities.site.actions import close_site
from lianfang.capabilities.site.clean_up import start_disinfection
from lianfang.capabilities.site.models import Breach, Control, Room, Sweep, Trip
from lianfang.capabilities.site.tiles import tiles
from lianfang.capabilities.site.trips import add_asset
from lianfang.domain.roles import Role
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.accounts.models import Account
from lianfang.kernel.evidence.models import Photo
from lianfang.kernel.readings.models import Reading
from lianfang.kernel.scope import EVERYTHING, NOTHING, within
from tests import make
from tests.site_world import FIRST_DAY, HOUR, T0, Place, furnished, moved_in, on, opened

pytestmark = pytest.mark.django_db
EVENING = make.at(22, day=FIRST_DAY)
MORNING = make.at(9, day=FIRST_DAY + timedelta(days=4))


def _entered(account: Account) -> Client:
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    return client


def _as(place: Place, role: str) -> Client:
    return _entered(make.account(place.site.unit, role))


def _text(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def _picture(colour: str = "red") -> SimpleUploadedFile:
    written = io.BytesIO()
    picture = Image.new("RGB", (40, 30), colour)
    exif = Image.Exif()
    exif[0x010F] = "MAKER-OF-THE-CAMERA"
    picture.save(written, "JPEG", exif=exif)
    return SimpleUploadedFile("看板.jpg", written.getvalue(), "image/jpeg")


def test_I02_the_set_up_board_shows_rooms_ready_the_projection_and_the_warning():
    place = furnished(rooms=49, floors=5)
    with within(EVERYTHING):
        rooms = list(Room.objects.filter(site=place.site).order_by("place__walk").values_list("pk", flat=True))
        for minutes, first, last in ((60, 0, 60), (120, 60, 161), (235, 161, 201)):
            ready = {"readiness": "ready", "ready_at": T0 + timedelta(minutes=minutes)}
            Room.objects.filter(pk__in=rooms[first:last]).update(**ready)
    with clock.at(T0 + 4 * HOUR):
        text = _text(_as(place, Role.SITE_MANAGER).get("/site/SITE"))
    assert "201 / 245" in text
    assert "the last room is ready at 19:06" in text
    assert "Items of the four fives without an owner: 20" in text


def test_a_site_that_is_not_in_ones_scope_is_not_there():
    place = opened()
    other = opened(code="OTHER", school=place.school)
    with clock.at(EVENING):
        client = _as(other, Role.SITE_MANAGER)
        for address in ("", "/rooms", "/rooms/A101", "/ready", "/do/drain"):
            assert client.get(f"/site/SITE{address}").status_code == 404, address
            assert client.get(f"/site/OTHER{address}").status_code == 200, address


def test_the_room_board_shows_each_room_in_walking_order_with_day_and_flag():
    place = opened(rooms=5)
    with within(EVERYTHING):
        rooms = place.rooms
    ill, _ = moved_in(place, rooms[0], since=EVENING)
    moved_in(place, rooms[1], since=EVENING, days=4)
    moved_in(place, rooms[2], since=EVENING)
    _reading(place, ill, at=MORNING - HOUR, abnormal=True)
    with clock.at(MORNING):
        answer = _as(place, Role.NURSE).get("/site/SITE/rooms")
        found = re.findall(r'class="rt rt-(\w+)" href="/site/SITE/rooms/(A\d+)"', answer.content.decode())
        assert found == [
            ("alert", "A101"),
            ("leaving", "A102"),
            ("occupied", "A103"),
            ("ready", "A104"),
            ("ready", "A105"),
        ]
        assert "day 4" in _text(answer)
        only = _as(place, Role.NURSE).get("/site/SITE/rooms?show=leaving").content.decode()
        assert re.findall(r'href="/site/SITE/rooms/(A\d+)"', only) == ["A102"]


def test_an_abnormal_reading_is_no_flag_once_a_later_one_is_normal_nor_to_who_sees_no_health():
    place = opened()
    with within(EVERYTHING):
        first, second, _ = place.rooms
    ill, _ = moved_in(place, first, since=EVENING)
    well, _ = moved_in(place, second, since=EVENING)
    for who in (ill, well):
        _reading(place, who, at=MORNING - 2 * HOUR, abnormal=True)
    _reading(place, well, at=MORNING - HOUR, abnormal=False, slot="pm")
    with within(EVERYTHING):
        assert [one.state for one in tiles(place.site.unit, now=MORNING)] == ["alert", "occupied", "ready"]
    with make.acting(place.crew):
        assert [one.state for one in tiles(place.site.unit, now=MORNING)] == ["occupied", "occupied", "ready"]
    with within(NOTHING):
        assert tiles(place.site.unit, now=MORNING) == []


def _reading(place: Place, who, *, at, abnormal: bool, slot: str = "am") -> None:
    with within(EVERYTHING):
        Reading.objects.create(
            unit=place.site.unit, person=who, subject=f"stays.stay:{who.pk}", kind="stay", day=at.date(), slot=slot,
            at=at, celsius=Decimal("37.60" if abnormal else "36.50"), fever=abnormal, abnormal=abnormal,
            by="护士", key=f"{who.pk}-{slot}", digest="x", received_at=at,
        )  # fmt: skip


def test_the_room_board_asks_the_database_as_much_for_fifty_rooms_as_for_five():
    asked = []
    for count, code in ((5, "FEW"), (49, "MANY")):
        place = opened(rooms=count, code=code, school=asked[0][0] if asked else None)
        with clock.at(MORNING):
            client = _as(place, Role.NURSE)
            client.get(f"/site/{code}/rooms")
            with CaptureQueriesContext(connection) as seen:
                client.get(f"/site/{code}/rooms")
        asked.append((place.school, len(seen)))
    assert asked[0][1] == asked[1][1]


def test_a_guest_is_named_masked_to_who_sees_people_and_not_at_all_to_the_crew():
    place = opened()
    with within(EVERYTHING):
        first = place.rooms[0]
    who, _ = moved_in(place, first, since=EVENING)
    with clock.at(MORNING):
        nurse = _text(_as(place, Role.NURSE).get("/site/SITE/rooms/A101"))
        crew = _text(_as(place, Role.CREW).get("/site/SITE/rooms/A101"))
    assert who.name not in nurse + crew
    assert who.name[0] + "*" in nurse
    assert "a guest" in crew and who.name[0] + "*" not in crew


def test_I04_evidence_with_a_photo_is_kept_without_what_the_camera_wrote_beside_it():
    place = furnished()
    with clock.at(T0 + HOUR):
        manager, other = (_as(place, Role.SITE_MANAGER) for _ in range(2))
        with within(EVERYTHING):
            control = place.site.controls.get(code="gate_food")
        url = f"/site/SITE/do/evidence/{control.pk}"
        assert manager.get(url).status_code == 200
        sent = manager.post(url, {"evidence": "备餐间查看", "photo": _picture()})
        assert sent.headers["Location"] == f"/site/SITE/controls/{control.pk}"
        with within(EVERYTHING):
            photo = Photo.objects.get()
            assert b"MAKER" not in photo.content_sealed.encode()
        shown = manager.get(f"/photos/{photo.pk}")
        assert shown.headers["Content-Type"] == "image/jpeg"
        assert Image.open(io.BytesIO(shown.content)).size == (40, 30)
        assert b"MAKER" not in shown.content
        assert f"/photos/{photo.pk}" in manager.get(sent.headers["Location"]).content.decode()
        assert "Verify" not in _text(manager.get(sent.headers["Location"])).partition("next")[2], "not one's own"
        other.post(f"/site/SITE/do/verify/{control.pk}")
        with within(EVERYTHING):
            assert Control.objects.get(pk=control.pk).state == "verified"
        stranger = _entered(make.account(make.unit(place.school, "D1"), Role.SITE_MANAGER))
        assert stranger.get(f"/photos/{photo.pk}").status_code == 404


@pytest.mark.parametrize("content", [b"", b"not a picture", b"\xff\xd8\xff\xe0 broken", b"<svg xmlns='x'></svg>"])
def test_a_file_that_is_no_picture_is_refused_and_the_evidence_with_it(content):
    place = furnished()
    with clock.at(T0 + HOUR):
        client = _as(place, Role.SITE_MANAGER)
        with within(EVERYTHING):
            control = place.site.controls.get(code="gate_food")
        sent = client.post(
            f"/site/SITE/do/evidence/{control.pk}",
            {"evidence": "备餐间查看", "photo": SimpleUploadedFile("a.jpg", content, "image/jpeg")},
        )
        with within(EVERYTHING):
            assert Control.objects.get(pk=control.pk).state == "open"
            assert Photo.objects.count() == 0
        # Django takes an empty file as one that was not sent.
        assert sent.status_code == 422


def test_I04_a_breach_is_reported_put_right_and_verified_on_pages():
    place = opened()
    with clock.at(T0 + 2 * HOUR):
        guard, manager = _as(place, Role.GUARD), _as(place, Role.SITE_MANAGER)
        with within(EVERYTHING):
            lift = place.site.controls.get(code="separate_lift")
        guard.post(f"/site/SITE/do/breach/{lift.pk}", {"what": "10:12 工作人员乘坐客梯"})
        with within(EVERYTHING):
            breach = Breach.objects.get()
        assert "Breached: Lift separation" in _text(manager.get("/site/SITE"))
        early = manager.post(f"/site/SITE/do/evidence/{lift.pk}", {"evidence": "已看"})
        assert early.status_code == 422 and f'href="/site/SITE/do/fix/{breach.pk}"' in early.content.decode()
        manager.post(f"/site/SITE/do/fix/{breach.pk}", {"fix": "贴标识并消毒"})
        _as(place, Role.SITE_MANAGER).post(f"/site/SITE/do/verify/{lift.pk}")
        with within(EVERYTHING):
            lift.refresh_from_db()
        assert lift.state == "verified"


def test_I05_a_guest_vehicle_is_asked_for_guests_only_and_meals_are_refused_even_when_sent():
    place = opened()
    with on(T0 + 2 * HOUR):
        bus = add_asset(place.manager, site=place.site, kind="vehicle", code="V1", name="转运车", use="guest")
    with clock.at(T0 + 2 * HOUR):
        client = _as(place, Role.LOGISTICIAN)
        url = f"/site/SITE/do/trip/{bus.pk}"
        form = client.get(url).content.decode()
        assert 'value="guests"' in form and 'value="meals"' not in form
        assert client.post(url, {"purpose": "meals"}).status_code == 422
        client.post(url, {"purpose": "guests", "count": "6"})
        with within(EVERYTHING):
            trip = Trip.objects.get()
        assert client.post(f"/site/SITE/do/cleaned/{trip.pk}", {}).status_code == 422
        assert "Cleaned" in _text(client.get("/site/SITE"))


def test_rooms_are_marked_ready_by_floor_or_one_by_one():
    place = furnished(rooms=3, floors=2)
    with clock.at(T0 + HOUR):
        client = _as(place, Role.CREW)
        with within(EVERYTHING):
            last = place.rooms[-1]
        assert client.post("/site/SITE/ready", {}).status_code == 422
        client.post("/site/SITE/ready", {"floor": "site_room/A/1", "one": str(last.pk)})
        with within(EVERYTHING):
            assert [room.place.code for room in place.rooms if room.readiness == "ready"] == [
                "A101",
                "A102",
                "A103",
                "A203",
            ]


def test_H03_rooms_and_zones_are_ticked_floor_by_floor_until_none_is_left():
    place = opened(rooms=2)
    with on(T0 + 5 * HOUR):
        close_site(place.manager, site=place.site)
        start_disinfection(place.manager, site=place.site)
    with clock.at(T0 + 6 * HOUR):
        client = _as(place, Role.CREW)
        how = {"crew": "甲队", "agent": "含氯", "mg_per_l": "1000", "minutes": "30"}
        assert client.post("/site/SITE/sweep", {**how, "mg_per_l": "100", "floor": "site_room/A/1"}).status_code == 422
        client.post("/site/SITE/sweep", {**how, "floor": "site_room/A/1"})
        assert "2/3" in _text(client.get("/site/SITE"))
        manager = _as(place, Role.SITE_MANAGER)
        refused = manager.post("/site/SITE/do/release", {})
        assert (refused.status_code, "hall" in _text(refused)) == (422, True)
        with within(EVERYTHING):
            assert Sweep.objects.count() == 2


@pytest.mark.parametrize("role", [Role.CREW, Role.NURSE, Role.SITE_MANAGER, Role.LEADER, Role.OFFICER])
def test_every_page_of_a_site_opens_for_those_who_work_there_in_both_languages(role):
    place = opened(school=make.root("S", "school"))
    with on(T0 + HOUR):
        control = place.site.controls.first()
    with clock.at(EVENING):
        client = _entered(make.account(place.school, role))
        for language in ("zh-hans", "en"):
            for address in ("", "/rooms", "/rooms/A101", f"/controls/{control.pk}"):
                answer = client.get(f"/site/SITE{address}", headers={"Accept-Language": language})
                assert answer.status_code == 200, address
        assert client.get("/site").headers["Location"] == "/site/SITE"


def test_nothing_of_a_site_is_asked_of_the_database_without_its_scope():
    place = opened()
    with within(NOTHING):
        assert tiles(place.site.unit, now=EVENING) == []
        assert list(Room.objects.all()) == []
    assert SYSTEM.system


def test_the_day_on_a_tile_counts_from_where_the_stay_says_and_is_its_day_number():
    place = opened()
    with within(EVERYTHING):
        who, _ = moved_in(place, place.rooms[0], since=EVENING)
        day_0 = MORNING.date() - timedelta(days=8)
        assert tiles(place.site.unit, now=MORNING, began={str(who.pk): day_0})[0].day == 8
