"""Bounds in the database (数据库时限): what the web asks may take so long; commands take what they need."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from typing import Any

import psycopg
import pytest
from django.db import connection

from lianfang.interfaces.server import hot_reports
from lianfang.interfaces.server.door import Door
from lianfang.interfaces.server.gateway import Environ, StartResponse
from lianfang.interfaces.server.hot import Sent
from lianfang.interfaces.server.hot_reports import Reports
from lianfang.interfaces.server.house import BOUNDS
from lianfang.interfaces.server.lanes import Busy
from lianfang.kernel.database.bounds import Bounds, bounds
from tests.server.asking import ask

pytestmark = pytest.mark.django_db(transaction=True)
SENT = Sent("nobody's", b"{}", "en")


@pytest.fixture(autouse=True)
def own_connection() -> Iterator[None]:
    """A connection that is opened in the test and not kept, and no bounds left behind."""
    connection.close()
    token = bounds.set(None)
    yield
    bounds.reset(token)
    connection.close()


def said() -> tuple[str, str]:
    """The two settings of the connection of this thread."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('statement_timeout'), current_setting('idle_in_transaction_session_timeout')"
        )
        found: tuple[str, str] = cursor.fetchone()
        return found


def shown(_environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """An application that answers with the bounds of its connection."""
    start_response("200 OK", [("Content-Type", "text/plain")])
    try:
        return [" ".join(said()).encode()]
    finally:
        connection.close()


def test_without_a_lane_there_are_no_bounds() -> None:
    assert said() == ("0", "0")


def test_a_connection_gets_the_bounds_that_are_in_force_and_keeps_them() -> None:
    bounds.set(Bounds(statement=3, idle=10))
    assert said() == ("3s", "10s")
    bounds.set(None)
    assert said() == ("3s", "10s")


@pytest.mark.parametrize(
    ("address", "wanted"), [("/check-in", BOUNDS["own"]), ("/board/S1", BOUNDS["wide"]), ("/healthz", BOUNDS["probes"])]
)
def test_each_lane_asks_the_database_within_its_own_bounds(address: str, wanted: Bounds) -> None:
    given = asyncio.run(ask(Door(shown), "GET", address))
    seconds = {f"{n}s": n for n in range(60)} | {f"{n}min": 60 * n for n in range(1, 60)}
    assert [seconds[one] for one in given.body.decode().split()] == [wanted.statement, wanted.idle]


def test_a_group_that_the_database_keeps_waiting_is_told_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hot_reports, "BOUNDS", Bounds(statement=0.05, idle=10))

    def too_long(cursor: Any, *_: Any) -> list[Any]:
        cursor.execute("SELECT pg_sleep(30)")
        return []

    with pytest.raises(Busy):
        Reports(too_long)([SENT])
    assert said()[0] == "50ms"  # the connection is still of use


@pytest.mark.parametrize("failure", [psycopg.errors.DeadlockDetected, psycopg.errors.AdminShutdown])
def test_a_group_that_fails_in_the_database_goes_the_ordinary_way(failure: type[psycopg.Error]) -> None:
    def fails(*_: Any) -> list[Any]:
        raise failure

    assert Reports(fails)([SENT, SENT]) == [None, None]
