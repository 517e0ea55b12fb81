"""The card of a unit's own report to its superior (对上报送): what still stands in the way, and the buttons."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lianfang.capabilities.daily_report.actions import signs_for
from lianfang.domain.small import Small
from lianfang.interfaces.ill_shown import IllShown
from lianfang.interfaces.web.templatetags.formats import amount
from lianfang.interfaces.web.views import states
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.reporting.board import Board
from lianfang.kernel.reporting.forms import DAILY


def upward(actor: Actor, seen: Board, ill: IllShown) -> dict[str, Any] | None:
    """What the board's right column shows to somebody who may sign; nothing for others or where nothing is owed."""
    own = next((due for due in seen.own_dues if due.line == "territory"), None)
    if own is None or not signs_for(actor, seen.unit):
        return None
    report, sent = bool(seen.sent), seen.sent == "sent"
    blockers = _blockers(seen, ill)
    at = f"{seen.unit.code}/{seen.day}"
    superior = next((unit for unit in seen.above if unit.pk == own.recipient_id), None) or own.recipient
    return {
        "status": states.state_of(own, seen.at),
        "word": states.word_of(own, seen.at),
        "superior": str(superior) if superior else str(_("the superior")),
        "blockers": blockers,
        "note": "" if sent else _note(seen),
        "needed": 0 if sent else sum(b["kind"] in ("todo", "bad") for b in blockers),
        "zero_url": f"/reports/{at}/zero",
        "daily_url": f"/reports/{at}/entry",
        "print_url": f"/reports/{at}/{DAILY}" if report else "",
        "receipt_url": f"/reports/{at}/{DAILY}" if sent else "",
        "outside": _outside(seen),
    }


def _outside(seen: Board) -> dict[str, Any] | None:
    """How many recipients outside the tree wait for a copy of the day, and where they stand."""
    if not seen.handovers:
        return None
    waiting = len({due.slot for due in seen.handovers if due.settled_at is None})
    said = ngettext("{n} recipient outside waits", "{n} recipients outside wait", waiting).format(n=waiting)
    return {
        "url": f"/upward/{seen.unit.code}?day={seen.day}",
        "text": said if waiting else str(_("All copies are handed over")),
    }


def _blockers(seen: Board, ill: IllShown) -> list[dict[str, str]]:
    counts, people = seen.counts, seen.people
    found = []
    if counts.missing:
        found.append(("todo", ngettext("{n} unit not in", "{n} units not in", counts.missing).format(n=counts.missing)))
    elif counts.expected:
        said = ngettext("the {n} unit is in", "all {n} units are in", counts.expected)
        found.append(("ok", said.format(n=counts.expected)))
    if people.unknown:
        found.append(
            (
                "todo",
                ngettext("{n} person not accounted for", "{n} people not accounted for", people.unknown).format(
                    n=people.unknown
                ),
            )
        )
    elif people.expected:
        said = ngettext("the {n} person is accounted for", "all {n} people are accounted for", people.expected)
        found.append(("ok", said.format(n=people.expected)))
    if people.unwell:
        found.append(("bad", _not_well(ill.unwell(seen.unit.pk, people.unwell))))
    return [{"kind": kind, "text": text, "url": ""} for kind, text in found]


def _not_well(found: Small) -> str:
    """How many are not well; of a hidden count the words do not tell whether it is one either."""
    several = 2 if found.suppressed else found.count or 0
    return ngettext("{n} person is not well", "{n} people are not well", several).format(n=amount(found.shown))


def _note(seen: Board) -> str:
    if seen.people.unwell:
        return str(_("Somebody has symptoms today, so this cannot be a zero report. Send a daily report."))
    if seen.counts.missing or seen.people.unknown:
        return str(_("You may send now: what is missing is named in the report."))
    return ""
