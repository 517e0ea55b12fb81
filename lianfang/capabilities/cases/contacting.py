"""Finding and deciding contacts (密接判定): proposed from shared places; a doctor keeps, advises or dismisses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

from lianfang.capabilities.cases.advising import advise, advise_no_more
from lianfang.capabilities.cases.casework import DECIDERS, belongs, locked, one_of
from lianfang.capabilities.cases.known import measures_for, policy_for
from lianfang.capabilities.cases.meetings import Met, meetings_of, met_by, window_of
from lianfang.capabilities.cases.models import DECISIONS, KIND_NAMES, Case, Contact, Exposure
from lianfang.capabilities.cases.turning import STATUS
from lianfang.domain.cases.proposals import Meeting, Proposal, Reason, propose
from lianfang.domain.cases.terms import ADVISE, CONTACTS, FOLLOWED, KEEP, SECOND
from lianfang.domain.cases.window import followed_until
from lianfang.domain.policy import Policy
from lianfang.domain.refusals import Refused
from lianfang.domain.roles import Role
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.accounts.models import Account
from lianfang.kernel.actions import action, store
from lianfang.kernel.audit.ops import ref
from lianfang.kernel.people.models import Person
from lianfang.kernel.readings.ops import owed_tasks
from lianfang.kernel.statuses import ops as statuses
from lianfang.kernel.tasks import ops as tasks
from lianfang.kernel.tasks.models import Task

RULE: Final = "R-contact"
ISOLATION: Final = "isolation"
VISIT: Final = "visit"


@action("contacts.proposed", by=DECIDERS, over="case")
def propose_contacts(by: Actor, *, case: Case) -> list[Contact]:
    """Propose contacts from shared bedrooms, seats, tables and venues; who is on the list already stays as decided."""
    held = locked(case)
    policy = policy_for(held)
    met = meetings_of(held, window_of(held, policy))
    _keep_exposures(held, met, by)
    on_list = set(Contact.objects.filter(case=held).values_list("person_id", flat=True))
    proposals = [one for one in propose((m.meeting for m in met), policy) if one.person not in on_list]
    return Contact.objects.bulk_create([_row(held, one, "places") for one in proposals])


@action("contacts.proposed_further", by=DECIDERS, over="contact")
def propose_further_contacts(by: Actor, *, contact: Contact) -> list[Contact]:
    """Propose whom a contact met since the exposure, where the rules in force ask for contacts of contacts."""
    held = locked(contact.case)
    policy = policy_for(held)
    if not policy.secondary_contacts:
        raise Refused("contact.no_further", "contact")
    one = Contact.objects.select_for_update(of=("self",)).get(pk=contact.pk)
    if one.state != FOLLOWED or one.grade == SECOND:
        raise Refused("contact.not_followed", "contact")
    met = met_by(one.person_id, one.last_exposure, clock.now())
    known = {held.person_id, *Contact.objects.filter(case=held).values_list("person_id", flat=True)}
    proposals = propose((m.meeting for m in met if m.meeting.person not in known), policy, secondary=True)
    return Contact.objects.bulk_create([_row(held, new, "places") for new in proposals])


@action("contact.named", by=DECIDERS, over="case", facts=("since", "until"))
def name_contact(
    by: Actor, *, case: Case, person: Person, kind: str, since: datetime, until: datetime, where: str = "",
    metres: Decimal | None = None,
) -> Contact:  # fmt: skip
    """Add a contact that the case named at the interview."""
    held = locked(case)
    one_of(kind, KIND_NAMES, "kind")
    if until < since:
        raise Refused("date.order", "until", earlier="since")
    if until > clock.now():
        raise Refused("date.in_future", "until")
    if person.pk == held.person_id or not belongs(person, held.unit):
        raise Refused("scope", "person")
    if Contact.objects.filter(case=held, person=person).exists():
        raise Refused("contact.named_already", "person")
    meeting = Meeting(person.pk, kind, where, since, until, metres)
    Exposure.objects.bulk_create([_exposure(held, meeting, None, "interview", by)], ignore_conflicts=True)
    contact = _row(held, propose([meeting], policy_for(held))[0], "interview")
    contact.save(force_insert=True)
    return contact


@action("contacts.decided", by=DECIDERS, over="case", facts=("decision",))
def decide_contacts(
    by: Actor, *, case: Case, contacts: Sequence[Contact], decision: str, reason: str = "",
    worker: Account | None = None,
) -> list[Contact]:  # fmt: skip
    """Decide about proposed contacts: follow up, advise only, or no contact; with a reason."""
    held = locked(case)
    one_of(decision, DECISIONS, "decision")
    if not reason and decision != ADVISE:
        raise Refused("required", "reason")
    rows, policy = _mine(held, contacts), policy_for(held)
    _decide(rows, decision, reason, by)
    if decision == KEEP:
        _open_follow_up(held, rows, policy, worker)
        _isolate(rows, policy, by)
    elif decision == ADVISE:
        advise(rows, policy)
    _keep(rows)
    if decision != ADVISE:
        advise_no_more(rows, decision)
    return rows


def _mine(case: Case, contacts: Sequence[Contact]) -> list[Contact]:
    wanted = [contact.pk for contact in contacts]
    rows = Contact.objects.select_for_update(of=("self",)).filter(pk__in=wanted, case=case)
    found = list(rows.select_related("unit", "person").order_by("pk"))
    if not wanted or len(found) < len(set(wanted)):
        raise Refused("scope" if wanted else "required", "contacts")
    return found


def _decide(rows: Iterable[Contact], decision: str, reason: str, by: Actor) -> None:
    for row in rows:
        row.state = CONTACTS.after(row.state, decision)
        row.decision, row.decision_reason = decision, reason
        row.decided_at, row.decided_by = clock.now(), by.name


def _open_follow_up(case: Case, rows: Iterable[Contact], policy: Policy, worker: Account | None) -> None:
    zone, today = case.unit.zone, clock.today(case.unit.zone)
    edition = measures_for(case).edition
    for row in rows:
        row.edition, row.worker_id = edition, worker.pk if worker else None
        last = row.last_exposure.astimezone(zone).date()
        row.until = followed_until(last, policy, secondary=row.grade == SECOND)
        if row.until < today:
            raise Refused("contact.window_over", "contacts", until=str(row.until))


def _keep(rows: Sequence[Contact]) -> None:
    for row in rows:
        store(row)


def _isolate(rows: Sequence[Contact], policy: Policy, by: Actor) -> None:
    """Each has a status with its rule, and readings and a visit a day until the last day (WHO: daily, src40)."""
    given = [
        statuses.Given(row.unit_id, row.person_id, ISOLATION, clock.now(), ref(row), facts_of(row)) for row in rows
    ]  # fmt: skip
    statuses.give_all(given, kind=STATUS, rule=RULE, edition=rows[0].edition, by=by)
    tasks.owe_all(task for row in rows if row.until for task in owed_follow_up(row, row.until, policy))


def facts_of(row: Contact) -> dict[str, Any]:
    """What the person sees: the day, how long, and nothing that tells who the case is."""
    zone = row.unit.zone
    return {"last_exposure": str(row.last_exposure.astimezone(zone).date()), "until": str(row.until)}


def owed_follow_up(row: Contact, last: date, policy: Policy) -> list[Task]:
    """The readings and visits of a contact from now to a last day."""
    readings = owed_tasks(
        row.unit, row.person, row, since=clock.now(), last_day=last, policy=policy, last_slots=policy.reading_slots
    )  # fmt: skip
    for task in readings:
        task.account_id = row.worker_id
    return [*readings, *_visits(row, last, policy)]


def _visits(row: Contact, last: date, policy: Policy) -> list[Task]:
    """One a day, due with the last reading of the day; the first tomorrow when today's is over."""
    due = max(policy.reading_due[slot] for slot in policy.reading_slots)
    first = clock.today(row.unit.zone)
    if _at(first, due, row) <= clock.now():
        first += timedelta(days=1)
    return [_visit(row, day, policy.opens_at, due) for day in _days(first, last)]


def _visit(row: Contact, day: date, opens: time, due: time) -> Task:
    return Task(
        unit=row.unit, kind=VISIT, subject=ref(row), person=row.person, day=day, opens_at=_at(day, opens, row),
        due_at=_at(day, due, row), account_id=row.worker_id, role="" if row.worker_id else Role.DOCTOR,
    )  # fmt: skip


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _at(day: date, moment: time, row: Contact) -> datetime:
    return datetime.combine(day, moment, row.unit.zone)


def _keep_exposures(case: Case, met: Iterable[Met], by: Actor) -> None:
    rows = [_exposure(case, one.meeting, one, "places", by) for one in met]
    Exposure.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)


def _exposure(case: Case, meeting: Meeting, met: Met | None, source: str, by: Actor) -> Exposure:
    return Exposure(
        unit=case.unit, case=case, person_id=meeting.person, place=met.place if met else None, where=meeting.place,
        kind=meeting.kind, since=meeting.since, until=meeting.until, minutes=meeting.minutes, metres=meeting.metres,
        source=source, by=by.name, at=clock.now(),
    )  # fmt: skip


def _row(case: Case, proposal: Proposal, source: str) -> Contact:
    return Contact(
        unit=case.unit, case=case, person_id=proposal.person, kind=proposal.kind, grade=proposal.grade,
        score=proposal.score, reasons=[_reason(one) for one in proposal.reasons], source=source,
        last_exposure=proposal.last, elicited_at=clock.now(),
    )  # fmt: skip


def _reason(reason: Reason) -> dict[str, Any]:
    return {
        "kind": reason.kind, "place": reason.place, "times": reason.times, "minutes": reason.minutes,
        "metres": None if reason.metres is None else str(reason.metres), "points": reason.points, "close": reason.close,
    }  # fmt: skip
