"""`lianfang bench chains` (传播链测量): chains of transmission of many cases, beside plain dictionaries.

Every case but the first hundred has an infector among those before it; a hundredth have a second one, so that there is
something to report. The baseline walks the same links with dictionaries and lists, as one would write it at first.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, Final

import numpy as np

from lianfang.bench.measure import Bar, Outcome, median
from lianfang.domain.cases.chains import build_arrays, by_generation, listed, summary
from lianfang.interfaces.server.trouble import say

SIZES: Final = {"S": 100_000, "M": 300_000, "L": 1_000_000, "XL": 1_000_000}
_FIRST: Final = 100  # cases that nobody is known to have infected
_CASES_A_DAY: Final = 100
_RUNS: Final = 3
_MOST_SECONDS: Final = 1.0  # issue 5: chains of 100,000 cases
_SEED: Final = 20260302
Links = list[tuple[str, str]]


def run(scale: str, *, keep_in: Path | None = None) -> Outcome:
    """See the module; `keep_in` is not needed, since the cases are made in a moment."""
    count = SIZES[scale]
    ids, day, links = _made(count)
    say("Measuring …")
    seconds = median([_timed(ids, day, links) for _ in range(_RUNS)])
    chains = build_arrays(ids, day, links)
    found = summary(chains)
    figures: dict[str, Any] = {
        "cases": count, "links": len(links), "seconds": round(seconds, 3), "chains": found.chains,
        "largest": found.max_size, "generations": found.max_generation, "troubles": len(chains.troubles),
    }  # fmt: skip
    began = time.perf_counter()
    sizes = _with_dictionaries(ids, links)
    plain = time.perf_counter() - began
    most = _MOST_SECONDS * count / SIZES["S"]
    bars = [
        Bar(f"chains of {count:,} cases, in s", seconds, "at most", most),
        Bar("chains that the baseline makes differently", abs(len(sizes) - found.chains), "at most", 0),
    ]
    baseline = {"dictionaries_seconds": round(plain, 3), "chains": len(sizes), "largest": max(sizes.values())}
    return Outcome("chains", scale, figures, baseline, plain / seconds, bars)


def _made(count: int) -> tuple[list[str], np.ndarray[Any, np.dtype[np.int64]], Links]:
    chance = np.random.default_rng(_SEED)
    ids = [f"{number:07d}" for number in range(count)]
    infector = (chance.random(count) * np.arange(count)).astype(np.int64)
    links = [(ids[infector[one]], ids[one]) for one in range(_FIRST, count)]
    second = (chance.random(count) * np.arange(count)).astype(np.int64)
    links += [(ids[second[one]], ids[one]) for one in range(_FIRST, count, 100)]
    return ids, np.arange(count, dtype=np.int64) // _CASES_A_DAY, links


def _timed(ids: list[str], day: np.ndarray[Any, np.dtype[np.int64]], links: Links) -> float:
    """Seconds for the forest, its figures, its list of chains and its generations."""
    began = time.perf_counter()
    chains = build_arrays(ids, day, links)
    summary(chains)
    listed(chains)
    by_generation(chains)
    return time.perf_counter() - began


def _with_dictionaries(ids: list[str], links: Links) -> dict[str, int]:
    """First case -> size of its chain, the plain way: walk up from each case, remembering the way."""
    parent: dict[str, str] = {}
    for infector, infectee in links:
        parent.setdefault(infectee, infector)
    roots: dict[str, str] = {}
    for case in ids:
        way = [case]
        while way[-1] not in roots and way[-1] in parent:
            way.append(parent[way[-1]])
        roots.update(dict.fromkeys(way, roots.get(way[-1], way[-1])))
    sizes: dict[str, int] = {}
    for root in roots.values():
        sizes[root] = sizes.get(root, 0) + 1
    return sizes
