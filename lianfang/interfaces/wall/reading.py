"""Everything a wall shows of a unit's day (大屏取数), read in a few statements; nobody is named in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Final

from lianfang.capabilities.surveillance.newly import newly_asked, newly_bounds
from lianfang.domain.policy import Policy
from lianfang.domain.roles import SIGHTS
from lianfang.domain.wall import Share, share_of
from lianfang.interfaces.wall.open_work import Differences, Incidents, differences_under, incidents_under
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.orgs.kinds import OFFICES
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.reporting import board as boards
from lianfang.kernel.reporting.board_asked import ask
from lianfang.kernel.reporting.children import NO_COUNTS, Child, as_trouble, trouble_asked
from lianfang.kernel.reporting.forms import Edition
from lianfang.kernel.reporting.office_days import Health, health_by_day, kept_asked
from lianfang.kernel.reporting.past import Past, past
from lianfang.kernel.scope import EVERYTHING, looking

COURSE_DAYS: Final = 60
STRIP_DAYS: Final = 14
_OWED_STILL: Final = ("missing", "returned")


@dataclass  # no slots: shares are worked out once
class Reading:
    """What was read: the day's board, the days before, how people fare, what is open, as of when.

    `at` is now, or of a day that is over its end: what was open, and for how long, is told as of then.
    """

    unit: Unit
    day: date
    policy: Policy
    board: boards.Board
    past: Past
    health: Mapping[date, Health]
    marks: Mapping[int, Mapping[date, str]]
    incidents: Incidents
    differences: Differences
    as_of: datetime
    at: datetime
    over: bool = False  # whether the day is over
    shares: dict[tuple[int, date], Share] = field(default_factory=dict)
    newly: Mapping[date, int] = field(default_factory=dict)  # below what number the newly ill of a day are said to be
    hidden: bool = False  # whether the reader sees small counts of an institution only as a bound

    @property
    def fewest(self) -> int:
        """From how many on a count about health is shown here; 0 where the institution looks at its own."""
        return self.policy.small_cell if self.hidden or self.unit.kind in OFFICES else 0

    @cached_property
    def days(self) -> list[date]:
        """The days of the curve, oldest first."""
        return days_to(self.day, COURSE_DAYS)

    @cached_property
    def recent(self) -> list[date]:
        """The days of the strip, oldest first."""
        return days_to(self.day, STRIP_DAYS)

    @cached_property
    def parts(self) -> list[Child]:
        """The lower units of which something is owed, in the order of their codes."""
        return [child for child in self.board.children if child.pk in self.marks or self.owed_in_all(child)[0]]

    @cached_property
    def _before(self) -> dict[int, tuple[int, int]]:
        """Lower unit -> what was expected and received on the days of the strip before this one."""
        found: dict[int, tuple[int, int]] = {}
        for day in self.recent[:-1]:
            for pk, (expected, received, *_rest) in self.past.by_part.get(day, {}).items():
                so_far = found.get(pk, (0, 0))
                found[pk] = (so_far[0] + expected, so_far[1] + received)
        return found

    def owed_in_all(self, child: Child) -> tuple[int, int]:
        """How many reports (or class checks) of a lower unit were expected on the days of the strip, and received."""
        expected, received = self._before.get(child.pk, (0, 0))
        return expected + child.counted[0], received + child.counted[1]

    def ill(self, day: date) -> tuple[int, int] | None:
        """How many fell ill on a day, of how many who answered; by reports those with fever, of how many reports."""
        if answered := self.past.answered.get(day):
            return self.health.get(day, Health()).newly_ill, answered
        return self.past.fever.get(day)

    def owed(self, child: Child, day: date) -> tuple[int, int]:
        """How many reports (or class checks) of a lower unit were expected on a day, and received."""
        before = self.past.by_part.get(day, {}).get(child.pk, NO_COUNTS)
        expected, received, *_rest = child.counted if day == self.day else before
        return expected, received

    def share(self, child: Child, day: date) -> Share:
        """How much of what was owed there is in; asked for by tiles, strip and list."""
        if (child.pk, day) not in self.shares:
            self.shares[child.pk, day] = self._share(child, day)
        return self.shares[child.pk, day]

    def _share(self, child: Child, day: date) -> Share:
        (expected, received), mark = self.owed(child, day), self.marks.get(child.pk, {}).get(day, "")
        late = int(mark == "late")
        return share_of(
            received=received, expected=expected, late=late, own_missing=mark in _OWED_STILL,
            due=day < self.day or child.state == "missing",
        )  # fmt: skip


def may_read(actor: Actor, unit: Unit) -> bool:
    """Whether somebody sees figures of the whole unit, how its people are among them, on either line."""
    return any(
        SIGHTS[post.role].figures and SIGHTS[post.role].reports and post.unit.covers(unit) for post in actor.posts
    )


def read(unit: Unit, day: date, *, form: Edition, policy: Policy, now: datetime) -> Reading | None:
    """Read a wall; None for a unit with nothing below it, which has none.

    Only for whoever `may_read`: everything is counted, and small counts about health are hidden later.
    """
    with looking(EVERYTHING):
        seen = boards.board(unit, form, day, named=0, brief=True, sums=False)
        if not seen.children:
            return None
        end = datetime.combine(day + timedelta(days=1), time(0), unit.zone)
        at, over = min(now, end), end <= now
        days, recent = days_to(day, COURSE_DAYS), days_to(day, STRIP_DAYS)
        units = [child.pk for child in seen.children]
        kept, marks, settled = ask(
            kept_asked(unit, days), trouble_asked(units, recent[0], day), newly_asked(unit, days)
        )
        health, counted_at = health_by_day(unit, days, kept)
        return Reading(
            unit, day, policy, seen, past(unit, days, recent, brief=True), health, as_trouble(marks),
            incidents_under(unit, at=at), differences_under(unit, at=at, past=over), min(seen.as_of, counted_at), at,
            over=over, newly=newly_bounds(unit, settled),
        )  # fmt: skip


def days_to(last: date, many: int) -> list[date]:
    """So many days, oldest first."""
    return [last - timedelta(days=back) for back in range(many - 1, -1, -1)]
