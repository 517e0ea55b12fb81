"""How well tracing works (追踪质量页): five indicators with their definitions, for a unit and a span of days."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from lianfang.capabilities.cases.actions import tracing_of
from lianfang.capabilities.cases.register import READERS, LineList
from lianfang.domain.cases.tracing import Indicator
from lianfang.domain.parsing.dates import parse_day
from lianfang.domain.refusals import Refused
from lianfang.interfaces.web.views.frame import errors_of, page, signed_in, unit_of
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.policies.ops import policy_of

DAYS: Final = 28  # shown at first: two incubation periods of the usual fourteen days
NAMES: Final = {
    "reported": (
        _("Cases reported in time"),
        _("Of the cases whose first specimen's time is known: reported within {hours} h of it."),
    ),
    "interviewed": (
        _("Cases interviewed in time"),
        _("Of the cases: interviewed within {hours} h of being reported."),
    ),
    "notified": (
        _("Contacts told in time"),
        _("Of the contacts who are followed up: told within {hours} h of being named."),
    ),
    "known": (
        _("New cases among known contacts"),
        _("Of the cases of whom it was looked into: followed up as a contact before falling ill."),
    ),
    "evaluated": (
        _("Contacts seen daily"),
        _("Of the visits owed and due: done. One is owed for each contact and day."),
    ),
}


@require_GET
@signed_in
def show(request: HttpRequest) -> HttpResponse:
    """The indicators of a unit from a day to a day."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    unit = unit_of(actor, request.GET["unit"]) if request.GET.get("unit") else actor.home
    if not LineList.open_to(actor) or unit is None or not actor.holds(READERS, unit):
        raise Http404
    errors: list[dict[str, str]] = []
    today = clock.today(unit.zone)
    since, until = today - timedelta(days=DAYS - 1), today
    try:
        since, until = _span(request, since, until)
    except Refused as refused:
        errors = errors_of(refused)
    context = {"kpis": _context(unit, since, until), "errors": errors}
    return page(request, "pages/case_kpis.html", context, status=422 if errors else 200)


def _span(request: HttpRequest, since: date, until: date) -> tuple[date, date]:
    first = parse_day(request.GET["from"], "from", []) if request.GET.get("from") else since
    last = parse_day(request.GET["to"], "to", []) if request.GET.get("to") else until
    if last < first:
        raise Refused("date.order", "to", earlier="from")
    return first, last


def _context(unit: Unit, since: date, until: date) -> dict[str, Any]:
    hours = policy_of(unit, on=until).tracing_hours
    found = tracing_of(unit, since=since, until=until)
    return {
        "unit": str(unit), "code": unit.code, "since": since, "until": until,
        "rows": [_row(one, hours) for one in found],
    }  # fmt: skip


def _row(one: Indicator, hours: int) -> dict[str, Any]:
    name, meaning = NAMES[one.code]
    return {
        "name": str(name), "meaning": str(meaning).format(hours=hours), "part": one.numerator,
        "whole": one.denominator, "unknown": one.unknown,
    }  # fmt: skip
