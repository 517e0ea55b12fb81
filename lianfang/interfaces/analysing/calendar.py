"""Epidemiological weeks as a command (流行病学周): a column of dates in, weeks out."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext as _

from lianfang.domain.analysis import calendar
from lianfang.interfaces.analysing.methods import Found, Method, Params
from lianfang.interfaces.analysing.table import Table

COLUMNS: Final = {"iso_monday": calendar.ISO, "mmwr_sunday": calendar.MMWR, "saturday": calendar.SATURDAY}


class Starting(Params, frozen=True, kw_only=True):
    """`week_start`: 1 for Monday (ISO), 7 for Sunday (CDC, MMWR), 6 for Saturday; without it, all three."""

    week_start: int | None = None


def _run(table: Table, asked: Starting) -> Found:
    days = table.days("date", "dates", "day", "日期")
    wanted = COLUMNS if asked.week_start is None else {"week": asked.week_start}
    columns = {name: calendar.week(days, week_start=start).labels.tolist() for name, start in wanted.items()}
    return Found(
        [
            {"date": str(day), **dict(zip(columns, labels, strict=True))}
            for day, *labels in zip(days, *columns.values(), strict=True)
        ]
    )


METHODS: Final = (
    Method(
        "calendar.week", _("Epidemiological weeks: ISO, CDC, or from Saturday"),
        "date", _run, Starting, {"start": "week_start"}, "lianfang analyse calendar.week days.csv",
    ),
)  # fmt: skip
