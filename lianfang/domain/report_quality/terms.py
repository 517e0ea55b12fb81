"""What the checks of reports are given (质量核查): reports as figures, the items asked, and the limits in force."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal

Figures = Mapping[str, int]
"""Item -> its figure; an item that was not given is not there."""


@dataclass(frozen=True, slots=True)
class Given:
    """A unit's report of a day as it stands. `first` are the figures first sent, where they were corrected since."""

    unit: int
    day: date
    figures: Figures
    nothing: bool = False
    first: Figures | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """An item of the form: a count. `zero_is_usual` where zero means that there is none of it."""

    code: str
    required: bool = True
    zero_is_usual: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits in force; see the rule pack for units and sources."""

    complete_percent: float
    good_percent: float
    indicator_percent: float
    consistency_percent: float
    moderate: float
    extreme: float
    modified: float
    least_apart: float
    least_days: float
    over: float
    under: float
    copied_days: float
    copied_permille: float
    turnover_percent: float


def limits_from(rules: Mapping[str, Decimal]) -> Limits:
    """The limits as a rule pack gives them; KeyError names one that is missing."""
    return Limits(**{one.name: float(rules[one.name]) for one in fields(Limits)})


def by_unit(reports: Sequence[Given]) -> dict[int, list[Given]]:
    """The reports of each unit by day, in the order in which units first come."""
    found: dict[int, list[Given]] = {}
    for one in sorted(reports, key=lambda report: report.day):
        found.setdefault(one.unit, []).append(one)
    return found
