"""Who may be a contact (密接判定建议): shared places become proposals with reasons; a doctor decides.

A general contact only shared a place; whether somebody is a close contact follows the nine heads (rules 3.1): what kind
of meeting it was, or how long and how near.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from lianfang.domain.cases.terms import CLOSE, GENERAL, SECOND
from lianfang.domain.policy import Policy

_SEAT: Final = re.compile(r"^\D{0,2}(\d{1,3})\s*[-–./排]\s*\D{0,2}(\d{1,3})\D{0,1}$")


@dataclass(frozen=True, slots=True)
class Meeting:
    """One time that somebody shared a place with the case, as far as it lies within the infectious window."""

    person: UUID
    kind: str  # of EXPOSURES
    place: str  # its name, as the doctor reads it
    since: datetime
    until: datetime
    metres: Decimal | None = None  # None: not known
    timed: bool = True  # False: a plan of beds, seats or tables, which does not say how long they were there

    @property
    def minutes(self) -> int | None:
        """Whole minutes that it lasted; None when that is not known."""
        return int((self.until - self.since).total_seconds() // 60) if self.timed else None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why somebody is proposed: the kind of meeting, where, how often, how long in all, and how near when known."""

    kind: str
    place: str
    times: int
    minutes: int | None
    metres: Decimal | None
    points: int
    close: bool


@dataclass(frozen=True, slots=True)
class Proposal:
    """Somebody who may be a contact: the strongest kind of meeting, every reason, and when they met last."""

    person: UUID
    kind: str
    grade: str
    score: int
    reasons: tuple[Reason, ...]
    first: datetime
    last: datetime

    @property
    def minutes(self) -> int:
        """Minutes of all meetings whose time is known."""
        return sum(reason.minutes or 0 for reason in self.reasons)


def propose(meetings: Iterable[Meeting], policy: Policy, *, secondary: bool = False) -> list[Proposal]:
    """One proposal a person, the likeliest first; `secondary` grades everybody as contact of a contact."""
    of_person: dict[UUID, list[Meeting]] = {}
    for meeting in meetings:
        of_person.setdefault(meeting.person, []).append(meeting)
    made = [_proposal(person, met, policy, secondary=secondary) for person, met in of_person.items()]
    return sorted(made, key=lambda one: (-one.score, -one.minutes, str(one.person)))


def _proposal(person: UUID, met: list[Meeting], policy: Policy, *, secondary: bool) -> Proposal:
    reasons = _reasons(met, policy)
    close = any(reason.close for reason in reasons)
    return Proposal(
        person,
        reasons[0].kind,
        SECOND if secondary else CLOSE if close else GENERAL,
        max(reason.points for reason in reasons),
        reasons,
        min(one.since for one in met),
        max(one.until for one in met),
    )


def _reasons(met: list[Meeting], policy: Policy) -> tuple[Reason, ...]:
    grouped: dict[tuple[str, str], list[Meeting]] = {}
    for meeting in met:
        grouped.setdefault((meeting.kind, meeting.place), []).append(meeting)
    reasons = [_reason(kind, place, group, policy) for (kind, place), group in grouped.items()]
    return tuple(sorted(reasons, key=lambda one: (-one.points, -(one.minutes or 0), one.place)))


def _reason(kind: str, place: str, met: list[Meeting], policy: Policy) -> Reason:
    minutes = _sum(one.minutes for one in met)
    metres = min((one.metres for one in met if one.metres is not None), default=None)
    points = policy.contact_points.get(kind, 0)
    long = minutes is not None and minutes >= policy.contact_minutes
    near = long and metres is not None and metres <= policy.contact_metres
    return Reason(kind, place, len(met), minutes, metres, points, near or points >= policy.contact_close_points)


def _sum(minutes: Iterable[int | None]) -> int | None:
    known = [one for one in minutes if one is not None]
    return sum(known) if known else None


def are_neighbours(one: str, other: str) -> bool:
    """Whether two seats named row-column ("3-4", "3排4") are beside, before or behind each other; unknown is no."""
    first, second = _SEAT.match(one), _SEAT.match(other)
    if first is None or second is None or one == other:
        return False
    rows, columns = (abs(int(first[n]) - int(second[n])) for n in (1, 2))
    return rows <= 1 and columns <= 1


def kind_of_meeting(*, layer: str, place_kind: str, same_party: bool, neighbours: bool = False) -> str:
    """The kind of exposure that a shared place is: by what was shared (bed, seat, dining, visit) and where."""
    if place_kind in ("vehicle",):
        return "vehicle"
    if layer == "bed":
        return "household"
    if layer == "dining":
        return "table" if same_party else "sitting"
    if same_party:
        return "group"
    if layer == "seat":
        return "neighbour" if neighbours else "classroom"
    return "venue"
