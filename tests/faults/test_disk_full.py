"""A full disk (磁盘写满): refused with a time to return, nothing acknowledged is lost, and it goes on by itself."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Any

import psycopg
import pytest

from tests.faults.books import balance
from tests.faults.clients import Address, Ledger, senders, wait_for
from tests.faults.conftest import Proving, installation, until
from tests.faults.product import Product
from tests.faults.volumes import SmallDisk, small_disk, why_not

SENDERS = 4
REFUSALS = 20
BACK_SECONDS = 30.0
RETRY_AFTER = "30"
NAIVE_ANSWERS = 50


def fill_and_empty(product: Product, volume: SmallDisk) -> dict[str, Any]:
    """Senders all the while; the disk fills, and is emptied again; the figures."""
    address, ledger = Address(product.port, product.ask("world", "48")), Ledger()
    sending = senders(address, ledger, SENDERS)
    assert until(lambda: len(ledger.acknowledged) > 50)
    product.change("CREATE TABLE naive (word text)")
    volume.fill()
    assert until(lambda: len(ledger.unavailable) >= REFUSALS), product.log()
    say_received_without_looking(product)
    volume.empty()
    emptied = time.monotonic()
    assert until(lambda: ledger.recovery(emptied) is not None), product.log()
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
        "back_seconds": round(ledger.recovery(emptied) or 0.0, 2),
        "control_lost": NAIVE_ANSWERS - int(product.rows("SELECT count(*) FROM naive")[0][0]),
    }


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
        assert figures["back_seconds"] < BACK_SECONDS
        assert figures["control_lost"] > 0
        product.stop()
