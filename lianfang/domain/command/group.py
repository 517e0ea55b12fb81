"""A leading group through its life (领导小组): created, suspended, reactivated, changed, closed (row A02)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from lianfang.domain.flow import Flow, Move
from lianfang.domain.refusals import Refused

CREATED, CHANGED, SUSPENDED, REACTIVATED, CLOSED = "created", "changed", "suspended", "reactivated", "closed"
LIFE = Flow(
    start="",
    moves=(
        Move(CREATED, ("",), "active"),
        Move(CHANGED, ("active",), "active"),
        Move(SUSPENDED, ("active",), "suspended"),
        Move(REACTIVATED, ("suspended",), "active"),
        Move(CLOSED, ("active", "suspended"), "closed"),
    ),
)
"""Moves of a leading group; a state of "" is before it was created."""


@dataclass(frozen=True, slots=True)
class Step:
    """One move in the life of a group, the day from which it holds, and the version that holds after it."""

    move: str
    day: date
    version: int


@dataclass(frozen=True, slots=True)
class Standing:
    """What a group was on a day: its state and the version of its members; before it was created, "" and 0."""

    state: str
    version: int


def standing(steps: Sequence[Step], day: date) -> Standing:
    """The state and version on `day` of a group that took these steps, in their order."""
    state, version = LIFE.start, 0
    for step in steps:
        if step.day > day:
            break
        state, version = LIFE.after(state, step.move), step.version
    return Standing(state, version)


def next_step(steps: Sequence[Step], move: str, day: date, *, new_version: bool) -> Step:
    """The step that follows these. Refused `flow.condition` or `date.order` (earlier: the last step's day)."""
    last = steps[-1] if steps else None
    if last is not None and day < last.day:
        raise Refused("date.order", "day", earlier=str(last.day))
    state = LIFE.start
    for step in steps:
        state = LIFE.after(state, step.move)
    LIFE.after(state, move)
    version = last.version if last else 0
    return Step(move, day, version + 1 if new_version else version)


def in_force(since: datetime, until: datetime, at: datetime) -> bool:
    """Whether a delegation from `since` until just before `until` holds at `at`."""
    return since <= at < until
