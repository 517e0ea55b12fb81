"""How findings about quality are put (质量措辞): shares with both numbers, scores, small counts about health hidden."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.translation import gettext as _

from lianfang.domain.small import Small, small
from lianfang.interfaces.web.templatetags.formats import UNKNOWN, amount, percent, plain
from lianfang.interfaces.web.views.daily import language
from lianfang.kernel.reporting.forms import Edition

_PERCENT = 100


@dataclass(frozen=True, slots=True)
class Sight:
    """What the reader sees: items in words, and from how many on a count about health is shown (0: all are)."""

    form: Edition
    fewest: int

    def item(self, code: str) -> str:
        """An item in the reader's language."""
        item = self.form.item(code)
        return item.zh if language() == "zh" else item.en

    def hides(self, item: str, *values: int | None) -> bool:
        """Whether any of the counts of an item is too small to be shown here."""
        return any(self._small(item, value).suppressed for value in values)

    def count(self, item: str, value: int | None) -> str:
        """A count of an item: `12`, `<5`, `—`."""
        return str(amount(self._small(item, value).shown))

    def _small(self, item: str, value: int | None) -> Small:
        about_health = not item or self.form.item(item).zero_means_none
        return small(value, self.fewest if about_health else 0)


def share(part: int, whole: int) -> str:
    """`27 / 28 (96.4%)`; of nothing `0 / 0`, without a percentage."""
    both = f"{plain(part)} / {plain(whole)}"
    return f"{both} ({percent(part, whole)})" if part and whole else both


def tone(part: int, whole: int, *, least: float, good: float) -> str:
    """`bad` below the first limit, `warn` below the second, both in percent; nothing where nothing was owed."""
    if not whole or part * _PERCENT >= good * whole:
        return ""
    return "warn" if part * _PERCENT >= least * whole else "bad"


def score(value: float) -> str:
    """A z-score; infinite where all others are equal, `—` where it says nothing."""
    if math.isnan(value):
        return UNKNOWN
    return f"{value:+.1f}".replace("-", "\N{MINUS SIGN}") if math.isfinite(value) else "∞"


def usual(value: float) -> str:
    """A median: whole, or half-way between two."""
    return plain(int(value)) if value == int(value) else f"{value:.1f}"


def ratio(value: float | None) -> str:
    """A ratio with two decimals; a half is rounded up, as everywhere: 39 of 40 is 0.98."""
    return UNKNOWN if value is None else str(Decimal(str(value)).quantize(Decimal("0.01"), ROUND_HALF_UP))


def side(factor: float | None, over: float, under: float) -> tuple[str, str]:
    """The state and the words of a verification factor."""
    if factor is None:
        return "info", _("cannot be told: nothing was reported")
    if factor < over:
        return "warn", _("too much reported")
    return ("warn", _("too little reported")) if factor > under else ("ok", _("as recounted"))


def chance(value: float) -> str:
    """A probability: `0.04 %`; below a hundred thousandth only that."""
    shown = value * _PERCENT
    return f"{shown:.3f}%" if shown >= 0.001 else "<0.001%"  # noqa: PLR2004  the last decimal shown


def span(days: Sequence[date]) -> str:
    """`2026-02-23 – 2026-03-01`."""
    return f"{days[0].isoformat()} – {days[-1].isoformat()}"


def tab(label: str, url: str, *, current: bool) -> dict[str, Any]:
    """A choice as `parts/tabs.html` shows it."""
    return {"label": label, "url": url, "count": None, "current": current}
