"""Closing a site, its terminal disinfection and its release (闭站、终末消毒、放行)."""

from __future__ import annotations

import threading
from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction

from lianfang.capabilities.site.actions import (
    close_site,
    start_conversion,
)
from lianfang.capabilities.site.clean_up import release_site, start_disinfection, tick_disinfected, unswept
from lianfang.capabilities.site.models import Room, Site, Sweep
from lianfang.capabilities.site.rooms import (
    mark_rooms_ready,
)
from lianfang.capabilities.stays.rooms import check_premises, free_rooms
from lianfang.domain.refusals import Refused
from lianfang.kernel.places.models import Occupancy, Place, Premises
from lianfang.kernel.places.ops import occupy
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.site_world import (
    HOUR,
    T0,
    code_of,
    facts_of,
    moved_in,
    on,
    opened,
    place_rooms,
)

pytestmark = pytest.mark.django_db
CLOSING = date(2020, 3, 20)


# Terminal disinfection and release (H03).


def _closed(**more):
    place = opened(**more)
    with on(make.at(15, day=CLOSING)):
        close_site(place.manager, site=place.site)
        start_disinfection(place.manager, site=place.site)
    return place


def _tick(place, places, **more):
    how = {"crew": "专业消杀队", "agent": "含氯消毒剂", "mg_per_l": 1000, "minutes": 30, **more}
    return tick_disinfected(place.crew, site=place.site, places=places, **how)


def test_H03_a_site_of_245_rooms_is_released_when_each_and_the_common_zones_are_ticked_and_two_days_are_over():
    place = _closed(rooms=49, floors=5)
    with on(make.at(18, day=CLOSING)):
        everything = list(Place.objects.filter(unit=place.site.unit))
        assert len(everything) == 246
        hall = next(one for one in everything if one.kind == "zone")
        _tick(place, [one for one in everything if one != hall])
    with on(make.at(9, day=date(2020, 3, 22))):
        with pytest.raises(Refused) as refused:
            release_site(place.manager, site=place.site)
        assert (code_of(refused), facts_of(refused)) == ("site.not_disinfected", {"open": 1, "named": ["hall"]})
        _tick(place, [hall])
        released = release_site(place.manager, site=place.site, sampling="环境采样 20 份，阴性")
        assert (released.state, released.released_at) == ("released", make.at(9, day=date(2020, 3, 22)))
        assert Sweep.objects.count() == 246
        assert not unswept(released).exists()


def test_H03_a_site_is_not_released_before_two_days_of_disinfection():
    place = _closed()
    with on(make.at(18, day=date(2020, 3, 21))):
        _tick(place, list(Place.objects.filter(unit=place.site.unit)))
        with pytest.raises(Refused) as refused:
            release_site(place.manager, site=place.site)
        assert (code_of(refused), facts_of(refused)) == ("site.disinfection_days", {"low": date(2020, 3, 22)})


def test_H03_weak_or_short_disinfection_is_not_ticked_nor_is_a_place_twice_or_of_elsewhere():
    place = _closed()
    other = opened(code="OTHER", school=place.school)
    with on(make.at(18, day=CLOSING)):
        rooms = [room.place for room in place.rooms]
        for given, field in (({"mg_per_l": 500}, "mg_per_l"), ({"minutes": 20}, "minutes")):
            with pytest.raises(Refused) as refused:
                _tick(place, rooms, **given)
            assert (code_of(refused), refused.value.problems[0].field) == ("number.out_of_range", field)
        _tick(place, rooms[:1])
        with pytest.raises(Refused) as refused:
            _tick(place, rooms)
        assert (code_of(refused), facts_of(refused)["named"]) == ("sweep.done", [rooms[0].code])
        with pytest.raises(Refused) as refused:
            _tick(place, [other.rooms[0].place])
        assert code_of(refused) == "scope"
        assert Sweep.objects.count() == 1


def test_H03_between_closing_and_release_no_room_changes_and_the_premises_take_nobody():
    place = _closed()
    with on(make.at(18, day=CLOSING)):
        assert Premises.objects.get(unit=place.site.unit).state == "closed"
        assert {one.place.closed_on for one in place.rooms} == {CLOSING}
        assert free_rooms(place.site.unit, make.at(18, day=CLOSING)) == []
        with pytest.raises(Refused) as refused:
            check_premises(place.site.unit, CLOSING)
        assert code_of(refused) == "site.not_open"
        with pytest.raises(Refused) as refused:
            mark_rooms_ready(place.crew, site=place.site, rooms=place.rooms)
        assert code_of(refused) == "site.not_open"
        assert {one.readiness for one in Room.objects.filter(site=place.site)} == {"closed"}


def test_H03_the_database_gives_nobody_a_bed_in_a_closed_site_and_again_after_its_release():
    place = _closed()
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        moved_in(place, place_rooms(place)[0], since=make.at(18, day=CLOSING))
    assert "site_is_closed" in str(refused.value.__cause__.diag.constraint_name)
    with on(make.at(9, day=date(2020, 3, 22))):
        _tick(place, list(Place.objects.filter(unit=place.site.unit)))
        release_site(place.manager, site=place.site)
    moved_in(place, place_rooms(place)[0], since=make.at(10, day=date(2020, 3, 22)))


@pytest.mark.django_db(transaction=True)
def test_an_admission_and_the_closing_at_once_leave_nobody_in_a_closed_site():
    place = opened()
    room, who, came = place_rooms(place)[0], make.member(place.site.unit), make.at(14, day=CLOSING)
    ended: list[str] = []

    def admit() -> None:
        try:
            with within(EVERYTHING):
                occupy(unit=place.site.unit, place=room.place, layer="bed", person=who, spot="1", since=came)
            ended.append("admitted")
        except IntegrityError:
            ended.append("refused")
        finally:
            connection.close()

    other = threading.Thread(target=admit)
    with on(make.at(15, day=CLOSING)):
        close_site(place.manager, site=place.site)  # holds every room until the block ends
        other.start()
        other.join(timeout=1)
        assert ended == [], "it waits for the closing"
    other.join(timeout=20)
    with within(EVERYTHING):
        assert (ended, Occupancy.objects.count()) == (["refused"], 0)


def test_somebody_without_a_post_at_the_site_does_nothing_there():
    place = opened()
    stranger = make.actor(make.unit(place.school, "D1"), "site_manager")
    for act in (close_site, start_conversion):
        with on(T0 + 2 * HOUR), pytest.raises(Refused) as refused:
            act(stranger, site=place.site)
        assert code_of(refused) == "scope"
    with within(EVERYTHING):
        assert Site.objects.get(pk=place.site.pk).state == "open"
