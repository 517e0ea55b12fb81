"""The lines of the duty board (值班台各行): all are counted and put in order, a page of them is written out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from lianfang.domain.roles import SIGNERS
from lianfang.interfaces.web.views import states
from lianfang.interfaces.web.views.gaps import chased
from lianfang.kernel import clock
from lianfang.kernel.accounts.models import Account, Grant
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.reporting.board import Board, Child, Row, history, rows_of
from lianfang.kernel.reporting.children import Standing
from lianfang.kernel.reporting.reports import current_report
from lianfang.kernel.scope import EVERYTHING, within

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
        shown = rows_of(self.seen, [child for _, child in self.chosen[start : start + ROWS_A_PAGE]])
        shown = shown if self.seen.children else _itself(self.seen)
        units = [row.unit for row in shown]
        past, heads = history(units, states.week(self.seen.day)), _heads(units)
        return [_row(row, self.seen, past[row.unit.pk], heads.get(row.unit.pk), of_units) for row in shown]

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


def _itself(seen: Board) -> list[Row]:
    due = next((one for one in seen.own_dues if one.line == "territory"), None)
    report = current_report(seen.unit, seen.form.code, seen.day)
    return [Row(seen.unit, due, report, seen.counts, seen.people)] if due else []


def _worst_first(one: tuple[str, Child]) -> tuple[int, bool, str]:
    status, child = one
    return _ORDER.index(status), not child.unwell, child.code


def _status(child: Child) -> str:
    """As `states.state_of` calls it."""
    return "late" if child.late else _STATUS_OF.get(child.state, child.state)


def _heads(units: list[Unit]) -> dict[int, Account]:
    """Who signs for each unit. The units are in sight already, so nobody looks through the whole scope again."""
    at = clock.now()
    held = Grant.objects.filter(unit__in=units, role__in=SIGNERS, since__lte=at, until__gt=at).select_related("account")
    with within(EVERYTHING):
        return {grant.unit_id: grant.account for grant in held.order_by("-pk")}


def _row(row: Row, seen: Board, past: dict[date, Standing], head: Account | None, of_units: bool) -> dict[str, Any]:
    counts, status = row.counts, states.state_of(row.due, seen.at)
    shown = {
        "code": row.unit.code,
        "name": str(row.unit),
        "url": _url(row, seen),
        "head": head.name if head else "",
        "status": status,
        "word": states.word_of(row.due, seen.at),
        "received": counts.received if of_units else row.people.answered,
        "expected": counts.expected if of_units else row.people.expected,
        "abnormal": _abnormal(row),
        "sent_at": row.due.settled_at if row.due else None,
        "strip": states.strip_of(past, seen.day),
        "nudge": status in OPEN,
        "chased": chased(row.due, head, sent_back=_sent_back(status, row)) if row.due and status in OPEN else None,
        "open": "look" if status == "returned" else "view",
    }
    if of_units:
        shown |= {name: getattr(counts, name) for name in ("on_time", "late", "missing", "zero", "returned")}
    return shown


def _sent_back(status: str, row: Row) -> str:
    return row.report.return_reason if status == "returned" and row.report else ""


def _abnormal(row: Row) -> int | None:
    if row.people.rostered:
        return row.people.unwell
    return row.report.values.get("fever") if row.report else None


def _url(row: Row, seen: Board) -> str:
    unit, day = row.unit, seen.day
    if unit.keeps_roster and not unit.reports:
        return f"/classes/{unit.code}?day={day}"
    if row.report is not None and (row.counts.expected <= 1 or unit.pk == seen.unit.pk):
        return f"/reports/{unit.code}/{day}/{row.report.form}"
    return f"/board/{unit.code}?day={day}" if not unit.keeps_roster else f"/classes/{unit.code}?day={day}"
