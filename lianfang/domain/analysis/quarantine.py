"""Quarantine (隔离期): how many would fall ill after release, and what they could still pass on."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from lianfang.domain.analysis.delay_shapes import shape_named
from lianfang.domain.analysis.series import Floats, counts, probabilities, within
from lianfang.domain.refusals import Refused

PER: Final = 10_000
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(48)
_X: Final = (1 + _NODES) / 2


def curve(days: ArrayLike, *, dist: str, parameters: tuple[float, float], windows: ArrayLike = (0.0,)) -> Floats:
    """P(onset later than `days` after the end of exposure), shape (windows, days), or (days,) for one window.

    `dist` and `parameters` as in `delay`: gamma (shape, scale), lognormal (meanlog, sdlog), weibull (shape, scale); in
    days. `windows`: how many days the exposure lasted, uniform over them: the mean of 1 - F(q + u), u from 0 to w
    (Reich et al. 2018). Refused: `series.*`, `choice.unknown`, `quarantine.parameters`.
    """
    shape = shape_named(dist)
    a, b = (float(one) for one in parameters)
    wrong = not np.isfinite([a, b]).all() or (shape.logged[0] and a <= 0) or b <= 0
    if wrong:
        raise Refused("quarantine.parameters", "parameters", dist=shape.name, names=list(shape.names))
    at = counts(days, field="days", whole=False)
    width = counts(windows, field="windows", whole=False)
    # u = w x^2 gathers the points near release, where a short delay bends most.
    later = at[np.newaxis, :, np.newaxis] + width[:, np.newaxis, np.newaxis] * _X**2
    found = (shape.tail(later, a, b) * _X * _WEIGHTS).sum(axis=-1)
    found[width == 0] = shape.tail(at, a, b)
    return np.asarray(found[0] if len(width) == 1 else found)


def undetected(late: ArrayLike, *, risk: ArrayLike, per: float = PER) -> Floats:
    """Persons falling ill after release, of `per` released: chance of infection `risk` times `late` (from `curve`).

    `risk` one number, or several in front of the axes of `late`. Refused `number.out_of_range` outside 0..1.
    """
    chances, after = np.asarray(risk, dtype=np.float64), np.asarray(late, dtype=np.float64)
    for field, values in (("risk", chances), ("late", after)):
        if not ((values >= 0) & (values <= 1)).all():
            raise Refused("number.out_of_range", field, low=0, high=1)
    return np.asarray(per * np.multiply.outer(chances, after))


def residual(infectiousness: ArrayLike, *, released: ArrayLike) -> Floats:
    """The part of an infected person's infectiousness after release (Ashcroft et al. 2021), shape of `released`.

    `infectiousness`: probabilities by whole day since infection, from day 0; released at the start of day `released`.
    """
    by_day = probabilities(infectiousness, field="infectiousness")
    after = np.append(by_day[::-1].cumsum()[::-1], 0.0)
    at = counts(released, field="released")
    return np.asarray(after[np.minimum(at, len(by_day)).astype(int)])


def days_until(share: float, *, dist: str, parameters: tuple[float, float]) -> float:
    """Days of quarantine after a momentary exposure until only this `share` of onsets is still to come."""
    within(share, "share", low=0, high=1, open_ends=True)
    return float(shape_named(dist).quantile(np.asarray(1 - share), *parameters))
