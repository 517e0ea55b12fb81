"""Rising trend without a model (暴发检验 outbreakP): how much better a rising mean fits than a constant one.

Frisen & Andersson 2009 (Stat Med 28), Frisen et al. 2009. Computed in logarithms, as products run out of numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike

from lianfang.domain.analysis.detect.blocks import Blocks
from lianfang.domain.analysis.series import MOST, Flags, Floats, counts, rows, within
from lianfang.domain.refusals import Refused

LARGEST: Final = float(np.log(np.finfo(np.float64).max))


@dataclass(frozen=True, slots=True)
class OutbreakP:
    """log P and P of each place given all places until then, and the alarms; each of the shape of the counts.

    `value` is endless where P is beyond 1.8e308, `log_value` never is.
    """

    log_value: Floats
    value: Floats
    alarm: Flags


def outbreakp(values: ArrayLike, *, k: float = 100.0, compat: Literal["", "surveillance"] = "") -> OutbreakP:
    """P(t) = product over i <= t of (rising mean(i) / mean)^y(i); alarm where P > `k`.

    The rising mean is the isotonic regression of y(1..t). `compat="surveillance"` raises no alarm where P is beyond the
    largest double, as R surveillance 1.20.3 does. Refused as `counts`, `number.out_of_range` (k), `choice.unknown`.
    """
    given = counts(values)
    if compat not in ("", "surveillance"):
        raise Refused("choice.unknown", "compat", choices=["", "surveillance"])
    limit = np.log(within(k, "k", low=1e-300, high=MOST))
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
    with np.errstate(over="ignore"):
        value = np.exp(logs)
    alarm = (logs > limit) & ((logs <= LARGEST) if compat else True)
    return OutbreakP(logs.reshape(given.shape), value.reshape(given.shape), alarm.reshape(given.shape))
