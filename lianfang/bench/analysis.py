"""`lianfang bench analysis` (分析测量): methods of analysis on many series, beside plain loops.

The loops run on a few series in the same run and are scaled to all of them; both answers are compared. Times that
reference programs needed on the note's machine are quoted, not measured.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from lianfang.bench.analysis_jobs import Job, jobs
from lianfang.bench.measure import Bar, Outcome, median
from lianfang.interfaces.server.trouble import say

SIZES: Final = {"S": 1_000, "M": 2_000, "L": 5_000, "XL": 10_000}
_RUNS: Final = 3
_SLOW: Final = 2.0  # work longer than this is not measured three times


def run(scale: str, *, keep_in: Path | None = None) -> Outcome:
    """See the module; `keep_in` is not needed, since the series are made in a moment."""
    return measured(scale, SIZES[scale])


def measured(scale: str, series: int) -> Outcome:
    """The outcome for so many series; its ratio is that of all loops together to the same work of the product."""
    figures: dict[str, Any] = {"series": series}
    baseline: dict[str, Any] = {}
    bars: list[Bar] = []
    ours, loops = 0.0, 0.0
    for job in jobs(series):
        say(f"Measuring {job.name} …")
        seconds, found = _timed(job.call)
        figures[f"{job.name}, in s"] = round(seconds, 5)
        if job.reference:
            figures[f"{job.name}, recorded elsewhere"] = job.reference
        bars.append(Bar(f"{job.name}, in s", seconds, "at most", job.most))
        if job.plain is not None:
            plainly, bar = _beside(job, job.plain, found)
            baseline |= {f"{job.name}, loop scaled from {job.sample} of {job.units}, in s": round(plainly, 3)}
            figures[f"{job.name}, times faster than the loop"] = round(plainly / seconds, 1)
            ours, loops = ours + seconds, loops + plainly
            bars += [bar] if bar else []
    return Outcome("analysis", scale, figures, baseline, loops / ours, bars)


def _timed(call: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds of the middle run after a first one that loads what is needed, and the answer."""
    call()
    taken: list[float] = []
    while len(taken) < _RUNS:
        began = time.perf_counter()
        found = call()
        taken.append(time.perf_counter() - began)
        if taken[-1] > _SLOW:
            break
    return median(taken), found


def _beside(job: Job, plain: Callable[[], Any], found: Any) -> tuple[float, Bar | None]:
    """Seconds of the plain loop for all units, and a bar on how far both answers agree."""
    began = time.perf_counter()
    told = plain()
    seconds = (time.perf_counter() - began) * job.units / job.sample
    if job.unlike is None:
        return seconds, None
    return seconds, Bar(f"{job.name}: answers that differ from the loop", job.unlike(found, told), "at most", 0)
