"""The lines of the duty board (值班台各行): all are counted and put in order, a page of them is written out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from lianfang.domain.roles import SIGNERS
from lianfang.interfaces.web.views import states
from lianfang.interfaces.web.views.gaps import chased
from lianfang.kernel import clock
from lianfang.kernel.accounts.models import Account, Grant
from lianfang.kernel.reporting.board import Board, Child, itself
from lianfang.kernel.reporting.children import history
from lianfang.kernel.reporting.figures import COUNTED
from lianfang.kernel.scope import EVERYTHING, looking

ROWS_A_PAGE: Final = 30
OPEN = ("missing", "overdue", "returned")
_TO_DO = (*OPEN, "unknown")
_STATUS_OF = {"not_owed": "unknown", "received": "reported", "missing": "overdue", "not_yet": "missing"}
_ORDER = ["overdue", "returned", "missing", "unknown", "late", "reported", "zero", "excused"]


@dataclass(frozen=True, slots=True)
class Listing:
    """The rows of a board in order, worst first, the tab that was chosen (`""`, `todo`, `in`) and the page."""

    seen: Board
    only: str
    page: int
    in_order: tuple[tuple[str, Child], ...]

    @classmethod
    def of(cls, seen: Board, *, only: str, page: str) -> Listing:
        """The page is as the address has it; what is not a page number is the first."""
        rows = [(_status(child), child) for child in seen.children]
        number = int(page) if page.isascii() and page.isdigit() and len(page) < len("1000000") else 1
        return cls(seen, only, max(number, 1), tuple(sorted(rows, key=_worst_first)))

    @property
    def waiting(self) -> int:
        """How many could be nudged."""
        return sum(status in OPEN for status, _ in self.in_order)

    @property
    def chosen(self) -> list[tuple[str, Child]]:
        """The rows of the tab."""
        if self.only not in ("todo", "in"):
            return list(self.in_order)
        return [one for one in self.in_order if (one[0] in _TO_DO) == (self.only == "todo")]

    def rows(self, *, of_units: bool) -> list[dict[str, Any]]:
        """The page's rows as the template takes them. A unit without lower units is its own only row."""
        start = (self.page - 1) * ROWS_A_PAGE
        shown = self.chosen[start : start + ROWS_A_PAGE] if self.seen.children else _itself(self.seen)
        units, week = [child.pk for _, child in shown], states.week(self.seen.day)
        with looking(EVERYTHING):  # the units are in sight already, so nobody looks through the whole scope again
            past, heads = history(units, week[-1], week[0]), _heads(units)
        return [
            _row(status, child, self.seen, states.strip_of(past[child.pk], self.seen.day), heads.get(child.pk))
            | (_measures(child) if of_units else _people(child))
            for status, child in shown
        ]

    def pager(self) -> dict[str, Any] | None:
        """Nothing when all fit on one page."""
        total = len(self.chosen)
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
        todo = sum(status in _TO_DO for status, _ in self.in_order)
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
    return _ORDER.index(status), not child.unwell, child.code


def _status(child: Child) -> str:
    """As `states.state_of` calls it."""
    return "late" if child.late else _STATUS_OF.get(child.state, child.state)


def _heads(units: list[int]) -> dict[int, Account]:
    """Who signs for each unit."""
    at = clock.now()
    held = Grant.objects.filter(unit__in=units, role__in=SIGNERS, since__lte=at, until__gt=at).select_related("account")
    return {grant.unit_id: grant.account for grant in held.order_by("-pk")}


def _row(status: str, child: Child, seen: Board, strip: list[str], head: Account | None) -> dict[str, Any]:
    waits = status in OPEN and child.due_at is not None
    sent_back = child.return_reason or "" if status == "returned" else ""
    return {
        "code": child.code,
        "name": child.name,
        "url": _url(child, seen),
        "head": head.name if head else "",
        "status": status,
        "word": states.overdue_for(child.due_at, seen.day, seen.at) if status == "overdue" and child.due_at else None,
        "abnormal": child.unwell,
        "sent_at": child.settled_at,
        "strip": strip,
        "nudge": status in OPEN,
        "chased": chased(child, head, sent_back=sent_back) if waits else None,
        "open": "look" if status == "returned" else "view",
    }


def _measures(child: Child) -> dict[str, int]:
    """The columns of a board that counts units."""
    return dict(zip(COUNTED, child.counted, strict=True))


def _people(child: Child) -> dict[str, int]:
    """The columns of a board that counts people."""
    people = child.people
    return {"received": people.answered, "expected": people.expected}


def _url(child: Child, seen: Board) -> str:
    if child.keeps_roster and not child.reports:
        return f"/classes/{child.code}?day={seen.day}"
    if child.revision is not None and (child.counts.expected <= 1 or child.pk == seen.unit.pk):
        return f"/reports/{child.code}/{seen.day}/{seen.form.code}"
    return f"/board/{child.code}?day={seen.day}" if not child.keeps_roster else f"/classes/{child.code}?day={seen.day}"
