"""What a page of counts shows (监测读取): a unit's days, the units right below it, and the alarms among them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from lianfang.capabilities.surveillance.models import Alarm, DayCount
from lianfang.capabilities.surveillance.syndromes import codes
from lianfang.domain.small import Small
from lianfang.domain.small_sums import total_beside
from lianfang.domain.surveillance.terms import LEVELS
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import below

ByDay = Mapping[date, DayCount]


@dataclass(frozen=True, slots=True)
class Watched:
    """A unit's counts on `days`, oldest first; the lower units' by unit, in the order of their codes; its alarms.

    A day without a row is unknown. `alarms` are the unit's own and the lower units', by unit number and day.
    """

    unit: Unit
    days: tuple[date, ...]
    own: ByDay
    lower: tuple[tuple[Unit, ByDay], ...]
    alarms: Mapping[tuple[int, date], tuple[Alarm, ...]]

    def count(self, rows: ByDay, day: date, syndrome: str, *, hidden: bool) -> Small:
        """A count as it may be shown; unknown where the day has no row."""
        row = rows.get(day)
        return row.count(syndrome, hidden=hidden) if row else Small(None)

    def alarmed(self, unit: Unit, day: date, syndrome: str) -> bool:
        """Whether a setting raised an alarm about this count."""
        return any(one.syndrome == syndrome for one in self.alarms.get((unit.pk, day), ()))


def watched(unit: Unit, *, until: date, days: int) -> Watched:
    """The last `days` days up to `until`; two statements for the counts, one for the alarms."""
    span = tuple(until - timedelta(days=back) for back in range(days - 1, -1, -1))
    lower = _lower(unit, span)
    own = _sum(unit, lower) if unit.kind == "sector" else _own(unit, span)
    return Watched(unit, span, own, lower, _alarms([unit, *(one for one, _ in lower)], span))


def _own(unit: Unit, span: Sequence[date]) -> ByDay:
    rows = DayCount.objects.filter(unit=unit, day__gte=span[0], day__lte=span[-1])
    return {row.day: row for row in rows}


def _lower(unit: Unit, span: Sequence[date]) -> tuple[tuple[Unit, ByDay], ...]:
    rows = DayCount.objects.filter(day__gte=span[0], day__lte=span[-1]).select_related("unit")
    if unit.kind == "sector":  # its institutions stand elsewhere in the tree
        low, high = below(unit.path)
        rows = rows.filter(sector_path__gte=low, sector_path__lt=high, level__in=LEVELS["school"])
    else:
        rows = rows.filter(above=unit.path)
    found: dict[Unit, dict[date, DayCount]] = defaultdict(dict)
    for row in rows:
        found[row.unit][row.day] = row
    return tuple(sorted(found.items(), key=lambda one: one[0].code))


def _sum(unit: Unit, lower: Iterable[tuple[Unit, ByDay]]) -> ByDay:
    """The counts of a sector's office: its institutions', which lie elsewhere in the tree."""
    total: dict[date, DayCount] = {}
    for _, rows in lower:
        for day, row in rows.items():
            whole = total.setdefault(day, _nothing(unit, row))
            whole.expected, whole.answered = whole.expected + row.expected, whole.answered + row.answered
            for code in codes():
                whole.counts[code] = whole.counts.get(code, 0) + row.counts.get(code, 0)
    for day, whole in total.items():
        whole.bounds = _bounds(whole, [rows[day] for _, rows in lower if day in rows])
    return total


def _bounds(whole: DayCount, parts: Sequence[DayCount]) -> dict[str, int]:
    """What is hidden of a sum that is kept nowhere: its parts are shown as their own line of units has them."""

    def bound(code: str) -> int:
        shown = [part.count(code, hidden=True) for part in parts]
        return total_beside(shown, whole.counts.get(code, 0), whole.fewest).bound

    bounds = {code: bound(code) for code in codes()}
    return {code: bound for code, bound in bounds.items() if bound}


def _nothing(unit: Unit, like: DayCount) -> DayCount:
    return DayCount(unit=unit, day=like.day, expected=0, answered=0, counts={}, bounds={}, fewest=like.fewest)


def _alarms(units: Iterable[Unit], span: Sequence[date]) -> Mapping[tuple[int, date], tuple[Alarm, ...]]:
    found: dict[tuple[int, date], tuple[Alarm, ...]] = defaultdict(tuple)
    of_units = [unit.pk for unit in units]
    for alarm in Alarm.objects.filter(unit_id__in=of_units, day__gte=span[0], day__lte=span[-1]):
        found[alarm.unit_id, alarm.day] += (alarm,)
    return found
