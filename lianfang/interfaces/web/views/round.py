"""A nurse's round on a phone (查房): the list to walk, the hand-in of a device's queue, and the proof at the end."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from lianfang.capabilities.stays.actions import close_round, progress, record_round
from lianfang.capabilities.stays.models import ClosedRound, Stay
from lianfang.capabilities.stays.roles import SEERS, WARD
from lianfang.domain.identity import mask_name
from lianfang.domain.parsing.choices import SLOTS
from lianfang.domain.readings import slot_at
from lianfang.domain.refusals import Refused
from lianfang.domain.symptoms import SYMPTOMS
from lianfang.interfaces.api.problems import problem_response
from lianfang.interfaces.api.receipts import answer_of
from lianfang.interfaces.web.views.daily import language
from lianfang.interfaces.web.views.frame import check_sender, day_of, page, signed_in, told, unit_of
from lianfang.interfaces.web.views.round_list import list_of
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.policies.ops import policy_of

ASKED = ("cough", "sore_throat", "fatigue", "headache", "diarrhoea", "shortness_of_breath", "taste_smell_loss", "other")
MOST_CLOSED = 5  # earlier closings that the proof lists


def _ward(request: HttpRequest, code: str, *, roles: Any = WARD) -> Unit:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    unit = unit_of(actor, code)
    if not actor.holds(roles, unit):
        raise Refused("scope", "unit")
    return unit


@signed_in
def show(request: HttpRequest, code: str) -> HttpResponse:
    """The round of this time of day; the list itself comes as data, so that the page can be kept without a name."""
    unit = _ward(request, code)
    get_token(request)
    return page(request, "pages/round.html", {"round": _words(), "site": {"code": unit.code, "name": str(unit)}})


def shell(request: HttpRequest) -> HttpResponse:
    """The round as the device keeps it for when there is no network: no site, no room, nobody."""
    return page(request, "pages/round.html", {"round": _words(), "offline_shell": True})


def _words() -> dict[str, Any]:
    reasons = (_("Asleep"), _("Not in the room"), _("Does not want to"), _("Measured by somebody else"))
    return {
        "symptoms": [{"code": code, "label": SYMPTOMS.label(code, language())} for code in ASKED],
        "reasons": [str(reason) for reason in reasons],
        "keys": "123456789",
    }


@signed_in
def go(request: HttpRequest, code: str) -> HttpResponse:
    """The site's own address of the round."""
    return redirect(f"/round/{_ward(request, code).code}")


@signed_in
def entries(request: HttpRequest, code: str) -> HttpResponse:
    """The list to walk, as data: rooms in walking order, names masked, what is done and what is left."""
    unit = _ward(request, code)
    answer = JsonResponse(list_of(unit, clock.now()), json_dumps_params={"ensure_ascii": False})
    answer["Cache-Control"] = "no-store"
    return answer


@require_POST
def sync(request: HttpRequest, code: str) -> HttpResponse:
    """Take what a device has kept: one answer for each entry; sent again, each gets the same answer."""
    if request.actor is None:  # type: ignore[attr-defined]
        return problem_response(request, Refused("login"))
    try:
        check_sender(request)
        unit = _ward(request, code)
        receipts = record_round(request.actor, unit=unit, entries=_given(request))  # type: ignore[attr-defined]
    except Refused as refused:
        return problem_response(request, refused)
    answer = JsonResponse({"receipts": [answer_of(one) for one in receipts]}, json_dumps_params={"ensure_ascii": False})
    answer["Cache-Control"] = "no-store"
    return answer


def _given(request: HttpRequest) -> list[dict[str, Any]]:
    try:
        body = json.loads(request.body or b"{}")
    except ValueError:
        raise Refused("json.malformed") from None
    given = body.get("entries") if isinstance(body, dict) else None
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise Refused("type", "entries", expected="list")
    return given


@signed_in
def proof(request: HttpRequest, code: str) -> HttpResponse:
    """How the round stands: n of n, or everybody who was missed, by name and room."""
    unit = _ward(request, code, roles=SEERS)
    day, slot = day_of(request, unit), _slot(request, unit)
    stands = progress(unit, day, slot)
    names = {str(stay.pk): stay for stay in Stay.objects.filter(unit=unit, pk__in=[one.stay for one in stands.missed])
             .select_related("person")}  # fmt: skip
    missed = [
        {"room": one.room, "note": one.note, "url": f"/stays/{one.stay}", "name": _masked(names.get(one.stay))}
        for one in stands.missed
    ]
    closed = ClosedRound.objects.filter(unit=unit, day=day, slot=slot).order_by("-at")[:MOST_CLOSED]
    context = {
        "site": {"code": unit.code, "name": str(unit)}, "day": day, "slot": slot, "slots": _slots(unit),
        "slot_word": SLOTS.label(slot, language()), "stands": stands, "missed": missed, "closed": list(closed),
        "live": {"url": request.get_full_path(), "every": 20}, "over": _over(unit, day, slot),
        "walks": request.actor.holds(WARD, unit),  # type: ignore[attr-defined]
    }  # fmt: skip
    return page(request, "pages/round_proof.html", context)


def _over(unit: Unit, day: date, slot: str) -> bool:
    """Whether the time for a round has passed: before that nobody is missed, only still to be measured."""
    due = policy_of(unit, on=day).reading_due.get(slot)
    return due is None or clock.now() > datetime.combine(day, due, unit.zone)


def _masked(stay: Stay | None) -> str:
    return mask_name(stay.person.name) if stay else ""


def _slots(unit: Unit) -> list[dict[str, str]]:
    policy = policy_of(unit, on=clock.today(unit.zone))
    return [{"code": slot, "label": SLOTS.label(slot, language())} for slot in policy.reading_slots]


def _slot(request: HttpRequest, unit: Unit) -> str:
    given = request.GET.get("slot") or request.POST.get("slot")
    now: date = clock.today(unit.zone)
    if given in SLOTS.codes:
        return str(given)
    return slot_at(clock.now(), policy_of(unit, on=now), unit.zone)


@require_POST
@signed_in
def close(request: HttpRequest, code: str) -> HttpResponse:
    """Close the round: what was owed, done and missed is kept as it stands."""
    unit = _ward(request, code, roles=SEERS)
    day, slot = day_of(request, unit), _slot(request, unit)
    row = close_round(request.actor, unit=unit, day=day, slot=slot)  # type: ignore[attr-defined]
    words = _("The round is closed: {done} of {expected}.")
    told(request, words.format(done=row.done, expected=row.expected))
    return redirect(f"/round/{unit.code}/proof?day={day}&slot={slot}")
