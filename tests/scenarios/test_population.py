"""The synthetic province (合成省份): every sum of its table, its tree, and the same bytes for the same input."""

from __future__ import annotations

import hashlib
import re
import time
from collections import Counter
from collections.abc import Iterable
from datetime import date
from functools import cache
from itertools import islice, pairwise

import pytest

from lianfang.demo.anchors import anchors
from lianfang.demo.population import START, PersonSeed, Province, UnitSeed, line, people, province, units

# As printed in the specification: prefecture, residents, counties, schools, schools by kind (kindergarten, primary,
# junior, senior and vocational, special and other, university), students, staff, people.
TABLE = """
510100 20937757 20 4295 2770 640 475 257 99 54 3735000 263755 3998755
510300  2489256  6  822  434 202 129  41 14  2  490326  34625  524951
510400  1212203  5  401  211  98  63  20  7  2  241503  17054  258557
510500  4254149  7 1406  741 345 220  69 25  6  840704  59368  900072
510600  3456161  6 1145  602 280 179  56 20  8  713925  50415  764340
510700  4868243  9 1614  848 395 252  78 28 13 1035772  73143 1108915
510800  2305657  7  761  402 187 119  37 13  3  439428  31031  470459
510900  2814196  5  929  490 228 146  46 17  2  525294  37095  562389
511000  3140678  5 1036  547 255 162  51 18  3  603822  42640  646462
511100  3160168 11 1044  551 256 164  51 18  4  625018  44137  669155
511300  5607565  9 1851  977 454 290  91 32  7 1121014  79163 1200177
511400  2955219  6  977  515 239 153  47 17  6  583503  41205  624708
511500  4588804 10 1512  800 372 237  74 26  3  879197  62086  941283
511600  3254883  6 1070  567 264 168  52 18  1  597997  42229  640226
511700  5385422  7 1774  938 436 279  87 31  3 1010142  71333 1081475
511800  1434603  8  474  250 116  74  23  8  3  299425  21145  320570
511900  2712894  5  893  473 220 140  44 15  1  498126  35176  533302
512000  2308631  3  760  402 187 119  37 14  1  428482  30258  458740
513200   822587 13  271  143  67  43  13  4  1  155962  11014  166976
513300  1107431 18  366  193  90  57  18  7  1  207520  14655  222175
513400  4858359 17 1599  846 394 251  78 28  2  898840  63473  962313
"""
ROWS = [[int(word) for word in row.split()] for row in TABLE.strip().splitlines()]
COLUMNS = ("kindergarten", "primary", "junior", "senior+vocational", "special+other", "university")
SCHOOL_CODE = re.compile(
    r"^(11|21|22|3[1-7]|41|42|51|9[1-3])(1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[12])\d{6}$"
)
# Of size S, seed 1. Changing these changes every instance made from the generator: say so in the changelog.
UNITS_S = "03673741615f2d340c99a19049ca12bdcec448ddd3c78eff326f034e60a8ee1a"
PEOPLE_S = "b08e02ac0c50f2da45e7d6ae982c5fb41779516485081c74a567ebd479482cea"


@cache
def whole(scale: str) -> Province:
    return province(scale)  # type: ignore[arg-type]


@cache
def small_units() -> list[UnitSeed]:
    return list(whole("S").units())


def digest(seeds: Iterable[UnitSeed | PersonSeed]) -> str:
    total = hashlib.sha256()
    for seed in seeds:
        total.update(line(seed))
    return total.hexdigest()


def row_of(made: Province, code: int) -> list[int]:
    """The row of the table that the generated schools of one prefecture make."""
    schools = [school for school in made.schools if school.prefecture.code == str(code)]
    kinds = Counter(school.kind.code for school in schools)
    students, staff = sum(s.students for s in schools), sum(s.staff for s in schools)
    columns = [sum(kinds[part] for part in column.split("+")) for column in COLUMNS]
    place = schools[0].prefecture
    return [code, place.residents, len(place.counties), len(schools), *columns, students, staff, students + staff]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row[0]))
def test_every_row_of_the_whole_province_is_exact(row: list[int]) -> None:
    assert row_of(whole("XL"), row[0]) == row


def test_the_rows_make_the_published_totals() -> None:
    sums = [sum(column) for column in zip(*ROWS, strict=True)][1:]
    assert sums == [83674866, 183, 25000, 13700, 5725, 3720, 1270, 459, 126, 15931000, 1125000, 17056000]


def test_the_kinds_of_the_whole_province_have_their_schools_and_students() -> None:
    schools, students = Counter(), Counter()
    for school in whole("XL").schools:
        schools[school.kind.code] += 1
        students[school.kind.code] += school.students
    assert schools == {kind.code: kind.schools for kind in anchors().kinds}
    assert students == {kind.code: kind.students for kind in anchors().kinds}
    assert (sum(schools.values()), sum(students.values())) == (25000, 15931000)


def test_the_whole_unit_tree_streams_in_a_few_seconds_with_its_people_counted() -> None:
    began = time.monotonic()
    kinds, heads = Counter(), 0
    for unit in units("XL"):
        kinds[unit.kind] += 1
        heads += unit.learners + unit.staff
    assert heads == 17_056_000
    assert (kinds["province"], kinds["sector"], kinds["prefecture"], kinds["county"]) == (1, 1, 21, 183)
    assert abs(kinds["class"] - 385_000) < 5_000
    assert time.monotonic() - began < 30  # two or three alone on one core


@pytest.mark.parametrize(("scale", "code", "schools"), [("M", 510700, 1614), ("L", 510100, 4295)])
def test_the_middle_sizes_are_one_row_of_the_whole(scale: str, code: int, schools: int) -> None:
    made = whole(scale)
    assert made.schools == tuple(s for s in whole("XL").schools if s.prefecture.code == str(code))
    assert (len(made.schools), made.learners, made.staff) == (schools, *next(r for r in ROWS if r[0] == code)[-3:-1])


def test_schools_stay_inside_the_bounds_of_their_kind_and_counties_have_eight() -> None:
    counties = Counter()
    for school in whole("XL").schools:
        assert school.kind.low <= school.students <= school.kind.high
        assert school.staff >= 1
        counties[school.county] += 1
    assert len(counties) == 184  # and None, the universities
    assert min(counties.values()) >= 8
    assert counties[None] == 126


def test_the_seat_of_a_prefecture_has_more_schools_than_its_mean_county() -> None:
    seats = others = 0
    for place in anchors().prefectures:
        held = Counter(s.county[0] for s in whole("XL").schools if s.county and s.prefecture == place)
        seats += held[place.counties[0][0]]
        others += sum(held.values()) / len(place.counties)
    assert seats > 1.3 * others


def test_the_small_size_is_that_of_demo_004() -> None:
    kinds = Counter(unit.kind for unit in small_units())
    schools = {kind.code for kind in anchors().kinds} - {"university"}
    assert (kinds["prefecture"], kinds["county"], kinds["university"]) == (21, 183, 126)
    assert sum(kinds[kind] for kind in schools) == 1830
    assert sum(unit.reports for unit in small_units()) == 1956
    assert {kinds[kind] > 0 for kind in schools} == {True}
    assert sum(unit.learners + unit.staff for unit in small_units()) == 63_000
    assert set(Counter(u.parent for u in small_units() if u.kind in schools).values()) == {10}


def test_superiors_come_first_and_the_sort_key_keeps_the_order() -> None:
    seen: set[str | None] = {None}
    for unit in small_units():
        assert {unit.parent, unit.sector_parent} <= seen
        seen.add(unit.code)
    assert len(seen) == len(small_units()) + 1
    keys = [unit.sort_key for unit in small_units()]
    assert all(one < other for one, other in pairwise(keys))


def test_universities_stand_on_two_lines() -> None:
    for unit in small_units():
        if unit.kind == "university":
            assert (unit.sector_parent, len(unit.parent or "")) == ("510000-HE", 6)
        else:
            assert unit.sector_parent is None


def test_codes_follow_their_patterns() -> None:
    found = {kind.code: kind.prefix for kind in anchors().kinds}
    for unit in small_units():
        if unit.kind in found:
            assert SCHOOL_CODE.fullmatch(unit.code)
            assert unit.code.startswith(f"{found[unit.kind]}51")
        elif unit.kind == "class":
            assert re.fullmatch(rf"{unit.parent}-K[1-9]\d*", unit.code)
        elif unit.kind == "county":
            assert unit.code[:4] == str(unit.parent)[:4]
    assert len({school.code for school in whole("XL").schools}) == 25_000


def test_schools_are_named_as_samples_and_names_are_unique_in_their_place() -> None:
    names = Counter((unit.parent, unit.name_zh) for unit in small_units())
    assert max(names.values()) == 1
    assert all("示例" in u.name_zh and "Sample" in u.name_en for u in small_units() if u.reports)


def test_every_unit_exists_on_the_first_day_and_not_before_its_school() -> None:
    opened = {unit.code: unit.opened_on for unit in small_units()}
    for unit in small_units():
        assert unit.opened_on <= START
        if unit.kind == "class":
            assert unit.opened_on >= opened[unit.parent or ""]


def test_kinds_translate_to_those_of_the_tree() -> None:
    kinds = {unit.kind_in_tree for unit in small_units()}
    offices = {"province", "prefecture", "county", "sector"}
    assert kinds == offices | {"institute", "university", "school", "kindergarten", "class"}


def test_the_same_input_gives_the_same_bytes_for_ever() -> None:
    assert digest(small_units()) == UNITS_S
    assert digest(people("S")) == PEOPLE_S
    assert digest(units("S")) == UNITS_S


def test_going_through_twice_gives_the_same_people() -> None:
    assert digest(islice(people("M"), 2000)) == digest(islice(province("M").people(), 2000))


@pytest.mark.parametrize(("seed", "start"), [(2, START), (1, date(2021, 9, 1))])
def test_seed_and_start_make_another_province_of_the_same_sums(seed: int, start: date) -> None:
    other = province("S", seed, start)
    assert digest(islice(other.people(), 3000)) != digest(islice(people("S"), 3000))
    assert other.learners + other.staff == 63_000


def test_an_unknown_size_is_refused() -> None:
    with pytest.raises(ValueError, match="XXL"):
        province("XXL")  # type: ignore[arg-type]
