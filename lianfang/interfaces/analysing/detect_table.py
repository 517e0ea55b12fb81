"""What the commands of detection share (异常探测命令共用): places to judge, rows beside their counts, one picture."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
from django.utils.translation import gettext as _

from lianfang.domain.analysis.series import Floats
from lianfang.domain.refusals import Refused
from lianfang.interfaces.analysing.methods import Found, listed
from lianfang.interfaces.analysing.table import Table
from lianfang.interfaces.charts import Bars, Chart, Line

COUNTS: Final = ("observed", "cases", "count", "y", "I", "病例数", "人数")
DAYS: Final = ("date", "dates", "day", "日期")
READS: Final = "observed | cases | count | y | I | 病例数 | 人数; date | 日期; series | unit"
Range = str | int | None
MOST_BARS: Final = 2000


@dataclass(frozen=True)
class Watched:
    """Series of a file: names, counts (series in rows), their days if the file tells, and the places to show."""

    names: Sequence[str]
    counts: Floats
    at: Sequence[date] | None
    first: int
    last: int

    @property
    def judged(self) -> slice:
        """The places to show."""
        return slice(self.first, self.last)

    def found(
        self, columns: Mapping[str, Any], *, upper: str, alarm: str, line: str = "",
        bounds: Mapping[str, str] | None = None,
    ) -> Found:  # fmt: skip
        """Rows of the columns (each of the counts' shape), and the picture of the first series with its bound (`line`).

        `bounds`: the column of each alarm that is empty where nothing was judged; the alarm is empty there too.
        """
        shown = {name: np.atleast_2d(column)[:, self.judged] for name, column in columns.items()}
        bounds = bounds or {alarm: upper}
        known = ~np.isnan(shown[bounds[alarm]])
        shown |= {name: np.where(np.isnan(shown[bound]), np.nan, shown[name]) for name, bound in bounds.items()}
        facts = {"series": len(self.names), "judged": int(known.sum()), "alarms": int(np.nansum(shown[alarm]))}
        chart = self._chart(shown[upper], np.nan_to_num(shown[alarm]), line or _("Upper bound"))
        notes = (
            [] if known.any() else [_("Nothing was judged: there are too few days or weeks before, or none to judge.")]
        )
        return Found(list(self._rows(shown, flags=bounds)), facts, notes, chart)

    def _rows(self, shown: Mapping[str, Any], *, flags: Iterable[str]) -> Iterator[dict[str, Any]]:
        values = {"observed": listed(self.counts[:, self.judged])}
        values |= {name: listed(_plain(column)) for name, column in shown.items()}
        values |= {name: [[_flag(one) for one in row] for row in values[name]] for name in flags}
        for row, name in enumerate(self.names):
            for turn, place in enumerate(range(self.first, self.last)):
                told: dict[str, Any] = {"series": name} if name else {}
                told |= {"t": place + 1} | ({"date": self.at[place].isoformat()} if self.at else {})
                yield told | {key: column[row][turn] for key, column in values.items()}

    def _chart(self, upper: Any, alarm: Any, line: str) -> Chart | None:
        places = range(self.first, self.last)
        if len(places) > MOST_BARS:
            return None
        return Chart(
            title=_("Cases above what is expected"),
            at=[self.at[place] for place in places] if self.at else [place + 1 for place in places],
            bars=[Bars(_("Cases"), listed(self.counts[0, self.judged]), flagged=[bool(one) for one in alarm[0]])],
            lines=[Line(line, listed(np.where(np.isfinite(upper[0]), upper[0], np.nan)), "warn")],
            description=_("%(count)s alarms.") % {"count": int(np.nansum(alarm))},
        )  # fmt: skip


def watched(table: Table, asked: Range, *, start: int = 0) -> Watched:
    """The series of a file, and the places asked for ("105:209", counted from 1) or those from `start` on.

    Refused `number.format`, `number.out_of_range` (range), as `Table.in_order`.
    """
    names, counts = table.stacked(*COUNTS)
    days = table.in_order(*DAYS) if table.has(*DAYS) else None
    first, last = _ends(asked, start, counts.shape[1])
    return Watched(names, counts, days, first, last)


def _ends(asked: Range, start: int, places: int) -> tuple[int, int]:
    if asked is None:
        return min(start, places - 1), places
    first, _colon, last = str(asked).partition(":")
    try:
        ends = int(first) - 1, int(last or first)
    except ValueError:
        raise Refused("number.format", "range") from None
    if not 0 <= ends[0] < ends[1] <= places:
        raise Refused("number.out_of_range", "range", low=1, high=places)
    return ends


def _flag(value: float | None) -> int | None:
    return None if value is None else int(value)


def _plain(column: Any) -> Any:
    return column.astype(int) if column.dtype == np.bool_ else column
