"""How well tracing works in a unit (追踪质量): the moments of its cases and contacts, counted into the indicators."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

from lianfang.capabilities.cases.contacting import VISIT
from lianfang.capabilities.cases.models import Case, ClassificationStep, Contact
from lianfang.domain.cases.terms import ASYMPTOMATIC, BECAME_CASE, CONFIRMED, FOLLOWED, KEEP, RELEASED
from lianfang.domain.outcomes import Outcome
from lianfang.kernel import clock
from lianfang.kernel.audit.ops import ref
from lianfang.kernel.briefing import measured
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import below
from lianfang.kernel.policies.ops import policy_of
from lianfang.kernel.tasks.models import Task

if TYPE_CHECKING:
    from lianfang.domain.analysis import tracing

    Days = Mapping[str, Sequence[tuple[date | None, bool | None]]]

PEOPLE: Final = ("reported", "interviewed", "notified", "traced", "known", "known_in_quarantine", "completed", "lost")
"""The indicators that count cases or contacts; the others count days."""


def tracing_of(unit: Unit, *, since: date, until: date) -> tracing.Kpis:
    """The indicators of the cases reported under `unit` from one day to another, both included."""
    from lianfang.domain.analysis.tracing import kpis  # noqa: PLC0415  scipy only for who counts

    rules = policy_of(unit, on=until)
    return kpis(
        _cases(unit, since, until), now=clock.now(), hours=rules.tracing_hours,
        complete_hours=rules.tracing_complete_hours,
    )  # fmt: skip


@measured
def of_tracing(unit: Unit, since: date, until: date) -> Iterator[Outcome]:
    """Indicators of tracing as they are kept and compared; nothing where no case was reported in the period.

    Period and population: cases reported within the period, or their contacts, of whom it is known.
    """
    low, high = below(unit.path)
    if Case.objects.filter(
        date_reporting__gte=since, date_reporting__lte=until, unit__path__gte=low, unit__path__lt=high
    ).exists():  # fmt: skip
        found = tracing_of(unit, since=since, until=until).indicators
        for code in PEOPLE:
            yield Outcome(f"tracing.{code}", since, until, found[code].numerator, found[code].denominator)


def _cases(unit: Unit, since: date, until: date) -> list[tracing.Case]:
    from lianfang.domain.analysis import tracing  # noqa: PLC0415  the same

    low, high = below(unit.path)
    there = {"unit__path__gte": low, "unit__path__lt": high}
    cases = list(
        Case.objects.filter(date_reporting__gte=since, date_reporting__lte=until, **there).select_related("unit")
    )
    contacts, confirmed, apart = _contacts(cases, there), _confirmed(cases), _apart_since(cases)
    return [
        tracing.Case(
            onset_at=None if one.date_onset is None else datetime.combine(one.date_onset, time(), one.unit.zone),
            sampled_at=one.sampled_at, reported_at=one.reported_at, interviewed_at=one.interviewed_at,
            confirmed_at=confirmed.get(one.pk), isolated_at=one.isolated_at, was_contact=one.was_contact,
            quarantined_at_onset=_in_quarantine(one, apart.get(one.pk)), contacts=contacts.get(one.pk, ()),
        )
        for one in cases
    ]  # fmt: skip


def _confirmed(cases: Sequence[Case]) -> dict[UUID, datetime]:
    """When each was first found to be infected."""
    steps = ClassificationStep.objects.filter(case__in=cases, into__in=(CONFIRMED, ASYMPTOMATIC)).order_by("-at")
    return dict(steps.values_list("case_id", "at"))


def _apart_since(cases: Sequence[Case]) -> dict[UUID, datetime]:
    """When a case was first kept apart as a contact of another."""
    rows = Contact.objects.filter(became__in=cases, decision=KEEP, decided_at__isnull=False).order_by("-decided_at")
    return {became: at for became, at in rows.values_list("became_id", "decided_at") if became and at}


def _in_quarantine(case: Case, since: datetime | None) -> bool | None:
    if case.date_onset is None:
        return None
    return since is not None and since.astimezone(case.unit.zone).date() <= case.date_onset


def _contacts(cases: Sequence[Case], there: Mapping[str, str]) -> dict[UUID, list[tracing.Contact]]:
    """Whoever was kept as a contact, by case; somebody who was only proposed or advised is none."""
    kept = Contact.objects.filter(case__in=cases, decision=KEEP, state__in=(FOLLOWED, RELEASED, BECAME_CASE), **there)
    rows = list(kept.select_related("unit"))
    days = _visits([ref(one) for one in rows])
    found: dict[UUID, list[tracing.Contact]] = {}
    for one in rows:
        found.setdefault(one.case_id, []).append(_contact(one, days))
    return found


def _contact(row: Contact, days: Days) -> tracing.Contact:
    """Isolation begins with the decision to follow somebody up (`decide_contacts` gives the status at once)."""
    from lianfang.domain.analysis import tracing  # noqa: PLC0415  the same

    visits, end, now = days.get(ref(row), ()), _end_of(row), clock.now()
    followed, over = row.state == FOLLOWED, end is not None and end <= now
    today = clock.today(row.unit.zone)
    return tracing.Contact(
        elicited_at=row.elicited_at, notified_at=row.notified_at, quarantined_at=row.decided_at,
        due_until=end if followed else now, completed=_completed(row, over=over),
        lost=followed and over and bool(visits) and visits[-1][1] is False,
        became_case=True if row.state == BECAME_CASE else None if followed and not over else False,
        seen_today=next((reached for day, reached in visits if day == today), None),
        evaluated=[reached for _day, reached in visits], setting=row.kind,
    )  # fmt: skip


def _end_of(row: Contact) -> datetime | None:
    """The end of the last day of follow-up."""
    return None if row.until is None else datetime.combine(row.until + timedelta(days=1), time(), row.unit.zone)


def _completed(row: Contact, *, over: bool) -> bool | None:
    """Released on the last day or after; not while it is over and nobody released them; else it ended otherwise."""
    if row.released_at is not None and row.until is not None:
        return True if row.released_at.astimezone(row.unit.zone).date() >= row.until else None
    return False if over and row.state == FOLLOWED else None


def _visits(subjects: Sequence[str]) -> Days:
    """Subject -> each day on which a visit was owed: reached, or not by its time; still open is not known."""
    now = clock.now()
    found: dict[str, list[tuple[date | None, bool | None]]] = {}
    visits = Task.objects.filter(kind=VISIT, subject__in=subjects, excused="", opens_at__lte=now).order_by("day")
    for subject, day, settled, due in visits.values_list("subject", "day", "settled_at", "due_at"):
        reached = True if settled is not None else False if due is not None and due < now else None
        found.setdefault(subject, []).append((day, reached))
    return found
