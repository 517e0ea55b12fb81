"""Many hands (多方同时): work on separate things, such as reports of separate units, shared out over processes.

Every report keeps a virtual moment of its own, so it does not matter in which order the hands come to it.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, connections

from lianfang.capabilities.daily_report.intake import receive_report
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.scope import within

MOST_HANDS = 4
_WORTH_IT = 100  # sendings below which another process costs more than it saves
Share = Callable[[int, int], int]

# What the copies of this process find in their memory: the function to call for each share.
_work: list[Share] = []


def share_out(work: Share) -> int:
    """Call `work(hand, hands)` for every hand, each in a copy of this process; the sum of what they return.

    One hand does it all where there is one core, or a transaction under way that the others could not see into.
    """
    hands = min(MOST_HANDS, os.cpu_count() or 1)
    if hands == 1 or connection.in_atomic_block:
        return work(0, 1)
    _work[:] = [work]
    connections.close_all()  # a connection cannot be shared with a copy
    with multiprocessing.get_context("fork").Pool(hands) as pool:
        return sum(pool.starmap(_share, [(hand, hands) for hand in range(hands)]))


def _share(hand: int, hands: int) -> int:
    return _work[0](hand, hands)


@dataclass(frozen=True, slots=True)
class Sending:
    """Who sends which report, and when."""

    at: datetime
    actor: Actor
    body: Mapping[str, Any]


def send_all(sendings: Sequence[Sending]) -> int:
    """Send all of these through the product's one door; how many there were. Raises `Refused`."""
    if len(sendings) < _WORTH_IT:
        return _send(sendings)
    return share_out(lambda hand, hands: _send(sendings[hand::hands]))


def _send(sendings: Sequence[Sending]) -> int:
    for sending in sorted(sendings, key=lambda one: one.at):
        with clock.at(sending.at), within(sending.actor.scope):
            receive_report(sending.actor, sending.body, channel="page")
    return len(sendings)
