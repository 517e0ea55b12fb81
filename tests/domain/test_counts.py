"""A unit's figures are given, whole, and fit together; blank is not zero (日报数字)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianfang.domain.counts import CountItem, add_up, difference, parse_counts
from lianfang.domain.refusals import Refused
from tests.domain.reading import DAILY_COUNTS, POLICY, code_of, json_values, unhurried

GOOD: dict[str, Any] = {"expected": 40, "present": 38, "absent": 2, "fever": 0, "tested": 40, "confirmed": 0}
BEFORE = {"expected": 40, "present": 40, "absent": 0, "fever": 2, "tested": 40, "confirmed": 0}


def counts(
    raw: Any,
    *,
    items: Any = DAILY_COUNTS,
    yesterday: dict[str, int] | None = None,
    nothing: bool = False,
    channel: str = "json",
) -> tuple[dict[str, int | str], dict[str, str]]:
    values, notes = parse_counts(
        raw, items, policy=POLICY, yesterday=yesterday, nothing_to_report=nothing, channel=channel
    )
    return values, {note.field: note.code for note in notes}


def problems(raw: Any, **how: Any) -> dict[str, str]:
    try:
        counts(raw, **how)
    except Refused as refused:
        return {problem.field: problem.code for problem in refused.problems}
    return {}


def test_good_figures_are_kept_as_given() -> None:
    assert counts({**GOOD, "form": "daily_counts", "nothing_to_report": False}) == (GOOD, {})


@pytest.mark.parametrize("blank", [None, "", "  "])
def test_blank_is_not_zero(blank: Any) -> None:
    assert problems({**GOOD, "fever": blank}) == {"fever": "required"}
    assert problems({k: v for k, v in GOOD.items() if k != "fever"}) == {"fever": "required"}


def test_an_item_that_is_not_owed_stays_unknown() -> None:
    items = (*DAILY_COUNTS, CountItem("isolated", "隔离", "Isolated", required=False, part_of="expected"))
    assert "isolated" not in counts({**GOOD, "isolated": ""}, items=items)[0]
    assert counts({**GOOD, "isolated": 0}, items=items)[0]["isolated"] == 0


def test_everything_wrong_is_said_in_one_answer() -> None:
    raw = {**GOOD, "absent": -1, "present": 37.5, "tested": "1,240", "fever": None, "dogs": 3}
    assert problems(raw) == {
        "dogs": "field.unknown",
        "absent": "number.out_of_range",
        "present": "number.integer",
        "tested": "number.format",
        "fever": "required",
    }


def test_a_part_cannot_exceed_its_whole() -> None:
    assert problems({**GOOD, "tested": 3, "confirmed": 5}) == {"confirmed": "cross.part_of"}
    assert problems({**GOOD, "tested": 5, "confirmed": 5}) == {}


def test_present_and_absent_are_all_who_are_expected() -> None:
    assert problems({**GOOD, "absent": 1}) == {"expected": "cross.sum"}


@pytest.mark.parametrize(
    ("yesterday", "fever", "warned"),
    [
        (BEFORE, 25, True),
        ({**BEFORE, "fever": 1}, 25, True),
        ({**BEFORE, "fever": 0}, 25, True),
        (None, 25, True),
        (BEFORE, 20, True),
        (BEFORE, 19, False),
        ({**BEFORE, "fever": 0}, 10, True),
        ({**BEFORE, "fever": 0}, 9, False),
        (None, 4, False),
    ],
)
def test_a_jump_asks_for_a_second_look(yesterday: dict[str, int] | None, fever: int, warned: bool) -> None:
    assert counts({**GOOD, "fever": fever}, yesterday=yesterday)[1] == (
        {"fever": "number.implausible"} if warned else {}
    )


def test_a_first_report_of_many_people_is_no_jump() -> None:
    many = {**GOOD, "expected": 1200, "present": 1198, "tested": 1200}
    assert counts(many)[1] == {}
    assert set(counts(many, yesterday=BEFORE)[1]) == {"expected", "present", "tested"}


def test_a_small_figure_never_jumps() -> None:
    policy = replace(POLICY, count_jump_floor=50)
    values, notes = parse_counts(
        {**GOOD, "fever": 25}, DAILY_COUNTS, policy=policy, yesterday=None, nothing_to_report=False, channel="json"
    )
    assert (values["fever"], notes) == (25, [])


def test_nothing_to_report_states_zero_only_where_it_means_zero() -> None:
    known = {k: v for k, v in GOOD.items() if k not in ("fever", "confirmed")}
    assert counts(known, nothing=True)[0] == GOOD
    assert problems({}, nothing=True) == dict.fromkeys(known, "required")


def test_a_zero_report_with_a_figure_contradicts_itself() -> None:
    assert problems({**GOOD, "fever": 1}, nothing=True) == {"fever": "cross.zero_report"}


def test_words_and_choices_are_items_too() -> None:
    items = (
        CountItem("duty", "值班", "On duty", kind="text"),
        CountItem("mood", "情绪", "Mood", kind="choice", choices=("calm", "worried"), required=False),
    )
    assert counts({"duty": "校医\n门卫", "mood": "calm"}, items=items)[0] == {"duty": "校医\n门卫", "mood": "calm"}
    assert counts({"duty": "校医"}, items=items)[0] == {"duty": "校医"}
    assert problems({"duty": "", "mood": "angry"}, items=items) == {"duty": "required", "mood": "choice.unknown"}
    assert code_of(counts, [], items=items) == "type"


def test_a_minimum_of_an_item_holds() -> None:
    assert problems({"staff": 0}, items=[CountItem("staff", "人员", "Staff", minimum=1)]) == {
        "staff": "number.out_of_range"
    }


def test_sums_leave_out_what_nobody_gave() -> None:
    items = (
        *DAILY_COUNTS,
        CountItem("score", "分", "Score", sums=False),
        CountItem("duty", "值班", "On duty", kind="text"),
    )
    children: list[dict[str, Any]] = [{"expected": 40, "fever": 0, "score": 5, "duty": "a"}, {"expected": 42}, {}]
    assert add_up(children, items) == {"expected": 82, "fever": 0}
    assert add_up([], items) == {}


def test_a_difference_names_what_changed() -> None:
    assert difference({"fever": 0, "absent": 2, "tested": 1}, {"fever": 1, "absent": 2, "isolated": 0}) == {
        "fever": (0, 1),
        "tested": (1, None),
        "isolated": (None, 0),
    }


@unhurried
@given(st.dictionaries(st.sampled_from([item.code for item in DAILY_COUNTS]), json_values()), st.booleans())
def test_no_figures_escape_the_one_refusal(changes: dict[str, Any], nothing: bool) -> None:
    code_of(counts, {**GOOD, **changes}, nothing=nothing)
    code_of(counts, {**GOOD, **changes}, nothing=nothing, channel="text")


@unhurried
@given(st.lists(st.fixed_dictionaries({"expected": st.integers(0, 99), "fever": st.integers(0, 9)}), min_size=1))
def test_sums_of_sums_are_the_sum_of_all(children: list[dict[str, int]]) -> None:
    half = len(children) // 2
    parts = [add_up(part, DAILY_COUNTS) for part in (children[:half], children[half:])]
    assert add_up(parts, DAILY_COUNTS) == add_up(children, DAILY_COUNTS)
