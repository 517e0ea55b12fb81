"""Three lists (三份名单测试): the eight models against R, and cells that leave the answer open."""

from __future__ import annotations

from itertools import permutations

import pytest

from lianfang.domain.two_lists.loglinear import CELLS, MODELS, best, log_linear
from tests.domain.two_lists.reference import figures, rows

COLLEGE = {row["cell"].removeprefix("n"): int(row["count"]) for row in rows("hav_three_lists_cells.csv")}
OF_R = {row["model"]: figures(row) for row in rows("hav_three_lists_loglinear.csv")}


@pytest.mark.parametrize("pairs", MODELS)
def test_each_model_is_that_of_r(pairs: tuple[str, ...]):
    model = log_linear(COLLEGE)[MODELS.index(pairs)]
    ours = {
        "df": model.freedom, "deviance": model.deviance, "AIC": model.aic, "f0": model.unknown, "N": model.persons,
        "f0_lo": model.lower, "f0_hi": model.upper,
    }  # fmt: skip
    assert ours == pytest.approx(OF_R["_".join(pairs) or "indep"], rel=1e-5, abs=1e-9)


def test_the_best_model_is_the_one_of_the_smallest_aic():
    assert best(log_linear(COLLEGE)).name == "AB AC BC"


def test_the_order_of_the_lists_only_renames_the_models():
    known = sorted(model.persons for model in log_linear(COLLEGE))
    for order in permutations(range(3)):
        turned = {"".join(cell[place] for place in order): count for cell, count in COLLEGE.items()}
        assert sorted(model.persons for model in log_linear(turned)) == pytest.approx(known, rel=1e-8)


def test_a_model_whose_cells_leave_the_answer_open_gives_none():
    nobody_on_two = dict.fromkeys(CELLS, 0) | {"100": 5, "010": 7, "001": 4}
    models = log_linear(nobody_on_two)
    assert models[-1].persons is None
    assert best(models).name  # always one that can be named


@pytest.mark.parametrize("cells", [{"111": 1}, dict.fromkeys(CELLS, -1)])
def test_all_seven_cells_are_needed(cells: dict[str, int]):
    with pytest.raises(ValueError, match="seven cells"):
        log_linear(cells)
