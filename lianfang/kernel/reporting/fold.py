"""Adding up beforehand (汇总): every second or two the worker adds up anew whatever lies above a touched unit.

Lowest parts are counted from dues, counters and reports; the parts above them from the parts below. Everything is
counted anew, never added to, so that a fold can be repeated, missed or interrupted and nothing stays wrong.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db import connection

from lianfang.kernel import clock
from lianfang.kernel.dues.stale import WHOLE_DAY, touch, touch_day
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.reporting.board_asked import Question, ask
from lianfang.kernel.reporting.figures import Figures, earliest, people_of
from lianfang.kernel.reporting.parts import count_below, count_own, paths_of, paths_on
from lianfang.kernel.reporting.tree import Tree, above, highest_first, tree_now
from lianfang.kernel.scope import EVERYTHING, within

__all__ = [
    "Folded", "as_folded", "fold", "fold_all", "fold_next_day", "folded_asked", "open_days_anew", "read", "touch",
    "touch_day",
]  # fmt: skip

COUNTED_AT_OPENING: Final = 5000
"""Up to so many dues and counters are counted in a few milliseconds, however high the office is."""
WORTH_A_WHOLE_DAY: Final = 5_000  # units touched beyond which looking each of them up costs more than everything
_TURNING_DAYS: Final = 4  # so many days back something may still fall due, whatever the zone
_LOCK: Final = 0x4C46_464F  # "LFFO": of several workers one folds


@dataclass(slots=True)
class Folded:
    """What was added up of a high office: all that its board counts, its parts by path, and as of when."""

    below: Figures
    parts: dict[str, Figures]
    at: datetime


def fold() -> int:
    """Add up what has been touched since the last fold; how many parts were written. Another worker's fold is left."""
    with within(EVERYTHING), connection.cursor() as cursor:
        began = clock.now()
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        tree, taken = tree_now(), _take(cursor)
        for day in [*_changed_tree(cursor, tree), *_turned(cursor, began)]:
            taken.setdefault(day, set()).add(WHOLE_DAY)
        written = sum(_fold_day(tree, day, units, began) for day, units in sorted(taken.items()))
        cursor.execute(
            "INSERT INTO reporting_fold (began_at, tree) VALUES (%s, %s)"
            " ON CONFLICT (only_one) DO UPDATE SET began_at = excluded.began_at, tree = excluded.tree",
            [began, tree.mark],
        )
    return written


def fold_all(days: Iterable[date]) -> int:
    """Add whole days up anew."""
    with within(EVERYTHING):
        for day in days:
            touch_day(day)
    return fold()


def open_days_anew() -> None:
    """Note that every day whose reports may still come has changed, whatever is noted of it."""
    with within(EVERYTHING), connection.cursor() as cursor:
        cursor.execute(_DAYS)
        for (day,) in cursor.fetchall():
            cursor.execute("SELECT closes_at FROM dues_due WHERE day = %s LIMIT 1", [day])
            if cursor.fetchone()[0] < clock.now():
                break  # newest first: the others have closed before
            touch_day(day)


def fold_next_day() -> date | None:
    """Add up the newest day on record that never was, and return it; nothing when there is none left."""
    with within(EVERYTHING), connection.cursor() as cursor:
        cursor.execute(_DAYS)
        kept = [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT day FROM reporting_folded WHERE path = ''")
        done = {row[0] for row in cursor.fetchall()}
    waiting = [day for day in kept if day not in done]
    if waiting:
        fold_all(waiting[:1])
    return waiting[0] if waiting else None


# A step a day along the index instead of reading it whole.
_DAYS = """
WITH RECURSIVE d AS (
    (SELECT max(day) AS day FROM dues_due)
    UNION ALL SELECT (SELECT max(day) FROM dues_due WHERE day < d.day) FROM d WHERE d.day IS NOT NULL
) SELECT day FROM d WHERE day IS NOT NULL
"""


# What was taken is passed on to whoever counts answers in another way (`kernel.reporting.moved`).
_TAKE = """
WITH taken AS (DELETE FROM reporting_stale RETURNING day, unit_id),
     passed_on AS (INSERT INTO reporting_moved (unit_id, day) SELECT DISTINCT unit_id, day FROM taken)
SELECT day, unit_id FROM taken
"""


def _take(cursor: Any) -> dict[date, set[int]]:
    cursor.execute(_TAKE)
    taken: dict[date, set[int]] = {}
    for day, unit_id in cursor.fetchall():
        taken.setdefault(day, set()).add(unit_id)
    return taken


def _changed_tree(cursor: Any, tree: Tree) -> list[date]:
    """The days to add up whole because offices came, went or changed places since the last fold."""
    cursor.execute("SELECT tree FROM reporting_fold")
    known = cursor.fetchone()
    if known is None or known[0] == tree.mark:
        return []
    cursor.execute("SELECT day FROM reporting_folded WHERE path = ''")
    return [row[0] for row in cursor.fetchall()]


def _turned(cursor: Any, now: datetime) -> list[date]:
    """The days of which something that was not due yet has become missing since they were added up."""
    recent = [now.date() - timedelta(days=back) for back in range(-1, _TURNING_DAYS)]
    cursor.execute(
        "SELECT day FROM reporting_folded WHERE path = '' AND day = ANY(%s)"
        " AND (figures->>'turns_at')::timestamptz < %s",
        [recent, now],
    )
    return [row[0] for row in cursor.fetchall()]


def _fold_day(tree: Tree, day: date, units: set[int], at: datetime) -> int:
    kept = _kept(day)
    told_apart = "turns_at" in kept.get("", {})  # an earlier edition did not tell missing from not due
    whole = WHOLE_DAY in units or not told_apart or len(units) > WORTH_A_WHOLE_DAY
    paths = paths_on(day, tree.depth) | set(tree.by_sector.values()) if whole else paths_of(day, units)
    nodes = {node for path in paths for node in tree.nodes_of(path)}
    counted = _Day(tree, day, at, {} if whole else kept, nodes)
    counted.count()
    return counted.write(whole=whole)


def _kept(day: date) -> dict[str, dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT path, figures FROM reporting_folded WHERE day = %s", [day])
        return {path: json.loads(figures) for path, figures in cursor.fetchall()}


@dataclass(slots=True)
class _Day:
    """A day while it is added up: what is kept of it, and what is counted anew."""

    tree: Tree
    day: date
    at: datetime
    kept: dict[str, dict[str, Any]]
    nodes: set[str]
    found: dict[str, Figures] = field(default_factory=dict)
    below: dict[str, Figures] = field(default_factory=dict)

    def count(self) -> None:
        """Count the lowest parts, then add up the others from below."""
        high = {path for path in self.nodes if self.tree.is_high(path)}
        self.found = count_below(self.day, sorted(self.nodes - high), at=self.at)
        own = count_own(self.day, sorted(high), at=self.at)
        for path in reversed(highest_first(high)):
            self.below[path] = self._added(path)
            own[path].add(self.below[path])
            self.found[path] = own[path]

    def _added(self, path: str) -> Figures:
        total = Figures()
        parts = {p for p in self.kept if p and above(p) == path} | {p for p in self.found if above(p) == path}
        for part in parts:
            total.add(self.found[part] if part in self.found else Figures.from_json(self.kept[part]))
        return total

    def write(self, *, whole: bool) -> int:
        """Keep what was counted; how many parts."""
        rows = [(path, above(path), json.dumps(self._figures(path))) for path in self.found]
        rows.append(("", "-", json.dumps(self._turning())))  # the day was added up whole, now or before
        with connection.cursor() as cursor:
            if whole:
                cursor.execute("DELETE FROM reporting_folded WHERE day = %s", [self.day])
            cursor.execute(
                "INSERT INTO reporting_folded (day, path, above, figures)"
                " SELECT %s, * FROM unnest(%s::text[], %s::text[], %s::jsonb[])"
                " ON CONFLICT (day, path) DO UPDATE SET figures = excluded.figures",
                [self.day, *map(list, zip(*rows, strict=True))],
            )
        return len(self.found)

    def _turning(self) -> dict[str, str | None]:
        """When the day is next to be added up whole because a time is over; rather too early than too late."""
        before = self.kept.get("", {}).get("turns_at")
        known = datetime.fromisoformat(before) if before else None
        first = earliest(known, *(one.turns_at for one in self.found.values()))
        return {"turns_at": first.isoformat() if first else None}

    def _figures(self, path: str) -> dict[str, Any]:
        figures = self.found[path].as_json()
        if path in self.below and self.below[path].rows > COUNTED_AT_OPENING:
            figures["below"] = self.below[path].as_json()
        return figures


_READ = """
SELECT f.path, f.figures, r.began_at FROM reporting_folded f, reporting_fold r
 WHERE f.day = %(day)s AND (f.path = %(path)s OR f.above = %(path)s OR f.path = ANY(ARRAY(
       SELECT u.path FROM orgs_unit u
        WHERE u.sector_parent_id = %(unit)s AND u.parent_id IS DISTINCT FROM %(unit)s)::text[]))
"""


def folded_asked(unit: Unit, day: date) -> Question:
    """The question for what was added up of `unit` and of the parts right below it, on either line."""
    return Question(_READ, {"day": day, "path": unit.path, "unit": unit.pk})


def as_folded(unit: Unit, found: Iterable[Sequence[Any]]) -> Folded | None:
    """What was added up of `unit` and the parts right below it; None: count it at opening."""
    rows = {path: (json.loads(figures), at) for path, figures, at in found}
    own, at = rows.pop(unit.path, ({}, clock.now()))
    if "below" not in own:
        return None
    parts = {path: Figures.from_json(figures) for path, (figures, _) in rows.items()}
    below = Figures.from_json(own["below"])
    below.people = people_of(own["people"])  # people of the office itself belong to it; its own report does not
    return Folded(below, parts, at)


def read(unit: Unit, day: date) -> Folded | None:
    """As `as_folded`, asked by itself."""
    return as_folded(unit, ask(folded_asked(unit, day))[0])
