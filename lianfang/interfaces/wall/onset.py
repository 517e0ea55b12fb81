"""Cases by day of onset (按发病日): those reported, those still to come, and Rt, grey where it is not yet reliable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
from django.db.models import Count
from django.utils.translation import gettext as _

from lianfang.capabilities.cases.models import Case
from lianfang.domain.analysis import rt
from lianfang.domain.analysis.nowcast_onset import ByOnset, by_onset
from lianfang.domain.analysis.series import Floats
from lianfang.domain.cases.terms import ASYMPTOMATIC, CONFIRMED, PROBABLE
from lianfang.domain.refusals import Refused
from lianfang.domain.small import small
from lianfang.interfaces.charts import Band, Bars, Chart, Line, on_page
from lianfang.interfaces.wall.curve import HEIGHT, WIDTH
from lianfang.interfaces.wall.reading import Reading
from lianfang.interfaces.web.templatetags.formats import UNKNOWN, amount
from lianfang.kernel.orgs.ops import under

COUNTED: Final = (PROBABLE, CONFIRMED, ASYMPTOMATIC)
WHOLE: Final = 100
MOST_DRAWN: Final = 6.0
"""Rt whose upper limit is above is told in the table; drawn, it would flatten everything that matters."""


@dataclass(frozen=True, slots=True)
class Curve:
    """What was found: cases by onset with those to come, and by day the mean of Rt and its limits, NaN where unknown.

    `firm` says of which days Rt can be relied on.
    """

    cases: ByOnset
    mean: Floats
    low: Floats
    high: Floats
    firm: Sequence[bool]


def line_list(seen: Reading) -> list[tuple[date, date]]:
    """Day of onset and day reported of every case under the unit; one without an onset is not of this curve."""
    first = seen.days[0]
    found = Case.objects.filter(
        under(seen.unit, "unit__"), classification__in=COUNTED, date_onset__gte=first, date_reporting__lte=seen.day
    )
    rows = found.order_by().values("date_onset", "date_reporting").annotate(cases=Count("pk"))
    every = rows.values_list("date_onset", "date_reporting", "cases")
    return [(began, told) for began, told, cases in every if began is not None for _case in range(cases)]


def estimated(seen: Reading, cases: Sequence[tuple[date, date]]) -> Curve | None:
    """The nowcast of these cases and Rt of what is expected; None where there are too few to say anything.

    The serial interval and the delays still waited for are settings of the rule pack.
    """
    rules = {name: float(value) for name, value in seen.policy.onset_curve.items()}
    onsets, reports = [onset for onset, _report in cases], [report for _onset, report in cases]
    try:
        found = by_onset(
            onsets, reports, as_of=seen.day, max_delay=int(rules["longest_delay"]), first=seen.days[0],
            reliable_share=rules["reliable_percent"] / WHOLE,
        )  # fmt: skip
        interval = rt.ShiftedGamma(rules["serial_mean"], rules["serial_sd"])
        expected, window = np.round(found.nowcast), int(rules["window_days"])
        numbers = rt.cori(expected, interval, windows=window)
        sure = rt.reliable(expected, interval, windows=window, unfinished_days=int(found.unreliable.sum()))
    except Refused:
        return None
    return Curve(found, *_by_day(len(expected), numbers, sure))


def _by_day(
    length: int, numbers: rt.Reproduction, sure: rt.Reliable
) -> tuple[Floats, Floats, Floats, list[bool]]:  # fmt: skip
    """Each window at its last day."""
    mean, low, high = (np.full(length, np.nan) for _each in range(3))
    last = np.asarray(numbers.t_end, dtype=int) - 1
    mean[last], low[last], high[last] = numbers.mean, numbers.q025, numbers.q975
    firm = np.zeros(length, dtype=bool)
    firm[last] = sure.flags
    return mean, low, high, [bool(one) for one in firm]


def onset(seen: Reading, cases: Sequence[tuple[date, date]]) -> dict[str, Any]:
    """As `curve.symptoms`: the picture and its table."""
    title = _("Cases by day of onset, and Rt")
    heads = [_("Day"), _("Reported"), _("Expected in the end"), "Rt"]
    found = estimated(seen, cases) if sum(1 for _case in cases) >= max(1, seen.fewest) else None
    if found is None:
        note = _("Too few cases with a known day of onset in these {n} days.").format(n=len(seen.days))
        return {"title": title, "svg": "", "note": note, "heads": heads, "rows": []}
    note = _("Grey: not yet reliable, cases of these days are still being reported or too few.")
    picture = on_page(_chart(seen, found, title), width=WIDTH, height=HEIGHT)
    return {"title": title, "svg": picture, "note": note, "heads": heads, "rows": _rows(seen, found)}


def _chart(seen: Reading, found: Curve, title: str) -> Chart:
    cases = found.cases
    grey, firm = cases.grey_from, [place for place, sure in enumerate(found.firm) if sure]
    rt_grey = firm[-1] if firm else 0
    return Chart(
        title=title, at=list(cases.days),
        bars=[Bars(_("Reported"), [_drawn(seen, value) for value in cases.reported])],
        bands=[
            Band("95%", _open(seen, cases, cases.lo), _open(seen, cases, cases.hi), "main", grey_from=grey),
            Band("95%", _from_firm(found, found.low), _from_firm(found, found.high), "second", right=True,
                 grey_from=rt_grey),
        ],
        lines=[
            Line(_("Nowcast"), [_drawn(seen, value) for value in cases.nowcast], "main", grey_from=grey),
            Line(_("Rt (right)"), _from_firm(found, found.mean), "second", right=True, grey_from=rt_grey),
        ],
        description=_("Cases by day of onset over {n} days, how many are expected in the end, and Rt.").format(
            n=len(cases.days)
        ),
    )  # fmt: skip


def _drawn(seen: Reading, value: float) -> float | None:
    """Of days that are long over as many are expected as were reported, so both are drawn alike where they are few."""
    if np.isnan(value):
        return None
    few = small(round(float(value)), seen.fewest)
    return float(few.middle) if few.suppressed else float(value)


def _open(seen: Reading, cases: ByOnset, values: Floats) -> list[float | None]:
    """Limits of the days whose expected number is shown: around a hidden one they would tell it."""
    hidden = (small(round(float(value)), seen.fewest).suppressed for value in np.nan_to_num(cases.nowcast))
    return [None if np.isnan(value) or few else float(value) for value, few in zip(values, hidden, strict=True)]


def _from_firm(found: Curve, values: Floats) -> list[float | None]:
    """From the first day that can be relied on and whose limits fit the axis; before it little is known."""
    fits = (sure and high <= MOST_DRAWN for sure, high in zip(found.firm, found.high, strict=True))
    first = next((place for place, fit in enumerate(fits) if fit), len(found.firm))
    return [None if place < first or np.isnan(value) else float(value) for place, value in enumerate(values)]


def _rows(seen: Reading, found: Curve) -> list[list[str]]:
    cases = found.cases
    rows = zip(cases.days, cases.reported, cases.nowcast, found.mean, found.firm, strict=True)
    return [
        [f"{day:%m-%d}", _text(seen, reported), _text(seen, expected), f"{mean:.2f}" if firm else UNKNOWN]
        for day, reported, expected, mean, firm in rows
    ]


def _text(seen: Reading, value: float) -> str:
    return amount(small(round(float(value)), seen.fewest).shown)
