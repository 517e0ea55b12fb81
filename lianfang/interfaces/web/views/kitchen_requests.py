"""What guests ask for, for the service team (生活需求): what is open since when, how long it takes, amenities."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from lianfang.capabilities.catering.models import Amenity, Request
from lianfang.capabilities.catering.requests import SERVERS, median_time, open_request, requests_of
from lianfang.domain.refusals import Refused
from lianfang.interfaces.web.views.frame import page, signed_in, unit_of
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.registers.register import registers

MOST_OPEN, MOST_DONE = 200, 30
TONES = {"open": "warn", "taken": "info", "closed": "ok", "declined": "wait"}


@signed_in
def show(request: HttpRequest, code: str) -> HttpResponse:
    """Open requests, the oldest first, then the newest that are done; and the amenities."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    unit = unit_of(actor, code)
    if not registers["requests"].open_to(actor):
        raise Refused("scope", "unit")
    now, found = clock.now(), requests_of(unit)
    waiting, done = found.filter(closed_at__isnull=True), found.filter(closed_at__isnull=False)
    middle = median_time(unit)
    context = {
        "unit": str(unit), "code": unit.code, "waiting": [_row(one, now) for one in waiting[:MOST_OPEN]],
        "done": [_row(one, now) for one in done[:MOST_DONE]], "how_many": waiting.count(), "done_count": done.count(),
        "median": middle, "serves": actor.holds(SERVERS, unit),
        "asks": actor.holds(open_request.action.by, unit),  # type: ignore[attr-defined]
        "amenities": list(Amenity.objects.filter(unit=unit, in_use=True).order_by("kind", "name")),
    }  # fmt: skip
    return page(request, "pages/kitchen_requests.html", {"asked": context})


def _row(one: Request, now: datetime) -> dict[str, Any]:
    return {
        "key": str(one.pk), "room": one.place.code if one.place else "—", "kind": str(one.get_kind_display()),
        "what": one.what, "tone": TONES[one.state], "word": str(one.get_state_display()), "state": one.state,
        "opened_at": one.opened_at, "closed_at": one.closed_at, "took": (one.closed_at or now) - one.opened_at,
        "cost": one.cost, "receipt": one.receipt, "note": one.note,
        "by": one.taken_by or one.opened_by or str(_("the guest")),
    }  # fmt: skip
