"""What the records of scenario 000 say (记录核对): every total by a query, none typed in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Min, Sum

from lianfang.capabilities.catering.models import Shortfall, Sitting
from lianfang.capabilities.incidents.clocks import verdicts
from lianfang.capabilities.incidents.models import Incident
from lianfang.capabilities.site.models import Site
from lianfang.capabilities.stays.models import Stay
from lianfang.capabilities.stays.models.stay import CONVERTED
from lianfang.capabilities.supplies.outlook import outlook
from lianfang.capabilities.training.closing import phase_report
from lianfang.capabilities.training.models import TrainingPhase
from lianfang.demo.acts import Act
from lianfang.demo.cast import acting
from lianfang.demo.script import Finding
from lianfang.demo.site_world import House
from lianfang.domain.incidents.flows import CONTAINED, REPORTED
from lianfang.domain.site.life import day_number
from lianfang.domain.stock.forecast import PRESENT, Outlook
from lianfang.kernel import clock
from lianfang.kernel.ledgers.models import Item
from lianfang.kernel.readings.models import CLASS, STAY, Reading

BOXES = "lunch_box"
_CLOCKS = {CONTAINED: "handling", REPORTED: "report"}
_AT_MIDNIGHT = """
SELECT d::date, count(o.id) FROM generate_series(%(first)s::date, %(last)s::date, '1 day') AS d
  LEFT JOIN places_occupancy o ON o.unit_id = %(unit)s AND o.layer = 'bed'
   AND o.since < (d::date + 1)::timestamp AT TIME ZONE %(zone)s
   AND (o.until IS NULL OR o.until >= (d::date + 1)::timestamp AT TIME ZONE %(zone)s)
 GROUP BY 1 ORDER BY 1
"""


@dataclass(slots=True)
class Forecasts:
    """The forecasts as somebody asked for them on the day of the scenario's lesson."""

    house: House
    made: dict[date, Outlook] = field(default_factory=dict)

    def asked(self) -> Iterator[Act]:
        """In the evening of the day that the scenario names, when the day's meals have been served."""
        for day in self.days():
            yield Act(self.house.at(f"{day}T20:00"), lambda day=day: self._ask(day))  # type: ignore[misc]

    def days(self) -> list[date]:
        """The days for which the scenario expects a forecast (`forecast_on_2020_02_10`)."""
        names = [name for name in self.house.told["expect"] if name.startswith("forecast_on_")]
        return [date.fromisoformat(name.removeprefix("forecast_on_").replace("_", "-")) for name in names]

    def _ask(self, day: date) -> None:
        with acting(self.house.hands["stores"]):
            item = Item.objects.get(unit=self.house.unit, code=BOXES)
            self.made[day] = outlook(self.house.unit, item, at=clock.now())


def findings(house: House, forecasts: Forecasts) -> Iterator[Finding]:
    """Each total of the scenario beside what the records hold."""
    expect = house.told["expect"]
    got = {**_of_the_site(house), **_of_stock(house, forecasts), **_of_classes(house)}
    for name, value in expect.items():
        yield Finding(name, _plain(value), got[name])
    yield Finding("emergencies", [one["expect"] for one in house.told["emergency"]], _emergencies(house))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(name): _plain(one) for name, one in value.items()}
    return str(value) if isinstance(value, date) else value


def _of_the_site(house: House) -> dict[str, Any]:
    site = Site.objects.get(pk=house.site.pk)
    curve = _guests_at_midnight(house, site.designated_on, site.closed_on or site.designated_on)
    most = max(curve.values())
    stays = Stay.objects.filter(unit=house.unit)
    first_readings = Reading.objects.filter(second_of=None, voided_at=None)
    return {
        "days_open_inclusive": day_number(site.designated_on, site.closed_on or site.designated_on),
        "people": stays.filter(admitted_at__isnull=False).count(),
        "peak": {"date": str(min(day for day, number in curve.items() if number == most)), "n": most},
        "room_nights": sum(curve.values()),
        "readings": first_readings.filter(unit=house.unit, kind=STAY).count(),
        "infected": stays.filter(state=CONVERTED).count(),
        "class_readings": first_readings.filter(unit__parent=house.school, kind=CLASS).count(),
    }


def _guests_at_midnight(house: House, first: date, last: date) -> dict[date, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            _AT_MIDNIGHT, {"first": first, "last": last, "unit": house.unit.pk, "zone": house.unit.zone_name}
        )
        return dict(cursor.fetchall())


def _of_stock(house: House, forecasts: Forecasts) -> dict[str, Any]:
    shortfalls = Shortfall.objects.filter(unit=house.unit, item__code=BOXES)
    seen = shortfalls.aggregate(first=Min("sitting__day"), short=Sum("short"))
    found: dict[str, Any] = {
        "guest_meals": Sitting.objects.filter(unit=house.unit).aggregate(n=Sum("served"))["n"] or 0,
        "boxes_run_out": str(seen["first"]) if seen["first"] else None,
        "boxes_short_in_the_end": int(seen["short"] or 0),
    }
    for day, made in forecasts.made.items():
        found[f"forecast_on_{day:%Y_%m_%d}"] = {
            one.basis: str(one.runs_out_on) if one.runs_out_on else None for one in made.all
        }
        present = next(one for one in made.all if one.basis == PRESENT)
        found["boxes_left_present_guests"] = None if present.left is None else int(present.left)
    return found


def _of_classes(house: House) -> dict[str, Any]:
    report = phase_report(TrainingPhase.objects.get(unit=house.school))
    return {
        "classes": report["classes"],
        "attendances": report["attendances"],
        "class_disinfections": report["zone_rounds"],
        "pre_class_orders": report["orders_signed"],
    }


def _emergencies(house: House) -> list[str]:
    """Of each emergency whether both clocks were kept, or which was not."""
    found = []
    for incident in Incident.objects.filter(unit=house.unit, clocked=True).order_by("detected_at"):
        missed = [_CLOCKS[one.what] for one in verdicts(incident) if one.exceeded]
        found.append("_".join(["fail", *missed]) if missed else "pass")
    return found
