"""The duty board (值班台) of a unit: the same page from a class group to a province."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_POST

from lianfang.capabilities.daily_report.actions import CHASERS, nudge
from lianfang.domain.policy import Policy
from lianfang.domain.roles import SIGHTS
from lianfang.interfaces.ill_shown import IllShown, ill_shown
from lianfang.interfaces.web.look import edition_on, rules_on
from lianfang.interfaces.web.views import states
from lianfang.interfaces.web.views.board_rows import Listing
from lianfang.interfaces.web.views.frame import day_of, page, signed_in, told, unit_of
from lianfang.interfaces.web.views.gaps import gap
from lianfang.interfaces.web.views.missing import missing_people
from lianfang.interfaces.web.views.upward import upward
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.dues.models import Due
from lianfang.kernel.orgs.kinds import OFFICES
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.reporting import board as boards
from lianfang.kernel.reporting.children import Child, moment
from lianfang.kernel.reporting.forms import DAILY, form_on
from lianfang.kernel.scope import looking

EVERY_SECONDS = 15


@signed_in
def show(request: HttpRequest, code: str) -> HttpResponse:
    """The board of a unit on a day."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    unit = unit_of(actor, code)
    day = day_of(request, unit)
    policy = rules_on(request, day).of(unit)
    with looking(boards.sight_of(unit)):  # told to the database once for all that is counted
        seen = boards.board(unit, edition_on(request, DAILY, day), day, named=0, brief=True, sums=False)
        shown = _board(request, actor, seen, policy)
    shown["missing"] = _missing(actor, seen, policy)  # names of people are another matter
    context = {
        "board": shown,
        "live": {"url": request.get_full_path(), "every": EVERY_SECONDS} if day == clock.today(unit.zone) else None,
        "keys": [{"key": "C", "does": _("nudge")}, {"key": "Z", "does": _("zero report")}],
    }
    return page(request, "pages/board.html", context)


def _missing(actor: Actor, seen: boards.Board, policy: Policy) -> dict[str, Any] | None:
    unit = seen.unit
    if unit.kind in OFFICES or not seen.people.unknown or not _sees_people(actor, unit):
        return None
    return missing_people(actor, seen, policy.slots[0])


def _board(request: HttpRequest, actor: Actor, seen: boards.Board, policy: Policy) -> dict[str, Any]:
    unit, day = seen.unit, seen.day
    of_units = unit.kind in OFFICES
    listing = Listing.of(seen, only=request.GET.get("show", ""), page=request.GET.get("page", ""))
    ill = ill_shown(actor, unit, [child.pk for child in seen.children], day)
    rows, lower = listing.rows(ill, of_units=of_units), listing.owing
    chases = actor.holds(CHASERS, unit) and day == clock.today(unit.zone)
    return {
        "unit": str(unit),
        "code": unit.code,
        "day": day,
        "response": "",
        "periods": _periods(unit, day),
        "crumbs": states.crumbs([u for u in seen.above if _may_see(actor, u)]),
        "rail": _rail(seen, lower, policy),
        "clocks": _clocks(seen, lower),
        "figures": _figures(seen, ill, of_units),
        "child_word": states.title_of(unit.kind),
        "of_units": of_units,
        "tabs": listing.tabs(),
        "sort_url": request.get_full_path(),
        "nudge_url": f"/board/{unit.code}/nudge" if chases else "",
        "nudge_all": listing.waiting,
        "rows": rows,
        "pager": listing.pager(),
        "as_of": seen.as_of,
        "age": round(seen.age_seconds) if seen.as_of < seen.at else None,
        "totals": _totals(seen) if of_units else None,
        "empty": {
            "kind": "new",
            "title": _("No lower units yet"),
            "detail": "",
            "actions": [{"label": _("Units"), "url": "/list/units", "primary": False}],
        },
        "gap": gap(actor, seen),
        "up": upward(actor, seen, ill),
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


def _totals(seen: boards.Board) -> dict[str, Any]:
    names = ("expected", "received", "on_time", "late", "missing", "not_yet", "overdue", "zero", "returned")
    return {"name": _("Together"), **{name: getattr(seen.counts, name) for name in names}}


def _own_due(seen: boards.Board) -> Due | None:
    return next((due for due in seen.own_dues if due.line == "territory"), None)


def _clocks(seen: boards.Board, lower: Child | None) -> list[dict[str, Any]]:
    clocks = []
    if lower is not None and (due_at := lower.due_at) is not None:
        done = _("All in") if seen.counts.missing == 0 and seen.counts.expected else ""
        clocks.append(states.countdown(str(_("Units due")), due_at, str(done)))
    if own := _own_due(seen):
        clocks.append(states.countdown(str(_("Send up")), own.due_at, str(_("Sent")) if own.settled_at else ""))
    return clocks


def _rail(seen: boards.Board, lower: Child | None, policy: Policy) -> dict[str, Any] | None:
    own = _own_due(seen)
    if lower is None:
        return None
    opens_at, remind_at, due_at = moment(lower.more.opens), moment(lower.more.reminds), lower.due_at
    if opens_at is None or remind_at is None or due_at is None:
        return None
    counts, people = seen.counts, seen.people
    stops = [
        (
            opens_at,
            _("Opens"),
            ngettext("{n} person", "{n} people", people.expected).format(n=people.expected) if people.expected else "",
        ),
        (remind_at, _("Reminder"), ""),
        (due_at, _("Units due"), f"{counts.received} / {counts.expected}"),
    ]
    if people.expected:
        answered_by = due_at.astimezone(seen.unit.zone).replace(
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


def _figures(seen: boards.Board, ill: IllShown, of_units: bool) -> list[dict[str, Any]]:
    counts, people, pk = seen.counts, seen.people, seen.unit.pk
    unwell, fever = ill.unwell(pk, people.unwell).shown, ill.fever(pk, people.fever).shown
    received = states.figure(str(_("Units in")), counts.received, of=counts.expected)
    if of_units:
        names = [
            ("on_time", _("On time"), ""),
            ("late", _("Late"), "warn"),
            ("missing", pgettext("of a report", "Missing"), "bad" if counts.overdue else ""),
            ("not_yet", _("Of these not yet due"), ""),
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
        states.figure(str(_("Not well")), unwell if known else None, tone="bad" if people.unwell else ""),
        states.figure(str(_("With fever")), fever if known else None, tone="bad" if people.fever else ""),
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
