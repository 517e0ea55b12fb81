"""Classes of an institution (开班总览): each with its state, what holds its opening up, and what is missing today."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from lianfang.capabilities.training.checklist import words_of
from lianfang.capabilities.training.closing import kept_figures, phase_report, runs_of
from lianfang.capabilities.training.models import ClassRun, Enrolment, TrainingPhase
from lianfang.capabilities.training.register import Classes
from lianfang.capabilities.training.roles import HOSTS, SEERS
from lianfang.capabilities.training.standing import figures_of, problems, reasons, total
from lianfang.capabilities.training.zones import missing
from lianfang.domain.classes.states import CLOSED, OPEN, Figures
from lianfang.domain.refusals import Problem, Refused
from lianfang.interfaces.web.views import states
from lianfang.interfaces.web.views.frame import page, signed_in, unit_of
from lianfang.interfaces.wording import sentence
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.scope import EVERYTHING, within

CHIPS = {"planned": "wait", "ready": "info", "open": "ok", "closed": "wait"}
LONGEST_TABLE = 200  # classes of one page
MOST_NAMED = 3  # items of the checklist said in words in one sentence; more are counted


def placed(request: HttpRequest, code: str) -> tuple[Actor, Unit]:
    """The unit in the address, over which the actor holds a duty that sees classes."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    unit = unit_of(actor, code)
    if not actor.holds(SEERS, unit):
        raise Refused("scope", "unit")
    return actor, unit


def run_of(actor: Actor, number: UUID) -> ClassRun:
    """The class in the address, if the actor may see it."""
    run: ClassRun | None = Classes.rows(actor).filter(pk=number).first()
    if run is None:
        raise Http404
    return run


@require_GET
@signed_in
def show(request: HttpRequest, code: str) -> HttpResponse:
    """The classes of a unit and below: running ones first, then those to come, then closed ones."""
    actor, unit = placed(request, code)
    runs = list(runs_of(unit))
    figures = _figures(runs)
    context = {
        "unit": str(unit), "code": unit.code, "today": clock.today(unit.zone), "phase": _phase(unit),
        "figures": shown_figures(total(figures.values())),
        "rows": [_row(run, figures[run.pk], learners) for run, learners in _listed(runs)],
        "missing": _missing(unit), "hosts": actor.holds(HOSTS, unit),
    }  # fmt: skip
    return page(request, "pages/training.html", {"training": context})


def _figures(runs: Sequence[ClassRun]) -> dict[object, Figures]:
    """What closed classes closed with, and what the records of all others say now, as on the page of each."""
    live = figures_of([run for run in runs if run.state != CLOSED])
    kept: dict[object, Figures] = {run.pk: kept_figures(run) for run in runs if run.state == CLOSED}
    return {**live, **kept}


def _listed(runs: Sequence[ClassRun]) -> list[tuple[ClassRun, int]]:
    order = {"open": 0, "ready": 1, "planned": 2, "closed": 3}
    with within(EVERYTHING):
        counted = Enrolment.objects.filter(run__in=runs).values("run").annotate(n=Count("pk")).order_by()
        learners = {one["run"]: one["n"] for one in counted}
    rows = sorted(runs, key=lambda run: order[run.state])[:LONGEST_TABLE]
    return [(run, learners.get(run.pk, 0)) for run in rows]


def _row(run: ClassRun, figures: Figures, learners: int) -> dict[str, Any]:
    return {
        "key": str(run.pk), "url": f"/training/runs/{run.pk}", "number": run.number, "name": str(run.unit),
        "first": run.first_day, "last": run.last_day, "learners": learners, "state": state_chip(run),
        "received": figures.received, "expected": figures.expected, "why": _why(run),
    }  # fmt: skip


def _why(run: ClassRun) -> list[str]:
    """What holds up the opening of a class that is to come."""
    return reasons_in_words(run) if run.state not in (OPEN, CLOSED) else []


def reasons_in_words(run: ClassRun) -> list[str]:
    """The reasons as sentences, items of the checklist in their words."""
    return [sentence(worded(one)) for one in problems(reasons(run))]


def worded(problem: Problem) -> Problem:
    """A problem whose items are said in words, not by code."""
    words = words_of(get_language() or "zh")
    named = problem.facts.get("items") or ()
    said = [words.get(code, code) for code in named] if len(named) <= MOST_NAMED else None
    return Problem(problem.code, problem.field, facts={**problem.facts, "items": said}) if named else problem


def state_chip(run: ClassRun) -> dict[str, str]:
    """The state of a class in shape and word."""
    return {"state": CHIPS[run.state], "word": str(run.get_state_display())}


def shown_figures(one: Figures) -> list[dict[str, Any]]:
    """The figures of classes, for a row of figures."""
    return [
        states.figure(str(_("Classes")), one.classes),
        states.figure(str(_("Attendances")), one.attendances),
        states.figure(str(_("Door temperatures")), one.received, of=one.expected),
        states.figure(str(_("Infected")), one.infected, tone="bad" if one.infected else ""),
        states.figure(str(_("Isolated")), one.isolated, tone="warn" if one.isolated else ""),
    ]


def _phase(unit: Unit) -> Mapping[str, Any] | None:
    """The phase under way, else the next one, else the one that was last."""
    today = clock.today(unit.zone)
    found = TrainingPhase.objects.filter(unit__path__startswith=unit.path).select_related("unit")
    coming = found.filter(last_day__gte=today).order_by("first_day")
    phase = coming.first() or found.order_by("-last_day").first()
    if phase is None:
        return None
    report = phase_report(phase)
    return {
        "first": phase.first_day, "last": phase.last_day, "orders": report["orders"],
        "signed": report["orders_signed"], "rounds": report["zone_rounds"], "owed": report["zone_rounds_owed"],
    }  # fmt: skip


def _missing(unit: Unit) -> list[str]:
    """The zones whose disinfection is over its time today."""
    found = missing(unit, clock.today(unit.zone))
    return [f"{task.place} {slot_word(task.slot)}" for task in found]


def slot_word(slot: str) -> str:
    """A time of day in words."""
    return {"am": str(_("morning")), "noon": str(_("noon")), "pm": str(_("afternoon"))}.get(slot, slot)
