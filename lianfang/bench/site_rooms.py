"""A site of many rooms (大型隔离点), filled and opened; imported once Django knows its database.

Requests go through the whole of Django by its test client; the web server and the network are not in the figures.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client

from lianfang.bench.measure import median, percentile
from lianfang.capabilities.access.actions import open_account
from lianfang.capabilities.site.actions import designate_site
from lianfang.capabilities.site.models import Site
from lianfang.capabilities.site.rooms import add_rooms, mark_rooms_ready
from lianfang.capabilities.units.actions import found_root
from lianfang.domain.roles import Role
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.people.models import Person
from lianfang.kernel.places.models import BED, Occupancy, Place
from lianfang.kernel.policies.ops import policy_of
from lianfang.kernel.readings.models import Reading
from lianfang.kernel.readings.ops import owed_tasks
from lianfang.kernel.scope import EVERYTHING, within
from lianfang.kernel.tasks.ops import owe_all

NOW: Final = datetime(2026, 3, 9, 3, tzinfo=UTC)
ADMITTED: Final = datetime(2026, 3, 3, 2, tzinfo=UTC)
CODE: Final = "BENCH-SITE"
A_FLOOR: Final = 50
TAKEN: Final = 0.9  # of the rooms; the rest is free
ABNORMAL_EVERY: Final = 40  # guests
OPENINGS: Final = 40  # by each of those who look
LOOKERS: Final = (Role.NURSE, Role.SITE_MANAGER, Role.CREW)
_MS: Final = 1000
_KIB: Final = 1024
_PLAIN: Final = """
SELECT p.code, p.building, p.floor, r.readiness, o.since, o.expected_until
  FROM site_room r JOIN places_place p ON p.id = r.place_id
  LEFT JOIN places_occupancy o ON o.place_id = p.id AND o.layer = 'bed' AND o.until IS NULL
 WHERE r.unit_id = %s ORDER BY p.walk
"""


@contextmanager
def morning() -> Iterator[None]:
    """The clock stands at eleven of the seventh day."""
    with clock.at(NOW):
        yield


def fill(rooms: int) -> None:
    """A site with so many rooms, nearly all taken, each guest with a week of readings; found again when it is there."""
    with within(EVERYTHING):
        if Site.objects.filter(unit__code=CODE).exists():
            return
        root = found_root(SYSTEM, code="BENCH", name="学校", kind="school", opened_on=ADMITTED.date())
        t0 = ADMITTED - timedelta(hours=6)
        site = designate_site(SYSTEM, unit=root, code=CODE, name="留观点", rooms=rooms, t0=t0)
        for floor in range(1, rooms // A_FLOOR + 1):
            add_rooms(SYSTEM, site=site, building="A", floor=floor, first=1, count=A_FLOOR)
        mark_rooms_ready(SYSTEM, site=site, rooms=list(site.rooms.all()))
        _move_in(site, list(Place.objects.filter(unit=site.unit).order_by("walk")[: int(rooms * TAKEN)]))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _move_in(site: Site, places: Sequence[Place]) -> None:
    unit, last = site.unit, ADMITTED.date() + timedelta(days=14)
    people = Person.objects.bulk_create(
        [Person(home_unit=unit, name=f"留观{n}", id_type="none", id_reason="bench") for n in range(len(places))]
    )
    beds = Occupancy.objects.bulk_create(
        [
            Occupancy(unit=unit, place=place, layer=BED, spot="1", person=who, since=ADMITTED, expected_until=last)
            for who, place in zip(people, places, strict=True)
        ]
    )
    policy = policy_of(unit, on=NOW.date())
    for who, bed in zip(people, beds, strict=True):
        owe_all(owed_tasks(unit, who, bed, since=ADMITTED, last_day=last, policy=policy))
    Reading.objects.bulk_create([one for n, who in enumerate(people) for one in _readings(unit, who, n)], 5000)


def _readings(unit: Any, who: Person, number: int) -> Iterator[Reading]:
    for back in range(7):
        at = NOW - timedelta(days=back, hours=2)
        ill = not back and number % ABNORMAL_EVERY == 0
        yield Reading(
            unit=unit, person=who, subject=f"stays.stay:{who.pk}", kind="stay", day=at.date(), slot="am", at=at,
            celsius=Decimal("37.60" if ill else "36.50"), fever=ill, abnormal=ill, by="bench",
            key=f"{who.pk}-{back}", digest="bench", received_at=at,
        )  # fmt: skip


def size() -> dict[str, int]:
    """How much is on record."""
    tables = {"rooms": "site_room", "guests": "places_occupancy", "readings": "readings_reading", "tasks": "tasks_task"}
    found = {}
    with within(EVERYTHING), connection.cursor() as cursor:
        for name, table in tables.items():
            cursor.execute(f"SELECT count(*) FROM {table}")
            found[name] = cursor.fetchone()[0]
    return found


def plain_select() -> float:
    """Milliseconds of the plain SELECT, the middle of as many runs as there are openings."""
    with within(EVERYTHING):
        unit = Site.objects.get(unit__code=CODE).unit_id

        def ask() -> None:
            with connection.cursor() as cursor:
                cursor.execute(_PLAIN, [unit])
                cursor.fetchall()

        return median([_timed(ask) for _ in range(OPENINGS)])


def openings() -> dict[str, dict[str, float]]:
    """Who looks -> p50, p95 and longest of the server's time in ms, and KiB on the wire."""
    return {str(role): _opened(_client(role)) for role in LOOKERS}


def _opened(client: Client) -> dict[str, float]:
    sizes: list[int] = []

    def look() -> None:
        answer = client.get(f"/site/{CODE}/rooms", HTTP_ACCEPT_ENCODING="gzip", HTTP_ACCEPT_LANGUAGE="zh-CN")
        if answer.status_code != 200:  # noqa: PLR2004
            raise RuntimeError(f"the room board answered {answer.status_code}")
        sizes.append(len(answer.content))

    look()
    took = [_timed(look) for _ in range(OPENINGS)]
    return {
        "p50_ms": round(median(took), 1), "p95_ms": round(percentile(took, 95), 1), "longest_ms": round(max(took), 1),
        "kib": round(max(sizes) / _KIB, 1),
    }  # fmt: skip


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * _MS


def _client(role: Role) -> Client:
    handle = f"bench-{role.replace('_', '-')}"
    with within(EVERYTHING):
        account = get_user_model().objects.filter(handle=handle).first() or open_account(
            SYSTEM, unit=Site.objects.get(unit__code=CODE).unit, handle=handle, name="bench", role=role
        )
        client = Client(SERVER_NAME="localhost")
        client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    return client
