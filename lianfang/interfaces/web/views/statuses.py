"""What holds for oneself and one's wards, why, and how to object (我的状态、申诉)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lianfang.capabilities.objections.actions import changes_by_hand, institution_of, object_to_status
from lianfang.capabilities.objections.models import Objection
from lianfang.domain.refusals import Refused
from lianfang.domain.rules.reasons import because
from lianfang.interfaces.editions import edition_words
from lianfang.interfaces.web.templatetags.formats import iso, language
from lianfang.interfaces.web.views.frame import page, signed_in, told
from lianfang.interfaces.web.views.guest_requests import link_of
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.alerts.models import Alert
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import Membership, Person, on_roster
from lianfang.kernel.scope import EVERYTHING, within
from lianfang.kernel.statuses.models import KIND_NAMES, Status
from lianfang.kernel.statuses.ops import current, history
from lianfang.kernel.statuses.words import fact_order, fact_words, rule_words, value_words

TONES = {"red": "bad", "yellow": "warn", "clear": "ok", "green": "ok", "released": "ok", "exempted": "ok"}
MOST = 50  # entries of one person; nobody has more in an ordinary year
PERIOD = timedelta(days=30)


@require_GET
@signed_in
def mine(request: HttpRequest) -> HttpResponse:
    """Everything that holds or held for oneself and those one answers for."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    known = [one for one in (actor.person_id, *actor.wards) if one]
    people = Person.objects.in_bulk(known)
    context = {
        "people": [_person(people[one]) for one in known if one in people], "by_hand": _by_hand(actor),
        "home_url": "/today", "links": link_of(actor),
    }  # fmt: skip
    return page(request, "pages/my_statuses.html", {"mine": context})


def _person(person: Person) -> dict[str, Any]:
    rows = history(person)[:MOST]
    objections = {
        one.status_id: one for one in Objection.objects.filter(status__in=[row.pk for row in rows]).order_by("made_at")
    }
    shown = [_shown(row, objections.get(row.pk)) for row in rows]
    return {"name": person.name, "statuses": sorted(shown, key=lambda one: one["ended"])}


def _shown(row: Status, objection: Objection | None) -> dict[str, Any]:
    words, now = rule_words(row.rule, language()), clock.now()
    ended = row.until is not None and row.until <= now
    may = not ended and (objection is None or objection.answered_at is not None)
    return {
        "key": str(row.pk), "title": words.title or kind_words(row.kind), "value": value_words(row.value, language()),
        "tone": TONES.get(row.value, "info"), "since": row.since, "until": row.until, "rule": row.rule,
        "edition": edition_words(row.edition), "because": because(words.because, said_facts(row)),
        "facts": [{"label": one["label"], "value": one["value"]} for one in facts_of(row)], "reason": row.reason,
        "by": decider_words(row), "by_hand": row.by_hand.proposed_by if row.by_hand else "", "ends": words.ends,
        "ended": ended, "ended_because": ended_words(row), "objection": _objection(objection) if objection else None,
        "object_url": f"/me/statuses/{row.pk}/object" if may else "",
    }  # fmt: skip


def kind_words(kind: str) -> str:
    """A kind of status in words; one without words as it is."""
    return str(KIND_NAMES.get(kind, kind))


def change_words(alert: Alert) -> str:
    """What an alert of a changed status says: what holds now, by which rule, and that one may object."""
    person = Person.objects.filter(pk=alert.facts.get("person")).first()
    if person is None:
        return str(_("Your status has changed"))
    held = next(iter(current(person, alert.facts["kind"])), None)
    if held is None:
        return str(_("{name}: {kind} has ended. See why.")).format(
            name=person.name, kind=kind_words(alert.facts["kind"])
        )
    rule = rule_words(held.rule, language()).title
    said = _("{name}: {status}, by the rule “{rule}”. See why; you can object.")
    by_hand = _("{name}: {status}, decided by two people. See why; you can object.")
    return str(said if rule else by_hand).format(
        name=person.name, status=value_words(held.value, language()), rule=rule
    )


def decider_words(row: Status) -> str:
    """Who decided; a rule that the product applied by itself says so."""
    return row.given_by if row.given_by_id is not None or not row.rule else str(_("the rule, without a person"))


def ended_words(row: Status) -> str:
    """Why a status ended; by a list of risk areas it is its version."""
    rule, _sign, version = row.ended_because.partition(" ")
    if row.rule and rule == row.rule and version.isdigit():
        return str(_("list version {n}")).format(n=version)
    return value_words(row.ended_because, language())


def said_facts(row: Status) -> dict[str, Any]:
    """The facts as a sentence of the rule puts them in."""
    return {name: _said(value) for name, value in row.facts.items()}


def facts_of(row: Status) -> list[dict[str, str]]:
    """The facts that have words: what is kept for the product alone is not shown."""
    said = said_facts(row)
    if language() == "en":
        said |= {name: said[f"{name}_en"] for name in row.facts if said.get(f"{name}_en")}
    named = [name for name in fact_order() if said.get(name) not in (None, "")]
    return [{"code": one, "label": fact_words(one, language()), "value": str(said[one])} for one in named]


def _said(value: Any) -> Any:
    """A moment in local time; any other fact as it is, and a code that has words in words."""
    if not isinstance(value, str):
        return value
    if "T" in value:
        try:
            return iso(_aware(datetime.fromisoformat(value)))
        except ValueError:
            return value
    return value_words(value, language())


def _aware(moment: datetime) -> datetime:
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)


def _objection(one: Objection) -> dict[str, Any]:
    return {
        "text": one.text, "made_at": one.made_at, "due_at": one.due_at, "answered_at": one.answered_at,
        "outcome": str(one.get_outcome_display()), "answer": one.answer,
    }  # fmt: skip


def _by_hand(actor: Actor) -> dict[str, Any] | None:
    """How often statuses are changed by hand in the actor's institution; counts only, for everybody there."""
    unit = actor.home or _home(actor.person_id)
    if unit is None:
        return None
    found = changes_by_hand(unit, since=clock.now() - PERIOD)
    with within(EVERYTHING):
        name = str(institution_of(unit))
    return {"unit": name, **counted(found)}


def counted(outcomes: Iterable[str]) -> dict[str, int]:
    """How many changes by hand were confirmed, refused, and wait."""
    found = list(outcomes)
    return {
        "confirmed": found.count("confirmed"), "refused": found.count("refused"), "waiting": found.count(""),
    }  # fmt: skip


def _home(person: UUID | None) -> Unit | None:
    if person is None:
        return None
    day = clock.now().date()
    found = Membership.objects.filter(on_roster(day), person_id=person).select_related("unit").first()
    return found.unit if found else None


@require_POST
@signed_in
def object_to(request: HttpRequest, number: UUID) -> HttpResponse:
    """Object to a status; the answer comes on the same page."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    status = Status.objects.filter(pk=number).select_related("unit", "person").first()
    if status is None or not actor.answers_for(status.person_id):
        raise Refused("scope", "status")
    made = object_to_status(actor, status=status, person=status.person, text=request.POST.get("text", "")[:300])
    told(request, str(_("Sent. Answered by {at} at the latest.")).format(at=iso(made.due_at)))
    return redirect("/me/statuses")
