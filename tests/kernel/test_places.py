"""Who is where (场所与占用): one person a bed, one bed a person, whoever asks at once; and who shared a place."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import IntegrityError, connection, transaction

from lianfang.domain.refusals import Refused
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import Person
from lianfang.kernel.places.models import BED, DINES, SEAT, VISIT, Occupancy, Place
from lianfang.kernel.places.ops import occupants, occupy, present, together, vacate
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.make import at

DAY = timedelta(days=1)


def _house() -> tuple[Unit, Place, list[Person]]:
    school = make.unit(make.root("P"), "S", "school")
    people = make.members(make.unit(school, "K", "class"), 3)
    with within(EVERYTHING):
        return school, Place.objects.create(unit=school, kind="site_room", code="101", name="101"), people


def _take(unit: Unit, place: Place, person: Person, spot: str = "1", **more: object) -> Occupancy:
    return occupy(unit=unit, place=place, layer=BED, person=person, spot=spot, **{"since": at(9), **more})  # type: ignore[arg-type]


@pytest.mark.django_db
def test_two_people_never_have_one_bed_at_the_same_time_but_one_after_the_other() -> None:
    unit, room, (first, second, _) = _house()
    with within(EVERYTHING):
        stay = _take(unit, room, first)
        with pytest.raises(Refused, match=r"place\.taken"):
            _take(unit, room, second, since=at(12))
        vacate(stay, at=at(12))
        assert [one.person for one in occupants(room, at=at(11))] == [first]
        _take(unit, room, second, since=at(12))
        assert [one.person for one in present(unit, at=at(13), layer=BED)] == [second]


@pytest.mark.django_db
def test_nobody_has_two_beds_but_a_bed_and_a_seat() -> None:
    unit, room, (person, *_) = _house()
    with within(EVERYTHING):
        _take(unit, room, person)
        with pytest.raises(Refused, match="placed_already"):
            _take(unit, room, person, "2")
        occupy(unit=unit, place=room, layer=SEAT, person=person, spot="1", since=at(9))


@pytest.mark.django_db
def test_the_database_itself_refuses_two_in_one_bed() -> None:
    unit, room, (first, second, _) = _house()
    with within(EVERYTHING):
        row = {"unit": unit, "place": room, "layer": BED, "spot": "1", "since": at(9)}
        Occupancy.objects.create(person=first, **row)
        with pytest.raises(IntegrityError, match="one_person_a_spot"), transaction.atomic():
            Occupancy.objects.create(person=second, **row)
        with pytest.raises(IntegrityError, match="one_spot_a_person"), transaction.atomic():
            Occupancy.objects.create(person=first, **(row | {"spot": "2"}))


@pytest.mark.django_db
def test_nobody_leaves_before_they_came_and_leaving_twice_keeps_the_first_time() -> None:
    unit, room, (person, *_) = _house()
    with within(EVERYTHING):
        stay = _take(unit, room, person)
        with pytest.raises(Refused, match=r"date\.order"):
            vacate(stay, at=at(9))
        vacate(stay, at=at(11))
        assert vacate(stay, at=at(12)).until == at(11)


@pytest.mark.django_db
def test_who_was_together_counts_the_group_at_the_table_and_the_room_but_not_the_hall() -> None:
    unit, hall, (me, mate, other) = _house()
    with within(EVERYTHING):
        for person, party in ((me, "A"), (mate, "A"), (other, "B")):
            occupy(unit=unit, place=hall, layer=DINES, person=person, spot="", party=party, since=at(12), until=at(13))
        found = together(me, since=at(0), until=at(23))
        assert [(one.person_id, one.layer) for one in found] == [(mate.pk, DINES)]
        occupy(unit=unit, place=hall, layer=VISIT, person=me, spot="", since=at(15), until=at(16))
        occupy(unit=unit, place=hall, layer=VISIT, person=other, spot="", since=at(15, 30))
        visits = [one for one in together(me, since=at(0), until=at(23)) if one.layer == VISIT]
        assert [(one.person_id, one.since, one.until) for one in visits] == [(other.pk, at(15, 30), at(16))]
        assert together(me, since=at(0) - DAY, until=at(0)) == []


@pytest.mark.django_db(transaction=True)
def test_of_ten_who_want_one_bed_at_once_one_gets_it() -> None:
    unit, room, _ = _house()
    people = make.members(make.unit(unit, "K2", "class"), 10)
    ready, outcomes = Barrier(10), []

    def ask(person: Person) -> None:
        ready.wait()
        try:
            with within(EVERYTHING):
                _take(unit, room, person)
            outcomes.append("in")
        except Refused as refused:
            outcomes.append(refused.code)
        finally:
            connection.close()

    threads = [Thread(target=ask, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["in", *["place.taken"] * 9]
    with within(EVERYTHING):
        assert Occupancy.objects.count() == 1
