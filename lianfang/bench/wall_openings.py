"""Opening walls (打开大屏), timed; imported once Django knows its database.

Requests go through the whole of Django (middleware, session, view, template, compression) by its test client; the web
server and the network are not in the figures.
"""

from __future__ import annotations

import gzip
import re
import time
from pathlib import Path
from typing import Any, Final

from django.contrib.staticfiles import finders
from django.db import connection
from django.test import Client

from lianfang.bench.board_openings import _client, _largest, _spread, _summary
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.reporting.fold import fold_next_day
from lianfang.kernel.reporting.office_days import KEPT_DAYS, Keeper
from lianfang.kernel.scope import EVERYTHING, within

LEVELS: Final = ("province", "prefecture", "sector", "county", "university", "school")
WALLS_A_LEVEL: Final = 8  # the largest two and others evenly spread
OPENINGS: Final = 3  # of each wall
PROVINCE_OPENINGS: Final = 40
_MS: Final = 1000
_KIB: Final = 1024
_FILES: Final = re.compile(r'(?:href|src)="/static/([^"#?]+)"')
_IMPORTS: Final = re.compile(r'import "\./([\w.-]+)"')


def added_up() -> dict[str, float]:
    """Seconds in which the product adds up the days: the folds, and what the worker keeps of offices."""
    began = time.perf_counter()
    while fold_next_day():
        pass
    folded = time.perf_counter()
    keeper = Keeper()
    while keeper.keep() or keeper.waiting:
        pass
    kept = time.perf_counter()
    return {
        "fold_all_days_seconds": round(folded - began, 2),
        "keep_a_day_seconds": round((kept - folded) / KEPT_DAYS, 3),
    }


def size() -> dict[str, int]:
    """How much there is beside reports."""
    with within(EVERYTHING), connection.cursor() as cursor:
        found = {}
        for name in ("reporting_answer", "statuses_status", "cases_case", "incidents_incident"):
            cursor.execute(f"SELECT count(*) FROM {name}")
            found[name.rsplit("_", 1)[-1] + "_rows"] = cursor.fetchone()[0]
    return found


def openings() -> dict[str, dict[str, float]]:
    """Level -> p50, p95 and longest of the server's time in ms; of the province also with the curve by onset."""
    client, found = _client(), {}
    for level in LEVELS:
        units = _spread(_largest(level, 100_000), WALLS_A_LEVEL)
        many = PROVINCE_OPENINGS if level == "province" else OPENINGS
        if units:
            found[level] = _summary(_opened(client, [f"/wall/{unit.code}" for unit in units] * many))
    top = _largest("province", 1)[0]
    found["province by onset"] = _summary(_opened(client, [f"/wall/{top.code}?curve=onset"] * PROVINCE_OPENINGS))
    return found


def _opened(client: Client, addresses: list[str]) -> list[tuple[float, float]]:
    client.get(addresses[0])
    took = []
    for address in addresses:
        began, worked = time.perf_counter(), time.process_time()
        answer = client.get(address, HTTP_ACCEPT_ENCODING="gzip", HTTP_ACCEPT_LANGUAGE="zh-CN")
        took.append(((time.perf_counter() - began) * _MS, (time.process_time() - worked) * _MS))
        if answer.status_code != 200:  # noqa: PLR2004
            raise RuntimeError(f"{address} answered {answer.status_code}")
    return took


def first_visit() -> float:
    """KiB on the wire of the province's wall and all that it loads, compressed."""
    top = _largest("province", 1)[0]
    answer = _client().get(f"/wall/{top.code}", HTTP_ACCEPT_ENCODING="gzip")
    page = gzip.decompress(answer.content).decode()
    names = _with_imports(set(_FILES.findall(page)) | {"lf/icons.svg"})
    return round((len(answer.content) + sum(_compressed(name) for name in names)) / _KIB, 1)


def _with_imports(names: set[str]) -> set[str]:
    """Modules that the page's modules import, as the browser loads them."""
    for name in [one for one in names if one.endswith(".js")]:
        folder = name.rsplit("/", 1)[0]
        names |= {f"{folder}/{other}" for other in _IMPORTS.findall(_content(name).decode())}
    return names


def _compressed(name: str) -> int:
    return len(gzip.compress(_content(name)))


def _content(name: str) -> bytes:
    found = finders.find(name)
    if not isinstance(found, str):
        raise RuntimeError(f"no file {name}")
    return Path(found).read_bytes()


def counted(day: Any) -> float:
    """Milliseconds to count the province's 60 days from all its counters."""
    with within(EVERYTHING), connection.cursor() as cursor:
        root = Unit.objects.get(parent=None)
        began = time.perf_counter()
        cursor.execute(
            "SELECT day, sum(unwell), sum(answered) FROM reporting_tally WHERE path >= %s AND day <= %s GROUP BY day",
            [root.path, day],
        )
        cursor.fetchall()
    return round((time.perf_counter() - began) * _MS, 1)
