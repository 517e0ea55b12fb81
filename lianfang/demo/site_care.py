"""Care at the site of scenario 000 (日常照护): rounds, abnormal readings, tests, emergencies, meals, supplies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from lianfang.capabilities.catering.actions import serve_meals, set_meal_item
from lianfang.capabilities.incidents.clocks import stop_clock
from lianfang.capabilities.incidents.closing import close_incident, explain_delay
from lianfang.capabilities.incidents.models import Incident
from lianfang.capabilities.incidents.opening import open_incident
from lianfang.capabilities.incidents.steps import complete_step
from lianfang.capabilities.stays.laboratory import order_test, record_test
from lianfang.capabilities.stays.models import Stay
from lianfang.capabilities.stays.rounds import close_round, record_round
from lianfang.capabilities.supplies.actions import receive_supplies, register_item
from lianfang.demo.acts import Act
from lianfang.demo.cast import acting
from lianfang.demo.site_guests import Batch
from lianfang.demo.site_world import House
from lianfang.domain.incidents.flows import CONTAINED, REPORTED
from lianfang.kernel import clock
from lianfang.kernel.ledgers.models import Item
from lianfang.kernel.places.models import BED, Occupancy
from lianfang.kernel.places.ops import present
from lianfang.kernel.readings.models import Reading
from lianfang.kernel.tasks import ops as tasks
from lianfang.kernel.tasks.models import Task

_SLOTS: Final[Mapping[str, str]] = {"am": "08:00", "pm": "17:00"}
_NOON: Final = 12
_LATE_ROUND: Final = timedelta(minutes=40)  # after an arrival in the evening
_SECOND: Final = timedelta(minutes=15)
_CLOSED_AFTER: Final = timedelta(minutes=50)
_ORDINARY: Final = ("36.2", "36.3", "36.4", "36.5", "36.6", "36.7", "36.8")
_MEALS: Final[Mapping[str, str]] = {"breakfast": "07:30", "lunch": "12:00", "dinner": "18:30"}
_BOX: Final = "lunch_box"
_NAMES: Final[Mapping[str, tuple[str, str]]] = {
    "lunch_box": ("一次性饭盒", "Lunch boxes"),
    "mask": ("口罩", "Masks"),
    "hypochlorite_5pct": ("84消毒液（5%）", "Hypochlorite solution, 5 %"),
    "alcohol": ("酒精", "Alcohol"),
    "nadcc": ("优氯净", "NaDCC"),
}


def rounds(house: House, batches: list[Batch]) -> Iterator[Act]:
    """A round every morning and evening while somebody is there; after a late arrival the evening's comes later."""
    arrivals = {batch.at.date(): batch.at for batch in batches}
    first, closed = min(arrivals.values()), date.fromisoformat(house.told["site"]["closed"])
    for day in _days(first.date(), closed):
        for slot, local in _SLOTS.items():
            at, late = house.at(f"{day}T{local}"), arrivals.get(day)
            moments = [at] if slot == "am" or late is None or late <= at else [at, late + _LATE_ROUND]
            for one in moments:
                if one > first:
                    yield Act(one, _round(house, day, slot))
            if moments[-1] > first:
                yield Act(moments[-1] + _CLOSED_AFTER, _close(house, day, slot))


def _days(first: date, until: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((until - first).days)]


def _round(house: House, day: date, slot: str) -> Any:
    """Four nurses share the rooms; each hands in what she has measured."""

    def does() -> None:
        waiting = _unmeasured(house, day, slot)
        fever = _fever_of(house, day, slot, waiting)
        for number in range(4):
            mine = waiting[number::4]
            if mine:
                with acting(house.hands[f"nurse-{number + 1}"]) as by:
                    entries = [_entry(one, day, slot, celsius=fever.get(one.subject, "")) for one in mine]
                    record_round(by, unit=house.unit, entries=entries)

    return does


def _unmeasured(house: House, day: date, slot: str) -> list[Occupancy]:
    with acting(house.hands["nurse-1"]):
        here = present(house.unit, at=clock.now(), layer=BED).select_related("place").order_by("place__walk")
        measured = set(Reading.objects.filter(unit=house.unit, day=day, slot=slot).values_list("subject", flat=True))
        return [one for one in here if one.subject not in measured]


def _fever_of(house: House, day: date, slot: str, waiting: list[Occupancy]) -> dict[str, str]:
    """Who of these has the reading out of range that the scenario names for the day: somebody who came last."""
    told = {str(one["day"]): str(one["c"]) for one in house.told["abnormal_readings"]}
    if slot != _slot_of_fever(house, day) or str(day) not in told or not waiting:
        return {}
    return {max(waiting, key=lambda one: (one.since, -one.place.walk)).subject: told[str(day)]}


def _slot_of_fever(house: House, day: date) -> str:
    """In the morning where an emergency follows in the morning; else in the evening."""
    emergencies = [house.at(one["detected"]) for one in house.told["emergency"]]
    return "am" if any(one.date() == day and one.hour < _NOON for one in emergencies) else "pm"


def _entry(one: Occupancy, day: date, slot: str, *, celsius: str = "", again: str = "") -> dict[str, Any]:
    stay = one.subject.partition(":")[2]
    usual = _ORDINARY[(one.place.walk * 7 + day.toordinal() * 3 + len(slot)) % len(_ORDINARY)]
    return {
        "key": f"{stay}-{day:%m%d}-{slot}{again}", "stay": stay, "room": one.place.code, "day": str(day),
        "slot": slot, "at": clock.now().isoformat(), "celsius": celsius or usual, "body_site": "armpit",
    }  # fmt: skip


def second_readings(house: House) -> Iterator[Act]:
    """Whoever had a fever is measured again; where the scenario has a test it is a fever again, and a test follows."""
    tested = {str(one["day"]): one["result"] for one in house.told["lab"]}
    for one in house.told["abnormal_readings"]:
        day = date.fromisoformat(str(one["day"]))
        slot = _slot_of_fever(house, day)
        at = house.at(f"{day}T{_SLOTS[slot]}") + _SECOND
        celsius = str(one["c"]) if str(day) in tested else "36.9"
        yield Act(at, _again(house, day, slot, celsius))
        if str(day) in tested:
            yield Act(at + _SECOND, _test(house, day, tested[str(day)]))


def _again(house: House, day: date, slot: str, celsius: str) -> Any:
    def does() -> None:
        with acting(house.hands["nurse-1"]) as by:
            first = Reading.objects.get(unit=house.unit, day=day, slot=slot, fever=True, second_of=None)
            bed = Occupancy.objects.select_related("place").get(subject=first.subject, until=None)
            entry = _entry(bed, day, slot, celsius=celsius, again="-2")
            record_round(by, unit=house.unit, entries=[entry])

    return does


def _test(house: House, day: date, result: str) -> Any:
    def does() -> None:
        with acting(house.hands["doctor"]) as by:
            fever = Reading.objects.filter(unit=house.unit, day=day, fever=True, second_of=None).get()
            stay = Stay.objects.get(pk=fever.subject.partition(":")[2])
            order_test(by, stay=stay, day=day, reason="发热复测仍异常")
            record_test(by, stay=stay, day=day, sampled_at=clock.now(), result=result)

    return does


def _close(house: House, day: date, slot: str) -> Any:
    def does() -> None:
        if _unowed(house, day, slot):
            return
        with acting(house.hands["nurse-1"]) as by:
            close_round(by, unit=house.unit, day=day, slot=slot)

    return does


def _unowed(house: House, day: date, slot: str) -> bool:
    with acting(house.hands["nurse-1"]):
        return not Task.objects.filter(unit=house.unit, kind="reading", day=day, slot=slot).exists()


def emergencies(house: House) -> Iterator[Act]:
    """The two emergencies: detected, under control, reported upwards, closed with a cause where it took too long."""
    for one in house.told["emergency"]:
        opened: dict[str, Incident] = {}
        yield Act(house.at(one["detected"]), _detect(house, opened))
        if "contained" not in one:
            continue  # still under way where the story ends
        contained, reported = (house.at(one[name]) for name in ("contained", "reported"))
        yield Act(contained, _stop(house, opened, CONTAINED))
        yield Act(reported, _stop(house, opened, REPORTED))
        yield Act(reported + timedelta(minutes=30), _finish(house, opened, late=one["expect"] != "pass"))


def _detect(house: House, opened: dict[str, Incident]) -> Any:
    def does() -> None:
        with acting(house.hands["nurse-2"]) as by:
            opened["one"] = open_incident(
                by, unit=house.unit, kind="illness", where="A 栋 2 楼", note="发热，请医生到场"
            )

    return does


def _stop(house: House, opened: dict[str, Incident], what: str) -> Any:
    def does() -> None:
        with acting(house.hands["doctor" if what == CONTAINED else "manager"]) as by:
            stop_clock(by, incident=opened["one"], stop=what)

    return does


def _finish(house: House, opened: dict[str, Incident], *, late: bool) -> Any:
    def does() -> None:
        with acting(house.hands["manager"]) as by:
            for step in tasks.of(opened["one"], "step").filter(settled_at=None):
                complete_step(by, task=step)
            if late:
                explain_delay(by, incident=opened["one"], cause="电话占线，改用备用线路上报")
            close_incident(by, incident=opened["one"], outcome="检测阴性，继续观察")

    return does


def supplies(house: House) -> Iterator[Act]:
    """What the store opens with: five lines in four measures."""
    yield Act(house.at(house.told["site"]["t0"]) + timedelta(hours=3), lambda: _stock_up(house))


def _stock_up(house: House) -> None:
    with acting(house.hands["stores"]) as by:
        for line in house.told["supplies_opening"]:
            name, name_en = _NAMES[line["item"]]
            item = register_item(
                by, unit=house.unit, code=line["item"], name=name, name_en=name_en, measure=line["unit"]
            )
            receive_supplies(
                by, unit=house.unit, item=item, quantity=Decimal(line["qty"]), source="市指挥部调拨", opening=True
            )
    with acting(house.hands["manager"]) as by:
        set_meal_item(by, unit=house.unit, item=Item.objects.get(unit=house.unit, code=_BOX))


def meals(house: House) -> Iterator[Act]:
    """Three meals a day for whoever is there when they are served."""
    told = house.told["site"]
    first = house.at(told["t0"])
    for day in _days(first.date(), date.fromisoformat(told["closed"])):
        for meal, local in _MEALS.items():
            at = house.at(f"{day}T{local}")
            if at > first:
                yield Act(at, _served(house, day, meal))


def _served(house: House, day: date, meal: str) -> Any:
    def does() -> None:
        with acting(house.hands["kitchen"]) as by:
            if present(house.unit, at=clock.now(), layer=BED).exists():
                serve_meals(by, unit=house.unit, day=day, meal=meal)

    return does
