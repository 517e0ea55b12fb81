"""How incidents and alerts go on (处置流程): from opening to closing, and what has to come before what."""

from __future__ import annotations

from typing import Final

from lianfang.domain.flow import Flow, Move

OPEN, CONTAINED, REPORTED, CLOSED, FALSE_ALARM = "open", "contained", "reported", "closed", "false_alarm"
UNFINISHED = (OPEN, CONTAINED, REPORTED)
FINISHED = (CLOSED, FALSE_ALARM)
EMERGENCY: Final = Flow(
    OPEN,
    (
        Move("on_scene", (OPEN,), OPEN),
        Move("on_scene", (CONTAINED,), CONTAINED),
        Move("on_scene", (REPORTED,), REPORTED),
        Move("contained", (OPEN,), CONTAINED),
        Move("reported", (OPEN,), OPEN),  # a report may go up before the scene is under control
        Move("reported", (CONTAINED,), REPORTED),
        Move("close", (REPORTED,), CLOSED),
        Move("dismiss", UNFINISHED, FALSE_ALARM),
    ),
)
"""An emergency is closed only when it was handled and reported."""
WORK: Final = Flow(
    OPEN,
    (
        *(move for move in EMERGENCY.moves if move.name not in ("close",)),
        Move("close", UNFINISHED, CLOSED),
    ),
)
"""What runs on no emergency clock (a hazard, a code event) is closed when its steps are done."""


def flow_of(*, clocked: bool) -> Flow:
    """The flow of an incident with the emergency clock, or without."""
    return EMERGENCY if clocked else WORK


def after_stop(state: str, what: str, *, clocked: bool, reported: bool) -> str:
    """The state after a clock is stopped; one that was reported before it was contained is then both."""
    flow = flow_of(clocked=clocked)
    reached = flow.after(state, what)
    return flow.after(reached, REPORTED) if reached == CONTAINED and reported and what != REPORTED else reached


ALERT: Final = Flow(
    "open",
    (
        Move("verify", ("open",), "verified"),
        Move("discard", ("open", "verified", "assessed", "graded"), "closed"),
        Move("assess", ("verified", "assessed"), "assessed"),
        Move("grade", ("assessed",), "graded"),
        Move("settle", ("graded",), "closed"),
    ),
)
"""An alert of similar illness: verified, assessed, graded, and an outcome (WHO early warning, rules 3.8)."""
OUTCOMES = ("outbreak", "unrelated", "false_alarm", "over")
