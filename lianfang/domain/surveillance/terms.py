"""What a detection setting says (预警设置): by which method, over what kind of unit, what is looked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from lianfang.domain.refusals import Refused

AUTO, C1, C2, C3, CUSUM, AT_LEAST = "auto", "c1", "c2", "c3", "cusum", "at_least"
METHODS: Final = (AUTO, C1, C2, C3, CUSUM, AT_LEAST)
AGAINST_USUAL: Final = (AUTO, C1, C2, C3, CUSUM)
"""Methods that compare with what is usual in the very unit; the other counts to a fixed number."""
ANY, ABSENCE = "any", "absence"
NEW: Final = "new"
"""Of all who are ill those who were not ill on the day before: kept beside the others, looked for by no setting."""
FEVER: Final = "fever"
"""Of all who are ill those with a fever, kept as the newly ill are."""
MIXED: Final = (ANY, ABSENCE)
"""Counts of people ill for different causes: alone no sign of anything that spreads."""
LEVELS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "class": ("class", "group", "division"),
        "school": ("school", "kindergarten", "university", "institute"),
        "county": ("county",),
        "prefecture": ("prefecture", "city"),
        "province": ("province",),
    }
)
"""At which level a setting looks -> the kinds of unit there."""
LONGEST_WINDOW: Final = 56  # days of baseline of the methods for daily counts (analysis note, section 4)
MOST_CASES: Final = 10_000


@dataclass(frozen=True, slots=True)
class Terms:
    """A setting's own words: `cases` within `window_days` for `at_least`, `alpha` one-sided for the others.

    `adjusted` asks for the Benjamini-Hochberg step over all units of the day: of the alarms then raised, a share of
    `alpha` at most is expected to be false.
    """

    method: str
    syndrome: str
    level: str
    cases: int = 0
    window_days: int = 1
    alpha: float = 0.0
    adjusted: bool = False

    def checked(self) -> Terms:
        """The same; refused `choice.unknown`, `number.out_of_range` or `required`, naming the field."""
        if self.method not in METHODS:
            raise Refused("choice.unknown", "method", choices=list(METHODS))
        if self.level not in LEVELS:
            raise Refused("choice.unknown", "level", choices=list(LEVELS), reason="looked_at")
        if self.method == AT_LEAST:
            _between(self.cases, "cases", 2, MOST_CASES)
            _between(self.window_days, "window_days", 1, LONGEST_WINDOW)
        else:
            _between(self.cases, "cases", 1, MOST_CASES)  # nobody ill is no alarm
            if not 0 < self.alpha < 1:
                raise Refused("number.out_of_range", "alpha", low=0, high=1, reason="between")
        return self

    @property
    def raw(self) -> bool:
        """Whether a fixed number of people ill for different causes is to raise the alarm."""
        return self.method == AT_LEAST and self.syndrome in MIXED


def _between(value: int, field: str, low: int, high: int) -> None:
    if not low <= value <= high:
        raise Refused("number.out_of_range", field, low=low, high=high)
