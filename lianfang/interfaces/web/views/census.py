"""The census at the doors (摸底页): how far it is, each squad's part, the doors, and one door with who lives there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Case, When
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lianfang.capabilities.census.actions import (
    KEEPERS,
    SQUADS,
    Totals,
    declare_movement,
    describe_member,
    end_squad,
    enter_member,
    form_squad,
    list_household,
    member_left,
    record_household,
    record_visit,
    totals,
)
from lianfang.capabilities.census.models import (
    HOUSEHOLD_KINDS,
    MEMBER_KINDS,
    STATES,
    Household,
    HouseholdMember,
    Squad,
)
from lianfang.capabilities.census.register import SEES_PEOPLE, HouseholdMembers
from lianfang.capabilities.pairs.actions import ADULTS
from lianfang.domain.refusals import Refused
from lianfang.interfaces.web.views.command_forms import (
    Ask,
    Deed,
    answer,
    identity,
    lines,
    named,
    nothing,
    placed,
    somebody,
)
from lianfang.interfaces.web.views.frame import page, signed_in
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import under

MOST = 200  # doors on one page
ORDER = ("pending", "refused", "empty", "verified")  # what is still to do comes first
MARKS = {"verified": "ok", "empty": "wait", "refused": "bad", "pending": "warn"}


@require_GET
@signed_in
def show(request: HttpRequest, code: str) -> HttpResponse:
    """How far the census of a unit is; where people are seen, its doors."""
    actor, unit = placed(request, code)
    sees = actor.holds(SEES_PEOPLE, unit)
    state = request.GET.get("state", "")
    if state and state not in dict(STATES):
        raise Refused("choice.unknown", "state")
    chosen = {"state": state, "area": request.GET.get("area", "").strip()}
    doors, more = _doors(unit, chosen) if sees else ([], 0)
    seen = totals(unit)
    context = {
        "unit": str(unit), "code": unit.code, "pairs": actor.holds(ADULTS, unit), "here": f"/census/{unit.code}",
        "figures": _figures(seen), "total": seen.total,
        "tabs": _tabs(unit, seen, chosen), "area": chosen["area"], "state": state, "doors": doors, "more": more,
        "squads": _squads(unit), "works": actor.holds(SQUADS, unit), "keeps": actor.holds(KEEPERS, unit), "sees": sees,
    }  # fmt: skip
    return page(request, "pages/census.html", {"census": context})


def _figures(seen: Totals) -> list[dict[str, Any]]:
    tones = {"refused": "bad", "pending": "warn"}
    shown = [
        {"label": str(word), "value": getattr(seen, code), "note": "", "of": None,
         "tone": tones.get(code, "") if getattr(seen, code) else ""}
        for code, word in STATES
    ]  # fmt: skip
    return [{"label": str(_("Households")), "value": seen.total, "note": "", "of": None, "tone": ""}, *shown]


def _tabs(unit: Unit, seen: Totals, chosen: Mapping[str, str]) -> list[dict[str, Any]]:
    def tab(code: str, word: Any, count: int) -> dict[str, Any]:
        asked = urlencode({k: v for k, v in {**chosen, "state": code}.items() if v})
        address = f"/census/{unit.code}" + (f"?{asked}" if asked else "")
        return {"label": str(word), "url": address, "count": count, "current": chosen["state"] == code}

    return [tab("", _("All"), seen.total), *(tab(code, word, getattr(seen, code)) for code, word in STATES)]


def _doors(unit: Unit, chosen: Mapping[str, str]) -> tuple[list[dict[str, Any]], int]:
    """The doors asked for, those still to do first, and how many more there are."""
    found = Household.objects.filter(under(unit, "unit__"))
    found = found.filter(state=chosen["state"]) if chosen["state"] else found
    found = found.filter(area__contains=chosen["area"]) if chosen["area"] else found
    first = Case(*(When(state=state, then=number) for number, state in enumerate(ORDER)))
    rows = list(found.select_related("squad").order_by(first, "area", "address")[: MOST + 1])
    return [_door(one) for one in rows[:MOST]], max(0, found.count() - MOST) if len(rows) > MOST else 0


def _door(one: Household) -> dict[str, Any]:
    return {
        "id": one.pk, "area": one.area, "address": one.address, "mark": MARKS[one.state],
        "word": str(one.get_state_display()), "at": one.visited_at, "squad": str(one.squad) if one.squad else "",
    }  # fmt: skip


def _squads(unit: Unit) -> list[dict[str, Any]]:
    rows = []
    for one in Squad.objects.filter(under(unit, "unit__"), ended_at__isnull=True).order_by("id")[:60]:
        seen = totals(unit, squad=one)
        rows.append(
            {"id": one.pk, "name": one.name, "lead": one.lead, "areas": one.areas, "done": seen.total - seen.pending,
             "total": seen.total}
        )  # fmt: skip
    return rows


@require_GET
@signed_in
def door(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """One door: what each visit found, and who lives there."""
    actor, unit = placed(request, code)
    found = Household.objects.filter(under(unit, "unit__"), pk=number).select_related("squad", "unit").first()
    if found is None or not actor.holds(SEES_PEOPLE, found.unit):
        raise Http404
    name = HouseholdMembers.column_named("name").value
    members = found.members.select_related("person", "squad").order_by("left_on", "id")
    context = {
        **_door(found), "unit": str(unit), "here": f"/census/{unit.code}", "kind": str(found.get_kind_display()),
        "visits": list(found.visits.order_by("-at", "-id")[:50]), "works": actor.holds(SQUADS, unit),
        "members": [
            {"id": m.pk, "name": name(m), "kind": str(m.get_kind_display()), "at": m.verified_at, "by": m.verified_by,
             "left_on": m.left_on, "known": m.person_id is not None}
            for m in members
        ],
    }  # fmt: skip
    return page(request, "pages/census_door.html", {"door": context})


@require_http_methods(["GET", "POST"])
@signed_in
def do(request: HttpRequest, code: str, deed: str, number: str = "") -> HttpResponse:
    """The form of one deed of the census."""
    at_door = deed in ("visit", "enter", "describe") and number.isascii() and number.isdigit()
    home = f"/census/{code}/doors/{number}" if at_door else f"/census/{code}"
    return answer(request, code, DEEDS, deed, number, home)


def _squad_choices(unit: Unit) -> list[tuple[str, str]]:
    found = Squad.objects.filter(unit=unit, ended_at__isnull=True).order_by("id")
    return [(str(one.pk), one.name) for one in found]


def _areas(actor: Actor, unit: Unit, row: Any) -> Sequence[Ask]:
    return [named(), Ask("lead", required=False), Ask("areas", "textarea", hint=_("One a line"))]


def _address(actor: Actor, unit: Unit, row: Any) -> Sequence[Ask]:
    return [Ask("area"), Ask("address"), Ask("kind", "select", HOUSEHOLD_KINDS, value="family")]


def _found(unit: Unit) -> list[Ask]:
    choices = _squad_choices(unit)
    return [
        Ask("state", "radio", [one for one in STATES if one[0] != "pending"], label=_("What was found")),
        *([Ask("squad", "select", choices, required=False)] if choices else []),
        Ask("note", required=False),
    ]


def _recorded(actor: Actor, unit: Unit, row: Any) -> Sequence[Ask]:
    return [*_address(actor, unit, row), *_found(unit)]


def _visited(actor: Actor, unit: Unit, row: Any) -> Sequence[Ask]:
    return _found(row.unit)


def _entered(actor: Actor, unit: Unit, row: Any) -> Sequence[Ask]:
    return [Ask("kind", "radio", MEMBER_KINDS), *identity()]


def _described(actor: Actor, unit: Unit, row: Any) -> Sequence[Ask]:
    return [Ask("kind", "radio", MEMBER_KINDS), Ask("described", hint=_("What was seen or said, without a name"))]


def _left(actor: Actor, unit: Unit, row: Any) -> Sequence[Ask]:
    return [Ask("left_on", "date")]


def _resident(row: Any) -> Sequence[tuple[Any, Any]]:
    return [(_("Name"), HouseholdMembers.column_named("name").value(row)), (_("Household"), row.household)]


def _moved(actor: Actor, unit: Unit, row: Any) -> Sequence[Ask]:
    hint = _("Area code, so that the list of risk areas is compared with it")
    return [
        somebody(unit), Ask("whereabouts"), Ask("area", required=False, hint=hint, label=_("Area code")),
        Ask("left_on", "date"), Ask("back_on", "date", required=False),
    ]  # fmt: skip


_DOOR: Mapping[str, Any] = {"model": Household, "row": "household"}
DEEDS: Mapping[str, Deed] = {
    "squad": Deed(form_squad, _areas, lists={"areas": lines}),
    "end-squad": Deed(end_squad, nothing, Squad, "squad"),
    "list": Deed(list_household, _address),
    "record": Deed(record_household, _recorded),
    "movement": Deed(declare_movement, _moved),
    "visit": Deed(record_visit, _visited, **_DOOR),
    "enter": Deed(enter_member, _entered, **_DOOR),
    "describe": Deed(describe_member, _described, **_DOOR),
    "left": Deed(member_left, _left, HouseholdMember, "member", facts=_resident),
}
"""By the last part of the address: what may be done."""
