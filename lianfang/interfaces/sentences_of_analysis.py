"""What is said about series, settings and results (分析提示语), by code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

OF_ANALYSIS: Mapping[str, tuple[Any, ...]] = {
    "analysis.method_unknown": (
        _("There is no method %(method)s. `lianfang analyse list` shows them all."),
        _("There is no such method. `lianfang analyse list` shows them all."),
    ),
    "analysis.parameter_unknown": (
        _("This method has no parameter %(name)s; it has: %(known)s."),
        _("This method has no such parameter."),
    ),
    "analysis.parameter_wrong": (
        _("The parameter cannot be used: %(why)s."),
        _("The parameter cannot be used."),
    ),
    "column.missing": (
        _("The file has no column %(field)s; it has: %(known)s."),
        _("A column is missing."),
    ),
    "probability.sum": (
        _("%(field)s: the probabilities sum to %(sum)s, not to 1."),
        _("The probabilities do not sum to 1."),
    ),
    "series.fraction": (
        _("%(field)s: place %(position)s of series %(series)s is %(value)s; counts are whole numbers."),
        _("Counts are whole numbers."),
    ),
    "series.gap": (
        _("%(field)s: place %(position)s of series %(series)s is empty. Write 0 where nobody was counted as ill."),
        _("A place of the series is empty. Write 0 where nobody was counted as ill."),
    ),
    "series.infinite": (
        _("%(field)s: place %(position)s of series %(series)s is infinite."),
        _("A place of the series is infinite."),
    ),
    "series.negative": (
        _("%(field)s: place %(position)s of series %(series)s is %(value)s; counts are never below zero."),
        _("Counts are never below zero."),
    ),
    "series.not_numbers": (
        _("%(field)s must be numbers, and all series must be equally long."),
        _("The series must be numbers, and all of them equally long."),
    ),
    "series.shape": (_("A series is a row of numbers, and several series are rows of a table."),),
    "series.short": (
        _("%(field)s has %(length)s places; this method needs at least %(fewest)s."),
        _("The series is too short for this method."),
    ),
    "series.too_large": (
        _("%(field)s: place %(position)s of series %(series)s is too large to compute with."),
        _("A count is too large to compute with."),
    ),
}
