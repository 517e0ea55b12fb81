"""The people of the synthetic province (人员): nobody in it can be real, and oddities are as frequent as declared."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import cache
from itertools import pairwise

import phonenumbers
import pytest
from stdnum.cn import ric

from lianfang.demo.anchors import anchors
from lianfang.demo.population import PersonSeed, Province, UnitSeed, province

PHONE = re.compile(r"^1[3-9]\d{9}$")


@cache
def whole(scale: str) -> Province:
    return province(scale)  # type: ignore[arg-type]


@cache
def small_people() -> list[PersonSeed]:
    return list(whole("S").people())


@cache
def small_units() -> list[UnitSeed]:
    return list(whole("S").units())


def test_the_small_size_has_its_people_and_the_rosters_of_its_units() -> None:
    counted = Counter((person.unit, person.kind) for person in small_people())
    expected = Counter()
    for unit in small_units():
        expected += Counter({(unit.code, "learner"): unit.learners, (unit.code, "staff"): unit.staff})
    assert counted == expected
    assert sum(counted.values()) == 63_000


def test_identity_numbers_are_valid_synthetic_and_unique() -> None:
    numbers = [person.id_number for person in small_people() if person.id_type == "resident"]
    assert len(set(numbers)) == len(numbers)
    for person in small_people():
        if person.id_type == "resident":
            assert person.id_number.startswith("519999")
            assert person.id_number[6:14] == person.birth_date.strftime("%Y%m%d")
            assert (int(person.id_number[16]) % 2 == 1) == (person.sex == "male")
            assert ric.calc_check_digit(person.id_number) == person.id_number[-1]


def test_a_prefecture_stays_within_the_first_synthetic_area() -> None:
    # The densest year group of the largest prefecture decides: L needs 1,000 numbers a birth date at most.
    dense: dict[tuple[str, int], int] = defaultdict(int)
    for school in whole("L").schools:
        grades = len(school.kind.grades_zh)
        for grade in range(grades):
            dense[("", school.kind.entry_age + grade)] += school.students // grades + 1
    assert max(dense.values()) / 365 < 1000 * 0.85


def test_no_area_of_the_numbers_is_allocated() -> None:
    assert anchors().people.id_areas[0] == "519999"
    for area in anchors().people.id_areas:
        assert area.startswith("5199")
        assert area[:4] not in {place.code[:4] for place in anchors().prefectures}


def test_phones_have_the_form_of_a_phone_and_belong_to_nobody() -> None:
    for person in small_people()[::500]:
        assert PHONE.fullmatch(person.phone)
        assert not phonenumbers.is_valid_number(phonenumbers.parse(person.phone, "CN"))


def share(marks: Iterable[bool]) -> float:
    listed = list(marks)
    return sum(listed) / len(listed)


def test_oddities_come_as_often_as_the_rates_say() -> None:
    people_ = small_people()
    assert share(p.id_type != "resident" for p in people_) == pytest.approx(0.015, abs=0.002)
    j_numbers = [p.number for p in people_ if p.number.startswith("J")]
    assert len(j_numbers) / len(people_) == pytest.approx(0.005 * 0.78, abs=0.001)
    assert all(ric.calc_check_digit(number[1:]) == number[-1] for number in j_numbers)
    rare = re.compile(r"[\u3400-\u4dbf龑犇昉頔赟翀旻璟\U00020000-\U0003ffff]")
    assert share(bool(rare.search(p.name)) for p in people_) == pytest.approx(0.005, abs=0.001)
    assert share(p.sex == "male" for p in people_) == pytest.approx(0.5, abs=0.01)


def test_two_in_a_hundred_share_a_phone() -> None:
    seen: set[str] = set()
    again = 0
    for person in small_people():
        again += person.phone in seen
        seen.add(person.phone)
    assert again / 63_000 == pytest.approx(0.02, abs=0.002)


def test_a_third_of_guardians_have_more_than_one_child_and_siblings_share_the_surname() -> None:
    children: dict[int, list[PersonSeed]] = defaultdict(list)
    for person in small_people():
        if person.guardian is not None:
            children[person.guardian].append(person)
    assert share(len(family) > 1 for family in children.values()) == pytest.approx(0.34, abs=0.01)
    assert sorted(children) == list(range(len(children)))
    for family in children.values():
        assert len({person.unit for person in family}) == len(family)
        first = family[0].name
        assert all(person.name[0] == first[0] for person in family)


def test_guardians_answer_for_minors_and_boarders_live_where_the_rates_say() -> None:
    kinds = {unit.code: unit for unit in small_units()}
    autonomous = {place.code for place in anchors().prefectures if place.autonomous}
    boards: dict[tuple[str, bool], list[bool]] = defaultdict(list)
    for person in small_people():
        school = kinds[person.unit if kinds[person.unit].reports else str(kinds[person.unit].parent)]
        adult = person.kind == "staff" or school.kind in ("university", "other")
        assert (person.guardian is None) == adult
        if person.kind == "learner":
            boards[(school.kind, school.sort_key.split("/")[1] in autonomous)].append(person.boarding)
    secondary = ("junior", "senior", "vocational")
    assert share(b for k in secondary for b in boards[(k, False)]) == pytest.approx(0.12, abs=0.01)
    assert share(b for k in secondary for b in boards[(k, True)]) == pytest.approx(0.45, abs=0.05)
    assert not any(boards[("kindergarten", False)] + boards[("primary", True)])


def test_ages_fit_the_grade() -> None:
    kinds = {unit.code: unit for unit in small_units()}
    ages: dict[str, set[int]] = defaultdict(set)
    for person in small_people():
        unit = kinds[person.unit]
        kind = person.kind if person.kind == "staff" else kinds[str(unit.parent)].kind if unit.kind == "class" else "-"
        ages[kind].add(2019 - person.birth_date.year - ((person.birth_date.month, person.birth_date.day) > (8, 31)))
    assert ages["kindergarten"] == {3, 4, 5}
    assert ages["primary"] == set(range(6, 12))
    assert ages["senior"] == {15, 16, 17}
    assert ages["university"] == {18, 19, 20, 21}
    assert min(ages["staff"]) >= 21
    assert max(ages["staff"]) <= 60


def test_roster_numbers_are_unique() -> None:
    numbers = [person.number for person in small_people()]
    assert len(set(numbers)) == len(numbers)
    assert max(len(number) for number in numbers) <= 30


def test_a_careless_import_repeats_three_in_a_thousand_half_with_a_digit_wrong() -> None:
    rows = list(whole("S").import_rows())
    repeats = [(one, other) for one, other in pairwise(rows) if one.number == other.number]
    assert len(repeats) == len(rows) - 63_000
    assert len(repeats) / 63_000 == pytest.approx(0.003, abs=0.0007)
    wrong = [(one, other) for one, other in repeats if one != other]
    assert len(wrong) / len(repeats) == pytest.approx(0.5, abs=0.1)
    for one, other in wrong:
        assert sum(a != b for a, b in zip(one.id_number, other.id_number, strict=True)) == 1
