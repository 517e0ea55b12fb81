"""Processes that die at a named place (故障点): n = 1, 2, 3 … until a run passes untouched, and the books agree."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.faults.books import balance, staging
from tests.faults.clients import Address, Ledger, senders, wait_for
from tests.faults.conftest import Proving, places_in_use, until
from tests.faults.product import Product

WEB_PLACES = ("before_insert", "after_insert", "before_commit", "after_commit_before_reply", "mid_batch")
LONGEST_LOOP = 200
FEVER = {"state": "unwell", "temperature": "38.4", "symptoms": ["fever"]}
SPOIL = {
    "an answer that is gone": "DELETE FROM reporting_answer WHERE note = %s",
    "a receipt that is gone": "DELETE FROM reporting_receipt WHERE key = %s",
}


@dataclass(slots=True)
class Deaths:
    """What the loops over the places did: how many died where, and the longest run with a death in it, seconds."""

    kills: dict[str, int] = field(default_factory=dict)
    slowest: float = 0.0


def loop(product: Product, place: str, run: Callable[[], None], deaths: Deaths) -> None:
    """`run` again and again; in the nth run somebody dies at the nth pass, until nobody does."""
    deaths.kills[place] = 0
    for number in range(1, LONGEST_LOOP):
        product.order(place, number)
        began = time.monotonic()
        run()
        if product.passes() < number:
            product.withdraw()
            return
        deaths.kills[place] += 1
        deaths.slowest = max(deaths.slowest, time.monotonic() - began)
    raise AssertionError(f"{place} was still passed in run {LONGEST_LOOP}")


def check_web(product: Product, address: Address, *, many: int, each: int) -> dict[str, Any]:
    """Every place of the web processes, so many senders with so many answers each; the figures."""
    ledger, deaths = Ledger(), Deaths()
    for place in WEB_PLACES:
        loop(product, place, lambda: wait_for(senders(address, ledger, many, most=each)), deaths)
        found = balance(product, ledger)
        assert found.holds, (place, found)
    assert (ledger.refused, ledger.given_up) == ([], [])
    assert (product.ask("differences"), staging(product)) == ([], [])
    assert {place for place, kills in deaths.kills.items() if kills} >= places_in_use() & set(WEB_PLACES)
    _check_that_losses_would_be_seen(product, ledger)
    return {
        "kills": sum(deaths.kills.values()),
        "kills_at": deaths.kills,
        "acknowledged": found.acknowledged,
        "retries": ledger.retries,
        "lost": found.lost,
        "twice": found.twice,
        "slowest_run_seconds": round(deaths.slowest, 2),
    }


def _check_that_losses_would_be_seen(product: Product, ledger: Ledger) -> None:
    """The control: of books that are spoilt on purpose the comparison must say so."""
    for number, statement in enumerate(SPOIL.values()):
        product.change(statement, ledger.acknowledged[-1 - number].key)
        found = balance(product, ledger)
        assert (found.lost, found.holds) == (number + 1, False)
    product.change("UPDATE reporting_tally SET well = well + 1")
    assert product.ask("differences") != []


def check_worker(product: Product, address: Address, *, many: int) -> dict[str, Any]:
    """The worker dies between what follows from an event and the note that it was done."""
    ledger, deaths = Ledger(), Deaths()

    def run() -> None:
        wait_for(senders(address, ledger, 1, most=many, **FEVER))
        assert until(lambda: product.rows("SELECT count(*) FROM audit_event WHERE handled_at IS NULL") == [(0,)])

    loop(product, "after_effect_before_done", run, deaths)
    told = product.rows("SELECT subject, count(*) FROM alerts_alert WHERE kind = 'answer.fever' GROUP BY 1, account_id")
    assert len(told) == len(product.rows("SELECT 1 FROM reporting_answer WHERE fever"))
    assert {times for _, times in told} == {1}
    return {"kills": sum(deaths.kills.values()), "effects": len(told), "effects_twice": 0}


def test_a_process_that_dies_at_any_place_loses_no_receipt(
    product: Product, address: Address, proving: Proving
) -> None:
    with proving("crash points") as figures:
        effects = check_worker(product, address, many=1)
        product.clear_answers()
        figures.update(check_web(product, address, many=2, each=1))
        figures.update(effects | {"kills": figures["kills"] + effects["kills"]})


@pytest.mark.proof
def test_a_process_that_dies_at_any_of_many_passes_loses_no_receipt(
    product: Product, address: Address, proving: Proving
) -> None:
    with proving("crash points") as figures:
        effects = check_worker(product, address, many=3)
        product.clear_answers()
        figures.update(check_web(product, address, many=4, each=3))
        figures.update(effects | {"kills": figures["kills"] + effects["kills"]})
