"""The quarantine curve as a command (隔离期曲线): who would fall ill after release, by day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np
from django.utils.translation import gettext as _

from lianfang.domain.analysis import quarantine
from lianfang.domain.refusals import Refused
from lianfang.interfaces.analysing.methods import Found, Method, Params, listed
from lianfang.interfaces.analysing.table import Table
from lianfang.interfaces.charts import Chart, Line

DAY: Final = ("day", "days", "released")
WINDOW: Final = ("exposure_window", "window")
SPELLINGS: Final[Mapping[str, str]] = {"meanlog": "par1", "shape": "par1", "sdlog": "par2", "rate": "par2"}
TONES: Final = ("main", "second", "third", "grey")


class Curve(Params, frozen=True, kw_only=True):
    """`dist` lnorm (`par1` meanlog, `par2` sdlog), gamma (shape, rate) or weibull (shape, scale), as in R.

    `scale` in place of `par2` for gamma and weibull. `windows`: days that the exposure lasted; a column of the file
    (exposure_window) comes first. `risks`: chances of infection.
    """

    dist: str = "lnorm"
    par1: float
    par2: float | None = None
    scale: float | None = None
    windows: tuple[float, ...] = (0.0,)
    risks: tuple[float, ...] = (1.0, 0.1, 0.01)


def _run(table: Table, asked: Curve) -> Found:
    days = table.numbers(*DAY)
    widths = table.numbers(*WINDOW) if table.has(*WINDOW) else None
    parameters = _parameters(asked)
    pairs = _pairs(days, widths, asked.windows)
    late = np.empty(len(pairs))
    for width in dict.fromkeys(width for _day, width in pairs):
        of = np.array([one == width for _day, one in pairs])
        at = np.array([day for day, one in pairs if one == width])
        late[of] = quarantine.curve(at, dist=asked.dist, parameters=parameters, windows=(width,))
    undetected = quarantine.undetected(np.clip(late, 0, 1), risk=asked.risks)
    rows = list(_rows(pairs, late, undetected, asked.risks))
    return Found(rows, {"parameters": listed(np.array(parameters))}, (), _chart(rows))


def _pairs(days: Any, widths: Any, windows: tuple[float, ...]) -> list[tuple[float, float]]:
    """Day and exposure window of each row of the answer: those of the file, or its days with each window asked for."""
    if widths is not None:
        return list(zip(listed(days), listed(widths), strict=True))
    return [(day, width) for width in windows for day in listed(days)]


def _parameters(asked: Curve) -> tuple[float, float]:
    """As `quarantine.curve` takes them: gamma's second is the scale."""
    if asked.scale is not None and asked.par2 is None:
        return asked.par1, asked.scale
    if asked.par2 is None or asked.scale is not None or asked.par2 == 0:
        raise Refused("quarantine.parameters", "par2", dist=asked.dist, names=["par1", "par2"])
    return asked.par1, 1 / asked.par2 if asked.dist in ("gamma", "G") else asked.par2


def _rows(
    pairs: list[tuple[float, float]], late: Any, undetected: Any, risks: tuple[float, ...]
) -> Iterator[dict[str, Any]]:
    for place, (day, width) in enumerate(pairs):
        shares = {f"undetected_per_10000_risk{risk:g}": float(undetected[at][place]) for at, risk in enumerate(risks)}
        yield {"day": day, "exposure_window": width, "p_onset_after": float(late[place])} | shares


def _chart(rows: list[dict[str, Any]]) -> Chart:
    widths = list(dict.fromkeys(row["exposure_window"] for row in rows))
    days = sorted({row["day"] for row in rows})
    by = {(row["exposure_window"], row["day"]): 100 * row["p_onset_after"] for row in rows}
    lines = [
        Line(_("Exposed for %(days)s days") % {"days": f"{width:g}"}, [by.get((width, day)) for day in days], tone)
        for width, tone in zip(widths, TONES * len(widths), strict=False)
    ]
    return Chart(title=_("Onsets still to come after release"), at=days, lines=lines, unit="%")


METHODS: Final = (
    Method(
        "quarantine.curve", _("The chance of falling ill after release from quarantine, by day of release"),
        "day, exposure_window", _run, Curve, SPELLINGS,
        'lianfang analyse quarantine.curve days.csv --params \'{"dist": "lnorm", "par1": 1.621, "par2": 0.418}\'',
    ),
)  # fmt: skip
