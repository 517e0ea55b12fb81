"""The plan of the synthetic province (学校布局): how many schools, students and staff every place has, and the schools.

Source of the rule: the population table of the product's scenarios. The capital has its own figures; the other schools
and students of each kind are split over the prefectures by residents, largest remainder; universities by a hand list;
staff in proportion to students.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil
from random import Random

from lianfang.demo.anchors import Anchors, Kind, Prefecture, Size
from lianfang.demo.apportion import dealt, fitted, largest_remainder, log_normal

_UNIVERSITY = "university"
_LEAST_STUDENTS = 3  # of a school at the small size


@dataclass(frozen=True, slots=True)
class Row:
    """One prefecture's figures; schools and students in the order of `Anchors.kinds`."""

    prefecture: Prefecture
    schools: tuple[int, ...]
    students: tuple[int, ...]
    staff: int


@dataclass(frozen=True, slots=True)
class School:
    """A school of any kind, its place and its people."""

    code: str  # ten digits
    kind: Kind
    prefecture: Prefecture
    county: tuple[str, str, str] | None  # code, name, English name; None for a university
    serial: int  # within its prefecture and kind
    ordinal: int  # within its county (universities: prefecture) and kind; shown in the name
    students: int
    staff: int
    opened_on: date


def rows(anchors: Anchors, size: Size) -> list[Row]:
    """The figures of every prefecture of that size."""
    every = _small_rows(anchors, size) if size.people else _full_rows(anchors)
    return [row for row in every if not size.prefectures or row.prefecture.code in size.prefectures]


def schools(anchors: Anchors, size: Size, seed: int) -> Iterator[School]:
    """All schools: prefecture by prefecture, universities first, then county by county, by kind."""
    figures = rows(anchors, size)
    bounds = _bounds(anchors, figures) if size.people else [(kind.low, kind.high) for kind in anchors.kinds]
    for row in figures:
        yield from _schools_of(anchors, size, row, bounds, seed)


def _full_rows(anchors: Anchors) -> list[Row]:
    counts = [_spread(anchors, kind, kind.schools, kind.capital_schools) for kind in anchors.kinds]
    students = [_spread(anchors, kind, kind.students, kind.capital_students) for kind in anchors.kinds]
    return _rows(anchors, _with_universities(anchors, counts), students, anchors.top.staff)


def _with_universities(anchors: Anchors, counts: list[list[int]]) -> list[list[int]]:
    by_hand = [prefecture.universities for prefecture in anchors.prefectures]
    return [by_hand if k.code == _UNIVERSITY else held for k, held in zip(anchors.kinds, counts, strict=True)]


def _spread(anchors: Anchors, kind: Kind, total: int, capital: int) -> list[int]:
    others = anchors.prefectures[1:]
    by_hand = kind.code == _UNIVERSITY
    weights = [other.university_weight if by_hand else other.residents for other in others]
    return [capital, *largest_remainder(total - capital, weights)]


def _rows(anchors: Anchors, counts: list[list[int]], students: list[list[int]], staff: int) -> list[Row]:
    learners = [sum(column) for column in zip(*students, strict=True)]
    shares = largest_remainder(staff, learners)
    tables = zip(anchors.prefectures, zip(*counts, strict=True), zip(*students, strict=True), shares, strict=True)
    return [Row(prefecture, held, taught, employed) for prefecture, held, taught, employed in tables]


def _small_rows(anchors: Anchors, size: Size) -> list[Row]:
    """The whole province with few schools a county: mixed and staffed like the full one."""
    learners, staff = largest_remainder(size.people, [sum(k.students for k in anchors.kinds), anchors.top.staff])
    students = largest_remainder(learners, [kind.students for kind in anchors.kinds])
    counts = _small_counts(anchors, size)
    spread = [largest_remainder(number, held) for number, held in zip(students, counts, strict=True)]
    return _rows(anchors, counts, spread, staff)


def _small_counts(anchors: Anchors, size: Size) -> list[list[int]]:
    a_place = [size.schools_a_county * len(prefecture.counties) for prefecture in anchors.prefectures]
    weights = [0 if kind.code == _UNIVERSITY else kind.schools for kind in anchors.kinds]
    table = dealt(a_place, largest_remainder(sum(a_place), weights))
    return _with_universities(anchors, [list(column) for column in zip(*table, strict=True)])


def _bounds(anchors: Anchors, small: Sequence[Row]) -> list[tuple[int, int]]:
    """The bounds of a school's size, shrunk as the mean school of its kind is."""
    bounds = []
    for place, kind in enumerate(anchors.kinds):
        mean = sum(row.students[place] for row in small) / sum(row.schools[place] for row in small)
        shrunk = mean * kind.schools / kind.students
        bounds.append((max(_LEAST_STUDENTS, int(kind.low * shrunk)), ceil(kind.high * shrunk)))
    return bounds


def _schools_of(anchors: Anchors, size: Size, row: Row, bounds: list[tuple[int, int]], seed: int) -> Iterator[School]:
    rng = Random(f"{seed}|schools|{row.prefecture.code}")  # noqa: S311  made-up data, repeatable on purpose
    by_county = _counties(anchors, size, row, rng)
    sizes = [_sizes(anchors, rng, *figures) for figures in zip(row.schools, row.students, bounds, strict=True)]
    staff = _staff(row.staff, sizes)
    serials = [0] * len(anchors.kinds)
    for county, counts in zip((None, *row.prefecture.counties), by_county, strict=True):
        for place, kind in enumerate(anchors.kinds):
            for ordinal in range(1, counts[place] + 1):
                at = serials[place]
                serials[place] += 1
                opened_on = date(_year(rng, anchors.shape.opened_years), 9, 1)
                people = (sizes[place][at], staff[place][at])
                code = school_code(kind, row.prefecture, at + 1)
                yield School(code, kind, row.prefecture, county, at + 1, ordinal, *people, opened_on)


def school_code(kind: Kind, prefecture: Prefecture, serial: int) -> str:
    """Ten digits: kind, province, serial. Serials begin above those in use, so no real school is meant."""
    place = int(prefecture.code[2:4])
    tail = f"07{place:02d}{serial:02d}" if kind.code == _UNIVERSITY else f"{60 + place}{serial:04d}"
    return f"{kind.prefix}{prefecture.code[:2]}{tail}"


def _counties(anchors: Anchors, size: Size, row: Row, rng: Random) -> list[list[int]]:
    """Schools of each kind: first those of the prefecture itself (universities), then of each county."""
    own = [held if kind.code == _UNIVERSITY else 0 for kind, held in zip(anchors.kinds, row.schools, strict=True)]
    below = [held - kept for held, kept in zip(row.schools, own, strict=True)]
    places = len(row.prefecture.counties)
    if size.schools_a_county:
        return [own, *dealt([size.schools_a_county] * places, below)]
    shape = anchors.shape
    weights = [log_normal(rng, shape.county_sigma) for _ in range(places)]
    weights[0] *= shape.seat_factor
    return [own, *dealt(fitted(sum(below), weights, shape.county_minimum, sum(below)), below)]


def _sizes(anchors: Anchors, rng: Random, number: int, students: int, bounds: tuple[int, int]) -> list[int]:
    weights = [log_normal(rng, anchors.shape.school_sigma) for _ in range(number)]
    return fitted(students, weights, *bounds) if number else []


def _staff(total: int, sizes: list[list[int]]) -> list[list[int]]:
    """One each, the others in proportion to students."""
    flat = [students for kind in sizes for students in kind]
    shares = iter(largest_remainder(total - len(flat), flat))
    return [[1 + next(shares) for _ in kind] for kind in sizes]


def _year(rng: Random, between: tuple[int, int]) -> int:
    first, last = between
    return first + int(rng.random() * (last - first + 1))
