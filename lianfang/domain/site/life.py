"""The life of an observation site (隔离点启用到解除): its states, its days, and the last day that still admits."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from lianfang.domain.flow import Flow, Move

DESIGNATED: Final = "designated"
CONVERTING: Final = "converting"
OPEN: Final = "open"
DRAINING: Final = "draining"
CLOSED: Final = "closed"
DISINFECTING: Final = "disinfecting"
RELEASED: Final = "released"

LIFE: Final = Flow(
    DESIGNATED,
    (
        Move("convert", (DESIGNATED,), CONVERTING),
        Move("open", (DESIGNATED, CONVERTING), OPEN),
        Move("drain", (OPEN,), DRAINING),
        Move("close", (OPEN, DRAINING), CLOSED),
        Move("disinfect", (CLOSED,), DISINFECTING),
        Move("release", (DISINFECTING,), RELEASED),
    ),
)
"""Row I01: designated, converting, open, draining, closed; row H03: closed, terminal disinfection, released."""
STATES: Final = (DESIGNATED, CONVERTING, OPEN, DRAINING, CLOSED, DISINFECTING, RELEASED)


def day_number(first: date, day: date) -> int:
    """Which day of the site a day is, the first being 1; 2020-03-20 is day 51 of 2020-01-30 (I01)."""
    return (day - first).days + 1


def last_admission(closing: date, *, observation_days: int) -> date:
    """The last day on which somebody can be admitted and have finished the observation by the closing day (I01)."""
    return closing - timedelta(days=observation_days)


def released_from(disinfection_began: date, *, days: int) -> date:
    """The first day on which a site may be released after so many days of terminal disinfection (H03)."""
    return disinfection_began + timedelta(days=days)
