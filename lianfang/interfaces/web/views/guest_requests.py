"""What a guest asks for (我的需求), on the guest's own phone: a request, its state and its answer, nobody else's."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lianfang.capabilities.catering.models import Amenity, Request
from lianfang.capabilities.catering.requests import open_request, requests_of_persons, stays_at
from lianfang.capabilities.catering.words import REQUEST_KINDS
from lianfang.domain.parsing.findings import Findings
from lianfang.domain.parsing.text import clean_text
from lianfang.domain.refusals import Refused
from lianfang.interfaces.web.views.frame import errors_of, page, said_of, signed_in, told
from lianfang.interfaces.web.views.kitchen_requests import TONES
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import Person

MOST, MOST_SIGNS = 60, 300
_TOO_MANY, _REFUSED = 429, 422


@require_http_methods(["GET", "POST"])
@signed_in
def show(request: HttpRequest) -> HttpResponse:
    """One's own requests and those of one's wards, newest first, and a form while one is a guest of a site."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    sites = stays_at(persons_of(actor))
    if request.method == "GET":
        return _page(request, actor, sites, None)
    try:
        _asked(request, actor, sites)
    except Refused as refused:
        return _page(request, actor, sites, refused)
    told(request, _("Your request was received. Its answer will be on this page."))
    return redirect("/me/requests")


def persons_of(actor: Actor) -> list[Any]:
    """Oneself and those one answers for."""
    return [one for one in (actor.person_id, *actor.wards) if one]


def link_of(actor: Actor) -> list[dict[str, Any]]:
    """The way here from one's day, for a guest of a site and for whoever answers for one."""
    if not stays_at(persons_of(actor)):
        return []
    return [{"label": str(_("Ask for something")), "url": "/me/requests", "primary": True}]


def _asked(request: HttpRequest, actor: Actor, sites: dict[Any, Unit]) -> Request:
    posted, found = request.POST, Findings()
    key = next((one for one in sites if str(one) == posted.get("person")), None)
    if key is None:
        raise Refused("request.no_room", "person")

    def text(name: str) -> str:
        read = partial(clean_text, posted.get(name), name, max_length=MOST_SIGNS, notes=[], required=True)
        return found.attempt(read, "")

    given = {name: text(name) for name in ("kind", "wanted")}
    found.close()
    # A guest holds nothing over the site: which one it is follows from the bed, and is not read from the form.
    made: Request = open_request(actor, unit=sites[key], person=Person.objects.get(pk=key), **given)
    return made


def _page(request: HttpRequest, actor: Actor, sites: dict[Any, Unit], refused: Refused | None) -> HttpResponse:
    names = dict(Person.objects.filter(pk__in=persons_of(actor)).values_list("pk", "name"))
    rows = requests_of_persons(persons_of(actor))[:MOST]
    context = {
        "guests": [_guest(key, names.get(key, ""), where, request.POST) for key, where in sites.items()],
        "sites": [_site(one) for one in dict.fromkeys(sites.values())], "fields": _fields(request.POST, refused),
        "asked": [_row(one, names if len(names) > 1 else {}) for one in rows],
        "errors": errors_of(refused) if refused else [],
    }  # fmt: skip
    status = 200 if refused is None else _TOO_MANY if refused.code == "rate" else _REFUSED
    return page(request, "pages/my_requests.html", context, status=status)


def _guest(key: Any, name: str, where: Unit, posted: Any) -> dict[str, Any]:
    return {"key": str(key), "name": name, "site": str(where), "chosen": posted.get("person") == str(key)}


def _site(unit: Unit) -> dict[str, Any]:
    """What there is for guests, and whom to call at once."""
    return {
        "name": str(unit), "phone": unit.phone, "phone_url": f"tel:{unit.phone.replace(' ', '')}",
        "amenities": [_amenity(one) for one in Amenity.objects.filter(unit=unit, in_use=True).order_by("kind", "name")],
    }  # fmt: skip


def _amenity(one: Amenity) -> dict[str, str]:
    how = one.how_en if one.how_en and str(one) == one.name_en else one.how
    return {"name": str(one), "kind": str(one.get_kind_display()), "how": how}


def _fields(posted: Any, refused: Refused | None) -> list[dict[str, Any]]:
    plain = {"hint": "", "required": True, "unit": "", "autocomplete": "off", "short": False, "accept": ""}
    kind = posted.get("kind", "")
    return [
        {
            **plain, "name": "kind", "label": _("What kind of thing"), "kind": "radio", "value": kind,
            "errors": said_of(refused, "kind") if refused else [],
            "choices": [{"value": code, "label": str(word), "chosen": code == kind} for code, word in REQUEST_KINDS],
        },
        {
            **plain, "name": "wanted", "label": _("What you need"), "kind": "textarea", "choices": [],
            "value": posted.get("wanted", ""), "errors": said_of(refused, "wanted") if refused else [],
            "hint": _("Seen by those who serve your room."),
        },
    ]  # fmt: skip


def _row(one: Request, names: dict[Any, str]) -> dict[str, Any]:
    return {
        "key": str(one.pk), "what": one.what, "kind": str(one.get_kind_display()), "tone": TONES[one.state],
        "word": str(one.get_state_display()), "state": one.state, "opened_at": one.opened_at,
        "closed_at": one.closed_at, "note": one.note, "by": one.closed_by or one.taken_by,
        "who": names.get(one.person_id, ""), "site": str(one.unit),
    }  # fmt: skip
