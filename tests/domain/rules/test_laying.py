"""Laying rules over each other (规则叠加), for any numbers and any order of levels."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianfang.domain.rules.bounds import ALL, LESS, MORE, Bound, loosens
from lianfang.domain.rules.changes import compared
from lianfang.domain.rules.laying import Layer, lay, looser
from lianfang.domain.rules.reading import read
from lianfang.domain.rules.reasons import because
from tests.domain.reading import POLICY

NUMBERS = st.fixed_dictionaries(
    {},
    optional={
        "observation_days": st.integers(0, 30),
        "transfer_hours": st.integers(0, 48),
        "test_days": st.lists(st.integers(1, 14), unique=True),
        "remind_minutes": st.integers(0, 60),
    },
)
DEFAULT = {"observation_days": 14, "transfer_hours": 12, "test_days": [], "remind_minutes": 30, "deadlines": {"a": "1"}}


@given(st.lists(NUMBERS, max_size=5))
def test_whatever_lower_levels_ask_nobody_gets_less_than_a_higher_level_set(levels: list[dict[str, Any]]) -> None:
    layers = [Layer(numbers, owner=str(depth)) for depth, numbers in enumerate(levels)]
    result = lay(DEFAULT, layers)
    for numbers in levels:
        assert result["observation_days"] >= numbers.get("observation_days", 0)
        assert result["transfer_hours"] <= numbers.get("transfer_hours", 48)
        assert set(result["test_days"]) >= set(numbers.get("test_days", [])) or _given_up(levels, numbers)


def _given_up(levels: list[dict[str, Any]], numbers: dict[str, Any]) -> bool:
    """A lower level's list that lacks what a higher one asks was not taken, so it binds nobody."""
    before = [one["test_days"] for one in levels[: levels.index(numbers)] if "test_days" in one]
    return any(not set(one) <= set(numbers["test_days"]) for one in before)


@given(st.lists(NUMBERS, min_size=1, max_size=5))
def test_one_and_the_same_unit_may_change_its_own_numbers_either_way(levels: list[dict[str, Any]]) -> None:
    result = lay(DEFAULT, [Layer(numbers, owner="one") for numbers in levels])
    for name in ("observation_days", "transfer_hours"):
        asked = [numbers[name] for numbers in levels if name in numbers]
        assert result[name] == (asked[-1] if asked else DEFAULT[name])


def test_deadlines_are_laid_key_by_key() -> None:
    result = lay(DEFAULT, [Layer({"deadlines": {"b": "2"}}, "x"), Layer({"deadlines": {"a": "3"}}, "y")])
    assert result["deadlines"] == {"a": "3", "b": "2"}


def test_leave_lets_a_lower_level_ask_for_less() -> None:
    layers = [Layer({"observation_days": 14}, "county")]
    last = Layer({"observation_days": 7}, "school")
    assert [(one.name, one.owner) for one in looser(DEFAULT, layers, last)] == [("observation_days", "county")]
    allowed = Layer({"observation_days": 7}, "school", frozenset({"observation_days"}))
    assert looser(DEFAULT, layers, allowed) == []
    assert lay(DEFAULT, [*layers, allowed])["observation_days"] == 7


@pytest.mark.parametrize(
    ("bound", "above", "below", "expected"),
    [
        (MORE, 14, 7, True), (MORE, 7, 14, False), (LESS, 12, 24, True), (LESS, 12, 6, False),
        (MORE, True, False, True), (ALL, (1, 7), (7,), True), (ALL, (7,), (1, 7), False),
        (Bound("later", ("a", "b")), "b", "a", True), (Bound("later", ("a", "b")), "a", "b", False),
        (None, 1, 0, False), (LESS, Decimal("37.3"), Decimal("37.5"), True),
    ],
)  # fmt: skip
def test_stricter_is_said_by_the_number_itself(bound: Bound | None, above: Any, below: Any, expected: bool) -> None:
    assert loosens(bound, above, below) is expected


@pytest.mark.parametrize("wrong", [True, 1.5, "x", -1, 10**9, None, [1]])
def test_a_whole_number_is_a_whole_number(wrong: Any) -> None:
    with pytest.raises((ValueError, TypeError)):
        read(int, wrong)


def test_a_change_names_just_what_differs() -> None:
    from dataclasses import replace
    from datetime import date

    after = replace(POLICY, observation_days=7)
    found = compared(POLICY, after, since=date(2026, 1, 1), sources={"observation_days": "src2"})
    assert [(one.name, one.old, one.new, one.source) for one in found.items] == [("observation_days", 14, 7, "src2")]
    assert "observation_days" in found
    assert "home_days" not in found


def test_a_sentence_with_a_missing_fact_is_not_said_at_all() -> None:
    assert because("Stay in {area} on {from}", {"area": "X", "from": "07-27"}) == "Stay in X on 07-27"
    assert because("Stay in {area} on {from}", {"area": "X"}) == ""
    assert because("Stay in {area}", {"area": "{from}"}) == "Stay in {from}", "a fact is not read as words of the rule"
