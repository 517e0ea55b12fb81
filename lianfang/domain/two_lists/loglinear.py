"""Three lists of the same persons (三份名单): eight log-linear models, the persons on none of them, and AIC.

Fienberg 1972: a Poisson regression of the seven cells that can be seen; the eighth is the exponential of its intercept.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray

CELLS: Final = ("111", "110", "101", "011", "100", "010", "001")  # on the first, second, third list
_PAIRS: Final = {"AB": (0, 1), "AC": (0, 2), "BC": (1, 2)}
MODELS: Final = tuple(names for many in range(4) for names in combinations(_PAIRS, many))
_Z: Final = 1.96
_STARTED, _SETTLED, _MOST_STEPS = 0.1, 1e-13, 200
_BEYOND_ALL: Final = 25.0  # logarithm of more persons than there are: the regression has no finite answer

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Model:
    """One model: the pairs of lists that depend on each other, its fit, and the persons it supposes.

    `unknown` persons are on none of the lists; None, with its limits and `persons`, when the cells leave it open.
    """

    pairs: tuple[str, ...]
    freedom: int  # degrees left
    deviance: float
    aic: float
    unknown: float | None
    lower: float | None
    upper: float | None
    persons: float | None

    @property
    def name(self) -> str:
        """ "independent", or the dependent pairs as in "AB AC"."""
        return " ".join(self.pairs) or "independent"


def log_linear(cells: Mapping[str, int], *, z: float = _Z) -> tuple[Model, ...]:
    """The eight models of three lists, in the order of `MODELS`; `cells` counts persons by "111", "110", … "001".

    Raises ValueError when a cell is missing or negative.
    """
    if set(cells) != set(CELLS) or min(cells.values()) < 0:
        raise ValueError("seven cells are needed, none below zero")
    counts = np.array([cells[name] for name in CELLS], float)
    return tuple(_fitted(pairs, counts, z) for pairs in MODELS)


def best(models: tuple[Model, ...]) -> Model:
    """The model of the smallest AIC among those with an answer; the first when none has one."""
    return min((model for model in models if model.persons is not None), key=lambda m: m.aic, default=models[0])


def _fitted(pairs: tuple[str, ...], counts: Floats, z: float) -> Model:
    terms = _terms(pairs)
    coefficients, fitted = _regression(terms, counts)
    freedom = len(counts) - terms.shape[1]
    deviance, aic = _deviance(counts, fitted), 2 * terms.shape[1] - 2 * _log_likelihood(counts, fitted)
    if not np.isfinite(coefficients).all() or np.abs(coefficients).max() > _BEYOND_ALL:
        return Model(pairs, freedom, deviance, aic, None, None, None, None)
    error = math.sqrt(np.linalg.inv(terms.T @ (terms * fitted[:, None]))[0, 0])
    intercept = float(coefficients[0])
    lower, unknown, upper = (math.exp(intercept + step * error) for step in (-z, 0.0, z))
    return Model(pairs, freedom, deviance, aic, unknown, lower, upper, float(counts.sum()) + unknown)


def _terms(pairs: tuple[str, ...]) -> Floats:
    """A row a cell: 1, on each list, on both lists of each pair."""
    lists = np.array([[float(sign) for sign in name] for name in CELLS])
    both = [lists[:, first] * lists[:, second] for first, second in (_PAIRS[pair] for pair in pairs)]
    return np.column_stack([np.ones(len(CELLS)), lists, *both])


def _regression(terms: Floats, counts: Floats) -> tuple[Floats, Floats]:
    """(coefficients, fitted counts) of a Poisson regression, by reweighted least squares."""
    fitted: Floats = counts + _STARTED
    coefficients: Floats = np.zeros(terms.shape[1])
    before = math.inf
    for _ in range(_MOST_STEPS):
        working = np.log(fitted) + (counts - fitted) / fitted
        root = np.sqrt(fitted)
        solved = np.linalg.lstsq(terms * root[:, None], working * root, rcond=None)[0]
        coefficients = np.asarray(solved, np.float64)
        fitted = np.exp(np.clip(terms @ coefficients, -2 * _BEYOND_ALL, 2 * _BEYOND_ALL))
        now = _deviance(counts, fitted)
        if abs(now - before) <= _SETTLED * (abs(now) + _STARTED):
            break
        before = now
    return coefficients, fitted


def _deviance(counts: Floats, fitted: Floats) -> float:
    seen = counts > 0
    return float(2 * (np.sum(counts[seen] * np.log(counts[seen] / fitted[seen])) - np.sum(counts - fitted)))


def _log_likelihood(counts: Floats, fitted: Floats) -> float:
    factorials = sum(math.lgamma(one + 1) for one in counts)
    return float(np.sum(counts * np.log(fitted) - fitted)) - factorials
