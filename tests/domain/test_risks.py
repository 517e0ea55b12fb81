"""Risks of a period (风险评估): grades by a grid, where a grade became another, and the matrix."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianfang.capabilities.assessments.scales import grades, grid, levels, principle
from lianfang.domain.refusals import Refused
from lianfang.domain.risks import Scored, graded, matrix, turns

GRADES = ("low", "moderate", "high", "very_high")
START = datetime(2026, 3, 2, tzinfo=UTC)
scores = st.integers(min_value=1, max_value=5)


def scored(*found: str) -> list[Scored]:
    """One score a day, with these grades."""
    return [Scored(1, 1, grade, START + timedelta(days=n)) for n, grade in enumerate(found)]


@given(likelihood=scores, consequence=scores)
def test_S01_a_higher_score_never_gives_a_lower_grade(likelihood: int, consequence: int):
    here = GRADES.index(graded(grid(), likelihood=likelihood, consequence=consequence))
    likelier = GRADES.index(graded(grid(), likelihood=min(5, likelihood + 1), consequence=consequence))
    graver = GRADES.index(graded(grid(), likelihood=likelihood, consequence=min(5, consequence + 1)))
    assert here <= likelier
    assert here <= graver


@pytest.mark.parametrize(
    ("likelihood", "consequence", "grade"),
    [(1, 1, "low"), (3, 3, "moderate"), (4, 3, "high"), (1, 5, "moderate"), (5, 5, "very_high"), (5, 1, "moderate")],
)
def test_S01_the_grid_grades_two_scores(likelihood: int, consequence: int, grade: str):
    assert graded(grid(), likelihood=likelihood, consequence=consequence) == grade


@pytest.mark.parametrize(("likelihood", "consequence"), [(0, 3), (6, 3), (-1, 3), (10**9, 3)])
def test_S01_a_score_outside_one_to_five_is_refused_by_its_name(likelihood: int, consequence: int):
    with pytest.raises(Refused) as refused:
        graded(grid(), likelihood=likelihood, consequence=consequence)
    [problem] = refused.value.problems
    assert (problem.code, problem.field, problem.facts) == ("number.out_of_range", "likelihood", {"low": 1, "high": 5})


def test_S01_both_scores_out_of_range_are_said_at_once():
    with pytest.raises(Refused) as refused:
        graded(grid(), likelihood=0, consequence=6)
    assert [problem.field for problem in refused.value.problems] == ["likelihood", "consequence"]


def test_S01_the_history_says_when_moderate_became_high():
    [turn] = turns(scored("moderate", "moderate", "high", "high"), grades=GRADES)
    assert (turn.at, turn.before, turn.after, turn.worse) == (START + timedelta(days=2), "moderate", "high", True)


@given(st.lists(st.sampled_from(GRADES), max_size=12))
def test_S01_the_turns_lead_from_the_first_grade_to_the_last(found: list[str]):
    made = turns(scored(*found), grades=GRADES)
    assert made == turns(reversed(scored(*found)), grades=GRADES)
    assert all(one.before != one.after for one in made)
    assert all(one.worse == (GRADES.index(one.after) > GRADES.index(one.before)) for one in made)
    if made:
        assert (made[0].before, made[-1].after) == (found[0], found[-1])
        assert all(this.after == following.before for this, following in pairwise(made))
    else:
        assert len(set(found)) <= 1


@given(st.lists(st.tuples(scores, scores), max_size=20))
def test_S01_every_risk_lies_in_just_the_cell_of_its_scores(found: list[tuple[int, int]]):
    rows = matrix(grid(), [(f"R{n}", *place) for n, place in enumerate(found, start=1)])
    cells = [cell for row in rows for cell in row]
    assert [row[0].likelihood for row in rows] == [5, 4, 3, 2, 1]
    assert {code: (c.likelihood, c.consequence) for c in cells for code in c.codes} == {
        f"R{n}": place for n, place in enumerate(found, start=1)
    }
    assert sum(len(cell.codes) for cell in cells) == len(found)


def test_S01_every_level_is_explained_in_both_languages():
    assert [len(levels(scale)) for scale in ("likelihood", "consequence", "confidence", "grade")] == [5, 5, 3, 4]
    for scale in ("likelihood", "consequence", "confidence", "grade"):
        assert all(all(one.word) and all(one.means) for one in levels(scale))
    assert [one.code for one in levels("likelihood")] == list(grid().likelihoods)
    assert [one.code for one in levels("consequence")] == list(grid().consequences)
    assert grades() == GRADES
    assert "unused" in principle()
