"""Many who report at once (多方同时上报): each sends at a virtual moment of its own, through the product's one door.

Senders do not depend on each other, so several processes may play them; every report keeps its own moment.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Mapping, Sequence
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


@dataclass(frozen=True, slots=True)
class Sending:
    """Who sends which report, and when."""

    at: datetime
    actor: Actor
    body: Mapping[str, Any]


# What the forked processes find in their copy of the memory.
_waiting: list[Sending] = []


def send_all(sendings: Sequence[Sending]) -> int:
    """Send all of these, in several processes when they are many; how many there were. Raises `Refused`."""
    hands = min(MOST_HANDS, os.cpu_count() or 1)
    if len(sendings) < _WORTH_IT or hands == 1 or connection.in_atomic_block:
        return _send(sendings)
    _waiting[:] = sendings
    connections.close_all()  # a connection cannot be shared with a copy of this process
    with multiprocessing.get_context("fork").Pool(hands) as pool:
        return sum(pool.map(_send_share, [(hand, hands) for hand in range(hands)]))


def _send_share(share: tuple[int, int]) -> int:
    hand, hands = share
    return _send(_waiting[hand::hands])


def _send(sendings: Sequence[Sending]) -> int:
    for sending in sorted(sendings, key=lambda one: one.at):
        with clock.at(sending.at), within(sending.actor.scope):
            receive_report(sending.actor, sending.body, channel="page")
    return len(sendings)
