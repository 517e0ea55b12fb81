"""The emergency clock, moments that devices claim, runbooks (处置时限、补传时间、处置流程)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianfang.domain.incidents.clocks import CONTAINED, REPORTED, failed_on, judge
from lianfang.domain.incidents.flows import EMERGENCY, WORK, after_stop
from lianfang.domain.incidents.moments import moment_of
from lianfang.domain.incidents.risk import Grid
from lianfang.domain.incidents.runbooks import ready, steps_from
from lianfang.domain.refusals import Refused

TEN = timedelta(minutes=10)
START = datetime(2020, 2, 11, 9, 0, tzinfo=UTC)


def at(minute: int, second: int, *, start: datetime = START) -> datetime:
    return start + timedelta(minutes=minute, seconds=second)


def failed(contained: datetime | None, reported: datetime | None, *, now: datetime | None = None) -> tuple[str, ...]:
    stops = {CONTAINED: contained, REPORTED: reported}
    verdicts = [
        judge(what, detected=START, stopped=stop, limit=TEN, now=now or at(60, 0)) for what, stop in stops.items()
    ]
    return failed_on(verdicts)


@pytest.mark.parametrize(
    ("contained", "reported", "late"),
    [
        (at(7, 30), at(9, 10), ()),
        (at(8, 0), at(10, 1), (REPORTED,)),
        (at(10, 0), at(10, 0), ()),
        (at(10, 1), at(3, 0), (CONTAINED,)),
        (at(11, 0), at(12, 0), (CONTAINED, REPORTED)),
    ],
)
def test_J01_both_clocks_are_judged_apart_and_to_the_second(contained, reported, late):
    assert failed(contained, reported) == late


def test_J01_a_clock_that_still_runs_is_over_once_its_limit_has_passed():
    assert failed(None, None, now=at(10, 0)) == ()
    assert failed(None, at(2, 0), now=at(10, 1)) == (CONTAINED,)


def test_a_part_of_a_second_never_makes_anybody_late():
    assert failed(at(10, 0) + timedelta(microseconds=999_999), at(1, 0)) == ()


@given(st.integers(0, 7200), st.integers(0, 7200))
def test_the_verdict_of_one_clock_says_nothing_of_the_other(first, second):
    late = failed(START + timedelta(seconds=first), START + timedelta(seconds=second))
    assert (CONTAINED in late) is (first > 600)
    assert (REPORTED in late) is (second > 600)


def test_what_a_device_claims_counts_while_it_is_possible():
    skew, oldest = timedelta(minutes=10), timedelta(hours=72)
    received = at(30, 0)
    done_offline = moment_of(at(7, 30), received=received, skew=skew, oldest=oldest)
    assert (done_offline.at, done_offline.trusted) == (at(7, 30), True)
    assert done_offline.held_back == timedelta(minutes=22, seconds=30)
    ahead = moment_of(at(35, 0), received=received, skew=skew, oldest=oldest)
    assert (ahead.at, ahead.claimed, ahead.trusted) == (received, at(35, 0), True)
    impossible = moment_of(at(600, 0), received=received, skew=skew, oldest=oldest)
    assert (impossible.at, impossible.trusted) == (received, False)
    ancient = moment_of(received - timedelta(hours=73), received=received, skew=skew, oldest=oldest)
    assert (ancient.at, ancient.trusted) == (received, False)


@given(st.integers(-400_000, 400_000))
def test_no_moment_that_counts_lies_ahead_of_our_own_clock(seconds):
    moment = moment_of(
        START + timedelta(seconds=seconds), received=START, skew=timedelta(minutes=10), oldest=timedelta(hours=72)
    )
    assert moment.at <= START
    assert START - moment.at <= timedelta(hours=72)


@pytest.mark.parametrize("order", [("contained", "reported"), ("reported", "contained")])
def test_an_emergency_is_handled_and_reported_in_either_order(order):
    state, reported = "open", False
    for what in order:
        state = after_stop(state, what, clocked=True, reported=reported)
        reported = reported or what == "reported"
    assert state == "reported"
    assert EMERGENCY.after(state, "close") == "closed"


def test_an_emergency_that_was_not_reported_is_not_closed():
    with pytest.raises(Refused) as refused:
        EMERGENCY.after("contained", "close")
    assert refused.value.code == "flow.condition"
    assert WORK.after("open", "close") == "closed"


def step(number: int, *after: int, **more):
    return {"number": number, "zh": f"第{number}步", "en": f"Step {number}", "role": "doctor", "after": after, **more}


def test_J04_a_step_is_ready_when_what_comes_before_it_is_done_and_two_run_beside_each_other():
    steps = steps_from([step(1), step(2), step(3, 1), step(4, 2), step(5, 3)])
    assert ready(steps, []) == (1, 2)
    assert ready(steps, [1, 2]) == (3, 4)
    assert 5 not in ready(steps, [1, 2, 4])
    assert 5 in ready(steps, [1, 2, 3])


@pytest.mark.parametrize(
    ("steps", "code"),
    [
        ([], "required"),
        ([step(1, 9)], "runbook.unknown_step"),
        ([step(1, 2), step(2, 1)], "runbook.circular"),
        ([step(1), step(1)], "choice.duplicate"),
        ([step(1, role="king")], "choice.unknown"),
        ([step(1) | {"en": " "}], "required"),
        ([step(1) | {"zh": "长" * 161}], "text.too_long"),
        ([step(1) | {"minutes": -5}], "number.format"),
        ([step(1) | {"when": "now"}], "field.unknown"),
        ([step(0)], "number.format"),
        (["call"], "type"),
    ],
)
def test_a_runbook_that_cannot_be_walked_is_refused_with_the_place(steps, code):
    with pytest.raises(Refused) as refused:
        steps_from(steps)
    assert refused.value.code == code
    assert refused.value.problems[0].field.startswith("steps")


def test_a_risk_is_graded_by_the_grid_and_by_nothing_else():
    grid = Grid(("unlikely", "likely"), ("minor", "major"), {"unlikely": ["low", "low"], "likely": ["low", "high"]})
    assert grid.grade("likely", "major") == "high"
    for pair in (("never", "major"), ("likely", "terrible")):
        with pytest.raises(Refused):
            grid.grade(*pair)
