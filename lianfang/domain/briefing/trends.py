"""How a daily count moves (走势): the mean of seven days against the seven before, without days nobody reported.

Source: the wording of the issue, "new symptoms 27, seven-day mean 31.4, down 12 %". A week with a
hidden count is told as on the wall (大屏): as less than the smallest published count, or about, without a change.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import Final

from lianfang.domain.amounts import Amount, AtLeast
from lianfang.domain.briefing.figures import Trend, Value
from lianfang.domain.small import Small

WEEK: Final = 7
_TENTH, _ONE = Decimal("0.1"), Decimal(1)


def trend_of(days: Sequence[Amount], *, fewest: int, bounds: Sequence[int] = ()) -> Trend | None:
    """How the last day of `days` (oldest first, one amount a day, None where nobody reported) stands.

    `fewest` is the smallest count that may be published (0: any); `bounds`, where given, say of each day below what it
    is said to be if it is hidden for a neighbour's sake, else 0. None when no day of the last seven is known. Of a week
    with a hidden count no exact mean is told, and no change on or from it, or the count would follow.
    """
    shown = _as_shown(days, fewest, bounds or [0] * len(days))
    last, before = _known(shown[-WEEK:]), _known(shown[-2 * WEEK : -WEEK])
    if not last:
        return None
    if _hides(last):
        return _veiled(last, fewest)
    mean = _mean(last)
    bound = any(isinstance(one, AtLeast) for one in days[-WEEK:])
    if not before or _hides(before):
        return Trend(mean.quantize(_TENTH, ROUND_HALF_UP), len(last), bound)
    earlier = _mean(before)
    return Trend(
        mean.quantize(_TENTH, ROUND_HALF_UP), len(last), bound, _change(mean, earlier), from_zero=mean > earlier == 0
    )


def published(amount: Amount, *, fewest: int, bound: int = 0) -> Value:
    """An amount as it may be published: a small count or a small lower bound is hidden, and what `bound` hides."""
    (found,) = _as_shown([amount], fewest, [bound])
    return found.shown if found.suppressed else amount


def _as_shown(days: Sequence[Amount], fewest: int, bounds: Sequence[int]) -> list[Small]:
    counts = [one.value if isinstance(one, AtLeast) else one for one in days]
    return [Small(count, None, fewest, bound) for count, bound in zip(counts, bounds, strict=True)]


def _known(days: Sequence[Small]) -> list[Small]:
    return [one for one in days if one.count is not None]


def _hides(days: Sequence[Small]) -> bool:
    return any(one.suppressed for one in days)


def _veiled(days: Sequence[Small], fewest: int) -> Trend:
    """A mean that tells no hidden count, made from what is shown of each day alone."""
    if all(not one.bound and (one.count or 0) < fewest for one in days):
        return Trend(Decimal(fewest), len(days), below=True)
    shown = [one.middle for one in days]
    return Trend((sum(shown, Decimal()) / len(shown)).quantize(_ONE, ROUND_HALF_EVEN), len(days), rough=True)


def _mean(days: Sequence[Small]) -> Decimal:
    return Decimal(sum(one.count or 0 for one in days)) / len(days)


def _change(mean: Decimal, earlier: Decimal) -> int | None:
    """Whole per cent, halves to the even neighbour, so that up and down are rounded alike; None from zero upwards."""
    if not earlier:
        return None if mean else 0
    return int(((mean - earlier) * 100 / earlier).quantize(_ONE, ROUND_HALF_EVEN))
