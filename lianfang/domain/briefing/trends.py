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
from lianfang.domain.small import small

WEEK: Final = 7
_TENTH, _ONE = Decimal("0.1"), Decimal(1)


def trend_of(days: Sequence[Amount], *, fewest: int) -> Trend | None:
    """How the last day of `days` (oldest first, one amount a day, None where nobody reported) stands.

    `fewest` is the smallest count that may be published (0: any). None when no day of the last seven is known. Of a
    week with a hidden count no exact mean is told, and no change on or from it, or the count would follow.
    """
    last, before = _known(days[-WEEK:]), _known(days[-2 * WEEK : -WEEK])
    if not last:
        return None
    if _hides(last, fewest):
        return _veiled(last, fewest)
    mean = _mean(last)
    bound = any(isinstance(one, AtLeast) for one in days[-WEEK:])
    if not before or _hides(before, fewest):
        return Trend(mean.quantize(_TENTH, ROUND_HALF_UP), len(last), bound)
    earlier = _mean(before)
    return Trend(
        mean.quantize(_TENTH, ROUND_HALF_UP), len(last), bound, _change(mean, earlier), from_zero=mean > earlier == 0
    )


def published(amount: Amount, *, fewest: int) -> Value:
    """An amount as it may be published: a small count, or a small bound, is hidden."""
    count = amount.value if isinstance(amount, AtLeast) else amount
    found = small(count, fewest)
    return found.shown if found.suppressed else amount


def _known(days: Sequence[Amount]) -> list[int]:
    return [one.value if isinstance(one, AtLeast) else one for one in days if one is not None]


def _hides(counts: Sequence[int], fewest: int) -> bool:
    return any(small(count, fewest).suppressed for count in counts)


def _veiled(counts: Sequence[int], fewest: int) -> Trend:
    """A mean that tells no hidden count, made from what is shown of each day alone."""
    if all(count < fewest for count in counts):
        return Trend(Decimal(fewest), len(counts), below=True)
    shown = [fewest / Decimal(2) if small(count, fewest).suppressed else Decimal(count) for count in counts]
    return Trend((sum(shown, Decimal()) / len(shown)).quantize(_ONE, ROUND_HALF_EVEN), len(counts), rough=True)


def _mean(counts: Sequence[int]) -> Decimal:
    return Decimal(sum(counts)) / len(counts)


def _change(mean: Decimal, earlier: Decimal) -> int | None:
    """Whole per cent, halves to the even neighbour, so that up and down are rounded alike; None from zero upwards."""
    if not earlier:
        return None if mean else 0
    return int(((mean - earlier) * 100 / earlier).quantize(_ONE, ROUND_HALF_EVEN))
