"""The curves of a wall (曲线): new symptoms with their mean and who is in observation, or cases by day of onset."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from html import escape
from typing import Any, Final

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from lianfang.domain.small import small
from lianfang.domain.wall import WEEK, running_mean
from lianfang.interfaces.charts import Bars, Chart, Line, svg
from lianfang.interfaces.wall.figures import drawn, hidden
from lianfang.interfaces.wall.reading import Reading
from lianfang.interfaces.web.templatetags.formats import UNKNOWN, amount
from lianfang.kernel.reporting.office_days import Health

WIDTH: Final = 430
HEIGHT: Final = 280
SYMPTOMS, ONSET = "symptoms", "onset"


def symptoms(seen: Reading) -> dict[str, Any]:
    """`{title, svg, note, heads, rows}`: the picture, and the same figures as a table."""
    title = _("New symptoms and observation, people")
    values = drawn(seen)
    held = [_held(seen, day) for day in seen.days]
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
        [f"{day:%m-%d}", shown(seen, (seen.ill(day) or (None,))[0]), mean, shown(seen, _known(seen, day))]
        for day, mean in zip(seen.days, _means(seen, means), strict=True)
    ]
    heads = [_("Day"), _("New symptoms"), _("Seven-day mean"), _("In observation")]
    return {"title": title, "svg": svg(chart, width=WIDTH, height=HEIGHT), "note": _note(seen), "heads": heads,
            "rows": rows}  # fmt: skip


def table_body(rows: Sequence[Sequence[str]]) -> SafeString:
    """The rows of a table as finished HTML, the first cell of each its head."""
    made = (
        f'<tr><th scope="row">{escape(first)}</th>{"".join(f"<td class=num>{escape(one)}</td>" for one in rest)}</tr>'
        for first, *rest in rows
    )
    return mark_safe("".join(made))  # noqa: S308  built of escaped parts


def shown(seen: Reading, count: int | None) -> str:
    """A count about health as it may be printed here."""
    return amount(small(count, seen.fewest).shown)


def _note(seen: Reading) -> str:
    drawn_at_half = any(hidden(seen, seen.days))
    return _("Days below {n} are drawn at half of it.").format(n=seen.fewest) if drawn_at_half else ""


def _means(seen: Reading, means: Sequence[float | None]) -> list[str]:
    """As numbers; a mean over a hidden count is not told."""
    small_days = hidden(seen, seen.days)
    untold = [any(small_days[max(0, end - WEEK) : end]) for end in range(1, len(means) + 1)]
    return [UNKNOWN if mean is None or secret else f"{mean:,.1f}" for mean, secret in zip(means, untold, strict=True)]


def _known(seen: Reading, day: date) -> int | None:
    found: Health | None = seen.health.get(day)
    return found.held if found else None


def _held(seen: Reading, day: date) -> float | None:
    one = small(_known(seen, day), seen.fewest)
    return seen.fewest / 2 if one.suppressed else one.count
