"""An item's sums by period (逐期合计): this period and the three before, each as long as what is shown.

Offices are read from what the fold added up; whatever it did not is added up here from the reports counted first-hand.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from lianfang.kernel.orgs.kinds import OFFICES
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import below
from lianfang.kernel.reporting.board_asked import Question, ask
from lianfang.kernel.reporting.forms import Edition

PERIODS: Final = 4
"""This period and the three that it is compared with (WHO Data Quality Review)."""
_FOLDED: Final = """
SELECT day, figures->'sums'->%(form)s FROM reporting_folded
 WHERE path = %(path)s AND day > %(after)s AND day <= %(until)s
"""
_REPORTED: Final = """
SELECT r.day, r.values FROM reporting_unitreport r
 WHERE r.day > %(after)s AND r.day <= %(until)s AND r.form = %(form)s AND r.current AND r.returned_at IS NULL
   AND ((r.path >= %(low)s AND r.path < %(high)s) OR (r.sector_path >= %(low)s AND r.sector_path < %(high)s))
   AND EXISTS (SELECT 1 FROM dues_due d
                WHERE d.unit_id = r.unit_id AND d.day = r.day AND d.kind = 'report' AND d.source)
"""
Row = tuple[date, Mapping[str, tuple[int, int]]]
"""A day; item -> its sum, and how many reports gave it."""


@dataclass(slots=True)
class Sums:
    """An item's sums by period, oldest first (None: nobody reported it then), and by how many reports each."""

    values: list[int | None]
    reports: list[int]


def sums_by_period(unit: Unit, until: date, days: int, form: Edition) -> dict[str, Sums]:
    """Item -> its sums in this period and the three before."""
    after = until - timedelta(days=days * PERIODS)
    low, high = below(unit.path)
    values = {"path": unit.path, "form": form.code, "after": after, "until": until, "low": low, "high": high}
    rows = _folded(values) if unit.kind in OFFICES and unit.kind != "sector" else []
    items = [item.code for item in form.items if item.sums and item.kind == "count"]
    return _added(rows or _reported(values), items, after, days)


def _folded(values: Mapping[str, object]) -> list[Row]:
    (rows,) = ask(Question(_FOLDED, values))
    return [
        (day, {code: (int(value), given) for code, (value, given) in json.loads(sums).items() if given})
        for day, sums in rows
        if sums
    ]


def _reported(values: Mapping[str, object]) -> list[Row]:
    (rows,) = ask(Question(_REPORTED, values))
    return [(day, {code: (n, 1) for code, n in json.loads(figures).items() if type(n) is int}) for day, figures in rows]


def _added(rows: Iterable[Row], items: Sequence[str], after: date, days: int) -> dict[str, Sums]:
    found = {code: Sums([None] * PERIODS, [0] * PERIODS) for code in items}
    for day, figures in rows:
        period = ((day - after).days - 1) // days
        for code in items:
            if code in figures:
                value, given = figures[code]
                of_item = found[code]
                of_item.values[period] = (of_item.values[period] or 0) + value
                of_item.reports[period] += given
    return found
