"""Yellow and red codes of a unit (黄码红码处置): open one, and see the two notices run against their minutes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from lianfang.capabilities.incidents.actions import open_code_event
from lianfang.capabilities.incidents.codes import FINDERS
from lianfang.capabilities.incidents.duties import RESPONDERS
from lianfang.capabilities.incidents.models import CodeEvent, CodeTest
from lianfang.capabilities.incidents.models.codes import COLOURS, RESULTS
from lianfang.capabilities.incidents.register import CodeEvents
from lianfang.capabilities.incidents.steps import NOTICE
from lianfang.domain.identity import mask_name
from lianfang.domain.symptoms import FOLLOWED_CODES
from lianfang.interfaces.web.views.command_forms import Ask, Deed, answer, lines, placed, somebody
from lianfang.interfaces.web.views.frame import page, signed_in
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import under
from lianfang.kernel.people.models import Person
from lianfang.kernel.policies.ops import policy_of
from lianfang.kernel.reporting.models import Answer
from lianfang.kernel.tasks import ops as tasks
from lianfang.kernel.tasks.models import Task

MOST: Final = 100
EVERY: Final = 15  # seconds between looks
NEAR_MINUTES: Final = 5  # from which a notice that is still owed turns amber


@require_GET
@signed_in
def show(request: HttpRequest, code: str) -> HttpResponse:
    """The code events of a unit that are open, the newest first, each with its two notices."""
    actor, unit = placed(request, code)
    if not CodeEvents.open_to(actor):
        raise Http404
    rows = CodeEvents.rows(actor).filter(under(unit, "unit__"), closed_at__isnull=True)
    tests = Prefetch("tests", CodeTest.objects.order_by("number", "revision"))
    context = {
        "unit": str(unit), "here": f"/codes/{unit.code}", "may_open": actor.holds(FINDERS, unit), "every": EVERY,
        "minutes": policy_of(unit, on=clock.today(unit.zone)).notice_minutes, "near": NEAR_MINUTES,
        "events": [_row(actor, one) for one in rows.prefetch_related(tests).order_by("-found_at")[:MOST]],
        "all_url": f"/list/code-events?unit={unit.code}",
    }  # fmt: skip
    return page(request, "pages/codes.html", {"codes": context})


def _row(actor: Actor, event: CodeEvent) -> dict[str, Any]:
    readings = tasks.counted(tasks.of(event), at=clock.now())
    results = {one.number: one.result for one in event.tests.all()}
    works = actor.holds(RESPONDERS, event.unit)
    return {
        "key": str(event.pk), "url": f"/incidents/{event.incident_id}", "name": mask_name(event.person.name),
        "unit": str(event.unit), "colour": event.colour, "cause": event.cause, "found_at": event.found_at,
        "until": event.home_until, "readings": readings,
        "tests": [str(dict(RESULTS).get(results.get(n, ""), "—")) for n in range(1, event.terms["tests"] + 1)],
        "notices": [_notice(event, one, works=works) for one in tasks.of(event.incident, NOTICE)],
    }  # fmt: skip


def _notice(event: CodeEvent, task: Task, *, works: bool) -> dict[str, Any]:
    """One of the two notices: given after so many minutes, or the time that is left for it."""
    done, due = task.settled_at, task.due_at
    return {
        "key": str(task.pk), "text": str(task), "at": done, "due": due, "by": task.settled_by, "whom": task.note,
        "chip": _chip(task), "took": _minutes(done - event.found_at) if done else "",
        "may": works and done is None and not task.excused,
    }  # fmt: skip


def _chip(task: Task) -> dict[str, str]:
    if task.excused:
        return {"state": "wait", "word": _("Not owed any more")}
    late = task.due_at is not None and (task.settled_at or clock.now()) > task.due_at
    if task.settled_at:
        return {"state": "warn", "word": _("Done late")} if late else {"state": "ok", "word": _("In time")}
    return {"state": "bad", "word": _("Past its time")} if late else {"state": "info", "word": _("Can be done now")}


def _minutes(span: timedelta) -> str:
    number = int(span.total_seconds() // 60)
    return str(ngettext("after {n} minute", "after {n} minutes", number)).format(n=number)


@require_http_methods(["GET", "POST"])
@signed_in
def do(request: HttpRequest, code: str, deed: str) -> HttpResponse:
    """Open a code event: the notices, tests, readings and disinfections follow by themselves.

    `?answer=` is the key of the answer that said so, `unit/day/slot/person`: it fills in who, which colour and when.
    """
    said = partial(_open, said=request.GET.get("answer", ""))
    return answer(request, code, {"open": replace(DEEDS["open"], asks=said)}, deed, "", f"/codes/{code}")


def _open(actor: Actor, unit: Unit, row: Any, *, said: str = "") -> Sequence[Ask]:
    who, colour, found_at = _said(unit, said)
    return [
        who,
        Ask("colour", "radio", COLOURS, value=colour),
        Ask("cause", hint=_("As the code itself gives it")),
        Ask(
            "found_at",
            "datetime-local",
            required=False,
            value=found_at,
            hint=_("Now, when left empty; the minutes run from here"),
        ),
        Ask("where", required=False),
        Ask("places", "textarea", required=False, hint=_("Where the person was, one a line: each is disinfected")),
    ]


def _said(unit: Unit, said: str) -> tuple[Ask, str, str]:
    """Who, which colour and when by an answer of the unit that asks for follow-up; otherwise nothing is filled in."""
    nothing = somebody(unit, staying=True), "", ""
    try:
        number, day, slot, person = said.split("/")
        key = {"unit_id": int(number), "day": date.fromisoformat(day), "slot": slot, "person_id": UUID(person)}
    except ValueError:
        return nothing
    found = Answer.objects.filter(under(unit, "unit__"), **key)
    given = found.filter(health_code__in=FOLLOWED_CODES).first()
    if given is None:
        return nothing
    name = Person.objects.get(pk=given.person_id).name
    who = Ask("person", "select", [(str(given.person_id), f"{name} · {given.unit}")], value=str(given.person_id))
    return who, given.health_code, f"{given.received_at.astimezone(unit.zone):%Y-%m-%dT%H:%M}"


DEEDS: Final[Mapping[str, Deed]] = {"open": Deed(open_code_event, _open, lists={"places": lines})}
"""By the last part of the address: what may be done."""


def link_of(actor: Actor) -> str:
    """The way here for whoever finds a code, at the nearest unit; empty for others."""
    found = [post.unit for post in actor.posts if post.role in FINDERS]
    nearest = max(found, key=lambda unit: (unit.path.count("/"), unit.code), default=None)
    return f"/codes/{nearest.code}" if nearest else ""
