"""The kitchen's day (供餐): each sitting's list by diet and drop point, what changed since the cut-off, deliveries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from lianfang.capabilities.catering.actions import CARRIERS, COOKS, DIETICIANS
from lianfang.capabilities.catering.drops import drop_words
from lianfang.capabilities.catering.guests import diets_of, drop_of, placed
from lianfang.capabilities.catering.models import Delivery, MealItem, Shortfall, Sitting
from lianfang.capabilities.catering.sittings import late_changes, list_at, ordered, times_of
from lianfang.capabilities.catering.words import DIETS, MEALS
from lianfang.capabilities.supplies.outlook import outlook, planned_uses
from lianfang.domain.meals.lists import DIETS as DIET_ORDER
from lianfang.domain.meals.lists import Change, Portions, by_diet, by_drop, minutes_late
from lianfang.domain.refusals import Refused
from lianfang.interfaces.web.views.frame import day_of, page, signed_in, unit_of
from lianfang.interfaces.web.views.stock_forecasts import grouped
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.ledgers.reading import balance
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.places.models import Expected
from lianfang.kernel.policies.ops import policy_of
from lianfang.kernel.registers.register import registers

DIET_WORDS, MEAL_WORDS = dict(DIETS), dict(MEALS)


def kitchen_of(request: HttpRequest, code: str) -> tuple[Actor, Unit]:
    """Who looks at which unit's kitchen; refused where the role has nothing to do with meals."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    unit = unit_of(actor, code)
    if not registers["sittings"].open_to(actor):
        raise Refused("scope", "unit")
    return actor, unit


@signed_in
def show(request: HttpRequest, code: str) -> HttpResponse:
    """The day's three sittings, what special food goes to which room, and how many boxes are left."""
    actor, unit = kitchen_of(request, code)
    day, now = day_of(request, unit), clock.now()
    context = {
        "unit": str(unit), "code": unit.code, "day": day, "today": clock.today(unit.zone),
        "before": day - timedelta(days=1), "after": day + timedelta(days=1),
        "sittings": [_sitting(unit, day, meal, now) for meal, _word in MEALS],
        "special": _special(unit, day, now), "items": _items(unit, now),
        "may": {
            "cook": actor.holds(COOKS, unit), "carry": actor.holds(CARRIERS, unit),
            "diet": actor.holds(DIETICIANS, unit),
        },
    }  # fmt: skip
    return page(request, "pages/kitchen.html", {"kitchen": context})


def _sitting(unit: Unit, day: date, meal: str, now: datetime) -> dict[str, Any]:
    times, row = times_of(unit, day, meal), Sitting.objects.filter(unit=unit, day=day, meal=meal).first()
    listed = ordered(row) if row else list_at(unit, day, meal, at=min(now, times.cut_off))
    state = "served" if row and row.served_at else "fixed" if row else "open"
    return {
        "meal": meal, "word": str(MEAL_WORDS[meal]), "state": state, "times": times, "total": sum(listed.values()),
        "diets": _diets(by_diet(listed)), "drops": _drops(listed), "heads": _heads(listed),
        "may_fix": row is None and now >= times.cut_off, "may_serve": state != "served" and now >= times.cut_off,
        "served": row.served if row else None, "served_at": row.served_at if row else None,
        "changes": [_change(one) for one in late_changes(row, at=row.served_at or now)] if row else [],
        "deliveries": _deliveries(row, now) if row else [], "shortfalls": _shortfalls(row) if row else [],
        "awaited": _awaited(unit, day) if meal == "dinner" and state == "open" else 0,
    }  # fmt: skip


def _diets(counted: dict[str, int]) -> list[dict[str, Any]]:
    return [{"word": str(DIET_WORDS[diet]), "number": number} for diet, number in counted.items()]


def _heads(listed: Portions) -> list[str]:
    return [str(DIET_WORDS[diet]) for diet in by_diet(listed)]


def _drops(listed: Portions) -> list[dict[str, Any]]:
    kinds = list(by_diet(listed))
    return [
        {"drop": drop_words(drop), "total": sum(diets.values()), "counts": [diets.get(diet, 0) for diet in kinds]}
        for drop, diets in by_drop(listed).items()
    ]


def _change(one: Change) -> dict[str, Any]:
    return {
        "room": one.portion.room, "drop": drop_words(one.portion.drop), "diet": str(DIET_WORDS[one.portion.diet]),
        "number": f"+{one.number}" if one.number > 0 else f"−{-one.number}",
    }  # fmt: skip


def _deliveries(sitting: Sitting, now: datetime) -> list[dict[str, Any]]:
    least = policy_of(sitting.unit, on=sitting.day).meal_celsius_least
    return [_delivery(one, now, least) for one in sitting.deliveries.select_related("sitting").order_by("drop")]


def _delivery(one: Delivery, now: datetime, least: Any) -> dict[str, Any]:
    late = minutes_late(one.arrived_at or now, one.due_at)
    if one.arrived_at is None and one.left_at is None and one.sitting.served_at is not None:
        tone, word = "wait", _("not recorded")
    elif one.arrived_at is None:
        tone, word = ("bad", _("{n} min overdue").format(n=late)) if late else ("wait", _("not there yet"))
    else:
        tone, word = ("warn", _("{n} min late").format(n=late)) if late else ("ok", _("on time"))
    return {
        "key": str(one.pk), "drop": drop_words(one.drop), "quantity": one.quantity, "left_at": one.left_at,
        "vehicle": one.vehicle, "arrived_at": one.arrived_at, "celsius": one.celsius, "tone": tone, "word": word,
        "cool": one.celsius is not None and one.celsius < least, "least": least,
    }  # fmt: skip


def _shortfalls(sitting: Sitting) -> list[dict[str, str]]:
    found = Shortfall.objects.filter(sitting=sitting).select_related("item")
    return [
        {"item": str(one.item), "short": grouped(one.short), "measure": str(one.item.get_measure_display())}
        for one in found
    ]


def _awaited(unit: Unit, day: date) -> int:
    """How many are still awaited today before the hour until which arrivals are fed."""
    latest = policy_of(unit, on=day).arrival_meal_before
    found = Expected.objects.filter(unit=unit, day=day, settled_at__isnull=True)
    return sum(one.count for one in found if one.at.astimezone(unit.zone).time() < latest)


def _special(unit: Unit, day: date, now: datetime) -> list[dict[str, Any]]:
    """Rooms that get something else than the normal meal, or must be spared something; no names."""
    here = {one.person_id: one for one in placed(unit, day=day, at=now) if one.left_at is None}
    found = diets_of(unit, here, at=now)
    rows = [
        {"room": here[person].place.code, "drop": drop_words(drop_of(here[person].place)),
         "diet": str(DIET_WORDS[one.diet]), "order": DIET_ORDER.index(one.diet), "avoid": one.avoid}
        for person, one in found.items() if one.diet != DIET_ORDER[0] or one.avoid
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (row["order"], row["drop"], row["room"]))


def _items(unit: Unit, now: datetime) -> list[dict[str, Any]]:
    """What meals take out of stock: how much is left, and until when by the plan."""
    used = list(MealItem.objects.filter(unit=unit, in_use=True).select_related("item"))
    uses = planned_uses(unit, at=now) if used else []
    return [_left(unit, one, outlook(unit, one.item, at=now, uses=uses)) for one in used]


def _left(unit: Unit, used: MealItem, found: Any) -> dict[str, Any]:
    return {
        "name": str(used.item), "measure": str(used.item.get_measure_display()),
        "left": grouped(balance(unit, used.item).amount), "out": found.drives.runs_out_on,
        "known": not found.drives.unknown, "warns": found.warns,
    }  # fmt: skip


@signed_in
def sheet(request: HttpRequest, code: str) -> HttpResponse:
    """One sitting on paper: each drop point with its rooms, to be ticked; no names."""
    _actor, unit = kitchen_of(request, code)
    day, meal, now = day_of(request, unit), request.GET.get("meal", "lunch"), clock.now()
    times, row = times_of(unit, day, meal), Sitting.objects.filter(unit=unit, day=day, meal=meal).first()
    listed = (
        list_at(unit, day, meal, at=min(now, times.served_until)) if row is None or not row.served_at else ordered(row)
    )
    avoid = {one["room"]: one["avoid"] for one in _special(unit, day, now) if one["avoid"]}
    context = {
        "unit": str(unit), "code": unit.code, "day": day, "meal": meal, "word": str(MEAL_WORDS[meal]), "times": times,
        "printed_at": now, "total": sum(listed.values()), "diets": _diets(by_diet(listed)),
        "drops": _sheet_drops(listed, avoid),
        "meals": [{"meal": code, "word": str(word), "current": code == meal} for code, word in MEALS],
    }  # fmt: skip
    return page(request, "pages/kitchen_sheet.html", {"sheet": context})


def _sheet_drops(listed: Portions, avoid: dict[str, str]) -> Sequence[dict[str, Any]]:
    drops: dict[str, list[dict[str, Any]]] = {}
    for one, number in sorted(listed.items()):
        word = "" if one.diet == DIET_ORDER[0] else str(DIET_WORDS[one.diet])
        drops.setdefault(one.drop, []).append(
            {"room": one.room, "number": number, "diet": word, "avoid": avoid.get(one.room, "")}
        )
    totals = by_drop(listed)
    return [{"drop": drop_words(drop), "rooms": rooms, "diets": _diets(totals[drop])} for drop, rooms in drops.items()]
