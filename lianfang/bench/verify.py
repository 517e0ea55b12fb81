"""`lianfang bench verify` (双向核验测量): two lists put beside each other, small ones and a list beside a register.

Size S: FEBRL4 with splink in the same run, a thousand rows beside a thousand, and the cost by size. M: 100,000 rows
beside a million. L and XL: 100,000 rows beside 17 million.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from math import log
from pathlib import Path
from typing import Any, Final, TypeVar

from lianfang.bench import verify_splink
from lianfang.bench.measure import Bar, Outcome, median
from lianfang.bench.verify_lists import Labelled, f1, febrl4, list_from, register
from lianfang.domain.linkage import Listing, Reconciliation, reconcile
from lianfang.interfaces.server.trouble import say

CURVE: Final = "verify: CPU seconds by rows"
_RUNS: Final = 3
_REGISTERS: Final = {"M": (1_000_000, 60.0), "L": (17_000_000, 300.0), "XL": (17_000_000, 300.0)}
_LIST: Final = 100_000
_SIZES: Final = (2_000, 4_000, 8_000, 16_000, 32_000)
_MOST_GIB: Final = 4.0
_MOST_FALSE: Final = 0.005

Made = TypeVar("Made")


def run(scale: str, *, keep_in: Path | None = None) -> Outcome:
    """See the module; `keep_in` is not needed, since the lists are made in seconds."""
    return _small(scale) if scale == "S" else _beside_register(scale)


def _timed(work: Callable[[], Made]) -> tuple[Made, float, float]:
    """What it gave, wall seconds, CPU seconds."""
    wall, cpu = time.perf_counter(), time.process_time()
    made = work()
    return made, time.perf_counter() - wall, time.process_time() - cpu


def _small(scale: str) -> Outcome:
    figures: dict[str, Any] = {}
    thousand = _thousand()
    found, seconds, _ = min((_timed(thousand) for _ in range(_RUNS)), key=lambda run: run[1])
    figures["thousand_seconds"], figures["thousand_pairs"] = round(seconds, 3), len(found.pairs)
    bars = [Bar("a thousand rows beside a thousand, in s", seconds, "at most", 0.5)]
    bars.append(_growth(figures))
    baseline, ratio = _beside_splink(figures, bars)
    return Outcome("verify", scale, figures, baseline, ratio, bars)


def _thousand() -> Callable[[], Reconciliation]:
    made = list_from(register(1_000), 1_000)
    return lambda: reconcile(made.ours, made.theirs)


def _growth(figures: dict[str, Any]) -> Bar:
    """Cost at each size, and how much more than n log n sixteen times the rows cost."""
    say("Measuring by size …")
    curve = []
    for size in _SIZES:
        made = list_from(register(size), size)
        curve.append([2 * size, round(_timed(lambda made=made: reconcile(made.ours, made.theirs))[2], 3)])  # type: ignore[misc]
    figures["curve"] = {CURVE: curve}
    (few, cheap), (many, dear) = curve[0], curve[-1]
    return Bar("cost by size, to n log n", dear / cheap / (many * log(many) / (few * log(few))), "at most", 1.2)


def _beside_splink(figures: dict[str, Any], bars: list[Bar]) -> tuple[dict[str, Any], float | None]:
    lists = febrl4()
    if lists is None:
        return {}, None
    say("Measuring FEBRL4 …")
    runs = [_timed(lambda: reconcile(lists.ours, lists.theirs)) for _ in range(_RUNS)]
    seconds = median([one[1] for one in runs])
    score, false = f1(runs[0][0].row_pairs(), lists)
    figures |= {"febrl4_seconds": round(seconds, 2), "febrl4_cpu_seconds": round(median([one[2] for one in runs]), 2)}
    figures["febrl4_f1"] = round(score, 4)
    bars += [Bar("F1 on FEBRL4", score, "at least", 0.9996), Bar("false among FEBRL4's", false, "at most", _MOST_FALSE)]
    if not verify_splink.is_installed():
        return {}, None
    others = [_timed(lambda: verify_splink.link(lists.ours, lists.theirs)) for _ in range(_RUNS)]
    theirs = median([one[1] for one in others])
    bars.append(Bar("speed on FEBRL4, to splink", theirs / seconds, "at least", 1.5))
    baseline = {"splink_seconds": round(theirs, 2), "splink_cpu_seconds": round(median([one[2] for one in others]), 2)}
    return baseline | {"splink_f1": round(_splink_f1(others[0][0], lists), 4)}, theirs / seconds


def _splink_f1(found: list[tuple[str, str]], lists: Labelled) -> float:
    rows = [{name: row for row, name in enumerate(side.columns["record"])} for side in (lists.ours, lists.theirs)]
    return f1([(rows[0][one], rows[1][other]) for one, other in found], lists)[0]


def _beside_register(scale: str) -> Outcome:
    size, most = _REGISTERS[scale]
    say(f"Making {size:,} persons …")
    made = list_from(register(size), _LIST)
    say("Measuring …")
    joined, by_number, _ = _timed(lambda: _joined_by_number(made.ours, made.theirs))
    found, seconds, cpu = _timed(lambda: reconcile(made.ours, made.theirs))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    score, false = f1(found.row_pairs(), made)
    figures: dict[str, Any] = {
        "rows_ours": _LIST,
        "rows_theirs": size,
        "seconds": round(seconds, 1),
        "cpu_seconds": round(cpu, 1),
    }
    figures |= {"f1": round(score, 4), "false_share": round(false, 5), "memory_gib": round(memory, 2)}
    figures["curve"] = {CURVE: [[_LIST + size, round(cpu, 2)]]}
    bars = [
        Bar(f"{_LIST:,} rows beside {size:,}, in s", seconds, "at most", most),
        Bar("memory at most, in GiB", memory, "at most", _MOST_GIB),
        Bar("false among the accepted", false, "at most", _MOST_FALSE),
    ]
    baseline = {"equal_numbers_joined_seconds": round(by_number, 1), "equal_numbers_f1": round(f1(joined, made)[0], 4)}
    return Outcome("verify", scale, figures, baseline, by_number / seconds, bars)


def _joined_by_number(ours: Listing, theirs: Listing) -> list[tuple[int, int]]:
    """The plainest way: rows whose identity numbers are written alike."""
    rows = {str(number).encode(): row for row, number in enumerate(ours.columns["id_no"]) if number}
    return [(rows[number], row) for row, number in enumerate(_signs(theirs)) if number in rows]


def _signs(listing: Listing) -> Any:
    return listing.columns["id_no"]
