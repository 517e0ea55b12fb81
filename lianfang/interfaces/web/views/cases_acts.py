"""Acts on a case and its contacts (病例密接办理): each a form on the page of the case."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from lianfang.capabilities.cases.actions import (
    OPENERS,
    classify_case,
    close_case,
    contact_became_case,
    decide_contacts,
    interview_case,
    isolate_case,
    link_cases,
    notify_contact,
    open_case,
    propose_contacts,
    record_test,
    record_visit,
    release_contact,
    report_case,
    stop_follow_up,
)
from lianfang.capabilities.cases.definitions import definitions_on
from lianfang.capabilities.cases.models import Case, Contact
from lianfang.capabilities.cases.register import Contacts, LineList
from lianfang.domain.parsing.text import one_line
from lianfang.domain.refusals import Refused
from lianfang.interfaces.web.templatetags.formats import language
from lianfang.interfaces.web.views.cases import case_of, case_page
from lianfang.interfaces.web.views.frame import errors_of, page, said_of, signed_in, told
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.fields import read_parameters
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import Membership, Person, on_roster
from lianfang.kernel.places.models import Occupancy
from lianfang.kernel.places.ops import guests
from lianfang.kernel.registers.register import visible

Call = Callable[..., Any]
ON_CASE: Final[Mapping[str, tuple[Call, tuple[str, ...]]]] = {
    "classify": (classify_case, ("into", "reason")),
    "interview": (interview_case, ("date_onset", "celsius", "was_contact")),
    "test": (record_test, ("kind", "result", "sampled_at")),
    "isolate": (isolate_case, ("at",)),
    "report": (report_case, ("reported_to", "at")),
    "stop": (stop_follow_up, ("reason",)),
    "close": (close_case, ("outcome", "date_outcome")),
}
ON_CONTACT: Final[Mapping[str, tuple[Call, tuple[str, ...]]]] = {
    "visit": (record_visit, ("outcome", "day", "note")),
    "told": (notify_contact, ("at",)),
    "release": (release_contact, ("reason",)),
    "became": (contact_became_case, ("date_onset",)),
}


@require_POST
@signed_in
def on_case(request: HttpRequest, number: UUID, act: str) -> HttpResponse:
    """Do one act on a case; refused, the page comes back with the reason and what was entered."""
    case = case_of(request, number)
    done = {"propose": _propose, "decide": _decide, "link": _link}.get(act)
    try:
        said = done(request, case) if done else _plain(request, case, act)
    except Refused as refused:
        if refused.code == "scope":
            raise
        return case_page(request, case, refused=refused, given=request.POST)
    told(request, said)
    return redirect(f"/cases/{number}")


def _plain(request: HttpRequest, case: Case, act: str) -> str:
    if act not in ON_CASE:
        raise Http404
    call, asks = ON_CASE[act]
    raw: dict[str, Any] = {name: request.POST.get(name, "") for name in asks} | {"case": str(case.pk)}
    if act == "interview" and request.POST.get("asked") == "yes":
        raw["symptoms"] = request.POST.getlist("symptoms") or ["none"]
    _call(request, call, raw)
    return str(_("Done."))


def _call(request: HttpRequest, call: Call, raw: Mapping[str, Any]) -> Any:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    given = {name: value for name, value in raw.items() if value not in ("", None)}
    return call(actor, **read_parameters(call.action, actor, given, channel="form"))  # type: ignore[attr-defined]


def _propose(request: HttpRequest, case: Case) -> str:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = propose_contacts(actor, case=case)
    return str(_("{n} contacts proposed. Please decide about each.")).format(n=len(found))


def _decide(request: HttpRequest, case: Case) -> str:
    """Every row with a choice, those of one choice and reason together; all of them or none."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    rows = {str(one.pk): one for one in Contacts.rows(actor).filter(case=case)}
    chosen: dict[tuple[str, str], list[Contact]] = defaultdict(list)
    for key, row in rows.items():
        if decision := request.POST.get(f"d-{key}", ""):
            chosen[decision, request.POST.get(f"r-{key}", "").strip()].append(row)
    if not chosen:
        raise Refused("required", "decision")
    with transaction.atomic():
        for (decision, reason), some in chosen.items():
            decide_contacts(actor, case=case, contacts=some, decision=decision, reason=reason)
    return str(_("{n} decisions saved.")).format(n=sum(map(len, chosen.values())))


def _link(request: HttpRequest, case: Case) -> str:
    """Link to a case by its number as it is shown."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    code, _dash, number = request.POST.get("infector", "").strip().rpartition("-")
    found = LineList.rows(actor).filter(unit__code=code, number=int(number)).first() if number.isdecimal() else None
    if found is None:
        raise Refused("case.unknown", "infector")
    given = {name: request.POST.get(name, "") for name in ("certainty", "evidence")}
    link_cases(actor, infectee=case, infector=found, **given)
    return str(_("Done."))


@require_POST
@signed_in
def on_contact(request: HttpRequest, number: UUID, contact: UUID, act: str) -> HttpResponse:
    """Do one act on a contact of a case."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    case = case_of(request, number)
    if act not in ON_CONTACT or not Contacts.rows(actor).filter(case=case, pk=contact).exists():
        raise Http404
    call, asks = ON_CONTACT[act]
    raw = {name: request.POST.get(name, "") for name in asks} | {"contact": str(contact)}
    try:
        result = _call(request, call, raw)
    except Refused as refused:
        if refused.code == "scope":
            raise
        return case_page(request, case, refused=refused, given=request.POST)
    told(request, str(_("Done.")))
    return redirect(f"/cases/{result.pk}" if isinstance(result, Case) else f"/cases/{number}#contact-{contact}")


@require_http_methods(["GET", "POST"])
@signed_in
def new(request: HttpRequest) -> HttpResponse:
    """Open a case for somebody on a roster or staying at a site, found by name."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not actor.roles & set(OPENERS):
        raise Http404
    if request.method == "GET":
        return page(request, "pages/form.html", {"form": _form(actor, request.GET, None)})
    try:
        person, unit = _person_named(actor, request.POST.get("name", "").strip())
        raw = {name: request.POST.get(name, "") for name in ("definition", "date_onset", "celsius", "source")}
        case = _call(request, open_case, raw | {"unit": unit.code, "person": str(person.pk)})
    except Refused as refused:
        context = {"form": _form(actor, request.POST, refused), "errors": errors_of(refused)}
        return page(request, "pages/form.html", context, status=422)
    told(request, str(_("Case opened.")))
    return redirect(f"/cases/{case.pk}")


def _person_named(actor: Actor, name: str) -> tuple[Person, Unit]:
    """The one person of this name, and the unit over which the actor may open a case for them."""
    name = one_line(name, "name")
    if not name:
        raise Refused("required", "name")
    today = clock.now().date()
    rows = Membership.objects.filter(on_roster(today), visible(actor, "unit__", people=True))
    rows = rows.filter(Q(person__name=name) | Q(number=name))
    staying = guests().filter(visible(actor, "unit__", people=True), person__name=name)
    found: dict[UUID, Membership | Occupancy] = {one.person_id: one for one in staying}
    found |= {row.person_id: row for row in rows.select_related("person", "unit").order_by("pk")}
    if len(found) != 1:
        raise Refused("person.several" if found else "person.not_found", "name", count=len(found))
    row = next(iter(found.values()))
    over = [post.unit for post in actor.posts if post.role in OPENERS and post.unit.covers(row.unit)]
    return row.person, over[0] if over else row.unit


def _form(actor: Actor, given: Mapping[str, str], refused: Refused | None) -> dict[str, Any]:
    today = clock.today(actor.home.zone) if actor.home else clock.now().date()
    illnesses = [(one.code, one.name(language())) for one in definitions_on(today).values()]
    sources = [(code, word) for code, word in Case._meta.get_field("source").choices or () if code != "contact"]
    fields = [
        _field("name", _("Name or roster number"), "text", given, refused, required=True),
        _field("definition", _("Case definition"), "select", given, refused, required=True, choices=illnesses),
        _field("source", _("How it was found"), "select", given, refused, required=True, choices=sources),
        _field("date_onset", _("Date of onset"), "date", given, refused),
        _field("celsius", _("Temperature, °C"), "text", given, refused),
    ]
    return {
        "title": str(_("Open a case")), "sub": "", "facts": [], "fields": fields, "action": "/cases/open",
        "intro": str(_("Only the doctor and whoever reports for the school will see it.")),
        "verb": str(_("Open the case")), "files": False, "sentence": "", "tick": "", "danger": False,
        "back_url": "/cases",
    }  # fmt: skip


def _field(
    name: str, label: str, kind: str, given: Mapping[str, str], refused: Refused | None, *, required: bool = False,
    choices: Any = (),
) -> dict[str, Any]:  # fmt: skip
    value = given.get(name, "")
    return {
        "name": name, "label": str(label), "hint": "", "kind": kind, "value": value, "required": required, "unit": "",
        "errors": said_of(refused, name) if refused else [], "autocomplete": "off", "short": kind == "date",
        "choices": [{"value": v, "label": str(w), "chosen": v == value} for v, w in choices], "accept": "",
    }  # fmt: skip
