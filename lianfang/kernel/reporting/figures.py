"""What is counted of a part of the tree on a day (汇总数字): reports, class checks, people, and the sums of a form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, field, fields
from datetime import datetime
from typing import Any

from lianfang.kernel.reporting.models import MODES

Sums = dict[str, tuple[int, int]]
"""Item -> (sum, how many gave it)."""
HEADS = ("rostered", "excused", "answered", "well", "unwell", "fever")
MODE_CODES = tuple(code for code, _ in MODES)


@dataclass(slots=True)
class Counts:
    """How many reports: three numbers for completeness, never one percentage.

    What is owed and not in is `missing` (漏报); of these `not_yet` (未到时限) have time left, the others are overdue.
    """

    expected: int = 0
    received: int = 0
    on_time: int = 0
    late: int = 0
    zero: int = 0
    returned: int = 0
    excused: int = 0
    missing: int = 0
    not_yet: int = 0

    @property
    def overdue(self) -> int:
        """What is owed and not in although its time is over."""
        return self.missing - self.not_yet

    def add(self, other: Counts) -> None:
        """Count the others in."""
        for name in COUNTED:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def __bool__(self) -> bool:
        """Whether anything was owed at all, excused or not."""
        return self.expected + self.excused > 0


@dataclass(slots=True)
class People:
    """How many people: on the roster, excused, answered, unwell, with fever; unknown is what is left."""

    rostered: int = 0
    excused: int = 0
    answered: int = 0
    well: int = 0
    unwell: int = 0
    fever: int = 0
    modes: dict[str, int] = field(default_factory=dict)

    @property
    def expected(self) -> int:
        """Those who are asked: the roster without those on approved leave."""
        return self.rostered - self.excused

    @property
    def unknown(self) -> int:
        """Of whom nothing is known today."""
        return self.expected - self.answered

    def add(self, other: People) -> None:
        """Count the others in."""
        for name in HEADS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for mode, n in other.modes.items():
            self.modes[mode] = self.modes.get(mode, 0) + n

    def as_list(self) -> list[int]:
        """In the order of `PEOPLE_SQL`."""
        return [getattr(self, name) for name in HEADS] + [self.modes.get(mode, 0) for mode in MODE_CODES]


@dataclass(frozen=True, slots=True)
class Total:
    """A sum that says how many stand behind it; None when nobody has reported the item."""

    value: int | None
    reporting: int
    expected: int

    def __str__(self) -> str:
        shown = "—" if self.value is None else str(self.value)
        return f"{shown} ({self.reporting} of {self.expected} reporting)"


@dataclass(slots=True)
class Figures:
    """Everything counted of one part of the tree. `asked` units owe a report and are not excused; `rows` were read.

    `turns_at` is the first moment at which something that is not due yet will be overdue; it is not kept.
    """

    reports: Counts = field(default_factory=Counts)
    checks: Counts = field(default_factory=Counts)
    people: People = field(default_factory=People)
    sums: dict[str, Sums] = field(default_factory=dict)
    asked: int = 0
    rows: int = 0
    turns_at: datetime | None = None

    def add(self, other: Figures) -> None:
        """Count the others in."""
        self.reports.add(other.reports)
        self.checks.add(other.checks)
        self.people.add(other.people)
        for form, items in other.sums.items():
            self.sums[form] = added(self.sums.get(form, {}), items)
        self.asked += other.asked
        self.rows += other.rows
        self.turns_at = earliest(self.turns_at, other.turns_at)

    def as_json(self) -> dict[str, Any]:
        """As it is kept."""
        return {
            "reports": list(astuple(self.reports)), "checks": list(astuple(self.checks)), "asked": self.asked,
            "people": self.people.as_list(), "sums": self.sums, "rows": self.rows,
        }  # fmt: skip

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Figures:
        """What `as_json` kept."""
        sums = {form: {code: (v, n) for code, (v, n) in items.items()} for form, items in kept["sums"].items()}
        people = people_of(kept["people"])
        return cls(Counts(*kept["reports"]), Counts(*kept["checks"]), people, sums, kept["asked"], kept["rows"])


COUNTED = tuple(f.name for f in fields(Counts))


def people_of(numbers: Sequence[int]) -> People:
    """People from numbers in the order of `PEOPLE_SQL` or `HEADS_SQL`; no rows give nulls, which count nobody."""
    heads, modes = numbers[: len(HEADS)], numbers[len(HEADS) :]
    counted: dict[str, Any] = {name: n or 0 for name, n in zip(HEADS, heads, strict=True)}
    return People(**counted, modes={m: n for m, n in zip(MODE_CODES, modes, strict=bool(modes)) if n is not None})


def together(parts: Iterable[Sequence[int]], width: int) -> tuple[int, ...]:
    """Rows of numbers added up column by column; zeros when there are none."""
    return tuple(map(sum, zip(*parts, strict=True))) or (0,) * width


def earliest(*moments: datetime | None) -> datetime | None:
    """The first of the moments that are known."""
    return min((one for one in moments if one is not None), default=None)


def added(one: Sums, other: Sums) -> Sums:
    """Two sets of sums, item by item."""
    nothing = (0, 0)
    return {
        code: (one.get(code, nothing)[0] + other.get(code, nothing)[0],
               one.get(code, nothing)[1] + other.get(code, nothing)[1])
        for code in one.keys() | other.keys()
    }  # fmt: skip


_OWED = "NOT (d.excused <> '' AND d.settled_at IS NULL)"
_OPEN = "d.settled_at IS NULL AND d.excused = ''"
# In the order of the fields of `Counts`; over dues `d`, as things stand at the moment `now`.
COMPLETE_SQL = f"count(*) FILTER (WHERE {_OWED}), count(d.settled_at)"
COUNTS_SQL = f"""
{COMPLETE_SQL}, count(*) FILTER (WHERE d.settled_at <= d.due_at),
count(*) FILTER (WHERE d.settled_at > d.due_at), count(*) FILTER (WHERE d.zero AND {_OWED}),
count(*) FILTER (WHERE {_OPEN} AND d.returned_at IS NOT NULL),
count(*) FILTER (WHERE d.settled_at IS NULL AND d.excused <> ''),
count(*) FILTER (WHERE {_OPEN}), count(*) FILTER (WHERE {_OPEN} AND d.due_at >= %(now)s)
"""
TURNS_SQL = f"min(d.due_at) FILTER (WHERE {_OPEN} AND d.due_at >= %(now)s)"
ASKED_SQL = "count(*) FILTER (WHERE d.excused = '')"
# In the order of `people_of`; over counters `d`.
HEADS_SQL = ", ".join(f"sum(d.{name})" for name in HEADS)
PEOPLE_SQL = ", ".join(f"sum(d.{name})" for name in (*HEADS, *(f"by_{mode}" for mode in MODE_CODES)))
