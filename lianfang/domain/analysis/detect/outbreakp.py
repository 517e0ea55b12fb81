"""Rising trend without a model (暴发检验 outbreakP): how much better a rising mean fits than a constant one.

Frisen & Andersson 2009 (Stat Med 28), Frisen et al. 2009. Computed in logarithms, as products run out of numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from lianfang.domain.analysis.detect.blocks import Blocks
from lianfang.domain.analysis.series import MOST, Flags, Floats, counts, rows, within
from lianfang.domain.refusals import Refused


@dataclass(frozen=True, slots=True)
class OutbreakP:
    """log P and P of each place given all places until then, and the alarms; each of the shape of the counts.

    `value` is endless where P is beyond 1.8e308, `log_value` never is. With `compat` it is the product as a computer
    multiplies it: also 0 where factors below 1 ran out of numbers, and NaN where endless ones then met that 0.
    """

    log_value: Floats
    value: Floats
    alarm: Flags


def outbreakp(values: ArrayLike, *, k: float = 100.0, compat: Literal["", "surveillance"] = "") -> OutbreakP:
    """P(t) = product over i <= t of (rising mean(i) / mean)^y(i); alarm where P > `k`.

    The rising mean is the isotonic regression of y(1..t). `compat="surveillance"` multiplies in the order of the places
    as R surveillance 1.20.3 does: beyond the numbers a double holds alarms are lost or wrong. Refused as `counts`,
    `number.out_of_range` (k), `choice.unknown`.
    """
    given = counts(values)
    if compat not in ("", "surveillance"):
        raise Refused("choice.unknown", "compat", choices=["", "surveillance"])
    limit = within(k, "k", low=1e-300, high=MOST)
    many = rows(given)
    logs = np.empty_like(many)
    blocks, total = Blocks(len(many)), np.zeros(len(many))
    one, every = np.ones(len(many)), np.arange(len(many))
    for place, today in enumerate(np.ascontiguousarray(many.T)):
        blocks.add(today, one)
        total += today
        level = total * np.log(np.where(total > 0, total, 1.0) / (place + 1))
        logs[:, place] = blocks.gains[every, blocks.height] - np.where(total > 0, level, 0.0)
    logs = np.maximum(logs, 0.0)  # rounding: a rising mean never fits worse
    with np.errstate(over="ignore", invalid="ignore"):
        value = np.array([_multiplied(seen) for seen in many]) if compat else np.exp(logs)
    alarm = value > limit if compat else logs > np.log(limit)
    return OutbreakP(logs.reshape(given.shape), value.reshape(given.shape), alarm.reshape(given.shape))


def _multiplied(seen: Floats) -> Floats:
    value = np.empty_like(seen)
    blocks, one = Blocks(1), np.ones(1)
    for place in range(len(seen)):
        blocks.add(seen[place : place + 1], one)
        sums, places = blocks.sums[0, : blocks.height[0]], blocks.weights[0, : blocks.height[0]]
        rising = np.repeat(sums / places, places.astype(np.intp))
        mean = seen[: place + 1].mean()
        factors = np.power(rising / mean if mean > 0 else np.ones_like(rising), seen[: place + 1])
        value[place] = np.multiply.accumulate(factors)[-1]
    return value
