"""Risks of a period (风险评估): two scores from 1 up, graded by a grid; where a grade became another; the matrix."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from lianfang.domain.incidents.risk import Grid
from lianfang.domain.refusals import Problem, Refused


@dataclass(frozen=True, slots=True)
class Scored:
    """The scores of a risk from a moment on, and the grade they had by the grid of that moment."""

    likelihood: int
    consequence: int
    grade: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Turn:
    """A moment at which a risk got another grade, and whether it is the higher one."""

    at: datetime
    before: str
    after: str
    worse: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of the matrix: its grade, and what lies in it."""

    likelihood: int
    consequence: int
    grade: str
    codes: tuple[str, ...]


def graded(grid: Grid, *, likelihood: int, consequence: int) -> str:
    """The grade of two scores, each from 1 to the size of the grid.

    Refused `number.out_of_range` (likelihood, consequence; facts low, high).
    """
    sizes = {"likelihood": len(grid.likelihoods), "consequence": len(grid.consequences)}
    given = {"likelihood": likelihood, "consequence": consequence}
    wrong = [name for name, most in sizes.items() if not 1 <= given[name] <= most]
    if wrong:
        raise Refused([Problem("number.out_of_range", one, facts={"low": 1, "high": sizes[one]}) for one in wrong])
    return grid.grade(grid.likelihoods[likelihood - 1], grid.consequences[consequence - 1])


def turns(scores: Iterable[Scored], *, grades: Sequence[str]) -> list[Turn]:
    """Where the grade became another, oldest first; `grades` from low to high. A score that kept it is no turn."""
    rank = {grade: number for number, grade in enumerate(grades)}
    ordered = sorted(scores, key=lambda one: one.at)
    return [
        Turn(after.at, before.grade, after.grade, rank[after.grade] > rank[before.grade])
        for before, after in pairwise(ordered)
        if before.grade != after.grade
    ]


def matrix(grid: Grid, places: Iterable[tuple[str, int, int]]) -> list[list[Cell]]:
    """The grid with what lies in it, the highest likelihood first; `places` are (code, likelihood, consequence)."""
    inside: dict[tuple[int, int], list[str]] = {}
    for code, likelihood, consequence in places:
        inside.setdefault((likelihood, consequence), []).append(code)
    columns = range(1, len(grid.consequences) + 1)
    return [
        [
            Cell(row, column, graded(grid, likelihood=row, consequence=column), tuple(inside.get((row, column), ())))
            for column in columns
        ]
        for row in range(len(grid.likelihoods), 0, -1)
    ]
