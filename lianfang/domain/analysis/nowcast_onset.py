"""The epidemic curve by onset with what is still to come (按发病日实时预测): what a wall or a briefing shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from lianfang.domain.analysis.nowcast_bayes import MEASURED, bayes
from lianfang.domain.analysis.nowcast_shared import Prior
from lianfang.domain.analysis.nowcast_triangle import triangle
from lianfang.domain.analysis.series import Flags, Floats, within


@dataclass(frozen=True, slots=True)
class ByOnset:
    """Days of onset, oldest first; arrays (days,): persons reported, expected in the end with limits, share reported.

    `unreliable` marks days of which less than the asked share is expected to be reported; `grey_from` is the first of
    them, or None. All numbers are of onsets with a report within the longest delay; `beyond`, `early` and `undated`
    say how many reports came later than that, before the onset, or without a day.
    """

    days: tuple[date, ...]
    reported: Floats
    nowcast: Floats
    lo: Floats
    hi: Floats
    share: Floats
    unreliable: Flags
    beyond: int
    early: int
    undated: int

    @property
    def grey_from(self) -> int | None:
        """Place of the first day that is not yet reliable."""
        return int(self.unreliable.argmax()) if self.unreliable.any() else None


def by_onset(
    onsets: Sequence[Any], reports: Sequence[Any], *, as_of: date, max_delay: int, reliable_share: float,
    first: date | None = None, alpha: float = 0.05, prior: Prior | None = None, seed: int = 123,
) -> ByOnset:  # fmt: skip
    """The nowcast of a line list by day of onset, `nowcast.bayes` on its triangle as known on `as_of`.

    `onsets` and `reports`: one day (or None) a person. `first`: the first day shown and used. Several delays teach more
    than few, so give it at least twice `max_delay` days before `as_of`. Refused as `triangle` and `bayes`;
    `reliable_share` outside 0..1 as `number.out_of_range`.
    """
    within(reliable_share, "reliable_share", low=0, high=1)
    found = triangle(onsets, reports, as_of=as_of, max_delay=max_delay, first=first)
    cast = bayes(found, alpha=alpha, prior=prior, dispersion=MEASURED, seed=seed)
    return ByOnset(
        found.days, cast.reported, cast.nowcast, cast.lo, cast.hi, cast.share, cast.share < reliable_share,
        found.beyond, found.early, found.undated,
    )  # fmt: skip
