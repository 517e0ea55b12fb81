"""Units most worth attention (最需关注的单位): worst first, with the reason and the post on duty, never a name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lianfang.domain.roles import SUPERVISORS, Role
from lianfang.domain.wall import RAMP, days_below
from lianfang.interfaces.wall.reading import Reading
from lianfang.interfaces.web.templatetags.formats import duration, percent
from lianfang.interfaces.web.views.states import overdue_for
from lianfang.kernel.accounts.models import ROLE_NAMES, Grant
from lianfang.kernel.reporting.board_asked import ask
from lianfang.kernel.reporting.children import Child, more_asked, tell_more
from lianfang.kernel.scope import EVERYTHING, looking

MOST: Final = 6
CANDIDATES: Final = 60
BELOW: Final = RAMP[1]
"""Percent below which completeness is said to be low: the second step of the ramp."""
INCIDENT, OVERDUE, RETURNED, LOW, OPEN, LATE = range(6)


@dataclass(frozen=True, slots=True, order=True)
class Concern:
    """Why a unit is listed: how bad, and within that how much."""

    rank: int
    amount: float  # the more negative, the worse
    code: str
    child: Child = field(compare=False)


def attention(seen: Reading) -> list[dict[str, Any]]:
    """`{name, url, state, word, notes}` of at most `MOST` units, worst first."""
    worst = sorted(_concerns(seen))[:CANDIDATES]
    children = [one.child for one in worst]
    tell_more(children, ask(more_asked(children, seen.board.form.code, seen.day))[0])
    shown = sorted(_concerns(seen, among={one.code for one in worst}))[:MOST]
    posts = posts_of([one.child.pk for one in shown], at=seen.at)
    return [_line(seen, one, posts.get(one.child.pk, "")) for one in shown]


def _concerns(seen: Reading, among: Iterable[str] | None = None) -> Iterator[Concern]:
    """The worst of each unit of which there is something to say."""
    wanted = None if among is None else set(among)
    for child in seen.board.children:
        if (wanted is None or child.code in wanted) and (found := _concern(seen, child)) is not None:
            yield Concern(*found, child.code, child)


def _concern(seen: Reading, child: Child) -> tuple[int, float] | None:
    if beyond := seen.incidents.beyond_in[child.pk]:
        return INCIDENT, -beyond
    if child.state == "missing":
        due = child.due_at
        return OVERDUE, -(seen.at - due).total_seconds() if due else 0.0
    if child.state == "returned":
        return RETURNED, 0.0
    if low := _low_days(seen, child):
        return LOW, -low
    if opened := seen.incidents.open_in[child.pk]:
        return OPEN, -opened
    return (LATE, 0.0) if child.late and child.state != "not_owed" else None


def _low_days(seen: Reading, child: Child) -> int:
    """Days in a row, counted back from yesterday, or from today when it is due, with little of what was owed."""
    if child.counts.expected <= 1:
        return 0
    shares = [seen.share(child, day) for day in seen.recent]
    last = shares if child.state in ("received", "zero", "late") else shares[:-1]
    return days_below([share.percent for share in last], BELOW)


def posts_of(units: Sequence[int], *, at: datetime) -> dict[int, str]:
    """Unit number -> the duty that is held there, the first of duty officer, leader and officer; never who holds it."""
    order = [Role.DUTY_OFFICER, *(role for role in SUPERVISORS if role != Role.DUTY_OFFICER)]
    held = Grant.objects.filter(
        unit_id__in=list(units), role__in=order, since__lte=at, until__gt=at, account__is_active=True
    )
    found: dict[int, Role] = {}
    with looking(EVERYTHING):  # the units are in sight; the fences of grants would look through everything below them
        rows = list(held.order_by().values_list("unit_id", "role").distinct())
    for unit, name in rows:
        found[unit] = min(found.get(unit, Role(name)), Role(name), key=order.index)
    return {unit: str(ROLE_NAMES[role]) for unit, role in found.items()}


def _line(seen: Reading, one: Concern, post: str) -> dict[str, Any]:
    state, word, note = _said(seen, one)
    nudges = one.child.nudges or 0
    nudged = ngettext("nudged {n} time", "nudged {n} times", nudges).format(n=nudges) if nudges else ""
    urgent = one.rank in (INCIDENT, OVERDUE, RETURNED)
    notes = [note, post or (_("nobody on duty") if urgent else ""), nudged if one.rank in (OVERDUE, RETURNED) else ""]
    return {
        "name": one.child.name, "url": f"/board/{quote(one.child.code)}", "state": state, "word": word,
        "notes": [text for text in notes if text],
    }  # fmt: skip


def _said(seen: Reading, one: Concern) -> tuple[str, str, str]:
    """State of the chip, its word, and a note."""
    child, many = one.child, -int(one.amount)
    if one.rank == INCIDENT:
        word = ngettext("{n} incident beyond its limit", "{n} incidents beyond their limit", many)
        return "bad", word.format(n=many), ""
    if one.rank == OVERDUE:
        return "bad", overdue_for(child.due_at, seen.day, seen.at) if child.due_at else _("Overdue"), ""
    if one.rank == RETURNED:
        return "warn", _("Sent back"), ""
    if one.rank == LOW:
        return "warn", _complete(seen, child), _days(many)
    if one.rank == OPEN:
        return "info", ngettext("{n} open incident", "{n} open incidents", many).format(n=many), ""
    return "ok", _late(child), ""


def _complete(seen: Reading, child: Child) -> str:
    counts = child.counts
    return _("Completeness {share}").format(share=percent(counts.received, counts.expected or None))


def _days(many: int) -> str:
    return ngettext("{n} day below {limit}%", "{n} days in a row below {limit}%", many).format(n=many, limit=BELOW)


def _late(child: Child) -> str:
    if child.due_at is None or child.settled_at is None:
        return _("Late, now in")
    return _("Late by {time}, now in").format(time=duration(child.settled_at - child.due_at))
