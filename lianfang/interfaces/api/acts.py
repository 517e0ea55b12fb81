"""Actions over HTTP (动作): those declared ones whose parameters are plain values, each at the address of its kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lianfang.capabilities.access.members import ENTERED_BY_LINK
from lianfang.capabilities.verification.actions import revealed
from lianfang.capabilities.verification.models import Item
from lianfang.interfaces.api.endpoint import Call
from lianfang.interfaces.api.receipts import answer_of
from lianfang.interfaces.api.requests import read_object, read_query
from lianfang.kernel.accounts.models import Account
from lianfang.kernel.accounts.ops import invite
from lianfang.kernel.actions import INSTALLER, Action, registry
from lianfang.kernel.audit.ops import ref
from lianfang.kernel.fields import is_simple, read_parameters
from lianfang.kernel.people.models import Person

OWN_INTAKE = ("checkin", "daily_report", "files")
"""Answers, reports and files are read by intakes of their own, where every value is looked at before the action."""
ALSO = frozenset({"report.sent_back"})


def offered() -> list[Action]:
    """The actions offered here, by kind."""
    return [action for kind, action in sorted(registry.items()) if _is_offered(kind, action)]


def _is_offered(kind: str, action: Action) -> bool:
    capability = action.call.__module__.split(".")[2]
    return action.over != INSTALLER and (capability not in OWN_INTAKE or kind in ALSO) and is_simple(action)


def act_of(action: Action) -> Callable[[Call], Any]:
    """The handler of one action."""

    def act(call: Call) -> dict[str, Any]:
        read_query(call.request, ())
        given = read_parameters(action, call.actor, read_object(call.request))
        result = action.call(call.actor, **given)
        return {"done": action.kind, "subject": ref(result), **_shown(action, result)}

    return act


def _shown(action: Action, result: Any) -> dict[str, Any]:
    # To reveal is the purpose of this action, which has just written down who asked and why.
    if action.kind == "person.revealed" and isinstance(result, Person):
        return {"id_number": result.number.open() or None, "phone": result.phone.open() or None}
    if action.kind == "case.revealed" and isinstance(result, Item):
        return revealed(result)
    if isinstance(result, Account) and action.kind in ENTERED_BY_LINK:
        # Without the one-time link an account that was opened by a machine could be entered by nobody.
        return {"first_link": f"/first/{invite(result)}"}
    if action.kind == "round.recorded":
        return {"subject": "", "receipts": [answer_of(one) for one in result]}
    return {}
