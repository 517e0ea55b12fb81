"""`lianfang bench rooms` (房态图测量): how long the server takes to show a site of 1,000 rooms, whoever looks.

Baseline: a plain SELECT of the same rows (rooms, places, who is there) in the same run, without flags, words or page.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from lianfang.bench.measure import Bar, Outcome
from lianfang.bench.place import place

ROOMS: Final = 1_000
MOST_MS: Final = 100.0  # the issue: room board with 1,000 rooms, server p95
MOST_KIB: Final = 60.0  # of the page on the wire (design, section 11)


def run(scale: str, *, keep_in: Path | None = None) -> Outcome:
    """Fill a site with 1,000 rooms at every size (a site is never larger) and open its room board."""
    with place(keep_in):
        from lianfang.bench import site_rooms  # noqa: PLC0415  Django has been set up only now

        with site_rooms.morning():
            site_rooms.fill(ROOMS)
            size, baseline = site_rooms.size(), site_rooms.plain_select()
            opened = site_rooms.openings()
    return Outcome(
        name="rooms", scale=scale, figures={**size, **opened}, baseline={"plain_select_ms_p50": round(baseline, 2)},
        ratio=opened["nurse"]["p50_ms"] / baseline,
        bars=[
            *(Bar(f"room board, {who}, p95 in ms", one["p95_ms"], "at most", MOST_MS) for who, one in opened.items()),
            Bar("page on the wire in KiB", max(one["kib"] for one in opened.values()), "at most", MOST_KIB),
        ],
    )  # fmt: skip
