"""The reporting triangle (报告三角形): events by day of onset and days until reported, as known on one day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lianfang.domain.analysis.series import MOST, Flags, Floats
from lianfang.domain.refusals import Refused

MOST_DAYS: Final = 3_700
"""Ten years of days: a longer list holds a mistyped year."""
LONGEST_DELAY: Final = 400
AXES: Final = (2, 3)
_EPOCH: Final = date(1970, 1, 1).toordinal()
Days = NDArray[np.datetime64]


@dataclass(frozen=True, slots=True)
class Triangle:
    """Counts by day (rows, oldest first) and delay in days (columns 0..D); NaN where the day has not yet come.

    `beyond` were reported later than D days, `early` before their onset (they count as delay 0: they are known by onset
    from that day on), `undated` lack a day; of these only `early` are among the counts (and `beyond` if so asked).
    """

    counts: Floats
    days: tuple[date, ...]
    as_of: date
    beyond: int = 0
    early: int = 0
    undated: int = 0


def triangle(
    onsets: Sequence[Any], reports: Sequence[Any], *, as_of: date, max_delay: int, first: date | None = None,
    over: str = "drop",
) -> Triangle:  # fmt: skip
    """The triangle of a line list, one onset and one report day a person (dates, ISO texts or None), as known `as_of`.

    Rows run from `first` (else the first known onset) to `as_of`. Delays over `max_delay` are dropped; `over="last"`
    puts them into the last column, which then means "D days or more". Refused: `nowcast.lengths`, `nowcast.days`,
    `nowcast.nobody` (nothing known by `as_of` and no `first`), `nowcast.span`, `number.out_of_range`.
    """
    _settings(max_delay, over)
    onset, report, now = _days(onsets, "onsets"), _days(reports, "reports"), np.datetime64(as_of, "D")
    if onset.shape != report.shape:
        raise Refused("nowcast.lengths", "reports", onsets=len(onset), reports=len(report))
    dated = ~np.isnat(onset) & ~np.isnat(report)
    known = dated & (report <= now) & (onset <= now)
    begin = _begin(onset[known], first, now)
    rows = int((now - begin).astype(int)) + 1
    inside = known & (onset >= begin)
    late = (report - onset)[inside].astype(int)
    kept = np.ones(late.shape, bool) if over == "last" else late <= max_delay
    place = (onset[inside] - begin).astype(int)[kept]
    flat = np.bincount(
        place * (max_delay + 1) + np.clip(late[kept], 0, max_delay), minlength=rows * (max_delay + 1)
    ).astype(float)
    counts = np.where(_come(rows, max_delay), flat.reshape(rows, max_delay + 1), np.nan)
    days = tuple((begin + np.arange(rows)).astype(object).tolist())
    return Triangle(counts, days, as_of, int((late > max_delay).sum()), int((late < 0).sum()), int((~dated).sum()))


def checked(found: Triangle | ArrayLike) -> tuple[Floats, Flags]:
    """Counts (days x delays, or series x days x delays) and which of them are known.

    Refused: `nowcast.shape`, `nowcast.gap` (a known cell after an unknown one, or a row with none; fact `position`, the
    row from 1), and `series.infinite`, `series.negative`, `series.too_large`, `series.fraction` (facts `position`,
    `value`).
    """
    counts = _as_numbers(found.counts if isinstance(found, Triangle) else found)
    known = ~np.isnan(counts)
    gaps = (known[..., 1:] & ~known[..., :-1]).any(axis=-1) | ~known[..., 0]
    if gaps.any():
        raise Refused("nowcast.gap", "triangle", position=int(np.argwhere(gaps)[0][-1]) + 1)
    for code, wrong in _wrong(np.where(known, counts, 0.0)):
        if wrong.any():
            place = np.argwhere(wrong)[0]
            facts = {"position": int(place[-2]) + 1, "series": int(place[0]) + 1 if counts.ndim == AXES[1] else 1}
            raise Refused(code, "triangle", value=float(counts[tuple(place)]), **facts)
    return np.where(known, counts, 0.0), known


def _as_numbers(found: ArrayLike) -> Floats:
    try:
        counts = np.asarray(found, dtype=np.float64)
    except (TypeError, ValueError) as wrong:
        raise Refused("nowcast.shape", "triangle") from wrong
    if counts.ndim not in AXES or counts.size == 0 or counts.shape[-1] < AXES[0]:
        raise Refused("nowcast.shape", "triangle")
    return counts


def _wrong(counts: Floats) -> Sequence[tuple[str, Flags]]:
    return (
        ("series.infinite", np.isinf(counts)), ("series.negative", counts < 0), ("series.too_large", counts > MOST),
        ("series.fraction", counts != np.floor(counts)),
    )  # fmt: skip


def _come(rows: int, max_delay: int) -> Flags:
    """Which cells lie on or before the day of the list."""
    return np.arange(max_delay + 1) <= np.arange(rows)[::-1, np.newaxis]


def _settings(max_delay: int, over: str) -> None:
    if not 1 <= max_delay <= LONGEST_DELAY:
        raise Refused("number.out_of_range", "max_delay", low=1, high=LONGEST_DELAY)
    if over not in ("drop", "last"):
        raise Refused("choice.unknown", "over", choices=["drop", "last"])


def _begin(onsets: Days, first: date | None, now: np.datetime64) -> np.datetime64:
    if first is None and not onsets.size:
        raise Refused("nowcast.nobody", "as_of", as_of=str(now))
    begin: np.datetime64 = onsets.min() if first is None else np.datetime64(first, "D")
    span = int((now - begin).astype(int)) + 1
    if not 1 <= span <= MOST_DAYS:
        raise Refused("nowcast.span", "onsets", first=str(begin), as_of=str(now), most=MOST_DAYS)
    return begin


def _days(values: Sequence[Any], field: str) -> Days:
    given = list(values)
    try:
        if all(isinstance(one, date) for one in given):  # twenty times as fast as numpy's own reading of dates
            return np.array([one.toordinal() - _EPOCH for one in given], dtype="int64").astype("datetime64[D]")
        return np.array(given, dtype="datetime64[D]").reshape(-1)
    except (TypeError, ValueError) as wrong:
        raise Refused("nowcast.days", field) from wrong
