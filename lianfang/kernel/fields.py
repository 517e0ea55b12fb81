"""Typed parameters of actions (动作参数): an annotation gives the reader of a raw value, its JSON schema and its label.

An action with a parameter that has no reader here is not simple: it has an intake of its own.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.utils.translation import gettext_lazy as _

from lianfang.domain.answers import PersonRef
from lianfang.domain.parsing.findings import Findings
from lianfang.domain.parsing.text import is_blank
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.actions import Action
from lianfang.kernel.kinds import Asked, Kind, bare_of, kind_of

LABELS: Mapping[str, Any] = {
    "account": _("Account"), "backup": _("Backup"), "basis": _("Basis"), "boards": _("Boards"), "code": _("Code"),
    "deputy": _("Deputy"), "employer": _("Employer"), "findings": _("Findings"), "grant": _("Role held"),
    "guardian": _("Guardian"), "handle": _("Account name"), "hazard": _("Hazard"), "into": _("Merged into"),
    "kind": _("Kind"), "last_day": _("Last day"), "line": _("Line"), "membership": _("Membership"), "name": _("Name"),
    "name_en": _("Name in English"), "new_parent": _("New superior"), "number": _("Roster number"),
    "on_post": _("On post"), "opened_on": _("Opened on"), "owner": _("Owner"), "parameters": _("Parameters"),
    "parent": _("Superior"), "people": _("People"), "person": _("Person"), "phone": _("Phone"),
    "purpose": _("Purpose"), "reason": _("Reason"), "report": _("Report"), "role": _("Role"),
    "sector_parent": _("Sector superior"), "shift_starts": _("Shift starts"), "since": _("Since"),
    "substitute": _("Substitute"), "superior": _("Superior"), "title": _("Title"), "title_en": _("Title in English"),
    "unit": _("Unit"), "until": _("Until"), "valid_from": _("Valid from"), "valid_until": _("Valid until"),
    "by_unit": _("A line for each lower unit"), "deadline": _("Daily by"), "file": _("Kind of file"),
    "language": _("Language"), "layout": _("Layout"), "lines": _("Items"), "recipient": _("Recipient"),
    "shape": _("Shape"),
    "ward": _("Child"), "day": _("Day"), "due": _("Owed report"), "dues": _("Owed reports"), "form": _("Form"),
    "mode": _("How it came"), "nothing_to_report": _("Zero report"), "received": _("File"), "remark": _("Remark"),
    "slot": _("Time of day"), "token": _("Token"), "values": _("Figures"), "what": _("Purpose of the file"),
    "answered_by": _("Who answers"), "frequency": _("How often"), "seconds": _("Seconds it takes"),
    "fields": _("Fields"), "field": _("Field"), "same": _("Held already"), "entries": _("Entries"),
    "agreement": _("Agreement"), "counterpart": _("The other side"), "counterpart_en": _("The other side in English"),
    "delay_days": _("Usual delay in days"), "totals_required": _("Control total required"), "theirs": _("Theirs"),
    "ours": _("Ours"), "item": _("Difference"), "verdict": _("Answer"), "note": _("Note"), "evidence": _("Evidence"),
    "chosen": _("Chosen by field"), "run": _("Run"), "side": _("Side"), "control_total": _("Control total"),
    "columns": _("Headings"), "precedence": _("Whose value is proposed"), "compare": _("Difference counts"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Field:
    """One parameter as it is given from outside: its name, whether it is owed, and its kind."""

    name: str
    parameter: str  # the action's own name for it
    required: bool
    kind: Kind

    @property
    def label(self) -> Any:
        """What it is called on a page, translated when shown."""
        return LABELS.get(self.name, self.name.replace("_", " "))


def fields_of(action: Action) -> list[Field]:
    """The fields of a simple action. Raises `LookupError` for a parameter that has no reader."""
    return [_field(parameter) for parameter in action.parameters]


def is_simple(action: Action) -> bool:
    """Whether the action is offered to people and every parameter has a reader."""
    try:
        return action.offered and bool(fields_of(action))
    except LookupError:
        return False


def read_parameters(action: Action, by: Actor, raw: Mapping[str, Any], *, channel: str = "json") -> dict[str, Any]:
    """The action's arguments; refused once with every problem, a member that is not asked for being one."""
    fields, found, given = fields_of(action), Findings(), {}
    found.check_members(raw, [one.name for one in fields])
    for one in fields:
        value = raw.get(one.name)
        if is_blank(value) and not one.required:
            continue
        asked = Asked(by, channel, one.name, one.required)
        given[one.parameter] = found.attempt(partial(one.kind.read, asked, value), None)
    # What is wrong with the words comes first; whether a thing is there is said last, and alike for all.
    found.problems.sort(key=lambda problem: problem.code == "scope")
    found.close()
    return given


def schema_of(action: Action) -> dict[str, Any]:
    """The JSON schema of the action's body."""
    fields = fields_of(action)
    body: dict[str, Any] = {
        "type": "object",
        "properties": {one.name: dict(one.kind.schema) for one in fields},
        "additionalProperties": False,
    }
    required = [one.name for one in fields if one.required]
    return body | ({"required": required} if required else {})


def _field(parameter: inspect.Parameter) -> Field:
    kind = kind_of(parameter.annotation)
    # A person who may be new is one object named "person", as in a report, so that its problems name one place.
    name = "person" if bare_of(parameter.annotation) is PersonRef else parameter.name
    return Field(name, parameter.name, parameter.default is inspect.Parameter.empty, kind)
