"""Opening boards and folding (打开值班台与汇总), timed; imported once Django knows its database.

Requests go through the whole of Django (middleware, session, view, template, compression) by its test client; the web
server and the network are not in the figures.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any, Final

from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client

from lianfang.bench.measure import median, percentile
from lianfang.capabilities.access.actions import open_account
from lianfang.interfaces.worker.folding import EVERY_SECONDS
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.dues.models import REPORT
from lianfang.kernel.dues.stale import touch
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import below
from lianfang.kernel.reporting.counted import Place, dues_of, people_by_part
from lianfang.kernel.reporting.fold import fold, fold_all, fold_next_day
from lianfang.kernel.scope import EVERYTHING, within

BOARDS_A_LEVEL: Final = 20  # the largest five and others evenly spread
OPENINGS: Final = 3  # of each board
FOLDS: Final = 3
HANDLE: Final = "bench-province"
LEVELS: Final = ("province", "prefecture", "sector", "county", "university", "school", "kindergarten")
KINDS_OF_ANSWER: Final = (("page", "/board/{}"), ("api", "/api/v1/units/{}/board"))
_MS: Final = 1000


@contextmanager
def evening() -> Iterator[date]:
    """The clock stands at 18:00 of the last day on record, when reports are due."""
    with within(EVERYTHING), connection.cursor() as cursor:
        cursor.execute("SELECT max(day) FROM reporting_tally")
        day = cursor.fetchone()[0]
    with clock.at(datetime(day.year, day.month, day.day, 10, tzinfo=UTC)):
        yield day


def size(day: date) -> dict[str, int]:
    """How much is on record."""
    counted = {
        "units": "SELECT count(*) FROM orgs_unit",
        "reporting_units": "SELECT count(DISTINCT unit_id) FROM dues_due"
        " WHERE day = %(day)s AND kind = 'report' AND source",
        "people_in_counters": "SELECT sum(rostered) FROM reporting_tally WHERE day = %(day)s",
        "counters_a_day": "SELECT count(*) FROM reporting_tally WHERE day = %(day)s",
        "days": "SELECT (max(day) - min(day)) + 1 FROM reporting_tally",
        "database_mib": "SELECT pg_database_size(current_database()) / 1048576",
    }
    with within(EVERYTHING), connection.cursor() as cursor:
        found = {}
        for name, statement in counted.items():
            cursor.execute(statement, {"day": day})
            found[name] = cursor.fetchone()[0]
    return found


def folds(day: date) -> dict[str, Any]:
    """Seconds of folds: everything, one county, one class, nothing touched; and of a day of history."""
    began = time.perf_counter()
    while fold_next_day():
        pass
    history = time.perf_counter() - began
    everything = _median(lambda: fold_all([day]))
    found = {
        "fold_all_days_seconds": round(history, 2),
        "fold_everything_seconds": round(everything, 3),
        "fold_one_county_seconds": round(_median(lambda: _touched(day, _of_one_county(day))), 3),
        "fold_4000_classes_seconds": round(_median(lambda: _touched(day, _classes(day, 4000))), 3),
        "fold_one_class_seconds": round(_median(lambda: _touched(day, _classes(day, 1))), 3),
        "fold_nothing_seconds": round(_median(fold), 4),
    }
    # A figure is as old as the fold that will replace it is from done: its wait and its work.
    return found | {"oldest_figures_seconds": round(max(EVERY_SECONDS, everything) + everything, 2)}


def _median(work: Callable[[], object]) -> float:
    took = []
    for _ in range(FOLDS):
        began = time.perf_counter()
        work()
        took.append(time.perf_counter() - began)
    return median(took)


def _touched(day: date, units: list[int]) -> None:
    with within(EVERYTHING):
        touch(day, units)
    fold()


def _of_one_county(day: date) -> list[int]:
    county = _largest("county", 1)[0]
    low, high = below(county.path)
    with within(EVERYTHING):
        return list(Unit.objects.filter(path__gte=low, path__lt=high).values_list("pk", flat=True))


def _classes(day: date, most: int) -> list[int]:
    with within(EVERYTHING), connection.cursor() as cursor:
        cursor.execute(
            "SELECT unit_id FROM reporting_tally WHERE day = %s ORDER BY hashint8(unit_id) LIMIT %s", [day, most]
        )
        return [row[0] for row in cursor.fetchall()]


def _largest(kind: str, most: int) -> list[Unit]:
    """Units of a kind, those with the most units below them first."""
    with within(EVERYTHING):
        return list(
            Unit.objects.raw(
                "SELECT u.* FROM orgs_unit u CROSS JOIN LATERAL (SELECT count(*) AS n FROM orgs_unit b"
                " WHERE b.path >= u.path AND b.path < left(u.path, -1) || '0') c"
                " WHERE u.kind = %s ORDER BY c.n DESC, u.id LIMIT %s",
                [kind, most],
            )
        )


def openings(day: date) -> dict[str, dict[str, float]]:
    """Level and kind of answer -> p50, p95 and longest of the server's time in ms, its own work in it, and how many."""
    client = _client()
    found = {}
    for level in LEVELS:
        units = _spread(_largest(level, 100_000), BOARDS_A_LEVEL)
        for name, address in KINDS_OF_ANSWER:
            if units:
                took = _opened(client, [f"{address.format(unit.code)}?day={day}" for unit in units])
                found[f"{level} {name}"] = _summary(took)
    return found


def _spread(units: list[Unit], most: int) -> list[Unit]:
    first, rest = units[: most // 4], units[most // 4 :]
    step = max(1, len(rest) // (most - most // 4))
    return first + rest[::step][: most - len(first)]


def _opened(client: Client, addresses: list[str]) -> list[tuple[float, float]]:
    """Milliseconds of each opening, by the clock and of this process's own work (the rest is the database's)."""
    client.get(addresses[0])
    took = []
    for address in addresses * OPENINGS:
        began, worked = time.perf_counter(), time.process_time()
        answer = client.get(address, HTTP_ACCEPT_ENCODING="gzip", HTTP_ACCEPT_LANGUAGE="zh-CN")
        took.append(((time.perf_counter() - began) * _MS, (time.process_time() - worked) * _MS))
        if answer.status_code != 200:  # noqa: PLR2004
            raise RuntimeError(f"{address} answered {answer.status_code}")
    return took


def _summary(openings: list[tuple[float, float]]) -> dict[str, float]:
    took, worked = [one for one, _ in openings], [one for _, one in openings]
    return {
        "python_p50_ms": round(median(worked), 1),
        "p50_ms": round(median(took), 1),
        "p95_ms": round(percentile(took, 95), 1),
        "longest_ms": round(max(took), 1),
        "openings": len(took),
    }


def _client() -> Client:
    """Somebody on duty in the province, signed in."""
    accounts = get_user_model()
    with within(EVERYTHING):
        root = Unit.objects.get(parent=None)
        account = accounts.objects.filter(handle=HANDLE).first() or open_account(
            SYSTEM, unit=root, handle=HANDLE, name="bench", role="duty_officer"
        )
        client = Client(SERVER_NAME="localhost")
        client.force_login(account)
    return client


def counted_at_opening(day: date) -> float:
    """Milliseconds to count the province's board from all dues and counters."""
    with within(EVERYTHING):
        place = Place(Unit.objects.get(parent=None), day)
        return _MS * _median(lambda: (dues_of(place, REPORT), people_by_part(place)))
