"""Outcome indicators of classes (办班成效): how many attendances ended infected or set apart.

Period and population: attendances of the classes that were held within the period; person-days are attendances times
the days of their class. Source: the closing figures of classes, or what their records say now.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from lianfang.capabilities.training.closing import kept_figures, runs_of
from lianfang.capabilities.training.models import ClassRun
from lianfang.capabilities.training.standing import figures_of, total
from lianfang.domain.classes.states import CLOSED, OPEN, Figures
from lianfang.domain.outcomes import Outcome
from lianfang.kernel.briefing import measured
from lianfang.kernel.orgs.models import Unit


@measured
def of_classes(unit: Unit, since: date, until: date) -> Iterator[Outcome]:
    """Nothing where no class was held in the period."""
    held = [
        run for run in runs_of(unit) if run.state in (OPEN, CLOSED) and since <= run.first_day and run.last_day <= until
    ]
    if not held:
        return
    figures = _figures(held)
    whole = total(figures.values())
    days = sum(figures[run.pk].attendances * ((run.last_day - run.first_day).days + 1) for run in held)
    for code, count in (("classes.infected", whole.infected), ("classes.isolated", whole.isolated)):
        yield Outcome(code, since, until, count, whole.attendances, days)


def _figures(runs: list[ClassRun]) -> dict[object, Figures]:
    live = figures_of([run for run in runs if run.state != CLOSED])
    return live | {run.pk: kept_figures(run) for run in runs if run.state == CLOSED}
