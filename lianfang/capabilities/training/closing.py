"""The closing report of a class or a phase (结班报告): every figure counted from records, none typed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from django.db.models import Q

from lianfang.capabilities.training.models import ClassRun, MealScan, TrainingPhase, WorkOrder, ZoneDisinfection
from lianfang.capabilities.training.standing import figures_of, total
from lianfang.domain.classes.states import CLOSED, Figures
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import below
from lianfang.kernel.scope import EVERYTHING, within
from lianfang.kernel.tasks.models import Task

ZONE_TASK = "disinfection"


def closing_report(run: ClassRun) -> dict[str, Any]:
    """What a class closes with, as it is kept."""
    with within(EVERYTHING):
        beside = {
            "order_signed": WorkOrder.objects.filter(run=run, state="signed").count(),
            "out_of_sitting": MealScan.objects.filter(run=run, out_of_sitting=True).count(),
        }
    return asdict(figures_of([run])[run.pk]) | beside


def kept_figures(run: ClassRun) -> Figures:
    """The figures that a closed class closed with."""
    return Figures(**{name: run.report[name] for name in Figures.__slots__})


def runs_of(unit: Unit, phase: TrainingPhase | None = None) -> Iterable[ClassRun]:
    """The classes held by a unit or below it, or the one that it is, of one phase if given, in their order."""
    low, high = below(unit.path)
    found = ClassRun.objects.filter(unit__path__gte=low, unit__path__lt=high).select_related("unit", "host")
    if phase is not None:
        found = found.filter(first_day__gte=phase.first_day, last_day__lte=phase.last_day)
    return found.order_by("first_day", "number")


def phase_report(phase: TrainingPhase) -> dict[str, int]:
    """What all classes of a phase come to: 38 classes, 4,479 attendances, nobody infected, nobody isolated (R05).

    Classes that are not closed count with what their records say now; `closed` tells how many are.
    """
    runs = list(runs_of(phase.unit, phase))
    live = figures_of([run for run in runs if run.state != CLOSED])
    figures = total(kept_figures(run) if run.state == CLOSED else live[run.pk] for run in runs)
    orders = WorkOrder.objects.filter(run__in=runs)
    return asdict(figures) | {
        "closed": sum(run.state == CLOSED for run in runs),
        "orders": orders.count(),
        "orders_signed": orders.filter(state="signed").count(),
        **disinfections(phase),
    }


def disinfections(phase: TrainingPhase) -> dict[str, int]:
    """Rounds of zones owed and done over a phase."""
    low, high = below(phase.unit.path)
    days = Q(day__gte=phase.first_day, day__lte=phase.last_day, unit__path__gte=low, unit__path__lt=high)
    owed = Task.objects.filter(days, kind=ZONE_TASK).exclude(~Q(excused=""), settled_at=None)
    done = ZoneDisinfection.objects.filter(days, revision=1)
    return {"zone_rounds_owed": owed.count(), "zone_rounds": done.count()}
