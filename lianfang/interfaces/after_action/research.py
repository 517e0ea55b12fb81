"""De-identified research data (科研数据): one row a person without any identifier, and counts by day."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from lianfang.capabilities.stays.models import Stay
from lianfang.capabilities.stays.there import there_on
from lianfang.capabilities.training.models import Enrolment
from lianfang.domain.deidentify import Column, as_it_is, banded, by_month, by_week, deidentify
from lianfang.domain.small import small
from lianfang.interfaces.after_action.parts import Period
from lianfang.kernel.audit.ops import ref
from lianfang.kernel.readings.models import Reading
from lianfang.kernel.readings.ops import READING
from lianfang.kernel.tasks.models import Task

STAYS: Final = (
    Column("age", (banded(10), banded(20), banded(40))), Column("party", (as_it_is,)),
    Column("came", (by_week, by_month)), Column("nights", (banded(1), banded(7), banded(14))),
    Column("fever", (as_it_is,), outcome=True), Column("ended", (as_it_is,), outcome=True),
)  # fmt: skip
ATTENDANCES: Final = (
    Column("age", (banded(10), banded(20), banded(40))), Column("began", (by_week, by_month)),
    Column("days", (banded(1),)), Column("fever", (as_it_is,), outcome=True),
)  # fmt: skip
DAYS: Final = ("day", "in_observation", "readings_owed", "readings_taken", "abnormal")


@dataclass(frozen=True, slots=True)
class Extract:
    """One research file: its name, its head and rows, and what was done to its rows, as `deidentify` says it.

    `total` is how many rows there were: all of them are in the file, or none.
    """

    name: str
    heads: tuple[str, ...]
    rows: Sequence[Sequence[str]]
    total: int
    together: int
    levels: Mapping[str, int]
    stars: Mapping[str, int]

    @property
    def content(self) -> bytes:
        """The file as CSV in UTF-8 with a byte order mark, as spreadsheets want it."""
        text = io.StringIO()
        written = csv.writer(text, lineterminator="\r\n")
        written.writerows([self.heads, *self.rows])
        return text.getvalue().encode("utf-8-sig")


def extracts(period: Period, *, fewest: int) -> list[Extract]:
    """The research files of a period; no cell below `fewest`, no identifier, no day of a single person."""
    return [
        _extract("stays.csv", STAYS, list(_stays(period)), fewest),
        _extract("attendances.csv", ATTENDANCES, list(_attendances(period)), fewest),
        _days(period, fewest),
    ]


def _extract(name: str, columns: Sequence[Column], rows: list[Sequence[Any]], fewest: int) -> Extract:
    found = deidentify(rows, columns, fewest=fewest)
    return Extract(name, found.columns, found.rows, found.total, found.together, found.levels, found.stars)


def _stays(period: Period) -> Iterator[Sequence[Any]]:
    stays = list(Stay.objects.filter(period.within(), period.during("admitted_at")).select_related("person", "unit"))
    feverish = _feverish([ref(one) for one in stays])
    for one in stays:
        came = one.admitted_at.astimezone(one.unit.zone).date() if one.admitted_at else None
        left = one.ended_at.astimezone(one.unit.zone).date() if one.ended_at else None
        nights = (left - came).days if came and left else None
        yield _age(one.person.birth_date, came), one.party_kind, came, nights, ref(one) in feverish, one.state


def _attendances(period: Period) -> Iterator[Sequence[Any]]:
    within = period.within("run__unit__")
    found = Enrolment.objects.filter(within, run__first_day__gte=period.since, run__last_day__lte=period.until)
    attended = list(found.select_related("person", "run"))
    feverish = _feverish([ref(one) for one in attended])
    for one in attended:
        run = one.run
        days = (run.last_day - run.first_day).days + 1
        yield _age(one.person.birth_date, run.first_day), run.first_day, days, ref(one) in feverish


def _feverish(subjects: Iterable[str]) -> set[str]:
    found = Reading.objects.filter(subject__in=list(subjects), fever=True, voided_at=None)
    return set(found.values_list("subject", flat=True))


def _age(born: date | None, on: date | None) -> int | None:
    if born is None or on is None:
        return None
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def _days(period: Period, fewest: int) -> Extract:
    """Counts of every day of observation; small ones as a bound."""
    rows = [_day(period, day, fewest) for day in _days_of(period)]
    return Extract("days.csv", DAYS, rows, len(rows), 0, {}, {})


def _days_of(period: Period) -> Iterator[date]:
    owed = Task.objects.filter(period.within(), kind=READING, subject__startswith="stays.stay:")
    found = owed.filter(day__range=(period.since, period.until)).order_by("day").values_list("day", flat=True)
    known = [day for day in found.distinct() if day is not None]
    for number in range((known[-1] - known[0]).days + 1 if known else 0):
        yield known[0] + timedelta(days=number)


def _day(period: Period, day: date, fewest: int) -> list[str]:
    on = Period(period.unit, day, day)
    owed = Task.objects.filter(period.within(), kind=READING, day=day, excused="", subject__startswith="stays.stay:")
    taken = Reading.objects.filter(
        period.within(), subject__startswith="stays.stay:", day=day, second_of=None, voided_at=None
    )
    here = there_on(period.unit, day, Stay.objects.filter(period.within()), fewest, ends=on.ends)
    counts = (owed.count(), taken.count(), taken.filter(abnormal=True).count())
    return [day.isoformat(), str(here.shown), *(str(small(count, fewest).shown) for count in counts)]
