"""Cases by day out of a file (逐日病例表): one series or several, those infected elsewhere, and their days."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np

from lianfang.domain.analysis.discrete import ShiftedGamma
from lianfang.domain.analysis.series import Floats
from lianfang.domain.refusals import Refused
from lianfang.interfaces.analysing.methods import Params, listed
from lianfang.interfaces.analysing.table import Table

CASES: Final = ("I", "cases", "count", "counts", "incidence", "observed", "y", "病例数", "人数")
LOCAL, IMPORTED, DAYS = "local", "imported", ("dates", "date", "day", "日期")
READS: Final = "I | cases | count | 病例数 | 人数 | local + imported; dates | 日期; series | unit"
SPELLINGS: Final[Mapping[str, str]] = {
    "si_distr": "si",
    "from": "since",
    "to": "until",
    "mu": "mean_si",
    "sigma": "std_si",
}


class Interval(Params, frozen=True, kw_only=True):
    """The serial interval: `mean_si` and `std_si` in days, or `si` (si_distr), probabilities from day 0 on."""

    mean_si: float | None = None
    std_si: float | None = None
    si: tuple[float, ...] | None = None

    @property
    def used(self) -> Any:
        """What the methods take. Refused `required` when it is not given."""
        if self.si is not None:
            return self.si
        if self.mean_si is None or self.std_si is None:
            raise Refused("required", "mean_si" if self.mean_si is None else "std_si")
        return ShiftedGamma(self.mean_si, self.std_si)


@dataclass(frozen=True, slots=True)
class Incidence:
    """All cases (series in rows), those of them infected elsewhere if the file tells, names, and the days."""

    names: Sequence[str]
    cases: Floats
    imported: Floats | None
    at: Sequence[date | int]

    def between(self, since: str | None, until: str | None, *, outer_zeros: bool) -> Incidence:
        """The days asked for; without outer zeros, only from the first to the last day with a case of any series."""
        kept = np.ones(len(self.at), dtype=bool)
        if not outer_zeros and self.cases.any():
            filled = np.flatnonzero(self.cases.any(axis=0))
            kept[: filled[0]] = kept[filled[-1] + 1 :] = False
        days = [str(one) for one in self.at]
        kept &= np.array([(not since or one >= since) and (not until or one <= until) for one in days])
        at = [one for one, keep in zip(self.at, kept, strict=True) if keep]
        return Incidence(self.names, self.cases[:, kept], None, at)


def incidence(table: Table) -> Incidence:
    """The cases of a file. Refused: `column.missing`, `required`, `number.format`, as `Table.in_order`."""
    first = next(table.by_series())[1]
    at: Sequence[date | int] = table.in_order(*DAYS) if table.has(*DAYS) else range(1, len(first.records) + 1)
    if table.has(*CASES):
        names, cases = table.stacked(*CASES)
        imported = table.stacked(IMPORTED)[1] if table.has(IMPORTED) else None
        return Incidence(names, cases, imported, at)
    if table.has(LOCAL):
        names, local = table.stacked(LOCAL)
        imported = table.stacked(IMPORTED)[1] if table.has(IMPORTED) else np.zeros_like(local)
        return Incidence(names, local + imported, imported, at)
    raise table.lacks(*CASES)


def rows_of(known: Incidence, shared: Mapping[str, Any], own: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Rows of a result: columns that all series share, and columns with a row of values for each series."""
    common = {name: listed(values) for name, values in shared.items()}
    for place, name in enumerate(known.names):
        columns = common | {key: listed(values[place]) for key, values in own.items()}
        head = {"series": name} if name else {}
        for values in zip(*columns.values(), strict=True):
            yield head | dict(zip(columns, values, strict=True))
