"""One stay (留观人员): facts, what is still missing before the release, readings, tests, why, and what may be done."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from lianfang.capabilities.stays.models import Change, Stay
from lianfang.capabilities.stays.models.stay import HERE, RELEASED
from lianfang.capabilities.stays.owed import began, words_of
from lianfang.capabilities.stays.register import Stays
from lianfang.capabilities.stays.releases import still_missing
from lianfang.capabilities.stays.roles import WARD
from lianfang.domain.identity import mask_name
from lianfang.domain.observation.days import day_number
from lianfang.domain.observation.release import Missing
from lianfang.domain.parsing.choices import SLOTS
from lianfang.domain.refusals import Problem, Refused
from lianfang.domain.symptoms import SYMPTOMS
from lianfang.interfaces.editions import edition_words
from lianfang.interfaces.titles import event_words
from lianfang.interfaces.web.views.daily import language
from lianfang.interfaces.web.views.frame import errors_of, page, signed_in
from lianfang.interfaces.web.views.stays_acts import forms_for
from lianfang.interfaces.wording import sentence
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.accounts.models import Account
from lianfang.kernel.audit.models import Event
from lianfang.kernel.audit.ops import ref
from lianfang.kernel.places.models import BED, Occupancy
from lianfang.kernel.readings.models import Reading
from lianfang.kernel.readings.ops import owed, readings_of
from lianfang.kernel.statuses.models import Status
from lianfang.kernel.statuses.ops import current
from lianfang.kernel.statuses.words import rule_words

MOST = 30  # events shown
_CHIPS = {HERE: "info", RELEASED: "ok", "expected": "wait", "lost": "bad", "converted": "bad"}


def stay_of(actor: Actor, number: UUID) -> Stay:
    """The stay in the address, if the actor may see it."""
    found: Stay | None = Stays.rows(actor).filter(pk=number).select_related("unit", "person", "manifest").first()
    if found is None:
        raise Http404
    return found


@signed_in
def show(request: HttpRequest, number: UUID) -> HttpResponse:
    """One person's stay."""
    return shown(request, stay_of(request.actor, number), None, request.GET.get("act", ""))  # type: ignore[attr-defined]


def shown(request: HttpRequest, stay: Stay, refused: Refused | None, act: str) -> HttpResponse:
    """The page of a stay, with what was refused beside the act it was refused to."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    acts = forms_for(actor, stay, act, request.POST if refused else {})
    now, health = clock.now(), actor.holds(WARD, stay.unit)
    here = stay.state == HERE
    context = {
        "stay": {"id": str(stay.pk), "name": mask_name(stay.person.name), "certificate": stay.certificate},
        "site": {"code": stay.unit.code, "name": str(stay.unit)},
        "chip": {"state": _CHIPS.get(stay.state, "warn"), "word": str(stay.get_state_display())},
        "facts": _facts(stay, now),
        "day": day_number(began(stay), now.astimezone(stay.unit.zone).date()) if here else None,
        "of": stay.kept_terms.observation_days if stay.terms else None,
        "missing": [_said(one) for one in still_missing(stay, now)] if here and health else None,
        "may_leave": here,
        "strip": _strip(stay, now) if health and stay.admitted_at else [],
        "tests": _tests(stay) if health else [],
        "rooms": _rooms(stay),
        "changes": list(Change.objects.filter(stay=stay).order_by("-at")),
        "why": [_why(one) for one in current(stay.person_id, "observation")],
        "timeline": _timeline(stay),
        "acts": acts,
        "errors": errors_of(refused, ways=_ways(stay, acts)) if refused else [],
    }
    return page(request, "pages/stay.html", context, status=422 if refused else 200)


def _ways(stay: Stay, acts: list[dict[str, Any]]) -> dict[str, tuple[str, str]]:
    """Where to do what comes first, for whoever may: a result needs a test that was ordered."""
    order = next((str(one["title"]) for one in acts if one["name"] == "order_test"), "")
    return {"test.not_owed": (order, f"/stays/{stay.pk}?act=order_test#act-order_test")} if order else {}


def _why(one: Status) -> dict[str, Any]:
    return {
        "rule": rule_words(one.rule, language()).title or one.rule, "edition": edition_words(one.edition),
        "since": one.since, "facts": one.facts,
    }  # fmt: skip


def _facts(stay: Stay, now: datetime) -> list[tuple[str, Any]]:
    """What is known of the stay; what there is none of has no line."""
    bed = Occupancy.objects.filter(subject=f"stays.stay:{stay.pk}", layer=BED, until__isnull=True).select_related(
        "place"
    )
    room = bed.first()
    known = [
        (str(_("Room")), room.place.code if room else str(_("no room"))),
        (str(_("Account")), Account.objects.filter(person_id=stay.person_id).values_list("handle", flat=True).first()),
        (str(_("Party")), stay.party or str(stay.get_party_kind_display())),
        (str(_("Admitted at")), stay.admitted_at.astimezone(stay.unit.zone) if stay.admitted_at else ""),
        (str(_("Last exposure")), stay.last_exposure or str(_("unknown"))),
        (str(_("Release no earlier than")), stay.ends_on or ""),
        (str(_("Rules")), edition_words(stay.edition)),
        (str(_("Exception")), stay.exception),
        (str(_("Lives in")), stay.home),
        (str(_("Onward travel")), stay.onward),
        (str(_("Certificate")), stay.certificate),
    ]
    return [(label, value) for label, value in known if value]


def _said(one: Missing) -> str:
    facts = dict(one.facts)
    if "slot" in facts:
        facts["slot"] = SLOTS.label(facts["slot"], language())
    return sentence(Problem(f"release.{one.code}", one.code, facts=facts))


def _strip(stay: Stay, now: datetime) -> list[dict[str, Any]]:
    """Every reading owed, oldest first: what was measured, missed, or is still to come."""
    first: dict[Any, Any] = {}
    second: dict[Any, Any] = {}
    for one in readings_of(stay):
        (second if one.second_of_id else first)[one.second_of_id or (one.day, one.slot)] = one
    found = []
    for task in owed(stay).filter(excused="").order_by("opens_at"):
        taken = first.get((task.day, task.slot))
        again = second.get(taken.pk) if taken else None
        last = again or taken
        late = taken is None and task.due_at is not None and task.due_at < now
        found.append(
            {
                "day": task.day,
                "slot": SLOTS.label(task.slot, language()),
                "taken": [_taken(one) for one in (taken, again) if one],
                "symptoms": ", ".join(SYMPTOMS.label(code, language()) for code in last.symptoms) if last else "",
                "kind": "bad" if last and last.abnormal else "missed" if late else "later" if not last else "ok",
            }
        )
    return found


def _taken(one: Reading) -> dict[str, Any]:
    return {"value": one.celsius, "at": one.at, "second": one.second_of_id is not None, "symptoms": bool(one.symptoms)}


def _tests(stay: Stay) -> list[dict[str, Any]]:
    rows = stay.tests.order_by("day", "number")
    chips = {"negative": "ok", "positive": "bad", "unclear": "warn", "": "wait"}
    return [
        {
            "name": words_of(one)[0 if language() == "zh" else 1],
            "day": one.day,
            "state": "wait" if one.excused else chips[one.result],
            "word": one.excused or (str(one.get_result_display()) if one.result else str(_("awaited"))),
            "sampled_at": one.sampled_at,
        }
        for one in rows
    ]


def _rooms(stay: Stay) -> list[Occupancy]:
    beds = Occupancy.objects.filter(subject=f"stays.stay:{stay.pk}", layer=BED)
    return list(beds.select_related("place").order_by("since"))


def _timeline(stay: Stay) -> list[dict[str, Any]]:
    events = Event.objects.filter(subject=ref(stay)).order_by("-at")[:MOST]
    return [
        {"at": one.at, "who": one.actor_name, "text": event_words(one.kind), "why": one.facts.get("reason", "")}
        for one in events
    ]
