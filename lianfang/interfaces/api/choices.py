"""What an action's parameter may be (动作参数的取值): the words of a closed list, the ends of a scale.

The actions refuse anything else themselves; a test holds these tables against what they refuse.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from lianfang.capabilities.assessments import scales
from lianfang.capabilities.assessments.actions import OWNERS
from lianfang.capabilities.assessments.models import CONFIDENCES
from lianfang.capabilities.burden.models import ANSWERED_BY
from lianfang.capabilities.burden.models import FREQUENCIES as OF_FORMS
from lianfang.capabilities.cases.models import CLASS_NAMES, DECISIONS, KIND_NAMES
from lianfang.capabilities.cases.models import OUTCOMES as OF_CASES
from lianfang.capabilities.cases.models.cases import CERTAINTIES, EVIDENCE, RESULT_NAMES, TEST_NAMES
from lianfang.capabilities.cases.models.cases import SOURCES as OF_FINDING
from lianfang.capabilities.cases.models.contacts import VISIT_OUTCOMES
from lianfang.capabilities.catering.words import DIETS, REQUEST_KINDS
from lianfang.capabilities.census.models import HOUSEHOLD_KINDS, MEMBER_KINDS
from lianfang.capabilities.census.models import STATES as OF_HOUSEHOLDS
from lianfang.capabilities.command.templates import templates
from lianfang.capabilities.incidents import shipped
from lianfang.capabilities.incidents.models.codes import COLOURS
from lianfang.capabilities.incidents.models.codes import RESULTS as OF_CODES
from lianfang.capabilities.incidents.models.incident import SEVERITIES
from lianfang.capabilities.objections.models import ENDED, STANDS
from lianfang.capabilities.pairs.models import RESULTS as OF_CALLS
from lianfang.capabilities.recall.models import LEVELS as OF_AREAS
from lianfang.capabilities.requirements.sets import requirement_sets
from lianfang.capabilities.risk_areas.models import SOURCES as OF_SOJOURNS
from lianfang.capabilities.site.models.sites import PASSAGE_NAMES, ROOM_ZONES
from lianfang.capabilities.site.models.trips import ASSET_KINDS, USES
from lianfang.capabilities.site.rooms import MOST as MOST_ROOMS
from lianfang.capabilities.site.rooms import OUT
from lianfang.capabilities.site.templates import room_equipment
from lianfang.capabilities.stays.models.stay import RESULTS as OF_STAYS
from lianfang.capabilities.supplies.models import MOST_LEAD_DAYS
from lianfang.capabilities.surveillance.syndromes import codes as syndromes
from lianfang.capabilities.training.actions.premises import KINDS as OF_PLACES
from lianfang.capabilities.training.actions.premises import MOST_ALIKE
from lianfang.capabilities.training.actions.spots import SEEN
from lianfang.capabilities.training.checklist import codes as questions
from lianfang.capabilities.training.models.hygiene import ANSWERS
from lianfang.capabilities.training.models.plans import MEALS
from lianfang.capabilities.training.models.spots import MARKER_KINDS
from lianfang.capabilities.units.actions import LINES
from lianfang.capabilities.upward.layouts import LANGUAGES
from lianfang.capabilities.upward.models import FILES, SHAPES
from lianfang.capabilities.verification.models.exchange import FREQUENCIES as OF_LISTS
from lianfang.capabilities.verification.verdicts import FITTING
from lianfang.domain.command.contingent import Reach
from lianfang.domain.incidents.clocks import STOPS
from lianfang.domain.incidents.flows import OUTCOMES as OF_ALERTS
from lianfang.domain.parsing.choices import SLOTS
from lianfang.domain.roles import Role
from lianfang.domain.site.use import PURPOSES
from lianfang.domain.surveillance.terms import LEVELS as LOOKED_AT
from lianfang.domain.surveillance.terms import LONGEST_WINDOW, METHODS, MOST_CASES
from lianfang.domain.symptoms import SYMPTOMS
from lianfang.kernel.actions import Action
from lianfang.kernel.fields import schema_of
from lianfang.kernel.ledgers.models import MEASURES
from lianfang.kernel.ledgers.models import USES as OF_ITEMS
from lianfang.kernel.orgs.kinds import KINDS as OF_UNITS
from lianfang.kernel.people.models import PERSON_KINDS
from lianfang.kernel.policies.ops import DEFAULT, shipped_codes

Words = Iterable[Any] | Callable[[], Iterable[Any]]
"""Codes, or pairs of a code and its words; or what gives them, where they are in a file that comes with the product."""


def _scale(name: str) -> Callable[[], Iterable[str]]:
    """The words of an alert's grid."""
    return lambda: getattr(shipped.grid(), name)


WORDS: Final[Mapping[str, Words]] = {
    "account.opened: role": Role, "role.granted: role": Role, "team.joined: role": Role, "team.joined: reach": Reach,
    "agreement.made: frequency": OF_LISTS, "amenity.set: kind": REQUEST_KINDS, "request.opened: kind": REQUEST_KINDS,
    "asset.added: kind": ASSET_KINDS, "asset.added: use": USES, "asset.trip_started: purpose": PURPOSES,
    "case.classified: into": CLASS_NAMES, "case.closed: outcome": OF_CASES, "case.opened: source": OF_FINDING,
    "case.opened: symptoms": SYMPTOMS.codes, "case.interviewed: symptoms": SYMPTOMS.codes,
    "contact.became_case: symptoms": SYMPTOMS.codes, "contact.measured: symptoms": SYMPTOMS.codes,
    "code.checked: symptoms": SYMPTOMS.codes, "case.tested: kind": TEST_NAMES, "case.tested: result": RESULT_NAMES,
    "cases.linked: certainty": CERTAINTIES, "cases.linked: evidence": EVIDENCE, "contact.named: kind": KIND_NAMES,
    "contact.visited: outcome": VISIT_OUTCOMES, "contacts.decided: decision": DECISIONS,
    "isolation.measured: symptoms": SYMPTOMS.codes, "isolation.measured: slot": SLOTS.codes,
    "home.measured: symptoms": SYMPTOMS.codes, "home.measured: slot": SLOTS.codes, "home.tested: result": OF_STAYS,
    "contact.measured: slot": SLOTS.codes, "door.recorded: slot": SLOTS.codes, "round.closed: slot": SLOTS.codes,
    "zone.disinfected: slot": SLOTS.codes, "class.dining_planned: meal": MEALS, "meal.recorded: meal": MEALS,
    "meal.list_fixed: meal": MEALS, "meal.served: meal": MEALS, "diet.set: diet": DIETS,
    "staff_meal.set: meal": MEALS,
    "cluster.assessed: likelihood": _scale("likelihoods"), "cluster.assessed: consequence": _scale("consequences"),
    "cluster.graded: grade": lambda: dict.fromkeys(one for row in shipped.grid().cells.values() for one in row),
    "cluster.settled: outcome": OF_ALERTS, "code.opened: colour": COLOURS, "code.tested: result": OF_CODES,
    "detection.proposed: method": METHODS, "detection.proposed: syndrome": syndromes,
    "detection.proposed: level": LOOKED_AT,
    "difference.answered: verdict": dict.fromkeys(one for fitting in FITTING.values() for one in fitting),
    "edition.adopted: edition": lambda: [code for code in shipped_codes() if code != DEFAULT],
    "form.proposed: answered_by": ANSWERED_BY, "form.proposed: frequency": OF_FORMS,
    "household.listed: kind": HOUSEHOLD_KINDS, "household.recorded: kind": HOUSEHOLD_KINDS,
    "household.recorded: state": OF_HOUSEHOLDS, "household.visited: state": OF_HOUSEHOLDS,
    "household.member_described: kind": MEMBER_KINDS, "household.member_entered: kind": MEMBER_KINDS,
    "incident.opened: kind": lambda: [one.code for one in shipped.kinds().values() if one.offered],
    "incident.opened: severity": SEVERITIES, "incident.briefed: severity": SEVERITIES,
    "incident.stopped: stop": STOPS, "incident.corrected: stop": STOPS,
    "patrol.planned: kind": lambda: [one.code for one in shipped.kinds().values() if one.hazard],
    "runbook.published: kind": shipped.kinds, "isolation.tested: result": OF_STAYS,
    "item.registered: measure": MEASURES, "item.registered: used_by": OF_ITEMS,
    "layout.defined: shape": SHAPES, "layout.defined: language": LANGUAGES, "recipient.named: file": FILES,
    "marker.checked: result": SEEN, "spot.registered: kind": MARKER_KINDS, "opening.answered: question": questions,
    "opening.answered: answer": ANSWERS, "organisation.applied: template": templates,
    "pair.contacted: result": OF_CALLS, "person.registered: kind": PERSON_KINDS, "unit.opened: kind": OF_UNITS,
    "unit.moved: line": LINES, "place.added: kind": OF_PLACES, "places.added: kind": OF_PLACES,
    "recall.exempted: level": OF_AREAS, "recall.exemption_lifted: level": OF_AREAS, "recall.named: level": OF_AREAS,
    "requirements.imported: collection": requirement_sets, "requirement.added: collection": requirement_sets,
    "risk.assessed: confidence": CONFIDENCES, "risk.scored_anew: confidence": CONFIDENCES,
    "risk.assessed: owner_role": OWNERS, "risk.scored_anew: owner_role": OWNERS,
    "site.room_equipped: things": room_equipment, "site.room_out: readiness": OUT,
    "site.rooms_added: zone": ROOM_ZONES, "site.rooms_added: passage": PASSAGE_NAMES,
    "sojourn.recorded: source": OF_SOJOURNS, "status.objection_answered: outcome": (STANDS, ENDED),
    "test.recorded: result": OF_STAYS,
}  # fmt: skip
"""The words a parameter may be, by action and parameter; an empty one is as good as left out."""


def _levels(name: str) -> Callable[[], dict[str, Any]]:
    return lambda: {"minimum": 1, "maximum": len(scales.levels(name)), "description": _SCALE}


_SCALE: Final = "a level of the scale, from 1, the lowest"
_CELSIUS: Final = {"description": "°C; the unit's rules say from which to which a reading is taken"}
_HAZARD: Final = {"description": "`any`, or the hazard that a rule pack in force is for"}
MORE: Final[Mapping[str, Mapping[str, Any] | Callable[[], Mapping[str, Any]]]] = {
    "risk.assessed: likelihood": _levels("likelihood"), "risk.assessed: consequence": _levels("consequence"),
    "risk.scored_anew: likelihood": _levels("likelihood"), "risk.scored_anew: consequence": _levels("consequence"),
    "detection.proposed: cases": {
        "minimum": 1, "maximum": MOST_CASES, "description": "people ill; of the method `at_least` 2 or more",
    },
    "detection.proposed: window_days": {
        "minimum": 1, "maximum": LONGEST_WINDOW, "description": "days, of the method `at_least`",
    },
    "detection.proposed: alpha_percent": {
        "exclusiveMinimum": 0, "exclusiveMaximum": 100,
        "description": "share of false alarms in percent, of every method but `at_least`",
    },
    "site.rooms_added: count": {"minimum": 1, "maximum": MOST_ROOMS},
    "places.added: how_many": {"minimum": 1, "maximum": MOST_ALIKE},
    "case.opened: celsius": _CELSIUS, "case.interviewed: celsius": _CELSIUS, "contact.became_case: celsius": _CELSIUS,
    "contact.measured: celsius": _CELSIUS, "code.checked: celsius": _CELSIUS, "person.isolated: celsius": _CELSIUS,
    "isolation.measured: celsius": _CELSIUS, "home.measured: celsius": _CELSIUS,
    "case.opened: definition": {"description": "code of a case definition in force on the day"},
    "manifest.received: hazard": _HAZARD, "stay.admitted_unannounced: hazard": _HAZARD,
    "recipient.named: layout": {"description": "code of a layout that comes with the product, or of the unit's own"},
    "code.tested: test": {"description": "number of a test that is owed, the first being 1"},
    "stock.accepted: came": {"description": "how much has come, at most what was sent"},
    "stock.lead_time_set: lead_days": {"minimum": 0, "maximum": MOST_LEAD_DAYS, "description": "days"},
    "status.fact_corrected: fact": {"description": "name of a fact that the status holds by"},
}  # fmt: skip
"""What else is said of a parameter: the ends of its scale, or what the words hang on where no list is closed."""


def body_of(action: Action) -> dict[str, Any]:
    """The JSON schema of an action's body, with the words and scales of its parameters."""
    body = schema_of(action)
    for name, schema in body["properties"].items():
        place = f"{action.kind}: {name}"
        if place in WORDS:
            _narrow(schema, _codes(WORDS[place]))
        if place in MORE:
            more = MORE[place]
            schema.update(more() if callable(more) else more)
    return body


def _narrow(schema: dict[str, Any], codes: list[str]) -> None:
    if schema["type"] == "array":
        schema["items"] = {"type": "string", "enum": codes}
        return
    schema.pop("maxLength", None)
    schema["enum"] = codes


def _codes(words: Words) -> list[str]:
    found = words if isinstance(words, Iterable) else words()
    codes = [str(one if isinstance(one, str) else one[0]) for one in found]
    return [code for code in codes if code]
