"""The 252 stays of demo 000 (252 人留观): nine lists, 7,056 readings, everybody released, counted from the records."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest

from lianfang.capabilities.stays.actions import admit_batch, propose_rooms, release_many, room_nights
from lianfang.capabilities.stays.models import Stay
from lianfang.kernel import clock
from lianfang.kernel.places.models import BED, Occupancy
from lianfang.kernel.places.ops import present
from lianfang.kernel.readings.models import Reading
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests import stays_world as world

pytestmark = pytest.mark.django_db
ARRIVALS = (
    ("2020-01-30T22:00", (31,), (4, 3, 3, 2), 19),
    ("2020-01-31T20:30", (22,), (4, 3, 3, 2, 2), 12),
    ("2020-02-02T16:00", (), (5, 4, 3, 3, 2, 2), 18),
    ("2020-02-05T15:00", (), (4, 3, 3, 2), 19),
    ("2020-02-09T15:00", (), (3, 3, 2), 18),
    ("2020-02-14T15:00", (), (4, 2), 13),
    ("2020-02-20T15:00", (), (3, 2), 9),
    ("2020-02-27T15:00", (), (2,), 7),
    ("2020-03-05T15:00", (), (), 6),
)
LAST = date(2020, 3, 20)


def guests(tours: tuple[int, ...], families: tuple[int, ...], single: int) -> list[dict]:
    parties = [("tour", size) for size in tours] + [("family", size) for size in families]
    together = [
        world.guest(party_kind=kind, party=f"{kind} {n}") for n, (kind, size) in enumerate(parties) for _ in range(size)
    ]
    return together + [world.guest() for _ in range(single)]


def test_I03_I06_252_stays_7056_readings_and_3528_nights_come_out_of_the_records():
    site = world.site(rooms=245, count_from="admission")
    came: dict[date, list[Stay]] = {}
    arrivals = {datetime.fromisoformat(at).replace(tzinfo=make.SHANGHAI): people for at, *people in ARRIVALS}
    by_day = {at.date(): (at, people) for at, people in arrivals.items()}
    peak = {}
    day = min(by_day)
    while day <= LAST:
        here = [stay for since, several in came.items() if day <= since + timedelta(days=14) for stay in several]
        morning = datetime.combine(day, time(8), make.SHANGHAI)
        world.measure_all(site, here, morning)
        if leaving := came.get(day - timedelta(days=14)):
            with clock.at(morning + timedelta(hours=2)), make.acting(site.doctor) as doctor:
                release_many(doctor, unit=site.unit, stays=leaving)
            here = [stay for stay in here if stay not in leaving]
        if day in by_day:
            at, (tours, families, single) = by_day[day]
            manifest = world.announced(site, guests(tours, families, single), at)
            world.clean_all(site, at)
            with clock.at(at), make.acting(site.nurse) as nurse:
                proposed = propose_rooms(site.unit, world.stays_of(manifest), at)
                rooms = {pk: room.code for pk, room in proposed.items() if room}
                admit_batch(nurse, manifest=manifest, rooms=rooms, admitted_at=at)
            came[day] = world.stays_of(manifest)
            here += came[day]
        midnight = datetime.combine(day, time(23, 59), make.SHANGHAI)
        world.measure_all(site, here, midnight)
        with within(EVERYTHING):
            peak[day] = present(site.unit, at=midnight).count()
        day += timedelta(days=1)
    with within(EVERYTHING):
        assert Stay.objects.filter(state="released").count() == Stay.objects.count() == 252
        assert Reading.objects.filter(second_of=None, voided_at=None).count() == 7056
        assert room_nights(site.unit, date(2020, 1, 30), LAST) == 3528
        assert Occupancy.objects.filter(layer=BED, until__isnull=True).count() == 0
        assert sorted(Stay.objects.values_list("number", flat=True)) == list(range(1, 253))
    assert (max(peak.values()), min(d for d in peak if peak[d] == 204)) == (204, date(2020, 2, 9))
