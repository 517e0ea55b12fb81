"""Two at once (并发): whatever nurses do at the same moment, no bed has two people and nobody has two beds."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from lianfang.capabilities.stays.actions import admit, release, transfer_room
from lianfang.domain.refusals import Refused
from lianfang.kernel import clock
from lianfang.kernel.places.models import BED, Occupancy
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests import stays_world as world
from tests.stays_world import moment

pytestmark = pytest.mark.django_db(transaction=True)
EVENING = moment("01-31", 20, 30)
WAIT = 30  # seconds


def at_once(*acts: Callable[[], Any]) -> list[str]:
    """What became of each, done at the same moment on a connection of its own: "done" or why not."""
    ready, said = threading.Barrier(len(acts)), ["?"] * len(acts)

    def run(index: int, act: Callable[[], Any]) -> None:
        try:
            ready.wait(WAIT)
            act()
            said[index] = "done"
        except Refused as refused:
            said[index] = refused.code
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT)
    return said


def by_nurse(site: world.Site, when: Any, act: Callable[..., Any], **given: Any) -> Callable[[], Any]:
    def done() -> None:
        with clock.at(when), make.acting(site.nurse) as nurse:
            act(nurse, **given)

    return done


def beds() -> list[Occupancy]:
    with within(EVERYTHING):
        return list(Occupancy.objects.filter(layer=BED, until__isnull=True).select_related("place"))


@pytest.mark.parametrize("turn", range(3))
def test_of_two_nurses_who_admit_into_one_room_one_is_refused(turn):
    site = world.site()
    manifest = world.announced(site, [world.guest(), world.guest()], EVENING)
    acts = [
        by_nurse(site, EVENING, admit, stay=stay, room=site.room(1), admitted_at=EVENING)
        for stay in world.stays_of(manifest)
    ]
    said = at_once(*acts)
    assert sorted(said) == ["done", "stay.strangers"]
    assert len(beds()) == 1


def test_one_person_is_admitted_once_by_two_nurses():
    site = world.site()
    stay = world.stays_of(world.announced(site, [world.guest()], EVENING))[0]
    said = at_once(*(by_nurse(site, EVENING, admit, stay=stay, room=site.room(n), admitted_at=EVENING) for n in (1, 2)))
    assert said.count("done") == 1 and len(beds()) == 1


def test_a_release_and_a_transfer_at_once_leave_nobody_in_two_beds():
    site = world.site(count_from="admission")
    one, two = world.admitted(site, [world.guest(), world.guest()], EVENING)
    world.measure_all(site, [one, two], moment("02-14", 8))
    when = moment("02-14", 10)

    def released() -> None:
        with clock.at(when), make.acting(site.doctor) as doctor:
            release(doctor, stay=one)

    into_the_same = by_nurse(site, when, transfer_room, stay=two, room=site.room(1), reason="漏水")
    away = by_nurse(site, when, transfer_room, stay=one, room=site.room(3), reason="漏水")
    said = at_once(released, into_the_same, away)
    assert "?" not in said
    left = beds()
    assert len({bed.person_id for bed in left}) == len(left) == len({bed.place_id for bed in left})


def test_the_database_itself_refuses_a_second_person_in_a_bed():
    site = world.site()
    one, two = world.stays_of(world.announced(site, [world.guest(), world.guest()], EVENING))
    row = {"unit": site.unit, "place": site.room(1), "layer": BED, "spot": "1", "since": EVENING}
    with within(EVERYTHING):
        Occupancy.objects.create(person=one.person, **row)
        with pytest.raises(IntegrityError, match="one_person_a_spot"), transaction.atomic():
            Occupancy.objects.create(person=two.person, **row)
        with pytest.raises(IntegrityError, match="one_spot_a_person"), transaction.atomic():
            Occupancy.objects.create(person=one.person, **{**row, "place": site.room(2)})
