"""The one clock (时钟): real time, a drill's (演练), or a test's; nothing else asks the machine what time it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta, tzinfo

_fixed: ContextVar[datetime | None] = ContextVar("fixed_now", default=None)
_drill: ContextVar[timedelta] = ContextVar("drill_offset", default=timedelta(0))


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return _fixed.get() or datetime.now(UTC) + _drill.get()


def today(zone: tzinfo) -> date:
    """The present day where the unit is."""
    return now().astimezone(zone).date()


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Stop the clock at `moment` inside the block."""
    if moment.tzinfo is None:
        raise ValueError("the clock needs a moment with an offset")
    token = _fixed.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _fixed.reset(token)


def run_ahead_by(offset: timedelta) -> None:
    """From here on in this context the clock shows real time plus `offset`, as a drill's record says."""
    _drill.set(offset)


def drill_offset() -> timedelta:
    """How far the clock is from real time; zero outside drills."""
    return _drill.get()
