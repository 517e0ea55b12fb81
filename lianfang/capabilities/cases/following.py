"""Following contacts up (密接随访): told, visited daily, measured, released; stopped when it was no case."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from lianfang.capabilities.cases.advising import told_by_phone
from lianfang.capabilities.cases.casework import DECIDERS, open_case
from lianfang.capabilities.cases.contacting import VISIT
from lianfang.capabilities.cases.known import policy_for
from lianfang.capabilities.cases.models import VISIT_OUTCOMES, Case, Contact, ContactVisit
from lianfang.capabilities.cases.turning import STATUS, TRANSFER
from lianfang.domain.cases.terms import ADVISED, CONTACTS, DISCARDED, FOLLOWED
from lianfang.domain.readings import slot_at
from lianfang.domain.refusals import Refused
from lianfang.domain.roles import Role
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.actions import action, store
from lianfang.kernel.readings import ops as readings
from lianfang.kernel.readings.given import Given
from lianfang.kernel.readings.models import CONTACT, Reading
from lianfang.kernel.statuses import ops as statuses
from lianfang.kernel.tasks import ops as tasks

VISITORS: Final = (Role.DOCTOR, Role.NURSE)
"""Who follows contacts up, children among them."""
NOT_REACHED: Final = "not_reached"


@action("contact.notified", by=VISITORS, over="contact", facts=("at",))
def notify_contact(by: Actor, *, contact: Contact, at: datetime | None = None) -> Contact:
    """Write down that a contact, or somebody who is only advised, was told; the first time is kept."""
    held = _to_tell(by, contact)
    moment = at or clock.now()
    if moment > clock.now():
        raise Refused("date.in_future", "at")
    if moment < held.elicited_at:
        raise Refused("date.order", "at", earlier="elicited_at")
    held.notified_at = held.notified_at or moment
    told_by_phone(held, by.name)
    return store(held)


@action("contact.visited", by=VISITORS, over="contact", facts=("day",))
def record_visit(
    by: Actor, *, contact: Contact, outcome: str, day: date | None = None, note: str = ""
) -> ContactVisit:  # fmt: skip
    """Write down a visit or call: reached and well, reached and not well, or not reached."""
    held = followed(contact)
    when = day or clock.today(held.unit.zone)
    if outcome not in {code for code, _ in VISIT_OUTCOMES}:
        raise Refused("choice.unknown", "outcome", choices=[code for code, _ in VISIT_OUTCOMES])
    _check_day(held, when)
    visit = ContactVisit(
        unit=held.unit, contact=held, day=when, at=clock.now(), outcome=outcome, by=by.name, note=note
    )  # fmt: skip
    if outcome != NOT_REACHED:
        for task in tasks.of(held, VISIT).filter(day=when):
            tasks.settle(task, at=clock.now(), by=by.name)
        if held.notified_at is None:
            held.notified_at = clock.now()
            held.save(update_fields=["notified_at"])
    return store(visit)


@action("contact.measured", by=VISITORS, over="contact", facts=("slot",))
def take_contact_reading(
    by: Actor, *, contact: Contact, key: str, celsius: Decimal | None = None, symptoms: Sequence[str] = (),
    day: date | None = None, slot: str = "", at: datetime | None = None, sure: bool = False,
) -> Reading:  # fmt: skip
    """Take a contact's temperature for a time of day; an abnormal one asks for a second."""
    held = followed(contact)
    policy, moment = policy_for(held.case), at or clock.now()
    given = Given(
        key=key, person_id=held.person_id, day=day or moment.astimezone(held.unit.zone).date(),
        slot=slot or slot_at(moment, policy, held.unit.zone), at=moment, celsius=celsius, symptoms=tuple(symptoms),
        sure=sure,
    )  # fmt: skip
    return readings.take(by, unit=held.unit, kind=CONTACT, subject=held, given=given, policy=policy)


@action("contact.released", by=DECIDERS, over="contact")
def release_contact(by: Actor, *, contact: Contact, reason: str = "") -> Contact:
    """Release a contact after the last day, when the last evaluations were well."""
    held = followed(contact)
    today = clock.today(held.unit.zone)
    if held.until is not None and today < held.until:
        raise Refused("contact.not_over", "contact", until=str(held.until))
    _check_well(held)
    let_go(held, by, reason or "days_complete")
    return held


@action("contacts.stopped", by=DECIDERS, over="case")
def stop_follow_up(by: Actor, *, case: Case, reason: str) -> list[Contact]:
    """Release every contact of a case that turned out to be none."""
    held = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    if held.classification != DISCARDED:
        raise Refused("case.not_discarded", "case")
    if not reason:
        raise Refused("required", "reason")
    rows = Contact.objects.select_for_update(of=("self",)).select_related("unit").filter(case=held, state=FOLLOWED)
    found = list(rows.order_by("pk"))
    for row in found:
        let_go(row, by, reason)
    return found


@action("contact.became_case", by=DECIDERS, over="contact")
def contact_became_case(
    by: Actor, *, contact: Contact, date_onset: date | None = None, sampled_at: datetime | None = None,
    symptoms: Sequence[str] | None = None, celsius: Decimal | None = None,
) -> Case:  # fmt: skip
    """Open a case for a contact; follow-up ends, the link to the case before stays."""
    held = followed(contact)
    case: Case = open_case(
        by, unit=held.unit, person=held.person, definition=held.case.definition, source="contact",
        date_onset=date_onset, sampled_at=sampled_at, symptoms=symptoms, celsius=celsius,
    )  # fmt: skip
    return case


def followed(contact: Contact) -> Contact:
    """The contact, held until the end of the transaction. Refused `contact.not_followed`."""
    held = _held(contact)
    if held.state != FOLLOWED:
        raise Refused("contact.not_followed", "contact")
    return held


def _held(contact: Contact) -> Contact:
    rows = Contact.objects.select_for_update(of=("self",)).select_related("unit", "person", "case__unit")
    return rows.get(pk=contact.pk)


def _to_tell(by: Actor, contact: Contact) -> Contact:
    """A contact that is followed, or somebody advised, whom nobody but the doctor knows of (row J03)."""
    held = _held(contact)
    if held.state == ADVISED:
        if not (by.system or by.holds(DECIDERS, held.unit)):
            raise Refused("scope", "contact")
        return held
    return followed(contact)


def _check_day(contact: Contact, day: date) -> None:
    zone = contact.unit.zone
    if day > clock.today(zone):
        raise Refused("date.in_future", "day")
    first = contact.decided_at.astimezone(zone).date() if contact.decided_at else day
    if day < first or (contact.until is not None and day > contact.until):
        raise Refused("date.out_of_window", "day", low=str(first), high=str(contact.until))


def _check_well(contact: Contact) -> None:
    """The newest evaluations decide; nobody is released whom nobody has seen (`contact.never_seen`)."""
    most = policy_for(contact.case).release_free_readings
    newest = list(readings.readings_of(contact).order_by("-at", "-pk")[:most])
    visit = contact.visits.exclude(outcome=NOT_REACHED).order_by("-at").first()
    if not newest and visit is None:
        raise Refused("contact.never_seen", "contact")
    if any(reading.abnormal for reading in newest) or (visit is not None and visit.outcome != "well"):
        raise Refused("contact.not_well", "contact")


def let_go(contact: Contact, by: Actor, reason: str) -> None:
    """Follow-up is over: the status ends, and nothing that is to come is owed any more."""
    contact.state = CONTACTS.after(contact.state, "release")
    contact.released_at, contact.release_reason = clock.now(), reason
    store(contact)
    statuses.end(about=contact, kind=STATUS, at=clock.now(), by=by, reason=reason)
    tasks.excuse(contact, reason="released", after=clock.now())
    tasks.excuse(contact, reason="released", kinds=(TRANSFER,))
