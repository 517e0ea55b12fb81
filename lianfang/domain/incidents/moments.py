"""The moment of an act that a device names (补传时间): what it claims, when it came in, and which one counts.

An act done without a network is kept on the device with its time and comes in later. The claim counts while it is
possible; both are kept, so that nobody has to trust one of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Moment:
    """When something happened (`at`), what was claimed, when we heard of it, and whether the claim was possible."""

    at: datetime
    claimed: datetime | None
    received: datetime
    trusted: bool = True

    @property
    def held_back(self) -> timedelta:
        """How long it was under way."""
        return max(self.received - self.at, timedelta(0))


def moment_of(
    claimed: datetime | None, *, received: datetime, skew: timedelta, oldest: timedelta
) -> Moment:  # fmt: skip
    """The moment that counts. A claim up to `skew` ahead of our clock means now; one further ahead, or longer ago than
    `oldest`, is kept as a claim and not believed: our own time counts."""
    if claimed is None:
        return Moment(received, None, received)
    if claimed > received:
        return Moment(received, claimed, received, trusted=claimed - received <= skew)
    if received - claimed > oldest:
        return Moment(received, claimed, received, trusted=False)
    return Moment(claimed, claimed, received)
