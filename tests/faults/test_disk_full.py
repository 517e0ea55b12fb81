"""A full disk (磁盘写满): refused with a time to return, nothing acknowledged is lost, and it goes on by itself."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from typing import Any

import psycopg
import pytest

from lianfang.interfaces.server import processes
from tests.faults.books import balance
from tests.faults.clients import Address, Ledger, senders, wait_for
from tests.faults.conftest import Proving, installation, until
from tests.faults.product import Product
from tests.faults.volumes import SmallDisk, small_disk, why_not

SENDERS = 4
REFUSALS = 20
BACK_SECONDS = 90.0  # the supervisor waits longer from try to try, up to 30 s
RETRY_AFTER = "30"
NAIVE_ANSWERS = 100


def fill_and_empty(product: Product, volume: SmallDisk) -> dict[str, Any]:
    """Senders all the while; the disk fills and is emptied again, then once more with the database killed; figures."""
    address, ledger = Address(product.port, product.ask("world", "48")), Ledger()
    sending = senders(address, ledger, SENDERS)
    assert until(lambda: len(ledger.acknowledged) > 50)
    product.change("CREATE TABLE naive (word text)")
    back = [full_for_a_while(product, volume, ledger, victim) for victim in ("web", "database")]
    wait_for(sending, halt=True)
    found = balance(product, ledger)
    assert found.holds, found
    assert (ledger.refused, ledger.given_up, product.ask("differences")) == ([], [], [])
    assert {after for _, after in ledger.unavailable} == {RETRY_AFTER}
    return {
        "acknowledged": found.acknowledged,
        "refused_for_now": len(ledger.unavailable),
        "lost": found.lost,
        "twice": found.twice,
        "back_seconds": round(back[0], 2),
        "back_seconds_with_the_database_killed": round(back[1], 2),
        "control_lost": 2 * NAIVE_ANSWERS - int(product.rows("SELECT count(*) FROM naive")[0][0]),
    }


def full_for_a_while(product: Product, volume: SmallDisk, ledger: Ledger, victim: str) -> float:
    """Full, somebody killed while it is, and emptied; the seconds from then until an answer is acknowledged again."""
    before = len(ledger.unavailable)
    volume.fill()
    assert until(lambda: len(ledger.unavailable) >= before + REFUSALS), product.log()
    killed = product.pid(victim)
    os.kill(killed, signal.SIGKILL)
    assert until(lambda: processes.process(killed) is None), product.log()
    say_received_without_looking(product)
    volume.empty()
    emptied = time.monotonic()
    assert until(lambda: ledger.recovery(emptied) is not None, BACK_SECONDS), product.log()
    return ledger.recovery(emptied) or 0.0


def say_received_without_looking(product: Product) -> None:
    """The control: a receiver that says "received" whatever the database answers."""
    for _ in range(NAIVE_ANSWERS):
        with suppress(psycopg.Error):
            product.change("INSERT INTO naive SELECT string_agg(md5(random()::text), '') FROM generate_series(1, 4000)")


@pytest.mark.proof
@pytest.mark.skipif(bool(why_not()), reason=why_not() or "can be run here")
def test_a_full_disk_refuses_loses_nothing_and_goes_on_once_there_is_room(proving: Proving) -> None:
    with proving("disk full") as figures, small_disk() as volume, installation(volume.mounted / "state") as product:
        product.start()
        figures.update(fill_and_empty(product, volume))
        assert figures["control_lost"] > 0
        product.stop()
