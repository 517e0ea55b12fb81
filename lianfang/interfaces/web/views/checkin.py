"""The daily check-in on a phone (每日打卡): for oneself and for those one answers for, in one screen."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from uuid_utils.compat import uuid7

from lianfang.capabilities.checkin.intake import receive_answer
from lianfang.domain.parsing.choices import SLOTS
from lianfang.domain.policy import Policy
from lianfang.domain.refusals import Problem, Refused
from lianfang.domain.symptoms import SYMPTOMS
from lianfang.interfaces.api.problems import problem_response
from lianfang.interfaces.web.views import states
from lianfang.interfaces.web.views.daily import language
from lianfang.interfaces.web.views.frame import check_sender, errors_of, page, signed_in, wants_json
from lianfang.interfaces.wording import sentence
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.dues.models import ROLL_CALL
from lianfang.kernel.dues.ops import due_of
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import Membership, on_roster
from lianfang.kernel.policies.ops import default_policy, policy_of
from lianfang.kernel.reporting.models import Answer
from lianfang.kernel.scope import EVERYTHING, within

ASKED = ("fever", "cough", "sore_throat", "fatigue", "diarrhoea", "shortness_of_breath", "taste_smell_loss", "other")


@require_http_methods(["GET", "POST"])
@signed_in
def check_in(request: HttpRequest) -> HttpResponse:
    """Answer for today: two taps when well. Works as a plain form; the outbox gets a receipt as JSON."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    mine = asked_of(actor)
    if not mine:
        return redirect("/today")
    if request.method == "GET":
        return page(request, "pages/check_in.html", {"check": _form(actor, mine, {}, None)})
    try:
        with transaction.atomic():
            receipt = _received(request, actor, mine)
    except Refused as refused:
        if wants_json(request):
            return problem_response(request, refused)
        context = {"check": _form(actor, mine, request.POST, refused), "errors": errors_of(refused)}
        return page(request, "pages/check_in.html", context, status=422)
    return JsonResponse(receipt) if wants_json(request) else redirect("/check-in/done")


def asked_of(actor: Actor) -> list[Membership]:
    """Where oneself and one's wards are asked to answer today."""
    today = clock.now().date()
    persons = [one for one in (actor.person_id, *actor.wards) if one]
    found = Membership.objects.filter(on_roster(today), person_id__in=persons, unit__keeps_roster=True)
    return list(found.select_related("person", "unit").order_by("since", "pk"))


def _received(request: HttpRequest, actor: Actor, mine: list[Membership]) -> dict[str, Any]:
    posted = request.POST
    check_sender(request)
    answered = [m for m in mine if posted.get(f"state-{_name(actor, m, posted)}")]
    if not answered:
        raise Refused(Problem("required", f"state-{mine[0].person_id}"))
    made_at = request.headers.get("X-Lianfang-Made-At", "")
    receipts = [_one(actor, membership, posted, made_at) for membership in answered]
    # The outbox waits for the key of the whole form.
    return {**receipts[-1], "key": posted.get("key") or receipts[-1]["key"], "receipts": receipts}


def _name(actor: Actor, membership: Membership, posted: Any) -> str:
    """How the form names a person: the page that a device keeps for offline use knows only "me"."""
    own = membership.person_id == actor.person_id and "state-me" in posted
    return "me" if own else str(membership.person_id)


def _one(actor: Actor, membership: Membership, posted: Any, made_at: str) -> dict[str, Any]:
    who = _name(actor, membership, posted)
    raw: dict[str, Any] = {
        "key": posted.get(f"key-{who}") or f"{posted.get('key') or uuid7()}-{who}"[:120],
        "unit": membership.unit.code,
        "day": posted.get("day") or str(clock.today(membership.unit.zone)),
        "slot": posted.get("slot") or slot_today(membership.unit),
        "person": {"ref": str(membership.person_id)},
        "state": posted.get(f"state-{who}"),
        "note": posted.get(f"note-{who}", ""),
    }
    if posted.get(f"temperature-{who}", "").strip():
        raw["temperature"] = posted[f"temperature-{who}"]
    if made_at:
        raw["reported_at"] = made_at  # when it was entered, by the device's clock; a claim, kept beside our own time
    if raw["state"] == "unwell":
        raw["symptoms"] = posted.getlist(f"symptom-{who}") or ["other"]
    try:
        return receive_answer(actor, raw, channel="form")
    except Refused as refused:
        raise Refused([replace(p, field=f"{p.field}-{who}") for p in refused.problems]) from refused


def slot_today(unit: Unit) -> str:
    """The time of day that is asked for first today."""
    return policy_of(unit, on=clock.today(unit.zone)).slots[0]


def asked_by(unit: Unit, day: date) -> datetime:
    """Until when people answer; as the rules say where nothing was written down as due."""
    with within(EVERYTHING):
        due = due_of(ROLL_CALL, unit, day, slot=slot_today(unit))
    return due.due_at if due else datetime.combine(day, policy_of(unit, on=day).answer_due, unit.zone)


def _form(actor: Actor, mine: list[Membership], posted: Any, refused: Refused | None) -> dict[str, Any]:
    unit = mine[0].unit
    day, slot = clock.today(unit.zone), posted.get("slot") or slot_today(unit)
    policy = policy_of(unit, on=day)
    due_at = asked_by(unit, day)
    return {
        "day": day,
        "slot": slot,
        "slot_word": "" if len(policy.slots) == 1 else SLOTS.label(slot, language()),
        "due": due_at,
        "left": due_at - clock.now(),
        "near": states.NEAR_MINUTES,
        "action": "/check-in",
        "done_url": "/check-in/done",
        "key": f"form-{uuid7()}",
        "wards": [_ward(m, day, slot, posted, refused) for m in mine],
        "means": _means(),
        "symptoms": [{"code": code, "label": SYMPTOMS.label(code, language())} for code in ASKED],
        "limits": _limits(policy),
        "help": helping(unit),
        "audience": str(_("seen only by your class head and the school doctor")),
        "links": links_of(actor),
    }


def _ward(membership: Membership, day: date, slot: str, posted: Any, refused: Refused | None) -> dict[str, Any]:
    who = str(membership.person_id)
    given = Answer.objects.filter(unit=membership.unit, day=day, slot=slot, person_id=membership.person_id).first()
    return {
        "id": who,
        "name": membership.person.name,
        "place": str(membership.unit),
        "key": f"answer-{uuid7()}",
        "status": given.state if given else None,
        "state": posted.get(f"state-{who}", ""),
        "symptoms": posted.getlist(f"symptom-{who}") if posted else [],
        "temperature": posted.get(f"temperature-{who}", ""),
        "errors": [sentence(p) for p in refused.problems if p.field.endswith(who)] if refused else [],
    }


def _means() -> list[str]:
    return [
        str(_("no fever, cough, sore throat, fatigue or diarrhoea")),
        str(_("no stay in a risk area in the last 14 days")),
        str(_("no contact with a case or somebody in quarantine")),
    ]


def _limits(policy: Policy) -> dict[str, str]:
    return {
        "min": str(policy.temperature_min),
        "max": str(policy.temperature_max),
        "low": str(policy.plausible_min),
        "high": str(policy.plausible_max),
    }


def helping(unit: Unit) -> dict[str, Any]:
    """What somebody who is not well should do: help, never a sanction."""
    above = unit.parent or unit
    phone = unit.phone or above.phone
    return {
        "title": str(_("Please do not go in for now")),
        "steps": _steps(),
        "phone": phone,
        "phone_url": f"tel:{phone.replace(' ', '')}" if phone else "",
    }


def _steps() -> list[str]:
    return [
        str(_("Put on a mask and stay where you are, 1 metre from others")),
        str(_("After you submit, the school doctor sees it and calls you")),
    ]


def links_of(actor: Actor) -> list[dict[str, str]]:
    """Where a member goes from the check-in."""
    return [{"label": str(_("My records")), "url": "/check-in/records", "icon": "history"}]


def shell(request: HttpRequest) -> HttpResponse:
    """The check-in as the device keeps it for when there is no network: it names nobody."""
    policy = default_policy()
    ward: dict[str, Any] = {
        "id": "me",
        "name": "",
        "place": "",
        "key": "",
        "status": None,
        "state": "",
        "symptoms": [],
        "temperature": "",
        "errors": [],
    }
    form = {
        "day": clock.now().date(),
        "slot": "",
        "slot_word": "",
        "due": clock.now(),
        "left": clock.now() - clock.now(),
        "near": 0,
        "action": "/check-in",
        "done_url": "/check-in/done",
        "key": "",
        "wards": [ward],
        "means": _means(),
        "symptoms": [{"code": code, "label": SYMPTOMS.label(code, language())} for code in ASKED],
        "limits": _limits(policy),
        "help": {"title": str(_("Please do not go in for now")), "steps": _steps(), "phone": "", "phone_url": ""},
        "audience": "",
        "links": [],
    }
    return page(request, "pages/check_in.html", {"check": form, "offline_shell": True})
