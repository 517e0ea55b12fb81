"""Milestones against a clock T0 (启用时限): when each was due, when it was met, and when it will be at this pace."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from lianfang.domain.policy import Policy

ROOMS_READY: Final = "rooms_ready"
FIRST_BATCH: Final = "first_batch"
CONVERTED: Final = "converted"
MILESTONES: Final = (ROOMS_READY, FIRST_BATCH, CONVERTED)


@dataclass(frozen=True, slots=True)
class Outlook:
    """How a milestone stands: `state` is met, met_late, ahead, behind (it will be late), stalled or over."""

    target: datetime
    actual: datetime | None
    projected: datetime | None
    state: str

    @property
    def warns(self) -> bool:
        """Whether somebody has to act."""
        return self.state in ("behind", "stalled", "over")


def target_of(key: str, t0: datetime, policy: Policy) -> datetime:
    """When a milestone is due: hours after T0 (I02: 5, 8 and 48)."""
    hours = {
        ROOMS_READY: policy.site_rooms_ready_hours,
        FIRST_BATCH: policy.site_first_batch_hours,
        CONVERTED: policy.site_converted_hours,
    }
    return t0 + timedelta(hours=hours[key])


def projected(
    ready: Iterable[datetime], *, total: int, t0: datetime, now: datetime, window: timedelta
) -> datetime | None:
    """When all `total` rooms will be ready if the pace of the last `window` goes on; None while nothing moves.

    The pace is straight: rooms that became ready since `now - window`, or since T0 when that is later. Row I02: at
    18:00, 201 of 245, 40 of them since 17:00: the 44 left take 66 minutes, so 19:06. The whole time since T0 would
    say 18:52 and hide that work has slowed down.
    """
    moments = [one for one in ready if one <= now]
    since = max(t0, now - window)
    recent = sum(1 for one in moments if one > since)
    left = total - len(moments)
    if left <= 0:
        return max(moments, default=now)
    return now + (now - since) * left / recent if recent else None


def outlook(
    *, target: datetime, actual: datetime | None, now: datetime, projection: datetime | None = None,
    counted: bool = False,
) -> Outlook:  # fmt: skip
    """How a milestone stands; `counted` ones have a projection, and none at all means that nothing moves."""
    if actual is not None:
        return Outlook(target, actual, None, "met" if actual <= target else "met_late")
    if now > target:
        return Outlook(target, None, projection, "over")
    if projection is None:
        return Outlook(target, None, None, "stalled" if counted else "ahead")
    return Outlook(target, None, projection, "behind" if projection > target else "ahead")
