"""The timeline (大事记): events in words; what happened seldom is told one by one, what is routine is counted by day.

No name stands in it: an event says what was done where, not by whom or about whom.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Final

from django.utils.translation import gettext as _

from lianfang.interfaces.after_action.parts import Period, Table
from lianfang.interfaces.titles import event_words
from lianfang.kernel.audit.models import Event
from lianfang.kernel.orgs.models import Unit

SELDOM: Final = 20  # a kind of event that happened more often in the whole period is routine
Day = tuple[date, str, int]


def timeline(period: Period) -> Table:
    """One line a day, kind and unit: from when, how often."""
    events = Event.objects.filter(period.within(), period.during("at"), denied=False)
    rows = list(events.order_by("at").values_list("at", "kind", "unit_id"))
    often = Counter(kind for _at, kind, _unit in rows)
    grouped = _by_day(period, rows)
    units = {unit.pk: str(unit) for unit in Unit.objects.filter(pk__in={key[2] for key in grouped})}
    lines = [_line(period, key, found, units) for key, found in grouped.items()]
    told = [line for line, (_day, kind, _unit) in zip(lines, grouped, strict=True) if often[kind] <= SELDOM]
    says = _("%(all)s events on record; those that happened seldom are told here, all of them by day in the workbook.")
    heads = (_("Time"), _("Event"), _("Unit"), _("How often"))
    return Table("timeline", _("Timeline"), says % {"all": f"{len(rows):,}"}, heads, told, lines)


def _by_day(period: Period, rows: Iterable[tuple[datetime, str, int]]) -> dict[Day, list[datetime]]:
    found: dict[Day, list[datetime]] = {}
    for at, kind, unit in rows:
        found.setdefault((at.astimezone(period.unit.zone).date(), kind, unit), []).append(at)
    return found


def _line(period: Period, key: Day, found: list[datetime], units: dict[int, str]) -> list[Any]:
    _day, kind, unit = key
    return [period.moment(found[0]), event_words(kind), units.get(unit, ""), len(found)]
