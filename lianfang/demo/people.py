"""The people of the synthetic province (人员): staff and learners of a school, drawn one at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from random import Random
from typing import Literal, NamedTuple

from lianfang.demo import names
from lianfang.demo.anchors import PeopleRates
from lianfang.demo.classes import class_code, classes, entered_on, first_birthday
from lianfang.demo.numbers import IdNumbers, Phones
from lianfang.demo.plan import School
from lianfang.demo.seeds import PersonSeed

_Document = Literal["resident", "passport", "none"]
_A_YEAR = 365
_A_MEAN_YEAR = 365.25
_HALF = 0.5


class _Post(NamedTuple):
    """Where a person belongs, before the person is drawn; `birth` is a day's ordinal."""

    unit: str
    kind: Literal["learner", "staff"]
    number: str
    birth: int
    boards: bool


@dataclass(slots=True)
class _Family:
    """A guardian (监护人), the children still to come, and the first child's phone."""

    index: int
    surname: str
    to_come: int
    phone: str = ""


class Census:
    """Draws people; carries from school to school what must not repeat and which families wait for a sibling.

    Memory does not grow with the number of people: one counter a birth date, and a short queue of families.
    """

    def __init__(self, rates: PeopleRates, start: date, seed: int) -> None:
        self._rates = rates
        self._start = start
        self._seed = seed
        self._ids = IdNumbers(rates.id_areas)
        self._phones = Phones(rates.phone_prefix)
        self._passports = 0
        self._guardians = 0
        self._waiting: deque[_Family] = deque()
        self._last_phone = ""
        self._draw: Callable[[], float] = Random(seed).random  # noqa: S311  made-up people, repeatable on purpose

    def people_of(self, school: School) -> Iterator[PersonSeed]:
        """Staff first, then learners class by class. Call once a school, in the province's order."""
        self._draw = Random(f"{self._seed}|people|{school.code}").random  # noqa: S311
        self._last_phone = ""
        for serial in range(1, school.staff + 1):
            yield self._person(self._staff_post(school, serial), None)
        serial = 0
        for unit, grade, students in rosters(school):
            for _ in range(students):
                serial += 1
                family = self._family() if school.kind.guardian else None
                yield self._person(self._learner_post(school, unit, grade, serial), family)

    def _staff_post(self, school: School, serial: int) -> _Post:
        youngest, oldest = self._rates.staff_ages
        age = youngest + self._draw() * (oldest - youngest + 1)
        birth = self._start.toordinal() - 1 - int(age * _A_MEAN_YEAR)
        return _Post(school.code, "staff", f"{school.code}T{serial:05d}", birth, False)

    def _learner_post(self, school: School, unit: str, grade: int, serial: int) -> _Post:
        birth = first_birthday(school, grade, self._start).toordinal() + int(self._draw() * _A_YEAR)
        number = f"{school.code}{entered_on(grade, self._start).year}{serial:05d}"
        return _Post(unit, "learner", number, birth, self._draw() < self._boards_share(school))

    def _boards_share(self, school: School) -> float:
        if not school.kind.boards:
            return school.kind.boards_share
        return self._rates.boards_autonomous if school.prefecture.autonomous else self._rates.boards_in_towns

    def _person(self, post: _Post, family: _Family | None) -> PersonSeed:
        male = self._draw() < _HALF
        id_type, id_number, number = self._document(post, male=male, pupil=family is not None)
        phone = self._phone(family)
        if family:
            family.phone = family.phone or phone
        return PersonSeed(
            unit=post.unit,
            kind=post.kind,
            name=(family.surname if family else names.surname(self._draw)) + self._given_name(male=male),
            id_type=id_type,
            id_number=id_number,
            birth_date=date.fromordinal(post.birth),
            sex="male" if male else "female",
            phone=phone,
            number=number,
            boarding=post.boards,
            guardian=family.index if family else None,
        )

    def _document(self, post: _Post, *, male: bool, pupil: bool) -> tuple[_Document, str, str]:
        """Kind and number of the document, and the roster number: a pupil without one may have a J-number (学籍号)."""
        rates, chance = self._rates, self._draw()
        if chance >= rates.no_document + rates.j_number + rates.passport:
            return "resident", self._ids.issue(post.birth, male=male), post.number
        if chance < rates.no_document:
            return "none", "", post.number
        if chance < rates.no_document + rates.j_number and pupil:
            return "none", "", f"J{self._ids.issue(post.birth, male=male)}"
        self._passports += 1
        return "passport", f"ZZ{self._passports:07d}", post.number

    def _given_name(self, *, male: bool) -> str:
        rare = self._draw() < self._rates.rare_name
        return (names.rare_given_name if rare else names.given_name)(self._draw, male=male)

    def _phone(self, family: _Family | None) -> str:
        """A phone of one's own, or for some the family's or a neighbour's (families share phones)."""
        shared = (family.phone if family else "") or self._last_phone
        if not shared or self._draw() >= self._rates.shared_phone:
            self._last_phone = self._phones.issue()
            return self._last_phone
        return shared

    def _family(self) -> _Family:
        """The family of the next child: the one that has waited longest for a sibling's turn, or a new one."""
        if len(self._waiting) > self._rates.guardian_lag:
            family = self._waiting.popleft()
        else:
            family = _Family(self._guardians, names.surname(self._draw), self._children())
            self._guardians += 1
        family.to_come -= 1
        if family.to_come:
            self._waiting.append(family)
        return family

    def _children(self) -> int:
        shares = self._rates.guardian_children
        place = self._draw() * sum(shares)
        for children, share in enumerate(shares, start=1):
            place -= share
            if place < 0:
                return children
        return len(shares)


def rosters(school: School) -> Iterator[tuple[str, int, int]]:
    """(unit code, grade from 0, number of learners) for every class, or for the school itself by grade."""
    if school.kind.mean_class:
        for group in classes(school):
            yield class_code(school, group.serial), group.grade, group.students
        return
    grades = len(school.kind.grades_zh)
    for grade in range(grades):
        yield school.code, grade, school.students // grades + (grade < school.students % grades)


def with_import_duplicates(people: Iterator[PersonSeed], rates: PeopleRates, seed: int) -> Iterator[PersonSeed]:
    """The rows of an import: everyone, and some twice, of whom half with one digit of the number wrong."""
    draw = Random(f"{seed}|import").random  # noqa: S311
    for person in people:
        yield person
        if draw() < rates.import_duplicates:
            yield _misread(person, draw) if draw() < rates.import_digit_errors else person


def _misread(person: PersonSeed, draw: Callable[[], float]) -> PersonSeed:
    digits = [place for place, sign in enumerate(person.id_number) if sign.isdigit()]
    if not digits:
        return person
    place = digits[int(draw() * len(digits))]
    wrong = (int(person.id_number[place]) + 1 + int(draw() * 9)) % 10
    return replace(person, id_number=f"{person.id_number[:place]}{wrong}{person.id_number[place + 1 :]}")
