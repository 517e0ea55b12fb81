"""Entering many people at once (批量建档), as an installer does with a roster that was read and checked elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import Membership, Person
from lianfang.kernel.people.ops import sort_key

BATCH = 2000


@dataclass(frozen=True, slots=True)
class Admission:
    """Somebody to enter, and the roster to enter them on. `number` is the document's, empty for `id_type` none."""

    unit: Unit
    kind: str
    name: str
    id_type: str
    number: str
    birth_date: date | None
    since: date
    phone: str = ""
    roster_number: str = ""
    id_reason: str = ""
    employer: str = ""
    boards: bool = False


def admit(people: Sequence[Admission]) -> list[Person]:
    """Register and enrol these people, none of whom is registered yet. Numbers and phones are sealed.

    Raises IntegrityError when a number is taken; it looks nobody up.
    """
    persons = [_person(one) for one in people]
    Person.objects.bulk_create(persons, batch_size=BATCH)
    Membership.objects.bulk_create(
        [_membership(one, person) for one, person in zip(people, persons, strict=True)], batch_size=BATCH
    )
    return persons


def _person(one: Admission) -> Person:
    person = Person(
        home_unit_id=one.unit.pk,
        name=one.name,
        sort_key=sort_key(one.name),
        id_type=one.id_type,
        id_reason=one.id_reason,
        birth_date=one.birth_date,
    )
    person.number, person.phone = one.number, one.phone  # type: ignore[assignment]  sealed by the setters
    return person


def _membership(one: Admission, person: Person) -> Membership:
    return Membership(
        unit_id=one.unit.pk,
        person_id=person.pk,
        kind=one.kind,
        number=one.roster_number,
        employer=one.employer,
        boards=one.boards,
        since=one.since,
    )
