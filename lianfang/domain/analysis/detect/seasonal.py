"""The count to expect from a baseline with a yearly wave (季节基线): Poisson regression of many series at once."""

from __future__ import annotations

from typing import Final

import numpy as np

from lianfang.domain.analysis.series import Floats

STEPS: Final = 60
CLOSE: Final = 1e-13
_RIDGE: Final = 1e-12
_STEEPEST: Final = 30.0
"""Logarithms of an expected count beyond this belong to a wave that the baseline cannot tell (e^30 cases, or none)."""


def seasonal_mean(baseline: Floats, *, ahead: int, freq: int, trend: bool = False) -> Floats:
    """Counts expected `ahead` places after the baseline (series x places -> series x ahead).

    log m(t) = a + b cos(2 pi t / freq) + c sin(2 pi t / freq) (+ d t with `trend`), fitted by iterated least squares
    until the deviance stands still. A series with fewer cases than the wave has numbers
    keeps its mean.
    """
    known = baseline.shape[-1]
    design = _design(known + ahead, freq, trend)
    told = baseline.sum(axis=-1) >= design.shape[1]
    expected = np.repeat(baseline.mean(axis=-1, keepdims=True), ahead, axis=-1)
    if told.any():
        fitted = _fit(baseline[told], design[:known])
        expected[told] = np.exp(np.clip(fitted @ design[known:].T, -_STEEPEST, _STEEPEST))
    return expected


def _design(places: int, freq: int, trend: bool) -> Floats:
    time = np.arange(1, places + 1, dtype=np.float64)
    wave = 2 * np.pi * time / freq
    columns = [np.ones(places), np.cos(wave), np.sin(wave)]
    return np.column_stack([*columns, time / places] if trend else columns)


def _fit(observed: Floats, design: Floats) -> Floats:
    # A series that stands still is left alone, so that its fit does not depend on what stands beside it.
    found = np.zeros((len(observed), design.shape[1]))
    mean, before = observed + 0.1, np.full(len(observed), np.inf)
    live = np.arange(len(observed))
    for _step in range(STEPS):
        found[live] = _step_of(observed[live], mean[live], design)
        mean[live] = np.exp(np.clip(found[live] @ design.T, -_STEEPEST, _STEEPEST))
        deviance = _deviance(observed[live], mean[live])
        moving = np.abs(deviance - before[live]) > CLOSE * (np.abs(deviance) + 0.1)
        before[live] = deviance
        live = live[moving]
        if not live.size:
            break
    return found


def _step_of(observed: Floats, mean: Floats, design: Floats) -> Floats:
    weighted = mean[:, :, None] * design
    right = np.einsum("st,tp->sp", mean * np.log(mean) + observed - mean, design)
    left = np.einsum("stp,tq->spq", weighted, design) + _RIDGE * np.eye(design.shape[1])
    return np.asarray(np.linalg.solve(left, right[:, :, None])[:, :, 0])


def _deviance(observed: Floats, mean: Floats) -> Floats:
    log_ratio = np.log(np.where(observed > 0, observed, 1.0) / np.where(observed > 0, mean, 1.0))
    return np.asarray(2 * np.sum(observed * log_ratio - (observed - mean), axis=-1))
