"""How well tracing works (追踪质量页): indicators with their definitions, delays, attack rates, for a span of days."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from lianfang.capabilities.cases.actions import tracing_of
from lianfang.capabilities.cases.models import KIND_NAMES
from lianfang.capabilities.cases.register import READERS, LineList
from lianfang.domain.cases.tracing import Indicator
from lianfang.domain.parsing.dates import parse_day
from lianfang.domain.refusals import Refused
from lianfang.interfaces.web.views.frame import errors_of, page, signed_in, unit_of
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.policies.ops import policy_of

if TYPE_CHECKING:
    from lianfang.domain.analysis.tracing import Attack, Delay

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
        _("Contacts told and isolated in time"),
        _("Of the contacts who are followed up: told, and in isolation, within {hours} h of being named."),
    ),
    "traced": (
        _("Cases with all contacts isolated in time"),
        _("Of the confirmed cases with contacts: the last contact in isolation within {complete} h of confirmation."),
    ),
    "known": (
        _("New cases among known contacts"),
        _("Of the cases of whom it was looked into: followed up as a contact before falling ill."),
    ),
    "evaluated": (
        _("Contacts seen daily"),
        _("Of the visits owed and due: done. One is owed for each contact and day."),
    ),
    "known_in_quarantine": (
        _("New cases in isolation at onset"),
        _("Of the cases of whom it was looked into: in isolation as a contact on the day they fell ill."),
    ),
    "no_contacts": (
        _("Cases without contacts"),
        _("Of the cases: nobody is followed up as their contact."),
    ),
    "seen": (
        _("Contacts seen today"),
        _("Of the contacts whose visit of today is due: seen."),
    ),
    "completed": (
        _("Contacts followed to the last day"),
        _("Of the contacts whose follow-up is over: released on the last day or after."),
    ),
    "lost": (
        _("Contacts lost"),
        _("Of the contacts: not reached on the last day, and not released."),
    ),
}

WORSE: Final = ("no_contacts", "lost")
"""Of these more is not better: they have no bar that fills up to green."""
DELAYS: Final = {
    ("onset", "reported"): _("Onset to report"),
    ("reported", "isolated"): _("Report to the case's isolation"),
    ("isolated", "quarantined"): _("The case's isolation to that of the last contact"),
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
    rules = policy_of(unit, on=until)
    limits = {"hours": rules.tracing_hours, "complete": rules.tracing_complete_hours}
    found = tracing_of(unit, since=since, until=until)
    return {
        "unit": str(unit), "code": unit.code, "since": since, "until": until,
        "rows": [_row(found.indicators[code], limits) for code in NAMES],
        "each": None if found.contacts_per_case is None else round(found.contacts_per_case, 1),
        "delays": [_delay(one) for one in found.delays],
        "attack": [_attack(kind, one) for kind, one in found.attack.items()],
    }  # fmt: skip


def _row(one: Indicator, limits: dict[str, int]) -> dict[str, Any]:
    name, meaning = NAMES[one.code]
    return {
        "name": str(name), "meaning": str(meaning).format(**limits), "part": one.numerator,
        "whole": one.denominator, "unknown": one.unknown,
        "good": one.code not in WORSE,
    }  # fmt: skip


def _delay(one: Delay) -> dict[str, Any]:
    days = [None if value is None else round(value, 1) for value in (one.median, one.ninetieth)]
    return {"name": str(DELAYS[one.stages]), "of": one.of, "median": days[0], "ninetieth": days[1]}


def _attack(kind: str, one: Attack) -> dict[str, Any]:
    low, high = (round(100 * float(value), 1) for value in (one.rate.wilson_low, one.rate.wilson_high))
    return {
        "name": str(dict(KIND_NAMES)[kind]), "part": one.cases, "whole": one.persons, "limits": f"{low}–{high}%"
    }  # fmt: skip
