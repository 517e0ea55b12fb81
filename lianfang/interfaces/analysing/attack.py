"""Attack rates as a command (罹患率): proportions with limits, and exposures of a line list or as two-by-two tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from django.utils.translation import gettext as _

from lianfang.domain.analysis import attack
from lianfang.domain.refusals import Problem, Refused
from lianfang.interfaces.analysing.methods import Found, Method, Params, listed
from lianfang.interfaces.analysing.table import EMPTY, Table

CELLS: Final = ("exp_ill", "exp_well", "unexp_ill", "unexp_well")
YES: Final = frozenset({"y", "yes", "1", "true", "是"})
NO: Final = frozenset({"n", "no", "0", "false", "否"})
NAMES: Final = ("exposure", "group", "name", "unit")


class Limits(Params, frozen=True, kw_only=True):
    """`level` of the limits."""

    level: float = 0.95


class Tables(Limits, frozen=True, kw_only=True):
    """`ill`: the column of a line list that says who fell ill; `exposures`: its columns of exposures, all yes/no
    columns when none is named; `compat` "epitools": odds ratios as coarsely searched as there.
    """

    ill: str = "ill"
    exposures: tuple[str, ...] = ()
    compat: str = ""


def _proportion(table: Table, asked: Limits) -> Found:
    cases, persons = table.numbers("x", "cases", "ill"), table.numbers("n", "persons", "exposed")
    found = attack.proportion(cases, persons, level=asked.level)
    columns = {
        "group": _names(table), "x": listed(cases), "n": listed(persons), "p": found.proportion,
        "exact_lo": found.exact_low, "exact_hi": found.exact_high, "wilson_lo": found.wilson_low,
        "wilson_hi": found.wilson_high, "wald_lo": found.wald_low, "wald_hi": found.wald_high,
    }  # fmt: skip
    lists = [listed(np.asarray(one)) if not isinstance(one, list) else one for one in columns.values()]
    rows = [dict(zip(columns, values, strict=True)) for values in zip(*lists, strict=True)]
    return Found(rows, notes=[_("Wald limits can leave 0 to 1; read the exact or the Wilson ones.")])


def _two_by_two(table: Table, asked: Tables) -> Found:
    given = _given(table) if table.has(CELLS[0]) else _counted(table, asked)
    return Found([_row(name, cells, asked) for name, cells in given])


def _given(table: Table) -> Iterator[tuple[str, tuple[int, ...]]]:
    columns = [table.numbers(name) for name in CELLS]
    for name, *cells in zip(_names(table), *columns, strict=True):
        yield name, tuple(cells)


def _counted(table: Table, asked: Tables) -> Iterator[tuple[str, tuple[int, ...]]]:
    ill = _answers(table, asked.ill)
    named = asked.exposures or [one for one in table.header if one != asked.ill and _is_yes_no(table, one)]
    for name in named:
        yield name, attack.tables(_answers(table, name), ill)


def _row(name: str, cells: tuple[int, ...], asked: Tables) -> dict[str, Any]:
    found = attack.two_by_two(*cells, level=asked.level, compat=asked.compat)
    row: dict[str, Any] = {"exposure": name, **dict(zip(CELLS, (int(cell) for cell in cells), strict=True))}
    row |= {"ar_exp": found.risk_exposed, "ar_unexp": found.risk_unexposed}
    ratios = {
        "rr": found.risk_ratio, "or_wald": found.odds_wald, "or_midp": found.odds_mid_p, "or_fisher": found.odds_fisher,
    }  # fmt: skip
    for key, one in ratios.items():
        row |= {key: one.value, f"{key}_lo": one.low, f"{key}_hi": one.high}
    row |= {"p_midp": found.p_mid, "p_fisher": found.p_fisher, "p_chisq": found.p_chi2}
    return {key: listed(value) for key, value in row.items()}


def _names(table: Table) -> list[str]:
    return table.words(*NAMES) if table.has(*NAMES) else [str(row) for row, _cells in table.records]


def _is_yes_no(table: Table, column: str) -> bool:
    words = {word.casefold() for word in table.words(column)} - EMPTY
    return bool(words) and words <= YES | NO


def _answers(table: Table, column: str) -> list[float]:
    """1 for yes, 0 for no, NaN where it is not known. Refused `analysis.yes_no` (row, column)."""
    pairs = zip(table.records, table.words(column), strict=True)
    return [_answer(row, column, word.casefold()) for (row, _cells), word in pairs]


def _answer(row: int, column: str, word: str) -> float:
    if word in EMPTY:
        return float("nan")
    if word not in YES | NO:
        raise Refused(Problem("analysis.yes_no", row=row, column=column))
    return float(word in YES)


METHODS: Final = (
    Method(
        "attack.proportion", _("Attack rates with exact, Wilson and Wald limits"), "x (cases), n (persons), group",
        _proportion, Limits, {"conf": "level"}, "lianfang analyse attack.proportion attack.csv",
    ),
    Method(
        "attack.two_by_two", _("An exposure and an illness: risk ratio, odds ratio by three methods, tests"),
        "exp_ill, exp_well, unexp_ill, unexp_well | ill and yes/no columns", _two_by_two, Tables, {"conf": "level"},
        "lianfang analyse attack.two_by_two linelist.csv",
    ),
)  # fmt: skip
