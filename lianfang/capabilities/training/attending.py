"""Who attends a class (学员名册): known people and newcomers entered at once, each under a number of the class."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.db.models import Max

from lianfang.capabilities.training.models import ClassRun, Enrolment
from lianfang.capabilities.training.moments import since_now
from lianfang.domain.answers import PersonRef
from lianfang.domain.refusals import Problem, Refused
from lianfang.kernel import clock
from lianfang.kernel.people.bulk import Admission, admit
from lianfang.kernel.people.models import Membership, Person, index_of_number
from lianfang.kernel.policies.ops import policy_of
from lianfang.kernel.readings.ops import owed_by_all
from lianfang.kernel.scope import EVERYTHING, within
from lianfang.kernel.tasks.ops import owe_all


def attending(run: ClassRun) -> list[Enrolment]:
    """Whoever attends and has not left, in the order of their numbers."""
    return list(Enrolment.objects.filter(run=run, left_on=None).select_related("person").order_by("number"))


def enter(run: ClassRun, people: Sequence[Person], newcomers: Sequence[PersonRef]) -> list[Enrolment]:
    """Put people on the class's roster and give them numbers, in the order given.

    Refused: `person.name_mismatch` for a newcomer whose number another name has, `choice.duplicate` for one given
    twice or attending already; each problem names its place in the list.
    """
    with within(EVERYTHING):
        found = [*people, *_registered(run, newcomers)]
        _refuse_twice(run, found, len(people))
        _put_on_roster(run, found)
        last = Enrolment.objects.filter(run=run).aggregate(last=Max("number"))["last"] or 0
        rows = [
            Enrolment(unit=run.unit, run=run, person=person, number=last + n) for n, person in enumerate(found, start=1)
        ]
        return Enrolment.objects.bulk_create(rows)


def _registered(run: ClassRun, newcomers: Sequence[PersonRef]) -> list[Person]:
    """The person of each: known by document number, or registered now."""
    indices = [index_of_number(one.identity.kind, one.identity.number) if one.identity else None for one in newcomers]
    sought = [index for index in indices if index]
    by_index = {bytes(one.number_index or b""): one for one in Person.objects.filter(number_index__in=sought)}
    known = [by_index.get(index) if index else None for index in indices]
    _refuse_other_names(newcomers, known)
    new = iter(admit([_admission(run, one) for one, person in zip(newcomers, known, strict=True) if person is None]))
    ids = [person.pk if person else next(new) for person in known]
    people = Person.objects.in_bulk(ids)
    return [people[one] for one in ids]


def _refuse_other_names(newcomers: Sequence[PersonRef], known: Sequence[Person | None]) -> None:
    wrong = [
        Problem("person.name_mismatch", f"newcomers[{n}].name")
        for n, (one, person) in enumerate(zip(newcomers, known, strict=True))
        if person is not None and person.name != one.name
    ]
    if wrong:
        raise Refused(wrong)


def _admission(run: ClassRun, one: PersonRef) -> Admission:
    return Admission(
        unit_id=run.unit_id, kind="learner", name=one.name, id_type=one.id_type,
        number=one.identity.number if one.identity else "", phone=one.phone or "", id_reason=one.id_reason,
        birth_date=(one.identity.birth_date if one.identity else None) or one.birth_date, since=run.first_day,
    )  # fmt: skip


def _refuse_twice(run: ClassRun, people: Sequence[Person], known: int) -> None:
    there = set(Enrolment.objects.filter(run=run).values_list("person_id", flat=True))
    problems, seen = [], set[UUID]()
    for n, person in enumerate(people):
        place = f"people[{n}]" if n < known else f"newcomers[{n - known}]"
        if person.pk in there or person.pk in seen:
            problems.append(Problem("choice.duplicate", place))
        seen.add(person.pk)
    if problems:
        raise Refused(problems)


def _put_on_roster(run: ClassRun, people: Sequence[Person]) -> None:
    """Everybody is on the class's roster for its days; whoever was admitted just now has a row without an end."""
    there = set(Membership.objects.filter(unit=run.unit).values_list("person_id", flat=True))
    Membership.objects.bulk_create(
        Membership(
            unit=run.unit,
            person=person,
            kind="learner",
            since=run.first_day,
            until=run.last_day,
            entered_at=clock.now(),
            boards=run.boards,
        )
        for person in people
        if person.pk not in there
    )
    Membership.objects.filter(unit=run.unit, until=None).update(until=run.last_day)


def owe_readings(run: ClassRun, enrolments: Sequence[Enrolment]) -> int:
    """Owe each learner a reading at the door for every slot from now to the end of the class; how many there are."""
    policy = policy_of(run.unit, on=run.first_day)
    since, slots = since_now(run), policy.reading_slots
    people = [(one.person, one) for one in enrolments]
    return owe_all(owed_by_all(run.unit, people, since=since, last_day=run.last_day, policy=policy, last_slots=slots))


def leaves(run: ClassRun, enrolment: Enrolment, last_day: date) -> None:
    """The roster ends with the last day attended."""
    with within(EVERYTHING):
        Membership.objects.filter(unit=run.unit, person_id=enrolment.person_id).update(until=last_day)
