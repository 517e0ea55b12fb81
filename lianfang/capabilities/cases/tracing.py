"""How well tracing works in a unit (追踪质量): the moments of its cases and contacts, counted into the indicators."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from lianfang.capabilities.cases.contacting import VISIT
from lianfang.capabilities.cases.models import Case, Contact
from lianfang.domain.cases.terms import BECAME_CASE, FOLLOWED, KEEP, RELEASED
from lianfang.domain.cases.tracing import Indicator, Named, Owed, Traced, indicators
from lianfang.kernel import clock
from lianfang.kernel.audit.ops import ref
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import below
from lianfang.kernel.policies.ops import policy_of
from lianfang.kernel.tasks.models import Task


def tracing_of(unit: Unit, *, since: date, until: date) -> list[Indicator]:
    """The five indicators of the cases reported under `unit` from one day to another, both included."""
    low, high = below(unit.path)
    there = {"unit__path__gte": low, "unit__path__lt": high}
    cases = Case.objects.filter(date_reporting__gte=since, date_reporting__lte=until, **there)
    kept = Contact.objects.filter(
        case__in=cases, decision=KEEP, state__in=(FOLLOWED, RELEASED, BECAME_CASE), **there
    )  # fmt: skip
    return indicators(
        [Traced(one.sampled_at, one.reported_at, one.interviewed_at, one.was_contact) for one in cases],
        [Named(one.elicited_at, one.notified_at) for one in kept],
        _evaluations([ref(one) for one in kept]),
        now=clock.now(),
        hours=policy_of(unit, on=until).tracing_hours,
    )


def _evaluations(subjects: list[str]) -> Iterator[Owed]:
    """One a contact and day on which a visit was owed: reached, or not by its time; still open is not known."""
    now = clock.now()
    visits = Task.objects.filter(kind=VISIT, subject__in=subjects, excused="", opens_at__lte=now)
    for settled, due in visits.values_list("settled_at", "due_at"):
        if settled is not None:
            yield Owed(True)
        else:
            yield Owed(False if due is not None and due < now else None)
