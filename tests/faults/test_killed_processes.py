"""Killed processes (进程被杀): `kill -9` of anybody; all of it comes back by itself."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from lianfang.bench.measure import percentile
from tests.faults.books import balance
from tests.faults.clients import Address, Ledger, senders, wait_for
from tests.faults.conftest import Proving, installation, until
from tests.faults.product import Product

DATABASE_BACK_SECONDS = 5.0
BACK_SECONDS = 180.0
BETWEEN_SECONDS = 0.5  # of sending, before the next is killed
NOT_AT_ONCE = "synchronous_commit = off\nwal_writer_delay = '10s'\nwal_writer_flush_after = '1GB'\n"


def one_of(pids: list[int]) -> int:
    """Any of them."""
    return random.choice(pids)  # noqa: S311  any will do


VICTIMS: dict[str, Callable[[Product], int]] = {
    "web worker": lambda product: one_of(product.web_workers()),
    "database backend": lambda product: one_of(product.backends()),
    "worker": lambda product: product.pid("worker"),
    "database": lambda product: product.pid("database"),
    "web": lambda product: product.pid("web"),
}


def recovery(product: Product, victim: str, ledger: Ledger) -> float:
    """Kills it; the seconds until an answer sent after that is acknowledged, and the worker is heard of again."""
    assert until(lambda: bool(product.web_workers() and product.backends() and product.pid("worker")))
    at, moment = time.monotonic(), datetime.now(UTC)
    os.kill(VICTIMS[victim](product), signal.SIGKILL)
    if victim == "worker":
        assert until(lambda: bool(product.rows("SELECT 1 FROM alerts_heartbeat WHERE at > %s", moment)), BACK_SECONDS)
        return time.monotonic() - at
    assert until(lambda: ledger.recovery(at) is not None, BACK_SECONDS), (victim, product.log())
    return ledger.recovery(at) or 0.0


def kill_all(product: Product, address: Address, *, rounds: int) -> dict[str, Any]:
    """Four senders all the while; each victim in each round; the figures."""
    ledger, took = Ledger(), {victim: list[float]() for victim in VICTIMS}
    sending = senders(address, ledger, 4)
    for _ in range(rounds):
        for victim, seconds in took.items():
            time.sleep(BETWEEN_SECONDS)
            seconds.append(recovery(product, victim, ledger))
    wait_for(sending, halt=True)
    found = balance(product, ledger)
    assert found.holds, found
    assert (ledger.refused, ledger.given_up, product.ask("differences")) == ([], [], [])
    everything = [one for seconds in took.values() for one in seconds]
    return {
        "kills": len(everything),
        "acknowledged": found.acknowledged,
        "retries": ledger.retries,
        "lost": found.lost,
        "twice": found.twice,
        "recovery_p95_seconds": round(percentile(everything, 95), 2),
        "recovery_seconds": {victim: round(max(seconds), 2) for victim, seconds in took.items()},
    }


def test_whatever_is_killed_comes_back_and_every_receipt_is_on_record(
    product: Product, address: Address, proving: Proving
) -> None:
    with proving("killed processes") as figures:
        figures.update(kill_all(product, address, rounds=1))
        assert figures["recovery_seconds"]["database"] < DATABASE_BACK_SECONDS


@pytest.mark.proof
def test_whatever_is_killed_again_and_again_comes_back_and_a_control_loses(
    product: Product, address: Address, proving: Proving
) -> None:
    with proving("killed processes") as figures:
        figures.update(kill_all(product, address, rounds=6))
        figures["control_lost"] = lost_without_waiting_for_the_disk()
        assert figures["control_lost"] > 0


def lost_without_waiting_for_the_disk() -> int:
    """The control: a database that acknowledges before it has written loses receipts when it is killed."""
    with installation() as product:
        product.settle(NOT_AT_ONCE)
        product.start()
        address, ledger = Address(product.port, product.ask("world", "8")), Ledger()
        sending = senders(address, ledger, 4)
        assert until(lambda: len(ledger.acknowledged) > 100)
        os.kill(product.pid("database"), signal.SIGKILL)
        for backend in product.database_processes():
            os.kill(backend, signal.SIGKILL)
        wait_for(sending, halt=True)
        return balance(product, ledger).lost
