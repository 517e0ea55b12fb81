"""Acts on stock, meals and requests (物资与供餐办理): a page that asks what an act needs, made of its parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods
from uuid_utils.compat import uuid7

from lianfang.capabilities.catering import actions as meals
from lianfang.capabilities.catering import requests as asked
from lianfang.capabilities.catering import staff
from lianfang.capabilities.supplies import actions as stock
from lianfang.capabilities.supplies import orders
from lianfang.domain.refusals import Refused
from lianfang.interfaces.titles import title_of
from lianfang.interfaces.web.views.frame import errors_of, page, said_of, signed_in, told, unit_of
from lianfang.interfaces.web.views.stock_choices import choices_for, words_of
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.actions import Action
from lianfang.kernel.fields import Field, fields_of, read_parameters
from lianfang.kernel.kinds import Asked, bare_of
from lianfang.kernel.ledgers.models import Item
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import Person

OWN = {"unit", "key", "at"}  # what the page knows by itself; an act is done now
INPUTS = {Decimal: "decimal", int: "number", date: "date", bool: "radio"}


@dataclass(frozen=True, slots=True)
class Deed:
    """An act as a page: the action, the page it belongs to, what is said before it, whether it needs care."""

    call: Callable[..., Any]
    area: str
    intro: Any = ""
    danger: bool = False

    @property
    def action(self) -> Action:
        """What the registry knows of it."""
        return self.call.action  # type: ignore[attr-defined,no-any-return]


DEEDS: Mapping[str, Deed] = {
    "register": Deed(
        stock.register_item, "stock", gettext_lazy("An item is counted in one unit of measure, which never changes.")
    ),
    "weigh": Deed(
        stock.set_grams, "stock", gettext_lazy("As printed on the pack. Before that, nothing can be said of its mass.")
    ),
    "receive": Deed(stock.receive_supplies, "stock"),
    "issue": Deed(stock.issue_supplies, "stock", gettext_lazy("What expires first goes first.")),
    "send": Deed(
        stock.move_supplies, "stock",
        gettext_lazy("It leaves this store at once, and is on its way until somebody there has received it."),
    ),
    "accept": Deed(stock.accept_supplies, "stock", gettext_lazy("When less has come than was sent, say why.")),
    "count": Deed(
        stock.count_stock, "stock", gettext_lazy("A count that differs from the books needs a reason and adjusts them.")
    ),
    "write-off": Deed(stock.write_off, "stock", danger=True),
    "correct": Deed(
        stock.correct_entry, "stock",
        gettext_lazy("Enter what it should have been. A new entry makes the difference; the first one stays."),
    ),
    "norm": Deed(
        orders.set_norm, "stock", gettext_lazy("Without a number of people, the rosters of the day are taken."),
    ),
    "lead-time": Deed(
        orders.set_lead_time, "stock",
        gettext_lazy("The warning comes early enough for it; without one, the days of the rules count."),
    ),
    "order": Deed(
        orders.propose_order, "stock",
        gettext_lazy("Without a quantity, the order is of what the forecast or a norm says is short."),
    ),
    "approve": Deed(orders.approve_order, "stock"),
    "withdraw": Deed(orders.withdraw_order, "stock", danger=True),
    "receive-order": Deed(orders.receive_order, "stock"),
    "diet": Deed(meals.set_diet, "kitchen", gettext_lazy("The kitchen sees the room and the diet, and no name.")),
    "staff-meal": Deed(
        staff.set_staff_meal, "kitchen", gettext_lazy("It counts from now on, for every day, until it is changed."),
    ),
    "meal-item": Deed(
        meals.set_meal_item, "kitchen", gettext_lazy("Stock then knows how much the meals to come will take.")
    ),
    "fix": Deed(meals.fix_list, "kitchen", gettext_lazy("Changes after the cut-off are listed beside the fixed list.")),
    "serve": Deed(
        meals.serve_meals, "kitchen",
        gettext_lazy("One meal for everybody who is there; its boxes are taken out of stock."),
    ),
    "send-meals": Deed(meals.send_meals, "kitchen"),
    "deliver": Deed(meals.deliver_meals, "kitchen"),
    "ask": Deed(asked.open_request, "requests"),
    "take": Deed(asked.take_request, "requests"),
    "close": Deed(
        asked.close_request, "requests", gettext_lazy("Without a cost, what it cost stays unknown; 0 is free."),
    ),
    "decline": Deed(asked.decline_request, "requests", gettext_lazy("Whoever asked sees the reason.")),
    "amenity": Deed(asked.set_amenity, "requests"),
}  # fmt: skip


@require_http_methods(["GET", "POST"])
@signed_in
def do(request: HttpRequest, code: str, name: str) -> HttpResponse:
    """One act: asked for, done, and back to the page it belongs to; refused, back to the form with what was typed."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    unit, deed = unit_of(actor, code), DEEDS.get(name)
    if deed is None or not request.path.startswith(f"/{deed.area}/") or not actor.holds(deed.action.by, unit):
        raise Http404
    about = _about(deed.action, actor, unit, request.GET if request.method == "GET" else request.POST)
    if request.method == "GET":
        return page(request, "pages/form.html", {"form": _form(request, unit, deed, about, request.GET, None)})
    try:
        deed.call(actor, **_read(deed.action, actor, unit, request.POST))
    except Refused as found:
        refused = _named(deed.action, found)
        errors = errors_of(refused, ways=_ways(unit, request.POST))
        context = {"form": _form(request, unit, deed, about, request.POST, refused), "errors": errors}
        return page(request, "pages/form.html", context, status=422)
    told(request, _("Done."))
    return redirect(_back(unit, deed, request.POST))


def _ways(unit: Unit, posted: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Where to do what comes first: food arrives after it has left, and a mass is known once a pack was weighed."""
    here = f"/kitchen/{unit.code}/do/send-meals?{urlencode({'delivery': posted.get('delivery', '')})}"
    weigh = f"/stock/{unit.code}/do/weigh?{urlencode({'item': posted.get('item', '')})}"
    return {
        "meal.not_sent": (title_of(DEEDS["send-meals"].action.kind), here),
        "grams.unknown": (title_of(DEEDS["weigh"].action.kind), weigh),
    }


def _named(declared: Action, refused: Refused) -> Refused:
    """The refusal with its fields called as the form calls them."""
    labels = {one.name: str(one.label) for one in fields_of(declared)}
    return Refused([replace(one, column=one.column or labels.get(one.field, "")) for one in refused.problems])


def _read(declared: Action, actor: Actor, unit: Unit, posted: Mapping[str, str]) -> dict[str, Any]:
    names = [one.name for one in fields_of(declared)]
    raw = {name: posted[name] for name in names if posted.get(name, "").strip() and name != "at"}
    if "unit" in names:
        raw["unit"] = unit.code
    return read_parameters(declared, actor, raw, channel="form")


def _rows(declared: Action) -> dict[str, type[models.Model]]:
    """The rows an act is about, by parameter; the page leads to them, and nobody types their keys."""
    kinds = {one.name: bare_of(one.annotation) for one in declared.parameters}
    return {
        name: kind for name, kind in kinds.items()
        if isinstance(kind, type) and issubclass(kind, models.Model) and kind is not Unit
    }  # fmt: skip


def _about(declared: Action, actor: Actor, unit: Unit, given: Mapping[str, str]) -> dict[str, models.Model]:
    """Those of the rows that the address names; one that is not there, or of another unit, is no page."""
    kept = {name: given[name] for name in _rows(declared) if given.get(name)}
    if not kept:
        return {}
    try:
        fields = {one.name: one for one in fields_of(declared)}
        found = {name: fields[name].kind.read(_asking(actor, name), raw) for name, raw in kept.items()}
    except Refused:
        raise Http404 from None
    for name, row in found.items():
        owner = getattr(row, "unit", None)
        if name not in ("item", "lot", "person") and owner is not None and not unit.covers(owner):
            raise Http404
    return found


def _asking(actor: Actor, name: str) -> Asked:
    return Asked(actor, "form", name, True)


def _form(
    request: HttpRequest, unit: Unit, deed: Deed, about: Mapping[str, models.Model], given: Mapping[str, str],
    refused: Refused | None,
) -> dict[str, Any]:  # fmt: skip
    declared = deed.action
    fields = [_hidden(name, str(row.pk)) for name, row in about.items()]
    if any(one.name == "key" for one in declared.parameters):
        fields.append(_hidden("key", given.get("key") or str(uuid7())))
    kinds = {one.name: bare_of(one.annotation) for one in declared.parameters}
    for one in fields_of(declared):
        if one.name not in about and one.name not in OWN and not _is_nobody(one, kinds[one.parameter], unit):
            fields.append(_input(one, kinds[one.parameter], unit, about, given, refused))
    title = title_of(declared.kind)
    return {
        "title": title, "sub": str(unit), "intro": str(deed.intro), "facts": words_of(unit, about), "fields": fields,
        "action": request.path, "verb": title, "files": False, "sentence": "", "tick": "", "danger": deed.danger,
        "back_url": _back(unit, deed, given),
    }  # fmt: skip


def _is_nobody(one: Field, kind: Any, unit: Unit) -> bool:
    """Whether a person may be named, but whoever is asked sees no people to choose from."""
    return kind is Person and not one.required and not choices_for(one.name, kind, unit, {})


def _input(
    one: Field, kind: Any, unit: Unit, about: Mapping[str, models.Model], given: Mapping[str, str],
    refused: Refused | None,
) -> dict[str, Any]:  # fmt: skip
    value, choices = given.get(one.name, ""), choices_for(one.name, kind, unit, about)
    shown = "radio" if kind is bool else "select" if choices else INPUTS.get(kind, "text")
    item = next((row for row in about.values() if isinstance(row, Item)), getattr(about.get("lot"), "item", None))
    measured = kind is Decimal and item is not None and one.name in ("quantity", "counted", "came")
    return {
        "name": one.name, "label": str(one.label), "hint": "", "kind": shown, "value": value,
        "errors": said_of(refused, one.name) if refused else [], "required": one.required,
        "unit": str(item.get_measure_display()) if measured and item else "", "autocomplete": "off",
        "short": shown == "date", "accept": "",
        "choices": [{"value": v, "label": str(w), "chosen": v == value} for v, w in choices],
    }  # fmt: skip


def _hidden(name: str, value: str) -> dict[str, Any]:
    return {"name": name, "label": "", "kind": "hidden", "value": value, "errors": [], "required": False}


def _back(unit: Unit, deed: Deed, given: Mapping[str, str]) -> str:
    day = given.get("day", "")
    return f"/{deed.area}/{unit.code}" + (f"?day={day}" if day and deed.area == "kitchen" else "")
