"""What may be done about one stay (留观操作): small forms beside the facts, each read by its action's own reader."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lianfang.capabilities.stays import actions
from lianfang.capabilities.stays.models import RESULTS, Stay
from lianfang.capabilities.stays.models.stay import FLOW
from lianfang.capabilities.stays.rooms import free_rooms
from lianfang.interfaces.titles import title_of
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.actions import Action


@dataclass(frozen=True, slots=True)
class Act:
    """One act: its function, the fields asked for as (name, label, kind, owed), and the move of the flow it makes."""

    call: Callable[..., Any]
    fields: tuple[tuple[str, str, str, bool], ...]
    move: str = ""

    @property
    def action(self) -> Action:
        """The declared action."""
        return self.call.action  # type: ignore[attr-defined, no-any-return]


_SIGNED = gettext_noop("The observation is complete, without symptoms and with every required test negative.")
_REASON = ("reason", gettext_noop("Reason"), "text", True)
_ROOM = ("room", gettext_noop("Room"), "room", True)
ACTS: Mapping[str, Act] = {
    "release": Act(
        actions.release,
        (("travel", gettext_noop("Onward travel"), "text", False), ("tick", _SIGNED, "checkbox", True)),
        "release",
    ),
    "record_test": Act(
        actions.record_test,
        (
            ("day", gettext_noop("Day"), "date", True),
            ("sampled_at", gettext_noop("Sample taken at"), "datetime-local", True),
            ("sample", gettext_noop("Sample number"), "text", False),
            ("result", gettext_noop("Result"), "result", False),
        ),
        "release",
    ),
    "order_test": Act(actions.order_test, (("day", gettext_noop("Day"), "date", True), _REASON), "release"),
    "transfer_room": Act(actions.transfer_room, (_ROOM, _REASON), "release"),
    "correct_exposure": Act(
        actions.correct_exposure, (("last_exposure", gettext_noop("Last exposure"), "date", True), _REASON), "release"
    ),
    "extend": Act(actions.extend, (("ends_on", gettext_noop("Last day"), "date", True), _REASON), "release"),
    "transfer_out": Act(
        actions.transfer_out,
        (("provider", gettext_noop("Medical institution"), "text", True), _REASON),
        "transfer_out",
    ),
    "take_back": Act(actions.take_back, (_ROOM, ("reason", gettext_noop("Reason"), "text", False)), "take_back"),
    "convert": Act(actions.convert, (_REASON,), "convert"),
    "mark_lost": Act(actions.mark_lost, (_REASON,), "lose"),
    "open_account": Act(actions.open_guest_account, (), "release"),
    "record_feedback": Act(
        actions.record_feedback,
        (("form", gettext_noop("Form"), "text", False), ("text", gettext_noop("What was said"), "text", True)),
        "",
    ),
}


def forms_for(actor: Actor, stay: Stay, act: str, given: Mapping[str, str]) -> list[dict[str, Any]]:
    """The acts that the actor may do about the stay as it stands; the one that was refused stays open."""
    return [
        {
            "name": name,
            "title": title_of(one.action.kind),
            "open": name == act,
            "danger": name in ("convert", "mark_lost"),
            "fields": [_field(stay, field, given if name == act else {}) for field in one.fields],
        }
        for name, one in ACTS.items()
        if actor.holds(one.action.by, stay.unit) and _possible(one, stay)
    ]


def _possible(one: Act, stay: Stay) -> bool:
    return stay.state == "released" if not one.move else one.move in FLOW.allowed(stay.state)


def _field(stay: Stay, field: tuple[str, str, str, bool], given: Mapping[str, str]) -> dict[str, Any]:
    name, label, kind, owed = field
    choices = list(_choices(stay, kind, given.get(name, "")))
    return {
        "name": name, "label": str(_(label)), "hint": "", "kind": "select" if choices else kind,
        "value": given.get(name, ""), "errors": [], "required": owed, "unit": "", "choices": choices,
        "autocomplete": "off", "short": False, "accept": "",
    }  # fmt: skip


def _choices(stay: Stay, kind: str, value: str) -> Iterator[dict[str, Any]]:
    if kind == "result":
        yield from ({"value": code, "label": str(word), "chosen": code == value} for code, word in RESULTS)
    if kind == "room":
        for room in free_rooms(stay.unit, clock.now()):
            yield {"value": room.code, "label": room.code, "chosen": room.code == value}
