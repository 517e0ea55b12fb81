"""`lianfang bench wall` (大屏测量): how long the server takes to show a wall, and what its first visit weighs.

Written directly: units, dues, counters and signed reports of 60 days (as `bench board`), answers that say ill, statuses
of who is in observation, cases and open incidents. Added up by the product itself: the folded days and what the worker
keeps of each office's days. Baseline: the province's counts of 60 days from all counters, without any of it.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, cast

from lianfang.bench import board_days, wall_days
from lianfang.bench.measure import Bar, Outcome
from lianfang.bench.place import place
from lianfang.demo.population import Scale
from lianfang.interfaces.server.postgres import Cluster

MOST_MS: Final = 100.0  # the issue: server p95 on the XL province with 60 days
MOST_KIB: Final = 450.0  # the issue: first visit
_CHINA: Final = timedelta(hours=8)


def run(scale: str, *, keep_in: Path | None = None) -> Outcome:
    """Fill a province of that size with 60 days, let the worker add it up, and open walls of every level.

    The bar is the province's; walls of counties and large institutions are counted at opening, and told beside it.
    """
    with place(keep_in) as at:
        url = Cluster(at.state).url("lianfang", "superuser")
        last = (datetime.now(UTC) + _CHINA).date()
        if not board_days.is_filled(url):
            board_days.fill(url, cast("Scale", scale), last)
        wall_days.fill(url)
        return _measured(scale)


def _measured(scale: str) -> Outcome:
    from lianfang.bench import board_openings, wall_openings  # noqa: PLC0415  Django has been set up only now

    with board_openings.evening() as day:
        kept = wall_openings.added_up()
        size = board_openings.size(day) | wall_openings.size()
        opened, weight = wall_openings.openings(), wall_openings.first_visit()
        baseline = wall_openings.counted(day)
    return Outcome(
        name="wall", scale=scale, figures={**size, **kept, **opened, "first_visit_kib": weight},
        baseline={"province_counted_from_all_counters_ms": baseline}, ratio=baseline / opened["province"]["p95_ms"],
        bars=[
            Bar("wall of the province, p95 in ms", opened["province"]["p95_ms"], "at most", MOST_MS),
            Bar("first visit in KiB", weight, "at most", MOST_KIB),
        ],
    )  # fmt: skip
