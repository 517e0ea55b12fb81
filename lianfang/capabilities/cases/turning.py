"""A contact becomes a case (密接转为病例): the contact's follow-up ends, the link and its place in the figures stay."""

from __future__ import annotations

from lianfang.capabilities.cases.advising import advise_no_more
from lianfang.capabilities.cases.models import Case, Contact, Link
from lianfang.domain.cases.terms import ADVISED, BECAME_CASE, CONTACTS, DISMISSED, FOLLOWED, PROPOSED, RELEASED
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.actions import store
from lianfang.kernel.statuses import ops as statuses
from lianfang.kernel.tasks import ops as tasks

STATUS = "contact"
TRANSFER = "transfer"
_KNOWN = (FOLLOWED, RELEASED)
"""Whoever was kept by a decision was a known contact; somebody only proposed or advised was not."""


def turn_contacts(case: Case, by: Actor) -> None:
    """Whatever this person was as a contact of other cases of the same illness ends, and points to the new case."""
    rows = Contact.objects.select_for_update(of=("self",)).select_related("case", "unit")
    open_ = rows.filter(person=case.person, case__definition=case.definition, became=None)
    for contact in open_.filter(state__in=(PROPOSED, FOLLOWED, ADVISED, DISMISSED, RELEASED)):
        _turn(contact, case, by)


def _turn(contact: Contact, case: Case, by: Actor) -> None:
    known = contact.state in _KNOWN
    if known:
        case.was_contact = True
        case.save(update_fields=["was_contact"])
        _link(contact.case, case, by)
    if contact.state == FOLLOWED:
        statuses.end(about=contact, kind=STATUS, at=clock.now(), by=by, reason=BECAME_CASE)
        tasks.excuse(contact, reason=BECAME_CASE, after=clock.now())
        tasks.excuse(contact, reason=BECAME_CASE, kinds=(TRANSFER,))
    advise_no_more([contact], BECAME_CASE)
    contact.state, contact.became = CONTACTS.after(contact.state, "became_case"), case
    store(contact)


def _link(infector: Case, infectee: Case, by: Actor) -> None:
    if not Link.objects.filter(infector=infector, infectee=infectee, withdrawn_at=None).exists():
        store(Link(
            unit=infectee.unit, infector=infector, infectee=infectee, certainty="possible", evidence="exposure",
            at=clock.now(), by=by.name,
        ))  # fmt: skip
