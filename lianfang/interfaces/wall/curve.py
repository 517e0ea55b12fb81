"""The curves of a wall (曲线): new symptoms with their mean and who is in observation, or cases by day of onset."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from html import escape
from typing import Any, Final

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from lianfang.domain.small import Small
from lianfang.domain.wall import WEEK, running_mean
from lianfang.interfaces.charts import Bars, Chart, Line, on_page
from lianfang.interfaces.wall.figures import drawn, in_observation, newly_ill
from lianfang.interfaces.wall.reading import Reading
from lianfang.interfaces.web.templatetags.formats import UNKNOWN, amount

WIDTH: Final = 430
HEIGHT: Final = 280
SYMPTOMS, ONSET = "symptoms", "onset"


def symptoms(seen: Reading) -> dict[str, Any]:
    """`{title, svg, note, heads, rows}`: the picture, and the same figures as a table."""
    title = _("New symptoms and observation, people")
    ill = [newly_ill(seen, day) for day in seen.days]
    observed = [_observed(seen, day) for day in seen.days]
    values, held = drawn(ill), drawn(observed)
    means = running_mean(values)
    chart = Chart(
        title=title, at=seen.days,
        bars=[Bars(_("New symptoms"), values)],
        lines=[
            Line(_("7-day mean"), means),
            Line(_("Observed (right)"), held, "third", dashed=True, right=True),
        ],
        description=_("New symptoms a day, their seven-day mean, and people in observation, over {n} days.").format(
            n=len(seen.days)
        ),
    )  # fmt: skip
    rows = [
        [f"{day:%m-%d}", amount(one.shown), mean, amount(there.shown)]
        for day, one, mean, there in zip(seen.days, ill, _means(ill, means), observed, strict=True)
    ]
    heads = [_("Day"), _("New symptoms"), _("Seven-day mean"), _("In observation")]
    return {"title": title, "svg": on_page(chart, width=WIDTH, height=HEIGHT), "note": _note(ill), "heads": heads,
            "rows": rows}  # fmt: skip


def table_body(rows: Sequence[Sequence[str]]) -> SafeString:
    """The rows of a table as finished HTML, the first cell of each its head."""
    made = (
        f'<tr><th scope="row">{escape(first)}</th>{"".join(f"<td class=num>{escape(one)}</td>" for one in rest)}</tr>'
        for first, *rest in rows
    )
    return mark_safe("".join(made))  # noqa: S308  built of escaped parts


def _note(days: Sequence[Small]) -> str:
    if any(one.bound for one in days):
        return _("Hidden counts are drawn at half of their bound.")
    few = next((one.fewest for one in days if one.suppressed), 0)
    return _("Days below {n} are drawn at half of it.").format(n=few) if few else ""


def _means(days: Sequence[Small], means: Sequence[float | None]) -> list[str]:
    """As numbers; a mean over a hidden count is not told."""
    small_days = [one.suppressed for one in days]
    untold = [any(small_days[max(0, end - WEEK) : end]) for end in range(1, len(means) + 1)]
    return [UNKNOWN if mean is None or secret else f"{mean:,.1f}" for mean, secret in zip(means, untold, strict=True)]


def _observed(seen: Reading, day: date) -> Small:
    now = seen.health.get(day)
    return Small(None) if now is None else in_observation(now, seen.fewest)[1]
