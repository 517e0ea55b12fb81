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
    "accessible": _("Accessible"), "agent": _("Agent"), "asset": _("Asset"), "at": _("Moment"),
    "blocker": _("In the way"), "breach": _("Breach"), "building": _("Building"), "capacity": _("Beds"),
    "cleaned_at": _("Cleaned at"), "closing_on": _("Closing day"), "control": _("Control item"), "count": _("How many"),
    "crew": _("Crew"), "destination": _("To"), "driver": _("Driver"), "ended_at": _("Ended at"),
    "first": _("First number on the floor"), "fix": _("What was done"), "floor": _("Floor"),
    "mg_per_l": _("mg/L of available chlorine"), "milestone": _("Milestone"), "minutes": _("Contact time in minutes"),
    "origin": _("From"), "passage": _("Passage"), "photo": _("Photo"), "place": _("Place"), "places": _("Places"),
    "readiness": _("Readiness"), "room": _("Room"), "rooms": _("Rooms"), "route": _("Route"), "sampling": _("Sampling"),
    "site": _("Observation site"), "t0": _("T0"), "things": _("Missing equipment"), "trip": _("Trip"),
    "use": _("Dedicated to"), "zone": _("Zone"),
    "organisation": _("Organisation"), "template": _("Template"), "members": _("Members"),
    "subgroups": _("Sub-groups"), "group": _("Leading group"), "delegation": _("Delegation"), "matters": _("Matters"),
    "collection": _("Set of requirements"), "due_on": _("Due on"),
    "text": _("Decision"), "organisations": _("Organisations"), "team": _("Temporary team"),
    "home_unit": _("Home unit"), "home": _("Home organisation"), "position": _("Position"),
    "reach": _("Whose details are seen"),
    "member": _("Member"), "areas": _("Areas"), "area": _("Area"), "lead": _("Led by"), "address": _("Address"),
    "household": _("Household"), "squad": _("Squad"), "described": _("Description"), "whereabouts": _("Whereabouts"),
    "left_on": _("Left on"), "back_on": _("Back on"), "adults": _("Responsible adults"),
    "cap": _("People one adult looks after at most"), "pairing": _("Pair"), "responsible": _("Responsible adult"),
    "result": _("Result"), "back_before": _("Back before"), "issued_at": _("Issued at"), "order": _("Order"),
    "recalled": _("Recalled person"), "level": _("Level"), "due_at": _("Due"), "returned_at": _("Back at"),
    "agree": _("Agree"), "alternative": _("Milder alternative considered"), "answer": _("Answer"),
    "change": _("Change by hand"), "edition": _("Edition"), "fact": _("Fact"), "holds": _("Still holds"),
    "objection": _("Objection"), "outcome": _("Outcome"), "pack": _("Rule pack"), "right": _("Right value"),
    "sojourn": _("Stay elsewhere"), "source": _("Source"), "status": _("Status"), "value": _("New status"),
    "mg_l": _("Available chlorine, mg/L"), "surfaces": _("Walls and touched surfaces"),
    "floors": _("Floors cleaned wet"), "question": _("Question"), "meal": _("Meal"), "across": _("Desks in a row"),
    "spacing_m": _("Spacing, m"), "visible": _("Visible from afar"), "how_many": _("How many"),
    "prefix": _("Codes begin with"), "furniture": _("Desks or tables"), "first_day": _("First day"),
    "newcomers": _("New people"), "marker": _("Marker"), "enrolment": _("Attendance"),
    "ordinary": _("Places in ordinary use"), "first_sitting": _("First sitting at"),
    "sitting_minutes": _("Minutes between sittings"),
    "case": _("Case"), "celsius": _("Temperature, °C"), "certainty": _("How sure"), "contact": _("Contact"),
    "contacts": _("Contacts"), "date_onset": _("Date of onset"), "date_outcome": _("Date of outcome"),
    "decision": _("Decision"), "definition": _("Case definition"), "infectee": _("Infected"),
    "infector": _("Infector"), "key": _("Key"), "link": _("Link"), "metres": _("Metres"),
    "sampled_at": _("Time of sampling"), "sure": _("Measured again"), "symptoms": _("Symptoms"),
    "was_contact": _("Among known contacts"), "reported_to": _("Reported to"),
    "transport": _("Transport"), "handed_over_at": _("Handed over at"),
    "referral": _("Referral"), "accepted_by": _("Taken in by"), "accepted_at": _("Taken in at"),
    "where": _("Where"), "worker": _("Followed up by"),
    "avoid": _("Must not be in the meal"), "came": _("How much has come"),
    "chlorine_percent": _("Available chlorine, %"), "cost": _("Cost, yuan"),
    "counted": _("Counted"), "days": _("Days"), "delivery": _("Delivery"), "diet": _("Diet"),
    "colleague": _("Member of staff"), "eats": _("Eats here"), "post": _("Post"),
    "entry": _("Stock entry"), "expires_on": _("Good until"), "grams": _("Grams of one"),
    "heads": _("How many people"), "how": _("Where, when and how"), "how_en": _("Where, when and how, in English"),
    "in_use": _("In use"), "lead_days": _("Days to delivery"), "lot": _("Lot"), "measure": _("Unit of measure"),
    "opening": _("Opening balance"),
    "per_head": _("Per head and day"), "per_meal": _("For each meal"), "phase": _("Phase"), "quantity": _("Quantity"),
    "receipt": _("Receipt or signature"), "request": _("Request"),
    "to": _("To which store"), "transfer": _("Transfer"), "used_by": _("Use"),
    "vehicle": _("Vehicle"), "wanted": _("What is asked for"),
    "alert": _("Alert"), "likelihood": _("Likelihood"), "consequence": _("Consequence"), "grade": _("Grade"),
    "task": _("Task"), "event": _("Code event"), "incident": _("Incident"), "colour": _("Code colour"),
    "cause": _("Cause"), "found_at": _("Found at"), "test": _("Which test"), "situation": _("Situation"),
    "objectives": _("Objectives"), "map_text": _("Map in words"), "severity": _("Severity"),
    "stop": _("Which clock"), "detected_at": _("Detected at"), "patrol": _("Patrol"), "fine": _("In order"),
    "points": _("Points"), "steps": _("Steps"),
    "admitted_at": _("Admitted at"), "arrives_at": _("Arrives at"), "companion": _("Stays with"),
    "ends_on": _("Last day"), "guest": _("Guest"), "isolated": _("Isolated person"),
    "watch": _("Monitoring at home"), "isolation": _("Isolation"),
    "last_exposure": _("Last exposure"), "manifest": _("List of arrivals"), "provider": _("Medical institution"),
    "sample": _("Sample number"), "stay": _("Stay"), "stays": _("Stays"), "travel": _("Onward travel"),
    "state": _("State"),
    "briefing": _("Daily briefing"), "despite_recall": _("Why it is needed despite the recall"),
    "adjusted": _("Adjusted for the number of units"), "alpha_percent": _("Share of false alarms, %"),
    "cases": _("At least so many people"), "method": _("Method"), "setting": _("Detection setting"),
    "syndrome": _("What is counted"), "window_days": _("Within days"),
    "assessment": _("Risk assessment"), "risk": _("Risk"), "likelihood_reason": _("Why this likelihood"),
    "consequence_reason": _("Why this consequence"), "confidence": _("Confidence"),
    "confidence_reason": _("Why this confidence"), "response": _("What is done about it"),
    "owner_role": _("Duty that sees to it"), "review_on": _("Next review"),
    "body_site": _("Measured at"), "exposure_kind": _("Kind of exposure"), "arrives": _("Arrives at"),
}  # fmt: skip

OF_DEEDS: Mapping[tuple[str, str], Any] = {
    ("detection", "level"): _("Looks at each"), ("recall", "level"): _("Risk level"),
    ("task", "level"): _("Which reminder"), ("indicators", "since"): _("From"), ("indicators", "until"): _("To"),
    ("pack", "since"): _("From"), ("pack", "until"): _("To"), ("pack", "about"): _("Occasion"),
    ("requirement", "item"): _("Requirement"), ("requirement", "text"): _("Requirement"),
    ("stock", "item"): _("Supply item"), ("supply_order", "item"): _("Supply item"), ("meal", "item"): _("Supply item"),
    ("stock", "number"): _("Lot number"), ("supply_order", "number"): _("Lot number"),
}  # fmt: skip
"""By what a kind of deed begins with and the name: what is called otherwise there than elsewhere."""


def label_of(name: str, kind: str = "") -> Any:
    """What a parameter or a fact is called where this kind of deed is spoken of; None where nothing is known of it."""
    return OF_DEEDS.get((kind.partition(".")[0], name)) or LABELS.get(name)


@dataclass(frozen=True, slots=True)
class Field:
    """One parameter as it is given from outside: its name, whether it is owed, and its kind."""

    name: str
    parameter: str  # the action's own name for it
    required: bool
    kind: Kind
    deed: str = ""  # the kind of the action it belongs to

    @property
    def label(self) -> Any:
        """What it is called on a page, translated when shown."""
        return label_of(self.name, self.deed) or self.name.replace("_", " ")


def fields_of(action: Action) -> list[Field]:
    """The fields of a simple action. Raises `LookupError` for a parameter that has no reader."""
    return [_field(parameter, action.kind) for parameter in action.parameters]


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


def _field(parameter: inspect.Parameter, deed: str) -> Field:
    kind = kind_of(parameter.annotation)
    # A person who may be new is one object named "person", as in a report, so that its problems name one place.
    name = "person" if bare_of(parameter.annotation) is PersonRef else parameter.name
    return Field(name, parameter.name, parameter.default is inspect.Parameter.empty, kind, deed)
