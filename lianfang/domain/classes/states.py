"""The states of a class (班次状态), what holds its opening up (开班条件), and the figures it closes with (结班)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass

from lianfang.domain.flow import Flow, Move

PLANNED, READY, OPEN, CLOSED = "planned", "ready", "open", "closed"
YES, NO, NOT_APPLICABLE = "yes", "no", "na"
CLASS_FLOW = Flow(
    PLANNED,
    (
        Move("lay_out", (PLANNED, READY), READY),
        Move("open", (READY,), OPEN),
        Move("close", (OPEN,), CLOSED),
    ),
)


@dataclass(frozen=True, slots=True)
class Standing:
    """How ready a class is: learners and seats, beds short and not decided on, its order, its opening checklist."""

    learners: int
    seats: int
    beds_short: int
    order: str  # owed, done or signed
    answers: Mapping[str, str]  # item -> yes, no or na; an item without an answer is not there
    items: Sequence[str]


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that holds a class up: a code, how many, and which items of the checklist."""

    code: str
    count: int = 0
    items: tuple[str, ...] = ()


def holding_up(standing: Standing) -> list[Reason]:
    """Why the class may not open now, in the order in which it is put right; nothing when it may.

    A single "no" blocks; an item that nobody has looked at is not a "yes".
    """
    nos = tuple(item for item in standing.items if standing.answers.get(item) == NO)
    unseen = tuple(item for item in standing.items if item not in standing.answers)
    short = max(0, standing.learners - standing.seats)
    found = [
        (not standing.learners, Reason("class.nobody")),
        (short > 0, Reason("class.seats_short", short)),
        (standing.beds_short > 0, Reason("class.beds_short", standing.beds_short)),
        (standing.order == "owed", Reason("class.order_owed")),
        (standing.order == "done", Reason("class.order_unsigned")),
        (bool(nos), Reason("class.answered_no", len(nos), nos)),
        (bool(unseen), Reason("class.not_looked_at", len(unseen), unseen)),
    ]
    return [reason for holds, reason in found if holds]


@dataclass(frozen=True, slots=True)
class Figures:
    """What classes close with, counted from records: classes, attendances, readings owed and taken, what was found."""

    classes: int = 0
    attendances: int = 0
    expected: int = 0
    received: int = 0
    fevers: int = 0
    infected: int = 0
    isolated: int = 0

    def __add__(self, other: Figures) -> Figures:
        return Figures(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))
