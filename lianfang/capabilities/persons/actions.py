"""What may be done with rosters (名单管理): register, enrol, leave, guardians, approved leave, reveal."""

from __future__ import annotations

from datetime import date, time

from lianfang.domain.answers import PersonRef
from lianfang.domain.refusals import Refused
from lianfang.domain.roles import Role
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.actions import action, store
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people import ops
from lianfang.kernel.people.freezes import frozen_by
from lianfang.kernel.people.models import Absence, Guardianship, Membership, Person
from lianfang.kernel.reporting.tally import recount_since
from lianfang.kernel.scope import EVERYTHING, within

KEEPERS = (Role.ADMINISTRATOR, Role.CLASS_HEAD, Role.SCREENER, Role.DUTY_OFFICER)
SEERS = (*KEEPERS, Role.DOCTOR)


def _recount(unit: Unit, since: date) -> None:
    with within(EVERYTHING):
        recount_since(unit, since)


@action("person.registered", by=KEEPERS, over="unit", facts=("unit", "kind", "since"))
def register_person(
    by: Actor,
    *,
    unit: Unit,
    who: PersonRef,
    kind: str,
    since: date,
    number: str = "",
    employer: str = "",
    shift_starts: time | None = None,
    boards: bool = False,
) -> Membership:
    """Put somebody on a unit's roster; a number that is registered already is that person."""
    with within(EVERYTHING):
        person = ops.by_number(who.identity.kind, who.identity.number) if who.identity else None
        if person is not None and person.name != who.name:
            raise Refused("person.name_mismatch", "person.name")
        person = person or ops.register(who, unit)
        if ops.is_member(person.pk, unit, since):
            raise Refused("row.duplicate", "person.id_number")
        membership = ops.enrol(
            person, unit, kind, since, number=number, employer=employer, shift_starts=shift_starts, boards=boards
        )
    _recount(unit, since)
    return membership


@action("person.left", by=KEEPERS, over="membership", facts=("last_day",))
def end_membership(by: Actor, *, membership: Membership, last_day: date) -> Membership:
    """Take somebody off a roster after a last day."""
    membership.until = last_day
    store(membership)
    _recount(membership.unit, last_day)
    return membership


@action("leave.approved", by=KEEPERS, over="unit", facts=("unit", "since", "until", "despite_recall"))
def approve_leave(
    by: Actor, *, unit: Unit, person: Person, since: date, until: date, reason: str, despite_recall: str = ""
) -> Absence:
    """Approve leave: until it ends, no answer is expected from this person here.

    While a recall order stands against leave, it is approved only with what makes it needed all the same
    (`leave.frozen`): somebody who is ill stays away lawfully.
    """
    if not ops.is_member(person.pk, unit, since):
        raise Refused("scope", "person")
    if not despite_recall.strip() and (order := frozen_by(unit, since, until)):
        raise Refused("leave.frozen", "despite_recall", order=order)
    absence = store(Absence(unit=unit, person_id=person.pk, since=since, until=until, reason=reason))
    _recount(unit, since)
    return absence


@action("guardian.confirmed", by=(Role.ADMINISTRATOR, Role.CLASS_HEAD), over="unit", facts=("unit",))
def confirm_guardian(by: Actor, *, unit: Unit, guardian: Person, ward: Person) -> Guardianship:
    """Confirm that an adult answers for a child, or for somebody without a phone, and was told what is kept."""
    if not ops.is_member(ward.pk, unit, clock.today(unit.zone)):
        raise Refused("scope", "ward")
    with within(EVERYTHING):
        link, _ = Guardianship.objects.get_or_create(
            guardian=guardian, ward=ward, defaults={"confirmed_at": clock.now()}
        )
        ward.guardian_notice_at = clock.today(unit.zone)
        ward.save(update_fields=["guardian_notice_at"])
    return link


@action("person.revealed", by=SEERS, over="unit", facts=("unit", "purpose"))
def reveal(by: Actor, *, unit: Unit, person: Person, purpose: str) -> Person:
    """Show the full number and phone of somebody on the roster, for a reason that is kept."""
    if len(purpose.strip()) < 4:  # noqa: PLR2004  a word at least; not an epidemic rule
        raise Refused("required", "purpose")
    if not ops.is_member(person.pk, unit, clock.today(unit.zone)):
        raise Refused("scope", "person")
    return person
