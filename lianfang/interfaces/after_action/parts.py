"""What a pack is made of (资料组成): tables in words for the report, and rows for the workbook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q

from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import below

Cells = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Period:
    """A unit with all below it, from one day to another, both counted."""

    unit: Unit
    since: date
    until: date

    @property
    def starts(self) -> datetime:
        """The first moment of the first day."""
        return datetime.combine(self.since, time(0), self.unit.zone)

    @property
    def ends(self) -> datetime:
        """The moment after the last day."""
        return datetime.combine(self.until + timedelta(days=1), time(0), self.unit.zone)

    def within(self, prefix: str = "unit__") -> Q:
        """The condition that a row's unit is this unit or lies below it."""
        low, high = below(self.unit.path)
        return Q(**{f"{prefix}path__gte": low, f"{prefix}path__lt": high})

    def during(self, name: str) -> Q:
        """The condition that a moment lies in the period."""
        return Q(**{f"{name}__gte": self.starts, f"{name}__lt": self.ends})

    def moment(self, at: datetime | None) -> str:
        """A moment where the unit is, to the minute; empty when there is none."""
        return "" if at is None else at.astimezone(self.unit.zone).strftime("%Y-%m-%d %H:%M")


@dataclass(frozen=True, slots=True)
class Table:
    """One part of the report: its title, a sentence, rows; `all_rows` are the workbook's where it has more."""

    code: str
    title: str
    says: str
    heads: tuple[str, ...]
    rows: Sequence[Cells]
    all_rows: Sequence[Cells] = ()

    @property
    def whole(self) -> Sequence[Cells]:
        """The rows for the workbook."""
        return self.all_rows or self.rows
