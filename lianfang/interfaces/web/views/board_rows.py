"""The lines of the duty board (值班台各行): all are counted and put in order, a page of them is written out."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from lianfang.domain.roles import SIGNERS
from lianfang.domain.small import Shown
from lianfang.interfaces.ill_shown import IllShown
from lianfang.interfaces.web.views import states
from lianfang.interfaces.web.views.gaps import Head, chased
from lianfang.kernel import clock
from lianfang.kernel.reporting.board import Board, Child, itself
from lianfang.kernel.reporting.board_asked import Question, ask
from lianfang.kernel.reporting.children import as_history, history_asked, more_asked, tell_more
from lianfang.kernel.reporting.figures import COUNTED
from lianfang.kernel.scope import EVERYTHING, looking

ROWS_A_PAGE: Final = 30
OPEN = ("missing", "overdue", "returned")
_TO_DO = (*OPEN, "unknown")
_STATUS_OF = {"not_owed": "unknown", "received": "reported", "missing": "overdue", "not_yet": "missing"}
_ORDER = ["overdue", "returned", "missing", "unknown", "late", "reported", "zero", "excused"]
_RANK = {status: number for number, status in enumerate(_ORDER)}
# Who signs for each unit; of several the one who has done so the longest comes last.
_HEADS = """
SELECT g.unit_id, a.name, a.phone FROM accounts_grant g JOIN accounts_account a ON a.id = g.account_id
 WHERE g.unit_id = ANY(%(units)s) AND g.role = ANY(%(roles)s) AND g.since <= %(at)s AND g.until > %(at)s
 ORDER BY g.id DESC
"""


@dataclass(frozen=True, slots=True)
class Listing:
    """The rows of a board in order, worst first, the tab that was chosen (`""`, `todo`, `in`) and the page."""

    seen: Board
    only: str
    page: int
    in_order: tuple[tuple[str, Child], ...]
    by_status: Counter[str]

    @classmethod
    def of(cls, seen: Board, *, only: str, page: str) -> Listing:
        """The page is as the address has it; what is not a page number is the first."""
        number = int(page) if page.isascii() and page.isdigit() and len(page) < len("1000000") else 1
        uncounted = [child for child in seen.children if not child.people_counted[0]]
        if uncounted:  # nobody counts people there, so whether somebody is unwell is what their reports say
            tell_more(uncounted, ask(more_asked(uncounted, seen.form.code, seen.day))[0])
        rows = [(_status(child), child) for child in seen.children]
        found = Counter(status for status, _ in rows)
        return cls(seen, only, max(number, 1), tuple(sorted(rows, key=_worst_first)), found)

    @property
    def waiting(self) -> int:
        """How many could be nudged."""
        return sum(self.by_status[status] for status in OPEN)

    @property
    def owing(self) -> Child | None:
        """The first of the lower units that owe something, for when it is due; known once the rows are written."""
        return next((child for child in self.seen.children if child.state != "not_owed"), None)

    @property
    def chosen(self) -> list[tuple[str, Child]]:
        """The rows of the tab."""
        if self.only not in ("todo", "in"):
            return list(self.in_order)
        return [one for one in self.in_order if (one[0] in _TO_DO) == (self.only == "todo")]

    def rows(self, ill: IllShown, *, of_units: bool) -> list[dict[str, Any]]:
        """The page's rows as the template takes them. A unit without lower units is its own only row."""
        start = (self.page - 1) * ROWS_A_PAGE
        shown = self.chosen[start : start + ROWS_A_PAGE] if self.seen.children else _itself(self.seen)
        past, heads = self._told(shown)
        return [
            _row(status, child, self.seen, states.strip_of(past.get(child.pk, {}), self.seen.day), heads.get(child.pk))
            | {"abnormal": _unwell(child, ill)}
            | (_measures(child) if of_units else _people(child))
            for status, child in shown
        ]

    def _told(self, shown: list[tuple[str, Child]]) -> tuple[dict[int, dict[date, str]], dict[int, Head]]:
        """What the lines say beside the counts: the last days of each unit, and its head. The rest goes into them."""
        children, week = [child for _, child in shown], states.week(self.seen.day)
        units = [child.pk for child in children]
        children += [child for child in (self.owing,) if child]
        with looking(EVERYTHING):  # the units are in sight already, so nobody looks through the whole scope again
            more, past, heads = ask(
                more_asked(children, self.seen.form.code, self.seen.day),
                history_asked(units, week[-1], week[0]),
                Question(_HEADS, {"units": units, "roles": [str(role) for role in SIGNERS], "at": clock.now()}),
            )
        tell_more(children, more)
        return as_history(past), {unit: Head(name, phone) for unit, name, phone in heads}

    @property
    def _size(self) -> int:
        todo = sum(self.by_status[status] for status in _TO_DO)
        return {"todo": todo, "in": len(self.in_order) - todo}.get(self.only, len(self.in_order))

    def pager(self) -> dict[str, Any] | None:
        """Nothing when all fit on one page."""
        total = self._size
        if total <= ROWS_A_PAGE:
            return None
        first, last = (self.page - 1) * ROWS_A_PAGE + 1, min(self.page * ROWS_A_PAGE, total)
        return {
            "first": first,
            "last": last,
            "total": total,
            "previous_url": self._url(self.only, self.page - 1) if self.page > 1 else "",
            "next_url": self._url(self.only, self.page + 1) if last < total else "",
        }

    def tabs(self) -> list[dict[str, Any]]:
        """All, to do, in; each with its number of rows."""
        todo = sum(self.by_status[status] for status in _TO_DO)
        every = len(self.in_order)
        tabs = [("", _("All"), every), ("todo", _("To do"), todo), ("in", _("In"), every - todo)]
        return [
            {"label": str(label), "url": self._url(name), "count": n, "current": name == self.only}
            for name, label, n in tabs
        ]

    def _url(self, only: str, page: int = 1) -> str:
        asked = {"day": self.seen.day.isoformat(), "show": only} | ({"page": page} if page > 1 else {})
        return f"/board/{self.seen.unit.code}?{urlencode(asked)}"


def _itself(seen: Board) -> list[tuple[str, Child]]:
    if all(due.line != "territory" for due in seen.own_dues):
        return []
    child = itself(seen)
    return [(_status(child), child)]


def _worst_first(one: tuple[str, Child]) -> tuple[int, bool, str]:
    status, child = one
    return _RANK[status], not child.unwell, child.code


def _status(child: Child) -> str:
    """As `states.state_of` calls it."""
    return "late" if child.late else _STATUS_OF.get(child.state, child.state)


def _row(status: str, child: Child, seen: Board, strip: list[str], head: Head | None) -> dict[str, Any]:
    waits = status in OPEN and child.due_at is not None
    sent_back = child.more.return_reason or "" if status == "returned" else ""
    return {
        "code": child.code,
        "name": child.name,
        "url": _url(child, seen),
        "head": head.name if head else "",
        "status": status,
        "word": _word(status, child, seen),
        "sent_at": child.settled_at,
        "strip": strip,
        "nudge": status in OPEN,
        "chased": chased(child, head, sent_back=sent_back) if waits else None,
        "open": "look" if status == "returned" else "view",
    }


def _unwell(child: Child, ill: IllShown) -> Shown:
    """Who is not well of those who answered; a fever by a unit's own report is told as it was signed."""
    count = child.unwell
    return ill.unwell(child.pk, count).shown if count is not None and child.people_counted[0] else count


def _word(status: str, child: Child, seen: Board) -> str | None:
    """The word beside a state, where the usual one says too little."""
    if status == "overdue" and child.due_at:
        return states.overdue_for(child.due_at, seen.day, seen.at)
    return _("Not yet due") if status == "missing" else None


def _measures(child: Child) -> dict[str, int]:
    """The columns of a board that counts units."""
    return {**dict(zip(COUNTED, child.counted, strict=True)), "overdue": child.counts.overdue}


def _people(child: Child) -> dict[str, int]:
    """The columns of a board that counts people."""
    people = child.people
    return {"received": people.answered, "expected": people.expected}


def _url(child: Child, seen: Board) -> str:
    if child.more.keeps_roster and not child.more.reports:
        return f"/classes/{child.code}?day={seen.day}"
    if child.more.revision is not None and (child.counts.expected <= 1 or child.pk == seen.unit.pk):
        return f"/reports/{child.code}/{seen.day}/{seen.form.code}"
    kind = "classes" if child.more.keeps_roster else "board"
    return f"/{kind}/{child.code}?day={seen.day}"
