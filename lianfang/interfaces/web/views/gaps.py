"""A report that is not in (未报): who is in charge, how to reach them, how often they were nudged, and why."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lianfang.capabilities.daily_report.actions import CHASERS
from lianfang.domain.roles import SIGNERS
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.accounts.models import Account
from lianfang.kernel.alerts.ops import holders
from lianfang.kernel.dues.models import REPORT, Due
from lianfang.kernel.reporting.board import Board
from lianfang.kernel.reporting.children import Child
from lianfang.kernel.scope import EVERYTHING, looking


class Head(NamedTuple):
    """Who signs for a unit."""

    name: str
    phone: str


def chased(due: Due | Child, head: Head | None, *, sent_back: str = "") -> dict[str, Any]:
    """What a row of the board says about a report that is not in: `{head, phone, notes}`, and why it was sent back."""
    notes = [_("sent back: {reason}").format(reason=sent_back)] if sent_back else []
    return {"head": head.name if head else "", "phone": head.phone if head else "", "notes": notes + _notes(due)}


def gap(actor: Actor, seen: Board) -> dict[str, Any] | None:
    """The card for whoever chases this unit's report: whom to call, and a form for the reason why it is missing."""
    due = next((one for one in seen.own_dues if one.kind == REPORT and one.line == "territory"), None)
    above = next((unit for unit in seen.above if unit.pk == seen.unit.parent_id), None)
    if due is None or above is None or due.settled_at or due.excused or not actor.holds(CHASERS, above):
        return None
    with looking(EVERYTHING):  # the unit is in sight; the fences of grants would look through everything below it
        found = Account.objects.in_bulk(holders(seen.unit, SIGNERS))
    return {
        "superior": str(above), "people": [_call(found[pk]) for pk in sorted(found)], "notes": _notes(due),
        "action": f"/reports/{seen.unit.code}/{seen.day}/explain", "value": due.explained,
    }  # fmt: skip


def _call(account: Account) -> dict[str, Any]:
    """Somebody on duty; the phone of a duty is no secret."""
    url = f"tel:{account.phone.replace(' ', '')}" if account.phone else ""
    return {
        "name": account.name,
        "unit": "",
        "phone": account.phone,
        "call_url": url,
        "note": "",
        "state": "",
        "word": "",
    }


def _notes(due: Due | Child) -> list[str]:
    said = [ngettext("nudged {n} time", "nudged {n} times", due.nudges).format(n=due.nudges)] if due.nudges else []
    return said + ([due.explained] if due.explained else [])
