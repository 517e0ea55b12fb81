"""The power goes (断电): what was acknowledged is on the disk that is left, and a control that does not wait loses.

The recipe of the security design, 4.1: the disk's image is copied in an instant while senders are at work; the copy
holds just what had reached the disk. The product is started on it as after any power cut.
"""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.faults.books import Balance, balance
from tests.faults.clients import Address, Ledger, senders, wait_for
from tests.faults.conftest import Proving, installation, until
from tests.faults.product import Product
from tests.faults.test_killed_processes import NOT_AT_ONCE
from tests.faults.volumes import Disk, disk, mounted, why_not

SENDERS = 8
BEFORE_A_CUT = 200  # further receipts, at least
PEOPLE = "160"


@dataclass(frozen=True, slots=True)
class Cut:
    """A disk as it was at one instant, and what senders held before it."""

    image: Path
    ledger: Ledger


def cuts_while_sending(product: Product, volume: Disk, *, many: int) -> list[Cut]:
    """So many cuts among answers that keep coming."""
    address, ledger, cuts = Address(product.port, product.ask("world", PEOPLE)), Ledger(), list[Cut]()
    sending = senders(address, ledger, SENDERS)
    for number in range(many):
        wanted = len(ledger.acknowledged) + BEFORE_A_CUT
        assert until(lambda wanted=wanted: len(ledger.acknowledged) >= wanted), product.log()
        at = time.monotonic()
        image = volume.cut(number)
        held = [one for one in list(ledger.acknowledged) if one.ended < at]
        cuts.append(Cut(image, Ledger(acknowledged=held, sent=set(ledger.sent))))
    wait_for(sending, halt=True)
    assert (ledger.refused, ledger.given_up) == ([], [])
    return cuts


def after_the_cut(cut: Cut, where: Path) -> tuple[Balance, float]:
    """The product on what is left: the books, and the seconds until it was well again."""
    with mounted(cut.image, where) as left, installation(left / "state") as product:
        seconds = product.start()
        found = balance(product, cut.ledger)
        assert product.ask("differences") == []
    return found, seconds


def cut_off(*, many: int, settings: str = "") -> tuple[list[Balance], list[float]]:
    """Books and seconds of each cut."""
    with disk() as volume:
        with installation(volume.mounted / "state") as product:
            product.settle(settings)
            product.start()
            cuts = cuts_while_sending(product, volume, many=many)
        outcomes = [after_the_cut(cut, volume.folder / "left") for cut in cuts]
    return [found for found, _ in outcomes], [seconds for _, seconds in outcomes]


def figures_of(found: list[Balance], seconds: list[float], control: list[Balance]) -> dict[str, Any]:
    """Of all cuts together."""
    total = {name: sum(asdict(one)[name] for one in found) for name in ("acknowledged", "lost", "twice")}
    return {
        "cuts": len(found),
        **total,
        "half_written": sum(one.without_answer for one in found),
        "back_seconds": round(max(seconds), 2),
        "control_acknowledged": sum(one.acknowledged for one in control),
        "control_lost": sum(one.lost for one in control),
    }


@pytest.mark.proof
@pytest.mark.skipif(bool(why_not()), reason=why_not() or "can be run here")
def test_what_was_acknowledged_survives_a_power_cut_and_a_control_loses(proving: Proving) -> None:
    with proving("power cut") as figures:
        found, seconds = cut_off(many=2)
        assert all(one.holds for one in found), found
        control, _ = cut_off(many=1, settings=NOT_AT_ONCE)
        figures.update(figures_of(found, seconds, control))
        assert figures["control_lost"] > 0, "the control lost nothing, so this test proves nothing"
