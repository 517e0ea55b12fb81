"""The duty board (值班台) of a unit: the same page from a class group to a province."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from lianfang.capabilities.daily_report.actions import CHASERS, nudge
from lianfang.domain.roles import SIGHTS, SIGNERS
from lianfang.interfaces.web.views import states
from lianfang.interfaces.web.views.frame import day_of, page, signed_in, told, unit_of
from lianfang.interfaces.web.views.gaps import chased, gap
from lianfang.interfaces.web.views.missing import missing_people
from lianfang.interfaces.web.views.upward import upward
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.accounts.models import Account, Grant
from lianfang.kernel.dues.models import Due
from lianfang.kernel.orgs.kinds import OFFICES
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import ancestors
from lianfang.kernel.policies.ops import policy_of
from lianfang.kernel.reporting import board as boards
from lianfang.kernel.reporting.forms import DAILY, form_on

EVERY_SECONDS = 15
OPEN = ("missing", "overdue", "returned")


@signed_in
def show(request: HttpRequest, code: str) -> HttpResponse:
    """The board of a unit on a day."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    unit = unit_of(actor, code)
    day = day_of(request, unit)
    seen = boards.board(unit, form_on(DAILY, day), day)
    today = clock.today(unit.zone)
    context = {
        "board": _board(request, actor, seen),
        "live": {"url": request.get_full_path(), "every": EVERY_SECONDS} if day == today else None,
        "keys": [{"key": "C", "does": _("nudge")}, {"key": "Z", "does": _("zero report")}],
    }
    return page(request, "pages/board.html", context)


def _board(request: HttpRequest, actor: Actor, seen: boards.Board) -> dict[str, Any]:
    unit, day = seen.unit, seen.day
    of_units = unit.kind in OFFICES
    rows = sorted(_rows(seen, of_units), key=_worst_first)
    show_only = request.GET.get("show", "")
    waiting = [row for row in rows if row["nudge"]]
    chases = actor.holds(CHASERS, unit) and day == clock.today(unit.zone)
    return {
        "unit": str(unit),
        "code": unit.code,
        "day": day,
        "response": "",
        "periods": _periods(unit, day),
        "crumbs": states.crumbs([u for u in ancestors(unit) if _may_see(actor, u)]),
        "rail": _rail(seen),
        "clocks": _clocks(seen),
        "figures": _figures(seen, of_units),
        "child_word": states.title_of(unit.kind),
        "of_units": of_units,
        "tabs": _tabs(unit, day, rows, show_only),
        "sort_url": request.get_full_path(),
        "nudge_url": f"/board/{unit.code}/nudge" if chases else "",
        "nudge_all": len(waiting),
        "rows": _shown(rows, show_only),
        "totals": _totals(seen) if of_units else None,
        "empty": {
            "kind": "new",
            "title": _("No lower units yet"),
            "detail": "",
            "actions": [{"label": _("Units"), "url": "/list/units", "primary": False}],
        },
        "missing": missing_people(actor, seen) if _sees_people(actor, unit) and not of_units else None,
        "gap": gap(actor, seen),
        "up": upward(actor, seen),
    }


def _may_see(actor: Actor, unit: Unit) -> bool:
    return any(post.unit.covers(unit) for post in actor.posts)


def _sees_people(actor: Actor, unit: Unit) -> bool:
    return any(SIGHTS[post.role].people and post.unit.covers(unit) for post in actor.posts)


def _periods(unit: Unit, day: date) -> list[dict[str, Any]]:
    today = clock.today(unit.zone)
    days = [
        (_("Today"), today),
        (_("Yesterday"), today - timedelta(days=1)),
        (_("Day before"), today - timedelta(days=2)),
    ]
    return [{"label": str(label), "url": f"/board/{unit.code}?day={d}", "current": d == day} for label, d in days]


def _tabs(unit: Unit, day: date, rows: list[dict[str, Any]], current: str) -> list[dict[str, Any]]:
    todo = sum(_is_open(row) for row in rows)
    tabs = [("", _("All"), len(rows)), ("todo", _("To do"), todo), ("in", _("In"), len(rows) - todo)]
    return [
        {
            "label": str(label),
            "url": f"/board/{unit.code}?day={day}&show={name}",
            "count": n,
            "current": name == current,
        }
        for name, label, n in tabs
    ]


def _is_open(row: dict[str, Any]) -> bool:
    return row["status"] in ("missing", "overdue", "returned", "unknown")


def _shown(rows: list[dict[str, Any]], only: str) -> list[dict[str, Any]]:
    if only == "todo":
        return [row for row in rows if _is_open(row)]
    return [row for row in rows if not _is_open(row)] if only == "in" else rows


_ORDER = ["overdue", "returned", "missing", "unknown", "late", "reported", "zero", "excused"]


def _worst_first(row: dict[str, Any]) -> tuple[int, bool, str]:
    return _ORDER.index(row["status"]), not row["abnormal"], row["code"]


def _rows(seen: boards.Board, of_units: bool) -> list[dict[str, Any]]:
    past = boards.history([row.unit for row in seen.rows], states.week(seen.day))
    heads = _heads([row.unit for row in seen.rows])
    return [_row(row, seen, past[row.unit.pk], heads.get(row.unit.pk), of_units) for row in seen.rows]


def _heads(units: list[Unit]) -> dict[int, Account]:
    """Who signs for each unit."""
    at = clock.now()
    held = Grant.objects.filter(unit__in=units, role__in=SIGNERS, since__lte=at, until__gt=at).select_related("account")
    return {grant.unit_id: grant.account for grant in held.order_by("-pk")}


def _row(
    row: boards.Row, seen: boards.Board, past: dict[date, Due], head: Account | None, of_units: bool
) -> dict[str, Any]:
    status = states.state_of(row.due, seen.at)
    counts = row.counts
    shown = {
        "code": row.unit.code,
        "name": str(row.unit),
        "url": _url(row, seen.day),
        "head": head.name if head else "",
        "status": status,
        "word": states.word_of(row.due, seen.at),
        "received": counts.received if of_units else row.people.answered,
        "expected": counts.expected if of_units else row.people.expected,
        "abnormal": _abnormal(row),
        "sent_at": row.due.settled_at if row.due else None,
        "strip": states.strip_of(past, seen.day),
        "nudge": status in OPEN,
        "chased": chased(row.due, head) if row.due and status in OPEN else None,
        "open": "look" if status == "returned" else "view",
    }
    if of_units:
        shown |= {name: getattr(counts, name) for name in ("on_time", "late", "missing", "zero", "returned")}
    return shown


def _abnormal(row: boards.Row) -> int | None:
    if row.people.rostered:
        return row.people.unwell
    return row.report.values.get("fever") if row.report else None


def _url(row: boards.Row, day: date) -> str:
    unit = row.unit
    if unit.keeps_roster and not unit.reports:
        return f"/classes/{unit.code}?day={day}"
    if row.report is not None and row.counts.expected <= 1:
        return f"/reports/{unit.code}/{day}/{row.report.form}"
    return f"/board/{unit.code}?day={day}" if not unit.keeps_roster else f"/classes/{unit.code}?day={day}"


def _totals(seen: boards.Board) -> dict[str, Any]:
    names = ("expected", "received", "on_time", "late", "missing", "zero", "returned")
    return {"name": _("Together"), **{name: getattr(seen.counts, name) for name in names}}


def _child_due(seen: boards.Board) -> Due | None:
    return next((row.due for row in seen.rows if row.due is not None), None)


def _own_due(seen: boards.Board) -> Due | None:
    return next((due for due in seen.own_dues if due.line == "territory"), None)


def _clocks(seen: boards.Board) -> list[dict[str, Any]]:
    clocks = []
    if due := _child_due(seen):
        done = _("All in") if seen.counts.missing == 0 and seen.counts.expected else ""
        clocks.append(states.countdown(str(_("Units due")), due.due_at, str(done)))
    if own := _own_due(seen):
        clocks.append(states.countdown(str(_("Send up")), own.due_at, str(_("Sent")) if own.settled_at else ""))
    return clocks


def _rail(seen: boards.Board) -> dict[str, Any] | None:
    child, own = _child_due(seen), _own_due(seen)
    if child is None:
        return None
    policy = policy_of(seen.unit, on=seen.day)
    counts, people = seen.counts, seen.people
    stops = [
        (
            child.opens_at,
            _("Opens"),
            ngettext("{n} person", "{n} people", people.expected).format(n=people.expected) if people.expected else "",
        ),
        (child.remind_at, _("Reminder"), ""),
        (child.due_at, _("Units due"), f"{counts.received} / {counts.expected}"),
    ]
    if people.expected:
        answered_by = child.due_at.astimezone(seen.unit.zone).replace(
            hour=policy.answer_due.hour, minute=policy.answer_due.minute
        )
        stops.append((answered_by, _("Check-in due"), f"{people.answered} / {people.expected}"))
    if own is not None:
        stops.append((own.due_at, _("Send up"), str(_("sent")) if own.settled_at else str(_("not sent"))))
    stops.sort(key=lambda stop: stop[0])
    return {
        "near": states.NEAR_MINUTES,
        "stops": [{"at": at, "name": str(name), "count": str(n), "past": at <= seen.at} for at, name, n in stops],
    }


def _figures(seen: boards.Board, of_units: bool) -> list[dict[str, Any]]:
    counts, people = seen.counts, seen.people
    received = states.figure(str(_("Units in")), counts.received, of=counts.expected)
    if of_units:
        names = [
            ("on_time", _("On time"), ""),
            ("late", _("Late"), "warn"),
            ("missing", _("Missing"), "bad"),
            ("zero", _("Zero reports"), ""),
            ("returned", _("Sent back"), "warn"),
        ]
        return [received] + [
            states.figure(str(label), getattr(counts, name), tone=tone if getattr(counts, name) else "")
            for name, label, tone in names
        ]
    known = people.rostered > 0
    return [
        states.figure(str(_("Expected")), people.expected if known else None),
        states.figure(str(_("Answered")), people.answered if known else None),
        states.figure(str(_("Unknown")), people.unknown if known else None, tone="warn" if people.unknown else ""),
        states.figure(str(_("Not well")), people.unwell if known else None, tone="bad" if people.unwell else ""),
        states.figure(str(_("With fever")), people.fever if known else None, tone="bad" if people.fever else ""),
        received,
    ]


@require_POST
@signed_in
def nudge_units(request: HttpRequest, code: str) -> HttpResponse:
    """Nudge the lower units named, or all whose report is not in."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    unit = unit_of(actor, code)
    day = clock.today(unit.zone)
    seen = boards.board(unit, form_on(DAILY, day), day)
    wanted = set(request.POST.getlist("unit")) or {row.unit.code for row in seen.rows}
    dues = [
        row.due for row in seen.rows if row.due is not None and row.unit.code in wanted and row.due.settled_at is None
    ]
    nudge(actor, superior=unit, day=day, dues=dues)
    told(request, ngettext("Nudged {n} unit.", "Nudged {n} units.", len(dues)).format(n=len(dues)))
    return redirect(f"/board/{unit.code}")
