"""One unit or one person in full (单位详情、个人详情), search, and opening a masked number for a reason."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lianfang.capabilities.access.members import KEEPERS as LET_IN
from lianfang.capabilities.persons.actions import SEERS, reveal
from lianfang.domain.refusals import Refused
from lianfang.interfaces.titles import event_words, listed
from lianfang.interfaces.web.views.frame import errors_of, page, signed_in, unit_of
from lianfang.interfaces.web.views.lists import _zone, table_of
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.accounts.models import Account
from lianfang.kernel.audit.models import Event
from lianfang.kernel.audit.ops import ref
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import ID_TYPES, PERSON_KINDS, Membership, Person
from lianfang.kernel.registers.register import registers

MOST = 30


@signed_in
def unit(request: HttpRequest, code: str) -> HttpResponse:
    """A unit: its place on both lines, its lower units, what happened to it."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = unit_of(actor, code)
    facts = [
        (_("Code"), found.code),
        (_("Kind"), found.get_kind_display()),
        (_("Superior"), found.parent),
        (_("Sector superior"), found.sector_parent),
        (_("Opened on"), found.opened_on),
        (_("Closed on"), found.closed_on),
        (_("Merged into"), found.merged_into),
    ]
    children = (
        Unit.objects.filter(Q(parent=found) | Q(sector_parent=found))
        .select_related("parent", "sector_parent")
        .order_by("code")[:200]
    )
    detail = {
        **_detail(str(found), str(found.get_kind_display()), facts),
        "timeline": _timeline(found),
        "sections": [
            {"title": str(_("Lower units")), "table": table_of(registers["units"], list(children), _zone(actor))}
        ]
        if children
        else [],
        "actions": [_go(_("Duty desk"), f"/board/{found.code}", "clipboard")]
        + ([_go(_("Class list"), f"/classes/{found.code}", "users")] if found.keeps_roster else []),
        "back": {"label": str(_("Units")), "url": "/list/units"} if registers["units"].open_to(actor) else None,
    }
    return page(request, "pages/detail.html", {"detail": detail})


def _detail(title: str, sub: str, facts: list[tuple[Any, Any]]) -> dict[str, Any]:
    shown = [
        {"label": str(label), "value": "" if value is None else str(value), "masked": False, "reveal_url": ""}
        for label, value in facts
    ]
    return {
        "title": title,
        "sub": sub,
        "chips": [],
        "facts": shown,
        "sections": [],
        "timeline": [],
        "actions": [],
        "people": [],
        "back": None,
    }


def _go(label: Any, url: str, icon: str) -> dict[str, Any]:
    return {
        "label": str(label),
        "url": url,
        "primary": False,
        "danger": False,
        "key": "",
        "icon": icon,
        "dialog": False,
    }


def _timeline(thing: Any) -> list[dict[str, Any]]:
    events = Event.objects.filter(subject=ref(thing)).order_by("-at")[:MOST]
    return [
        {"at": e.at, "who": e.actor_name, "text": event_words(e.kind), "why": e.facts.get("reason", ""), "changes": []}
        for e in events
    ]


def _person(actor: Actor, number: UUID) -> tuple[Person, list[Membership]]:
    """A person within the actor's scope, and where they belong."""
    if not any(register.open_to(actor) for register in (registers["persons"],)):
        raise Http404
    found = list(registers["persons"].rows(actor).filter(person_id=number).select_related("person", "unit"))
    if not found:
        raise Http404
    return found[0].person, found


@signed_in
def person(request: HttpRequest, number: UUID) -> HttpResponse:
    """A person on one's rosters; identity number and phone are masked."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    who, memberships = _person(actor, number)
    return page(request, "pages/detail.html", {"detail": _about(actor, who, memberships, opened=False)})


def _about(actor: Actor, who: Person, memberships: list[Membership], *, opened: bool) -> dict[str, Any]:
    may_open = any(actor.holds(SEERS, m.unit) for m in memberships)
    secrets = [(_("ID number"), who.number), (_("Phone"), who.phone)]
    masked = [
        {
            "label": str(label),
            "value": (value.open() if opened else str(value)) if value else "",
            "masked": bool(value) and not opened,
            "reveal_url": f"/people/{who.pk}/reveal" if may_open and value and not opened else "",
        }
        for label, value in secrets
    ]
    belongs = [(m.unit, listed([str(dict(PERSON_KINDS)[m.kind]), f"{m.since}–{m.until or ''}"])) for m in memberships]
    detail = _detail(who.name, str(dict(ID_TYPES)[who.id_type]), belongs)
    return {
        **detail,
        "facts": masked + detail["facts"],
        "timeline": _timeline(who),
        "actions": _let_in(actor, who, memberships),
        "back": {"label": str(_("People")), "url": "/list/persons"},
    }


def _let_in(actor: Actor, who: Person, memberships: list[Membership]) -> list[dict[str, Any]]:
    """The way to an account of their own, where they have none."""
    kept = next((one for one in memberships if actor.holds(LET_IN, one.unit)), None)
    if kept is None or Account.objects.filter(person_id=who.pk).exists():
        return []
    return [_go(_("Open an account for this person"), f"/do/account.member_opened?membership={kept.pk}", "user")]


@require_http_methods(["GET", "POST"])
@signed_in
def open_person(request: HttpRequest, number: UUID) -> HttpResponse:
    """Ask for the reason, log it, and show the full number and phone once."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    who, memberships = _person(actor, number)
    errors: list[dict[str, str]] = []
    if request.method == "POST":
        try:
            reveal(actor, unit=memberships[0].unit, person=who, purpose=request.POST.get("purpose", ""))
            return page(request, "pages/detail.html", {"detail": _about(actor, who, memberships, opened=True)})
        except Refused as refused:
            errors = errors_of(refused)
    field = {
        "name": "purpose",
        "label": str(_("What do you need it for?")),
        "hint": str(_("The person can see who looked, when and why.")),
        "kind": "text",
        "value": "",
        "errors": [e["message"] for e in errors],
        "required": True,
        "unit": "",
        "choices": [],
        "autocomplete": "off",
        "short": False,
        "accept": "",
    }
    form = {
        "title": str(_("Show the full number")),
        "sub": who.name,
        "intro": "",
        "facts": [],
        "fields": [field],
        "action": request.path,
        "verb": str(_("Show")),
        "files": False,
        "sentence": "",
        "tick": "",
        "danger": False,
        "back_url": f"/people/{who.pk}",
    }
    return page(request, "pages/form.html", {"form": form, "errors": errors}, status=422 if errors else 200)


@signed_in
def search(request: HttpRequest) -> HttpResponse:
    """Units and people by name, code or pinyin initials, within scope."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    text = request.GET.get("q", "").strip()
    sections = []
    for name in ("units", "persons"):
        register = registers[name]
        if text and register.open_to(actor):
            rows = list(register.chosen(actor, {"search": text})[:MOST])
            if rows:
                sections.append({"title": str(register.title), "table": table_of(register, rows, _zone(actor))})
    detail = {
        **_detail(str(_("Search")), text, []),
        "sections": sections,
        "back": {"label": str(_("My day")), "url": "/today"},
    }
    if text and not sections:
        said = str(_("Nothing found for “{text}”")).format(text=text)
        detail |= {"sub": "", "empty": {"kind": "filtered", "title": said, "detail": "", "actions": []}}
    return page(request, "pages/detail.html", {"detail": detail})


@signed_in
def call(request: HttpRequest, number: UUID) -> HttpResponse:
    """Call somebody who is missing: opening the phone is logged, then the device dials."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    who, memberships = _person(actor, number)
    reveal(actor, unit=memberships[0].unit, person=who, purpose=str(_("call about a missing answer")))
    response = HttpResponse(status=302)
    response["Location"] = f"tel:{who.phone.open()}"
    return response
