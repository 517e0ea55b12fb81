"""Quality of reports as a command (数据质量): completeness, timeliness, outliers, verification factor, by unit."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from django.utils.translation import gettext as _

from lianfang.domain.analysis import quality
from lianfang.domain.analysis.series import Floats
from lianfang.domain.refusals import Refused
from lianfang.interfaces.analysing.methods import Found, Method, Params, listed
from lianfang.interfaces.analysing.table import Table

REPORTED: Final = ("reported", "value", "count", "observed", "cases")

MOST: Final = 1e15
"""Beyond this a double no longer tells one from the next."""


class Assessing(Params, frozen=True, kw_only=True):
    """`by`: "unit" a row each, or "row" with the scores of each report; limits of the classes; `previous` periods that
    the last one is compared with in `consistency_ratio` (WHO: 3; all when 0). `consistency_ratio_last` is against all.
    """

    by: str = "unit"
    moderate: float = 2.0
    extreme: float = 3.0
    modified: float = 3.5
    over: float = 0.9
    under: float = 1.1
    previous: int = 3
    complete: float = 0.75


def _reported(table: Table) -> Floats:
    """The figures, NaN where none came. Refused `series.negative`, `series.too_large` (position)."""
    found = table.numbers(*REPORTED, empty=True)
    for code, wrong in (("series.negative", found < 0), ("series.too_large", np.abs(found) > MOST)):
        if wrong.any():
            place = int(np.argmax(wrong))
            raise Refused(code, "reported", position=place + 1, series=1, value=float(found[place]))
    return found


def _assess(table: Table, asked: Assessing) -> Found:
    reported = _reported(table)
    groups = quality.groups_of(table.words("unit", "series") if table.has("unit", "series") else None, len(reported))
    scores = quality.outliers(
        reported, units=groups, moderate=asked.moderate, extreme=asked.extreme, modified=asked.modified
    )
    units, facts = _units(table, reported, groups, asked)
    facts |= {
        "moderate_outliers": int(scores.moderate.sum()), "extreme_outliers": int(scores.extreme.sum()),
        f"modified_z_gt{asked.modified:g}": int(scores.modified.sum()),
    }  # fmt: skip
    rows = _rows(table, scores) if asked.by == "row" else units
    return Found(rows, facts, [_("A missing report is missing, not zero; a zero report counts as received.")])


def _units(
    table: Table, reported: Floats, groups: quality.Groups, asked: Assessing
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    columns: dict[str, Any] = {"unit": list(groups.names)}
    facts: dict[str, Any] = {}
    received = table.numbers("received") if table.has("received") else (~np.isnan(reported)).astype(np.float64)
    expected = table.numbers("expected") if table.has("expected") else np.ones(len(reported))
    columns["completeness"] = quality.completeness(received, expected, units=groups)
    facts["completeness"] = quality.completeness(received, expected)[0]
    facts[f"units_completeness_ge{asked.complete * 100:g}"] = float(np.mean(columns["completeness"] >= asked.complete))
    if table.has("on_time"):
        on_time = table.numbers("on_time")
        columns["timeliness"] = quality.timeliness(on_time, expected, units=groups)
        columns["timeliness_of_received"] = quality.timeliness(on_time, received, units=groups)
        facts["timeliness"] = quality.timeliness(on_time, expected)[0]
    if table.has("recounted"):
        _verified(columns, facts, reported, table.numbers("recounted", empty=True), groups, asked)
    series = [reported[groups.code == place] for place in range(len(groups.names))]
    for name, previous in (("consistency_ratio", asked.previous or None), ("consistency_ratio_last", None)):
        columns[name] = np.array([quality.consistency_ratio(one, previous=previous) for one in series])
    lists = [listed(np.asarray(one)) if not isinstance(one, list) else one for one in columns.values()]
    rows = [dict(zip(columns, values, strict=True)) for values in zip(*lists, strict=True)]
    return rows, {name: listed(value) for name, value in facts.items()}


def _verified(
    columns: dict[str, Any], facts: dict[str, Any], reported: Floats, recounted: Floats,
    groups: quality.Groups, asked: Assessing,
) -> None:  # fmt: skip
    found = quality.verification_factor(reported, recounted, units=groups, over=asked.over, under=asked.under)
    whole = quality.verification_factor(reported, recounted)
    columns |= {
        "reported_sum": found.reported, "recounted_sum": found.recounted, "verification_factor": found.factor,
        "exact_match": found.exact, "vf_class": found.class_,
    }  # fmt: skip
    over, under = quality.shares_of(found)
    facts |= {
        "verification_factor": whole.factor[0], "pct_units_over": over, "pct_units_under": under,
        "exact_match": whole.exact[0], "concordance_correlation": quality.concordance(reported, recounted),
    }  # fmt: skip


def _rows(table: Table, scores: quality.Outliers) -> list[dict[str, Any]]:
    words = np.where(scores.extreme, "extreme", np.where(scores.moderate, "moderate", ""))
    kept = [name for name in table.header if name.casefold() in ("month", "week", "date", "t", "unit", "series")]
    columns = [table.words(name) for name in kept]
    names = [*kept, "z", "modified_z", "outlier"]
    values = [*columns, listed(scores.z), listed(scores.modified_z), listed(words)]
    return [dict(zip(names, row, strict=True)) for row in zip(*values, strict=True)]


METHODS: Final = (
    Method(
        "quality.assess", _("Completeness, timeliness, outliers, consistency, verification factor, by unit"),
        "unit, reported, expected, received, on_time, recounted", _assess, Assessing, {},
        "lianfang analyse quality.assess reports.csv --params '{\"by\": \"row\"}'",
    ),
)  # fmt: skip
