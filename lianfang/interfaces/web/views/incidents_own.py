"""One's own code event (我的黄码红码处置): every entry about oneself, the reading of the day, and how to object."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lianfang.capabilities.incidents.actions import record_home_check
from lianfang.capabilities.incidents.models import CodeEvent
from lianfang.capabilities.incidents.models.codes import COLOURS, RESULTS
from lianfang.capabilities.incidents.steps import NOTICE, ORDER
from lianfang.domain.parsing.number import parse_measure
from lianfang.domain.refusals import Refused
from lianfang.domain.symptoms import SYMPTOMS
from lianfang.interfaces.web.templatetags.formats import language
from lianfang.interfaces.web.views.frame import errors_of, page, signed_in, told
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.policies.ops import policy_of
from lianfang.kernel.readings.ops import readings_of
from lianfang.kernel.scope import EVERYTHING, looking
from lianfang.kernel.tasks import ops as tasks

MOST = 60


@require_http_methods(["GET", "POST"])
@signed_in
def show(request: HttpRequest) -> HttpResponse:
    """Everything recorded about oneself and one's wards; a reading at home is entered here."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    events = list(_own(actor))
    errors: list[dict[str, str]] = []
    if request.method == "POST":
        try:
            _recorded(request, actor, events)
        except Refused as refused:
            errors = errors_of(refused)
        else:
            told(request, _("The reading was recorded."))
            return redirect("/incidents/own")
    context = {"events": [_content(one) for one in events], "typed": request.POST, "errors": errors}
    return page(request, "pages/incident_own.html", context, status=422 if errors else 200)


def _own(actor: Actor) -> Any:
    persons = [one for one in (actor.person_id, *actor.wards) if one]
    return CodeEvent.objects.filter(person__in=persons).select_related("person", "unit").order_by("-found_at")


def _recorded(request: HttpRequest, actor: Actor, events: list[CodeEvent]) -> None:
    event = next((one for one in events if str(one.pk) == request.POST.get("event")), None)
    if event is None:
        raise Refused("scope", "event")
    policy = policy_of(event.unit, on=clock.today(event.unit.zone))
    celsius = parse_measure(
        request.POST.get("celsius", ""), "celsius", [], low=policy.temperature_min, high=policy.temperature_max
    )
    symptoms = [one for one in request.POST.getlist("symptoms") if one]
    sure = request.POST.get("sure") == "yes"
    record_home_check(actor, event=event, person=event.person, celsius=celsius, symptoms=symptoms, sure=sure)


def _content(event: CodeEvent) -> dict[str, Any]:
    results = dict(RESULTS)
    with looking(EVERYTHING):  # everything about oneself, also what is kept for those who work on it
        notices = [{"text": str(one), "at": one.settled_at, "by": one.settled_by}
                   for one in tasks.of(event.incident, NOTICE)]  # fmt: skip
        orders = [{"text": str(one), "at": one.settled_at} for one in tasks.of(event.incident, ORDER)]
        counts = tasks.counted(tasks.of(event), at=clock.now())
        readings = list(readings_of(event).order_by("-at")[:MOST])
    return {
        "key": str(event.pk), "name": event.person.name, "row": event, "colour": event.colour,
        "colour_word": str(dict(COLOURS)[event.colour]), "open": event.closed_at is None,
        "tests": [{"number": one.number, "result": str(results[one.result]), "at": one.sampled_at}
                  for one in event.tests.order_by("number", "revision")],
        "notices": notices, "orders": orders, "counts": counts,
        "readings": [{"at": one.at, "celsius": one.celsius, "fever": one.fever} for one in readings],
        "symptoms": [{"code": one, "label": SYMPTOMS.label(one, language())}
                     for one in SYMPTOMS.codes if one != "none"],
        "objects_at": "/me/statuses",
    }  # fmt: skip
