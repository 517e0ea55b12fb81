"""Templates of organisations, a leading group's life, delegation (组织模板、领导小组沿革、授权)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianfang.domain.command.group import LIFE, Standing, Step, in_force, next_step, standing
from lianfang.domain.command.template import OPEN, deviations, template_from
from lianfang.domain.refusals import Refused

ABOUT = {"code": "t", "edition": 1, "title_zh": "模板", "title_en": "T", "source": "test", "open_under": "office"}


def told(*slots: dict[str, Any], **about: str) -> dict[str, Any]:
    return {"template": {**ABOUT, **about}, "slots": list(slots)}


def kind(name: str, count: int = 1, under: str = "") -> dict[str, Any]:
    return {"kind": name, "count": count, "zh": "组", "en": "Group", "under": under}


def test_a_template_plans_superiors_before_those_under_them_and_numbers_what_has_no_name():
    template = template_from(told(kind("office"), kind("team", 2, "office")))
    assert [(one.kind, one.number, one.zh, one.en) for one in template.planned()] == [
        ("office", 1, "组", "Group"),
        ("team", 1, "组1", "Group 1"),
        ("team", 2, "组2", "Group 2"),
    ]
    assert (template.size, template.formula) == (3, "1+2+N")


@pytest.mark.parametrize(
    "file",
    [
        told(kind("office"), kind("office")),
        told(kind("office"), kind("team", under="nobody")),
        told(kind("office", 0)),
        told(kind(OPEN)),
        told(kind("office"), open_under="nowhere"),
    ],
)
def test_a_template_that_does_not_hold_together_is_refused(file):
    with pytest.raises(ValueError, match=r"."):
        template_from(file)


@given(st.integers(0, 5), st.integers(0, 5), st.integers(0, 9))
def test_only_missing_and_surplus_slots_are_deviations_and_open_ones_never(offices, teams, opened):
    template = template_from(told(kind("office"), kind("team", 3, "office")))
    found = deviations(template, ["office"] * offices + ["team"] * teams + [OPEN] * opened)
    assert {one.kind for one in found} == {
        name for name, have, want in (("office", offices, 1), ("team", teams, 3)) if have != want
    }


START = date(2021, 7, 1)
MOVES = sorted({move.name for move in LIFE.moves})


@given(
    st.lists(st.tuples(st.sampled_from(MOVES), st.integers(0, 20), st.booleans()), max_size=12), st.integers(-1, 260)
)
def test_a_group_stands_as_its_last_step_on_or_before_the_day_left_it(tried, asked):
    steps: list[Step] = []
    for move, gap, new in tried:
        day = (steps[-1].day if steps else START) + timedelta(days=gap)
        try:
            steps.append(next_step(steps, move, day, new_version=new))
        except Refused as refused:
            assert refused.code == "flow.condition"
    day = START + timedelta(days=asked)
    past = [step for step in steps if step.day <= day]
    found = standing(steps, day)
    assert found.version == (past[-1].version if past else 0)
    assert (found == Standing("", 0)) == (not past)
    assert [step.version for step in steps] == sorted(step.version for step in steps)


def test_a_step_before_the_last_one_is_refused():
    steps = [Step("created", date(2021, 7, 10), 1)]
    with pytest.raises(Refused) as refused:
        next_step(steps, "suspended", date(2021, 7, 9), new_version=False)
    assert refused.value.code == "date.order"


def test_a_closed_group_is_not_taken_up_again():
    steps = [Step("created", START, 1), Step("closed", START, 1)]
    with pytest.raises(Refused) as refused:
        next_step(steps, "reactivated", START, new_version=False)
    assert refused.value.code == "flow.condition"


def test_a_delegation_holds_from_its_first_moment_until_just_before_its_last():
    since, until = (datetime(2021, 8, 3, hour, tzinfo=UTC) for hour in (8, 12))
    assert in_force(since, until, since)
    assert in_force(since, until, until - timedelta(seconds=1))
    assert not in_force(since, until, until)
    assert not in_force(since, until, since - timedelta(seconds=1))
