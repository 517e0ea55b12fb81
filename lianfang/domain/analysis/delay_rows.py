"""Delays as they are asked about (延迟数据检查): windows and whole days, checked and gathered into distinct rows."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from lianfang.domain.analysis.delay_likelihood import DOUBLE, EXACT, SINGLE, Windows
from lianfang.domain.analysis.series import MOST, Flags, Floats
from lianfang.domain.analysis.series import counts as whole_counts
from lianfang.domain.refusals import Refused

HALF_DAY: Final = 0.5
CENSORING: Final = ("interval", "exact", "double")


def from_windows(
    el: ArrayLike, er: ArrayLike, sl: ArrayLike, sr: ArrayLike, *, kind: ArrayLike | None, counts: ArrayLike | None,
    until: ArrayLike | None,
) -> Windows:  # fmt: skip
    """Distinct rows of windows. Refused as said at `delay.fit`."""
    named = {"EL": el, "ER": er, "SL": sl, "SR": sr}
    times = {name: _times(values, name) for name, values in named.items()}
    first, last, onset, by = times.values()
    _same(times)
    _ordered((last < first) | (by < onset) | (by < first) | (by - first <= 0))
    kinds = _kinds(first, last, onset, by) if kind is None else _given(kind, len(first))
    return _gathered(first, last, onset, by, kinds, _many(counts, len(first)), _end(until, len(first)))


def from_days(days: ArrayLike, *, censoring: str, counts: ArrayLike | None, until: ArrayLike | None) -> Windows:
    """Distinct rows of whole days. Refused as said at `delay.fit_days`; `delay.zero_day` (row) for an exact 0."""
    if censoring not in CENSORING:
        raise Refused("choice.unknown", "censoring", choices=list(CENSORING))
    x = whole_counts(days, field="days", whole=censoring == "double")
    if x.ndim > 1:
        raise Refused("series.shape", "days", axes=x.ndim)
    if censoring == "exact" and (x == 0).any():
        raise Refused("delay.zero_day", "days", row=int(np.argmax(x == 0)) + 1)
    low, high = {
        "interval": (np.maximum(x - HALF_DAY, 0), x + HALF_DAY), "exact": (x, x), "double": (x, x + 1),
    }[censoring]  # fmt: skip
    start = np.zeros_like(x)
    kinds = np.full_like(x, {"interval": SINGLE, "exact": EXACT, "double": DOUBLE}[censoring])
    end = np.ones_like(x) if censoring == "double" else start
    return _gathered(start, end, low, high, kinds, _many(counts, len(x)), _end(until, len(x)))


def _gathered(*columns: Floats) -> Windows:
    el, er, sl, sr, kind, many, until = columns
    late = sl >= until
    if late.any():
        raise Refused("delay.after_until", "until", row=int(np.argmax(late)) + 1)
    # Only the distance from the exposure matters, so rows of different weeks may be one.
    keys = np.column_stack([er - el, sl - el, np.minimum(sr, until) - el, kind, until - el])
    distinct, place = np.unique(keys, axis=0, return_inverse=True)
    persons = np.bincount(place.reshape(-1), weights=many).astype(np.float64)
    er, sl, sr, kind, until = distinct[persons > 0].T
    return Windows(np.zeros_like(er), er, sl, sr, kind, persons[persons > 0], until)


def _times(values: ArrayLike, field: str) -> Floats:
    try:
        found = np.asarray(values, dtype=np.float64).reshape(-1)
    except (TypeError, ValueError) as wrong:
        raise Refused("series.not_numbers", field) from wrong
    for code, bad in (
        ("series.gap", np.isnan(found)),
        ("series.infinite", np.isinf(found)),
        ("series.too_large", np.abs(found) > MOST),
    ):
        if bad.any():
            place = int(np.argmax(bad))
            raise Refused(code, field, series=1, position=place + 1, value=float(found[place]))
    return found


def _same(columns: dict[str, Floats]) -> None:
    lengths = {name: len(values) for name, values in columns.items()}
    if len(set(lengths.values())) > 1 or not all(lengths.values()):
        raise Refused("delay.lengths", "SR", **{name.lower(): length for name, length in lengths.items()})


def _ordered(wrong: Flags) -> None:
    if wrong.any():
        raise Refused("delay.order", "SR", row=int(np.argmax(wrong)) + 1)


def _kinds(el: Floats, er: Floats, sl: Floats, sr: Floats) -> Floats:
    windows = (er > el).astype(int) + (sr > sl)
    return np.asarray(np.array([EXACT, SINGLE, DOUBLE], dtype=np.float64)[windows])


def _given(kind: ArrayLike, rows: int) -> Floats:
    found = np.asarray(kind, dtype=np.float64).reshape(-1)
    if len(found) != rows or not np.isin(found, (DOUBLE, SINGLE, EXACT)).all():
        raise Refused("choice.unknown", "type", choices=[DOUBLE, SINGLE, EXACT])
    return found


def _many(counts: ArrayLike | None, rows: int) -> Floats:
    found = np.ones(rows) if counts is None else whole_counts(counts, field="counts").reshape(-1)
    if len(found) != rows or not found.sum() > 0:
        raise Refused("delay.lengths", "counts", rows=rows, counts=len(found))
    return found


def _end(until: ArrayLike | None, rows: int) -> Floats:
    return np.full(rows, np.inf) if until is None else np.broadcast_to(_times(until, "until"), rows).astype(float)
