"""`lianfang bench board` (值班台测量): how long the server takes to open a board at any level, and what a fold costs.

Counters, dues and signed reports are loaded for 60 days; people are not, and no board reads them.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, cast

from lianfang.bench import board_days
from lianfang.bench.measure import Bar, Outcome
from lianfang.bench.place import place
from lianfang.demo.population import Scale
from lianfang.interfaces.server.postgres import Cluster

CURVE: Final = "board: ms p95 (page) by units"
"""The slowest level's pages against all units of the size, classes included."""
MOST_MS: Final = 20.0
OLDEST_SECONDS: Final = 3.0
_CHINA: Final = timedelta(hours=8)


def run(scale: str, *, keep_in: Path | None = None) -> Outcome:
    """Fill a province of that size with 60 days, fold it, and open boards of every level."""
    with place(keep_in) as at:
        url = Cluster(at.state).url("lianfang", "superuser")
        if not board_days.is_filled(url):
            board_days.fill(url, cast("Scale", scale), (datetime.now(UTC) + _CHINA).date())
        return _measured(scale)


def _measured(scale: str) -> Outcome:
    from lianfang.bench import board_openings  # noqa: PLC0415  Django has been set up only now

    with board_openings.evening() as day:
        folds = board_openings.folds(day)
        opened = board_openings.openings(day)
        counted = board_openings.counted_at_opening(day)
    size = board_openings.size(day)
    slowest = max(figures["p95_ms"] for name, figures in opened.items() if name.endswith(" page"))
    return Outcome(
        name="board",
        scale=scale,
        figures={**size, **opened, **folds, "curve": {CURVE: [[size["units"], slowest]]}},
        baseline={"province_counted_from_all_leaves_ms": round(counted, 1)},
        ratio=counted / opened["province page"]["p95_ms"],
        bars=[
            *(Bar(f"{name}, p95 in ms", figures["p95_ms"], "at most", MOST_MS) for name, figures in opened.items()),
            Bar("age of figures above county in s", folds["oldest_figures_seconds"], "at most", OLDEST_SECONDS),
        ],
    )
