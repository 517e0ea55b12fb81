"""A whole roster at once (名单登记): as registering one person after the other, with one look at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time
from uuid import UUID

from django.db.models import Q

from lianfang.capabilities.persons.actions import KEEPERS, confirm_guardian, register_person
from lianfang.domain.answers import PersonRef
from lianfang.domain.refusals import Problem, Refused
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.actions import action
from lianfang.kernel.audit.models import Event
from lianfang.kernel.audit.ops import ref
from lianfang.kernel.crypto import blind_index
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people import ops
from lianfang.kernel.people.models import Membership, Person, index_of_number, on_roster
from lianfang.kernel.reporting.tally import recount_since
from lianfang.kernel.scope import EVERYTHING, within

AT_ONCE = 1_000  # rows of one statement


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a roster: who, as what, from when; `guardian` was told and answers for them."""

    who: PersonRef
    kind: str
    since: date
    number: str = ""
    employer: str = ""
    shift_starts: time | None = None
    boards: bool = False
    guardian: PersonRef | None = None


class Known:
    """What the register knows about the people of some entries of one unit, read in a few statements."""

    def __init__(self, unit: Unit, entries: Sequence[Entry]) -> None:
        with within(EVERYTHING):
            self._by_index = _people_by_number(entries)
            ids = {person.pk for person in self._by_index.values()}
            days = {entry.since for entry in entries}
            self._members = {day: _members(unit, ids, day) for day in days}
            names = {entry.who.name for entry in entries if entry.who.identity is None}
            self._unnumbered = list(_of_these_names(unit, names, min(days))) if days and names else []

    def person(self, entry: Entry) -> Person | None:
        """The registered person with this number, following a merge."""
        found = self._by_index.get(_index(entry))
        return found.merged_into or found if found else None

    def problem(self, entry: Entry, *, same_name: bool = False) -> Problem | None:
        """Why the entry cannot be written; with `same_name` the name was looked at already."""
        person = self.person(entry)
        if person is None:
            return self._same_name(entry)
        if person.name != entry.who.name and not same_name:
            return Problem("person.name_mismatch", "person.name")
        if person.pk in self._members[entry.since]:
            return Problem("row.duplicate", "person.id_number")
        return None

    def _same_name(self, entry: Entry) -> Problem | None:
        """Somebody without a number is told from a namesake in the same unit by the roster number alone."""
        if entry.who.identity is not None:
            return None
        same = [m for m in self._unnumbered if m.person.name == entry.who.name]
        if any(not entry.number or not m.number or m.number == entry.number for m in same):
            return Problem("row.duplicate", "person.name")
        return None


def _index(entry: Entry) -> bytes:
    identity = entry.who.identity
    return index_of_number(identity.kind, identity.number) if identity else b""


def _people_by_number(entries: Sequence[Entry]) -> dict[bytes, Person]:
    wanted = [_index(entry) for entry in entries if entry.who.identity]
    found: dict[bytes, Person] = {}
    for start in range(0, len(wanted), AT_ONCE):
        people = Person.objects.filter(number_index__in=wanted[start : start + AT_ONCE])
        found |= {bytes(person.number_index or b""): person for person in people.select_related("merged_into")}
    return found


def _members(unit: Unit, ids: Iterable[UUID], day: date) -> set[UUID]:
    found = Membership.objects.filter(on_roster(day), unit=unit, person_id__in=list(ids))
    return set(found.values_list("person_id", flat=True))


def _of_these_names(unit: Unit, names: Iterable[str], day: date) -> Iterator[Membership]:
    still = Q(until__isnull=True) | Q(until__gte=day)
    yield from Membership.objects.filter(still, unit=unit, person__name__in=list(names)).select_related("person")


@action("roster.entered", by=KEEPERS, over="unit", facts=("unit", "how_many"))
def enter_roster(by: Actor, *, unit: Unit, entries: Sequence[Entry], how_many: int) -> Unit:
    """Put many people on a unit's roster; each leaves the same event as when registered alone.

    A registered person keeps the registered name: whoever reads the list in has compared the two.
    """
    known = Known(unit, entries)
    problems = [problem for entry in entries if (problem := known.problem(entry, same_name=True))]
    if problems:
        raise Refused(problems)
    written = _written(unit, entries, known)
    Event.objects.bulk_create([_event(by, unit, one) for one in written], batch_size=AT_ONCE)
    _guardians(by, unit, zip(entries, written, strict=True))
    _recount(unit, min((entry.since for entry in entries), default=clock.today(unit.zone)))
    return unit


def _written(unit: Unit, entries: Sequence[Entry], known: Known) -> list[Membership]:
    """Those who are new, and everybody's membership; what one statement a row would check, the table itself does."""
    people = [known.person(entry) for entry in entries]
    new = [ops.new_person(entry.who, unit) for entry, person in zip(entries, people, strict=True) if person is None]
    waiting = iter(new)
    memberships = [
        _membership(unit, entry, person or next(waiting)) for entry, person in zip(entries, people, strict=True)
    ]
    for row in (*new, *memberships):
        row.clean_fields(exclude=["home_unit", "person", "unit"])
    with within(EVERYTHING):
        Person.objects.bulk_create(new, batch_size=AT_ONCE)
        return Membership.objects.bulk_create(memberships, batch_size=AT_ONCE)


def _membership(unit: Unit, entry: Entry, person: Person) -> Membership:
    return Membership(
        person=person, unit=unit, kind=entry.kind, since=entry.since, number=entry.number, employer=entry.employer,
        shift_starts=entry.shift_starts, boards=entry.boards,
    )  # fmt: skip


def _event(by: Actor, unit: Unit, membership: Membership) -> Event:
    """What `register_person` leaves for one person."""
    facts = {"unit": unit.code, "kind": membership.kind, "since": str(membership.since)}
    return Event(
        at=clock.now(), kind=register_person.action.kind,  # type: ignore[attr-defined]
        actor_id=by.account_id, actor_name=by.name[:60], unit=unit, subject=ref(membership), facts=facts,
    )  # fmt: skip


def _guardians(by: Actor, unit: Unit, written: Iterable[tuple[Entry, Membership]]) -> None:
    """A guardian of two children of the list is one person."""
    met: dict[PersonRef, Person] = {}
    for entry, membership in written:
        if entry.guardian is None:
            continue
        with within(EVERYTHING):
            guardian = met.get(entry.guardian) or _guardian(entry.guardian, unit)
        met[entry.guardian] = guardian
        confirm_guardian(by, unit=unit, guardian=guardian, ward=membership.person)


def _guardian(who: PersonRef, unit: Unit) -> Person:
    same = Person.objects.filter(phone_index=blind_index("phone", who.phone), name=who.name) if who.phone else None
    return (same.first() if same is not None else None) or ops.register(who, unit)


def _recount(unit: Unit, since: date) -> None:
    with within(EVERYTHING):
        recount_since(unit, since)
