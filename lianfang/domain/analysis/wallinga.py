"""Case reproduction number (病例再生数): Wallinga and Teunis 2004, how many each day's cases went on to infect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lianfang.domain.analysis.cori import WEEK, refuse_unpaired
from lianfang.domain.analysis.discrete import ShiftedGamma, carried, serial_interval
from lianfang.domain.analysis.series import Flags, Floats, counts, rows, within
from lianfang.domain.analysis.windows import Asked, Days, Windows, windows_of

SEEN_ENOUGH: Final = 0.9
"""Share of a window's infections that must have had time to be counted, for its value to be read as it is."""
MOST_TREES: Final = 100_000
_AT_ONCE: Final = 8_000_000  # numbers held at once while trees are drawn
_NEVER: Final = 1e-12  # lags less likely than this together are not drawn
_NOBODY: Final = 1e-140  # less infectiousness than this is none; its square must still be a number
_TAILS: Final = (0.025, 0.975)


@dataclass(frozen=True, slots=True)
class CaseReproduction:
    """R of the cases whose onset is in each window: days from 1; windows as the last axis.

    `mean`, `std`, `q025`, `q975` are NaN for a window without cases; the limits are NaN too unless trees were drawn,
    and with the correction all are NaN where nothing can have been seen yet. `seen` is the share of infections that had
    time to be counted (1 where the window has no cases); `reliable` whether that is enough, and there are cases.
    """

    t_start: Days
    t_end: Days
    mean: Floats
    std: Floats
    q025: Floats
    q975: Floats
    seen: Floats
    reliable: Flags

    @property
    def columns(self) -> Mapping[str, Floats]:
        """Mean, deviation and limits by their names in the references."""
        return {name: getattr(self, name) for name in ("mean", "std", "q025", "q975")}


def wallinga_teunis(
    incidence: ArrayLike,
    si: ArrayLike | ShiftedGamma,
    *,
    windows: Asked = WEEK,
    n_sim: int = 0,
    seed: int = 1,
    truncation: bool = False,
    seen_enough: float = SEEN_ENOUGH,
) -> CaseReproduction:
    """R of the cases of each window, for one series or many (series in rows, days along the last axis).

    A case of day u was infected by one of day t with probability w_{u-t} / Lambda_u for each, so
    R_t = sum_{u>t} w_{u-t} I_u / Lambda_u, and a window has sum(R_t I_t) / sum(I_t) (Am J Epidemiol 2004;160:509).
    `std` is exact: the infections of a window are a sum of binomials. Limits (2.5 and 97.5 %) come from `n_sim` trees
    drawn with `seed`, none by default. The newest days are too low, as their infections are not yet counted: with
    `truncation`, mean, deviation and limits are divided by the share F_w(T - t) that had time to be (Cauchemez 2006),
    averaged over the window's cases. Refused: as `cori`, `number.out_of_range` for n_sim and seen_enough.
    """
    cases = counts(incidence, field="incidence")
    length = cases.shape[-1]
    within(n_sim, "n_sim", low=0, high=MOST_TREES)
    enough = within(seen_enough, "seen_enough", low=0, high=1)
    chosen = windows_of(windows, length=length)
    weights = serial_interval(si, length=length)
    refuse_unpaired(cases, weights)
    total = chosen.total(cases)
    parts = [_mean(cases, weights, chosen), _deviation(cases, weights, chosen)]
    parts += _limits(cases, weights, chosen, n_sim=n_sim, seed=seed)
    seen = _seen(cases, weights, chosen)
    by = np.where(truncation, total * seen, total)
    mean, std, low, high = (_per(one, by) for one in parts)
    return CaseReproduction(chosen.t_start, chosen.t_end, mean, std, low, high, seen, (seen >= enough) & (total > 0))


def _per(amount: Floats, by: Floats) -> Floats:
    return np.divide(amount, by, out=np.full_like(amount, np.nan), where=by > 0)


def _per_infector(cases: Floats, weights: Floats, *, power: int = 1) -> Floats:
    """Cases by their infectiousness I_u / Lambda_u^power; 0 where nobody can have infected them."""
    pressure = carried(cases, weights)
    return np.divide(cases, pressure**power, out=np.zeros_like(cases), where=pressure > _NOBODY)


def _mean(cases: Floats, weights: Floats, chosen: Windows) -> Floats:
    """Expected infections by the cases of each window."""
    return chosen.total(cases * carried(_per_infector(cases, weights), weights, back=True))


def _deviation(cases: Floats, weights: Floats, chosen: Windows) -> Floats:
    """Standard deviation of those infections: of I_u cases each from the window with probability P_u, I P (1 - P).

    The sum of I P is the mean; the sum of I P^2 runs over pairs of days of the window, by the days between the two.
    """
    squares = np.zeros((*cases.shape[:-1], len(chosen.t_end)))
    pressed = _per_infector(cases, weights, power=2)
    for apart in range(min(int((chosen.t_end - chosen.t_start).max()), weights.shape[-1] - 2) + 1):
        both = np.zeros_like(weights)
        both[..., apart:] = weights[..., apart:] * weights[..., : weights.shape[-1] - apart]
        pair = cases * carried(pressed, both, back=True)
        pair[..., : cases.shape[-1] - apart] *= cases[..., apart:]
        fits = chosen.t_end - apart >= chosen.t_start
        shorter = Windows(chosen.t_start[fits], chosen.t_end[fits] - apart)
        squares[..., fits] += shorter.total(pair) * (2 if apart else 1)
    return np.asarray(np.sqrt(np.maximum(_mean(cases, weights, chosen) - squares, 0)))


def _seen(cases: Floats, weights: Floats, chosen: Windows) -> Floats:
    """Share of each window's infections that had time to be counted by the last day: F_w(T - t), by its cases."""
    length = cases.shape[-1]
    cumulated = np.minimum(np.cumsum(weights, axis=-1), 1.0)
    until = cumulated[..., np.minimum(length - np.arange(1, length + 1), weights.shape[-1] - 1)]
    total = chosen.total(cases)
    return np.divide(chosen.total(cases * until), total, out=np.ones_like(total), where=total > 0)


def _limits(cases: Floats, weights: Floats, chosen: Windows, *, n_sim: int, seed: int) -> list[Floats]:
    """Infections by the cases of each window, at 2.5 and 97.5 % of the trees; NaN without trees."""
    if not n_sim:
        return [np.full((*cases.shape[:-1], len(chosen.t_end)), np.nan) for _tail in _TAILS]
    drawn = np.random.default_rng(seed)
    found = [_limits_of(one, share, chosen, n_sim, drawn) for one, share in _each(cases, weights)]
    return [np.stack(side).reshape(*cases.shape[:-1], -1) for side in zip(*found, strict=True)]


def _each(cases: Floats, weights: Floats) -> list[tuple[Floats, Floats]]:
    lines = rows(cases)
    return list(zip(lines, np.broadcast_to(weights, (len(lines), weights.shape[-1])), strict=True))


def _limits_of(
    cases: Floats, weights: Floats, chosen: Windows, n_sim: int, drawn: np.random.Generator
) -> tuple[Floats, Floats]:
    """Trees of one series: for every day, its cases are shared out among the days that can have infected them."""
    days, shares, lags = _infectors(cases, weights)
    offspring = np.zeros((n_sim, len(cases)))
    step = max(1, _AT_ONCE // max(1, shares.size))
    for at in range(0, n_sim, step):
        many = min(step, n_sim - at)
        trees = drawn.multinomial(cases[days].astype(np.int64), shares, size=(many, len(days)))
        for place, lag in enumerate(lags):
            own = days - lag
            offspring[at : at + many, own[own >= 0]] += trees[:, own >= 0, place]
    low, high = np.quantile(chosen.total(offspring), _TAILS, axis=0)
    return low, high


def _infectors(cases: Floats, weights: Floats) -> tuple[NDArray[np.intp], Floats, NDArray[np.intp]]:
    """Days with cases that can have been infected, the shares of their infectors by lag, and these lags."""
    beyond = np.cumsum(weights[::-1])[::-1]
    lags = np.flatnonzero((weights > 0) & (beyond > _NEVER))[: len(cases)]
    lags = lags[(lags > 0) & (lags < len(cases))]
    days = np.flatnonzero((cases > 0) & (carried(cases, weights) > 0))
    own = days[:, None] - lags[None, :]
    shares = np.where(own >= 0, cases[np.maximum(own, 0)] * weights[lags], 0.0)
    total = shares.sum(axis=1)
    days, shares = days[total > 0], shares[total > 0]
    return days, shares / shares.sum(axis=1, keepdims=True), lags
