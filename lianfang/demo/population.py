"""The synthetic province (合成省份): a whole education system as pure, repeatable values, in four sizes.

S is demo 004's (63,000 people), M one prefecture (1.1 million), L the capital (4.0 million), XL all (17.1 million).
The same size, seed and start give the same bytes. Nothing here writes; loaders take the iterators.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal

from lianfang.demo import plan
from lianfang.demo.anchors import Anchors, Prefecture, anchors
from lianfang.demo.classes import Class, class_code, classes, entered_on
from lianfang.demo.people import Census, with_import_duplicates
from lianfang.demo.plan import School
from lianfang.demo.seeds import PersonSeed, UnitSeed, line

__all__ = ["START", "PersonSeed", "Province", "Scale", "UnitSeed", "line", "people", "province", "units"]

Scale = Literal["S", "M", "L", "XL"]
START = date(2020, 3, 16)
"""The day of demo 004, on which the province begins unless told otherwise."""


@dataclass(frozen=True)
class Province:
    """One synthetic province. `units()` and `people()` can be gone through any number of times."""

    scale: Scale
    seed: int
    start: date  # the day on which ages and classes are as given

    @cached_property
    def schools(self) -> tuple[School, ...]:
        """Every school with its head-counts: the only thing kept in memory."""
        found = anchors()
        return tuple(plan.schools(found, found.sizes[self.scale], self.seed))

    @property
    def learners(self) -> int:
        """Number of learners."""
        return sum(school.students for school in self.schools)

    @property
    def staff(self) -> int:
        """Number of staff."""
        return sum(school.staff for school in self.schools)

    def units(self) -> Iterator[UnitSeed]:
        """All units, superiors first, in the order of their sort keys."""
        found = anchors()
        yield from _top(found)
        above: set[str] = set()
        for school in self.schools:
            for office in _offices(found, school):
                if office.code not in above:
                    above.add(office.code)
                    yield office
            own = _school(found, school)
            yield own
            for group in classes(school):
                yield _class(own, school, group, self.start)

    def people(self) -> Iterator[PersonSeed]:
        """All people, in the order of their units."""
        census = Census(anchors().people, self.start, self.seed)
        for school in self.schools:
            yield from census.people_of(school)

    def import_rows(self) -> Iterator[PersonSeed]:
        """All people as a careless import lists them: 0.3 % twice, half of those with a digit wrong."""
        return with_import_duplicates(self.people(), anchors().people, self.seed)


def province(scale: Scale, seed: int = 1, start: date = START) -> Province:
    """The province of that size. ValueError for an unknown size."""
    if scale not in anchors().sizes:
        raise ValueError(f"the sizes are {', '.join(anchors().sizes)}, not {scale!r}")
    return Province(scale, seed, start)


def units(scale: Scale, seed: int = 1, start: date = START) -> Iterator[UnitSeed]:
    """The units of `province(scale, seed, start)`."""
    return province(scale, seed, start).units()


def people(scale: Scale, seed: int = 1, start: date = START) -> Iterator[PersonSeed]:
    """The people of `province(scale, seed, start)`."""
    return province(scale, seed, start).people()


def _top(found: Anchors) -> Iterator[UnitSeed]:
    top = found.top
    yield UnitSeed(top.code, top.name_zh, top.name_en, "province", None, None, top.opened_on, False, top.code)
    key = f"{top.code}/{top.sector_code}"
    yield UnitSeed(top.sector_code, top.sector_zh, top.sector_en, "sector", top.code, None, top.opened_on, False, key)


def _offices(found: Anchors, school: School) -> Iterator[UnitSeed]:
    """The prefecture and county above a school."""
    opened_on, above = found.top.opened_on, school.prefecture
    key = f"{found.top.code}/{above.code}"
    yield UnitSeed(above.code, above.name_zh, above.name_en, "prefecture", found.top.code, None, opened_on, False, key)
    if school.county:
        code, zh, en = school.county
        yield UnitSeed(code, zh, en, "county", above.code, None, opened_on, False, f"{key}/{code}")


def _school(found: Anchors, school: School) -> UnitSeed:
    place_zh, place_en = school.county[1:] if school.county else _names(school.prefecture)
    parent = school.county[0] if school.county else school.prefecture.code
    above = f"{school.prefecture.code}/{parent}" if school.county else parent
    return UnitSeed(
        code=school.code,
        name_zh=f"{place_zh}示例第{school.ordinal}{school.kind.name_zh}",
        name_en=f"{place_en} Sample {school.kind.name_en} {school.ordinal}",
        kind=school.kind.code,
        parent=parent,
        sector_parent=None if school.county else found.top.sector_code,
        opened_on=school.opened_on,
        reports=True,
        sort_key=f"{found.top.code}/{above}/{school.code}",
        learners=0 if school.kind.mean_class else school.students,
        staff=school.staff,
    )


def _names(prefecture: Prefecture) -> tuple[str, str]:
    return prefecture.name_zh, prefecture.name_en


def _class(own: UnitSeed, school: School, group: Class, start: date) -> UnitSeed:
    entered = entered_on(group.grade, start)
    is_cohort = school.kind.code == "university"
    grade_zh = f"{entered.year}级" if is_cohort else school.kind.grades_zh[group.grade]
    return UnitSeed(
        code=class_code(school, group.serial),
        name_zh=f"{grade_zh}（{group.number}）班",
        name_en=f"{school.kind.grades_en[group.grade]} Class {group.number}",
        kind="class",
        parent=own.code,
        sector_parent=None,
        opened_on=entered,
        reports=False,
        sort_key=f"{own.sort_key}/{group.serial:04d}",
        learners=group.students,
    )
