"""The counts a place is compared with (参照值): the weeks just before it, and those around it in earlier years."""

from __future__ import annotations

import numpy as np

from lianfang.domain.analysis.series import MOST, Floats, within
from lianfang.domain.refusals import Refused


def references(values: Floats, *, b: int, w: int, act_y: bool, freq: int) -> tuple[Floats, int]:
    """The reference counts of each place that has all of them (reference x ... x place), and the first such place.

    `act_y`: the `w` places before; for each of `b` years of `freq` places before, the place then and `w` on either
    side. Refused `number.out_of_range` (b, w, freq), `choice.unknown` when the settings name no reference, or one to
    come.
    """
    years, width, year = _whole(b, "b", 0), _whole(w, "w", 0), _whole(freq, "freq", 1)
    offsets = [*range(1, width + 1)] if act_y else []
    offsets += [back * year + one for back in range(1, years + 1) for one in range(-width, width + 1)]
    if not offsets or min(offsets) < 1:
        raise Refused("choice.unknown", "act_y" if not offsets else "w", choices=["b", "w", "act_y"])
    days = values.shape[-1]
    first = min(max(offsets), days)
    return np.stack([values[..., first - one : days - one] for one in offsets]), first


def _whole(value: int, field: str, low: int) -> int:
    return int(within(value, field, low=low, high=MOST))
