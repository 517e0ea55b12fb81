"""The emergency clock (处置时限): handling and reporting are judged apart, to the second, from the moment of detection.

Row J01: "10分钟内完成现场处置并上报". Detected 09:00:00, contained 09:07:30, reported 09:09:10 meets both limits of ten
minutes; contained 21:23:00 and reported 21:25:01 after 21:15:00 misses the second one alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

ON_SCENE, CONTAINED, REPORTED = "on_scene", "contained", "reported"
STOPS = (ON_SCENE, CONTAINED, REPORTED)
"""What is stopped, each by an act of its own."""
JUDGED = (CONTAINED, REPORTED)
"""The clocks that have a limit: handled, and reported upwards."""
RUNNING, OVER, MET, MISSED = "running", "over", "met", "missed"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One clock: how long it ran or has run, its limit, and whether that is running, over, met or missed."""

    what: str
    elapsed: timedelta
    limit: timedelta
    state: str

    @property
    def exceeded(self) -> bool:
        """Whether the limit has passed, the clock stopped or not."""
        return self.state in (OVER, MISSED)


def whole_seconds(since: datetime, until: datetime) -> int:
    """Seconds from one moment to another, each taken to its second; never less than 0."""
    first, last = since.replace(microsecond=0), until.replace(microsecond=0)
    return max(0, int((last - first).total_seconds()))


def judge(what: str, *, detected: datetime, stopped: datetime | None, limit: timedelta, now: datetime) -> Verdict:
    """The verdict of one clock; exactly the limit still meets it."""
    elapsed = timedelta(seconds=whole_seconds(detected, now if stopped is None else stopped))
    late = elapsed > limit
    if stopped is None:
        return Verdict(what, elapsed, limit, OVER if late else RUNNING)
    return Verdict(what, elapsed, limit, MISSED if late else MET)


def failed_on(verdicts: Iterable[Verdict]) -> tuple[str, ...]:
    """The clocks whose limit has passed, in their order; empty when everything was in time so far."""
    return tuple(one.what for one in verdicts if one.exceeded)
