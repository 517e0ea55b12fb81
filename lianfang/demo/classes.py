"""The classes of a school (班级): how its students are split over grades and classes, and when they were born."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from lianfang.demo.plan import School


@dataclass(frozen=True, slots=True)
class Class:
    """A class; `serial` counts through the school, `number` through the grade, both from 1; `grade` from 0."""

    serial: int
    grade: int
    number: int
    students: int


def school_year(day: date) -> int:
    """The year in which the school year of `day` began, on 1 September."""
    return day.year if (day.month, day.day) >= (9, 1) else day.year - 1


def class_count(school: School) -> int:
    """Number of classes: students by the kind's mean class, at least one; none where people belong to the school."""
    mean = school.kind.mean_class
    return max(1, (school.students + mean // 2) // mean) if mean else 0


def classes(school: School) -> list[Class]:
    """The school's classes, by grade; sizes differ by one at most, numbers of classes a grade by one at most."""
    total = class_count(school)
    grades = len(school.kind.grades_zh)
    made: list[Class] = []
    for grade in range(grades):
        # Which grades have a class more is turned with the serial, or every tiny school would have the same grades.
        has_more = (grade + school.serial) % grades < total % grades
        for number in range(1, total // grades + has_more + 1):
            size = school.students // total + (len(made) < school.students % total)
            made.append(Class(len(made) + 1, grade, number, size))
    return made


def class_code(school: School, serial: int) -> str:
    """The code of a class: the school's, then K and its number."""
    return f"{school.code}-K{serial}"


def entered_on(grade: int, day: date) -> date:
    """When those who are in `grade` (from 0) on `day` entered the school."""
    return date(school_year(day) - grade, 9, 1)


def first_birthday(school: School, grade: int, day: date) -> date:
    """The earliest birth date of the grade; the latest is a year less a day later."""
    return date(school_year(day) - grade - school.kind.entry_age - 1, 9, 1)
