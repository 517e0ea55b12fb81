"""Finding and registering people (查找与登记): by number, by name within a unit, or as somebody new."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from pypinyin import lazy_pinyin

from lianfang.domain.answers import PersonRef
from lianfang.domain.identity import Identity
from lianfang.domain.refusals import Note, Refused
from lianfang.kernel.constraints import check_fields, kept_by
from lianfang.kernel.crypto import Masked
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import Absence, Membership, Person, index_of_number, on_roster
from lianfang.kernel.people.variants import same_characters
from lianfang.kernel.scope import EVERYTHING, within


@dataclass(frozen=True, slots=True)
class Found:
    """Who is meant, where they belong on the day, and whether they were new to the register."""

    person: Person
    unit: Unit
    new: bool = False


def sort_key(name: str) -> str:
    """Pinyin and its initials, by which Chinese names are ordered and searched (`zhangwei zw`)."""
    parts = lazy_pinyin(name)
    full = "".join(parts)
    # A part that stands in the name as it is (letters, a character without a reading) has no shorter form.
    initials = "".join(part if part in name else part[0] for part in parts)
    return f"{full} {initials}".lower()[:120]


def by_number(id_type: str, number: str) -> Person | None:
    """The person with this document, wherever registered; following a merge."""
    with within(EVERYTHING):
        found = (
            Person.objects.filter(number_index=index_of_number(id_type, number)).select_related("merged_into").first()
        )
        return found.merged_into or found if found else None


def by_numbers(identities: Iterable[Identity]) -> dict[bytes, Person]:
    """The people with these documents by their blind index, asked once; those nobody has are left out."""
    sought = [index_of_number(one.kind, one.number) for one in identities]
    with within(EVERYTHING):
        found = Person.objects.filter(number_index__in=sought).select_related("merged_into")
        return {bytes(one.number_index or b""): one.merged_into or one for one in found}


def members(unit: Unit, day: date) -> list[Person]:
    """The roster of a unit on a day, in the order of names."""
    ids = Membership.objects.filter(on_roster(day), unit=unit).values("person_id")
    return list(Person.objects.filter(pk__in=ids).order_by("sort_key", "pk"))


def is_member(person_id: UUID, unit: Unit, day: date) -> bool:
    """Whether the person is on the unit's roster on that day."""
    return Membership.objects.filter(on_roster(day), unit=unit, person_id=person_id).exists()


def is_excused(person_id: UUID, unit: Unit, day: date) -> bool:
    """Whether approved leave covers the day."""
    return Absence.objects.filter(unit=unit, person_id=person_id, since__lte=day, until__gte=day).exists()


def find(ref: PersonRef, unit: Unit, day: date, notes: list[Note]) -> Person | None:
    """Whom a report means, within what its sender may see; None when nobody on the register fits.

    Raises `person.ambiguous` for a name that several share, and `scope` for a person who is not the sender's.
    """
    with within(EVERYTHING):
        if ref.ref:
            return _agreed(_by_ref(ref.ref, unit, day), ref, notes)
        if ref.identity is not None:
            return _by_identity(ref, unit, day, notes)
        return _by_name(ref, unit, day)


def _by_ref(ref: str, unit: Unit, day: date) -> Person:
    try:
        person = Person.objects.filter(pk=UUID(ref)).select_related("merged_into").first()
    except ValueError:
        person = None
    person = person and (person.merged_into or person)
    if person is None or not is_member(person.pk, unit, day):
        raise Refused("scope", "person.ref")
    return person


def _agreed(person: Person, ref: PersonRef, notes: list[Note]) -> Person:
    """The person of an id, when a number that came with it is theirs too; another name is noted."""
    if ref.identity is not None and person.number_index is not None:
        given = index_of_number(ref.identity.kind, ref.identity.number)
        if bytes(person.number_index) != given:
            raise Refused("person.ambiguous", "person.id_number")
    notes += notes_on_name(ref, person.name)
    return person


def _by_identity(ref: PersonRef, unit: Unit, day: date, notes: list[Note]) -> Person | None:
    assert ref.identity is not None  # noqa: S101  for the type checker; the caller asked
    person = by_number(ref.identity.kind, ref.identity.number)
    if person is None:
        return None
    if not is_member(person.pk, unit, day):
        if Membership.objects.filter(on_roster(day), person=person).exists():
            raise Refused("scope", "person.id_number")
        notes.append(Note("person.off_roster", "person", warning=True))
    notes += notes_on_name(ref, person.name)
    return person


def notes_on_name(ref: PersonRef, name: str) -> list[Note]:
    """What the sender should look at when the register knows somebody with this number by another name."""
    if not ref.name or ref.name == name:
        return []
    likeness = "person.possible_match" if same_characters(ref.name, name) else "person.name_mismatch"
    return [Note(likeness, "person.name", warning=True)]


def _by_name(ref: PersonRef, unit: Unit, day: date) -> Person | None:
    same = Membership.objects.filter(on_roster(day), unit=unit, person__name=ref.name).select_related("person")[:2]
    if len(same) > 1:
        raise Refused("person.ambiguous", "person.name")
    return same[0].person if same else None


def register(ref: PersonRef, unit: Unit) -> Person:
    """A new person, entered once, registered by `unit`."""
    person = new_person(ref, unit)
    check_fields(person)
    with kept_by([person]):
        person.save(force_insert=True)
    return person


def new_person(ref: PersonRef, unit: Unit) -> Person:
    """The person that `register` stores."""
    person = Person(
        home_unit=unit, name=ref.name, sort_key=sort_key(ref.name), id_type=ref.id_type, id_reason=ref.id_reason
    )
    person.birth_date = ref.birth_date
    if ref.identity is not None:
        person.number = ref.identity.number
        person.birth_date = ref.identity.birth_date or ref.birth_date
    person.phone = ref.phone or ""
    return person


def fill_in(person: Person, ref: PersonRef) -> list[Note]:
    """Keep the phone that came with a report where none was known; another one is named, and the known one stays."""
    if not ref.phone or person.phone == Masked("phone", ref.phone):
        return []
    if person.phone:
        return [Note("field.read_only", "person.phone", warning=True)]
    person.phone = ref.phone
    with within(EVERYTHING):
        person.save(update_fields=["phone_sealed", "phone_index"])
    return []


def enrol(person: Person, unit: Unit, kind: str, since: date, **more: object) -> Membership:
    """Put a person on a unit's roster from a day on."""
    membership = Membership(person=person, unit=unit, kind=kind, since=since, **more)
    check_fields(membership)
    with kept_by([membership]):
        membership.save(force_insert=True)
    return membership


def usual_kind(unit: Unit) -> str:
    """The kind of person a unit's roster usually holds."""
    return "learner" if unit.kind == "class" else "staff"
