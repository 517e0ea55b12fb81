"""What is known of a case when it is classified (判定依据): what it told, tests, exposures, links, readings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from lianfang.capabilities.cases.definitions import definition_of
from lianfang.capabilities.cases.models import Case, Exposure, Link
from lianfang.domain.cases.definitions import Definition, Known, Proposed, classify
from lianfang.domain.policy import Policy
from lianfang.domain.symptoms import SYMPTOMS
from lianfang.kernel import clock
from lianfang.kernel.policies.ops import ANY, Measures, measures_of
from lianfang.kernel.readings.models import Reading
from lianfang.kernel.reporting.models import Answer


def measures_for(case: Case) -> Measures:
    """The rules in force for the case today, for the hazard that its definition names."""
    definition = definition_of(case.definition, case.edition)
    named = definition.hazard if definition else ANY
    return measures_of(case.unit, on=clock.today(case.unit.zone), hazard=named)


def policy_for(case: Case) -> Policy:
    """Their numbers."""
    return measures_for(case).policy


def known_of(case: Case) -> Known:
    """What is known today; what nobody asked or measured is missing, not no."""
    first = (case.date_onset or case.date_reporting) - timedelta(days=policy_for(case).lookback_days)
    readings = list(
        Reading.objects.filter(person_id=case.person_id, day__gte=first, voided_at=None).values_list(
            "celsius", "symptoms"
        )
    )
    answers = list(
        Answer.objects.filter(person_id=case.person_id, day__gte=first).values_list("temperature", "symptoms")
    )
    told = [(case.celsius, case.symptoms), *readings, *answers]
    return Known(
        symptoms=_symptoms(case, told),
        celsius=max((one for one, _ in told if one is not None), default=None),
        tests=_tests(case),
        exposures=_exposures(case),
        linked=True if _linked(case) else None,
    )


def _symptoms(case: Case, told: Iterable[tuple[Any, Any]]) -> dict[str, bool]:
    """A symptom that anybody reported is there; the others are not once the person was asked at the interview."""
    seen = {code for _, codes in told for code in codes or []}
    asked = case.symptoms is not None
    return {code: code in seen for code in SYMPTOMS.codes if code != "none" and (asked or code in seen)}


def _tests(case: Case) -> dict[str, str]:
    """The newest result by kind of test; once positive stays positive."""
    found: dict[str, str] = {}
    for kind, result in case.tests.order_by("sampled_at", "at").values_list("kind", "result"):
        if found.get(kind) != "positive":
            found[kind] = result
    return found


def _exposures(case: Case) -> dict[str, bool]:
    kinds = Exposure.objects.filter(person_id=case.person_id).exclude(case=case).values_list("kind", flat=True)
    return dict.fromkeys(kinds, True)


def _linked(case: Case) -> bool:
    links = Link.objects.filter(infectee=case, withdrawn_at=None)
    return links.filter(infector__classification__in=("probable", "confirmed", "asymptomatic")).exists()


def proposed_for(case: Case, known: Known) -> tuple[Definition, Proposed]:
    """What the definition says that the case keeps. `LookupError` when its file has gone."""
    definition = definition_of(case.definition, case.edition)
    if definition is None:
        raise LookupError(f"no case definition {case.definition} {case.edition}")
    return definition, classify(definition, known, fever_c=policy_for(case).fever_c)


def as_facts(known: Known, policy: Policy) -> dict[str, Any]:
    """The facts as a classification keeps them."""
    return {
        "symptoms": dict(known.symptoms),
        "celsius": None if known.celsius is None else str(known.celsius),
        "tests": dict(known.tests),
        "exposures": dict(known.exposures),
        "linked": known.linked,
        "fever_c": str(policy.fever_c),
    }


def from_facts(facts: Mapping[str, Any]) -> tuple[Known, Decimal]:
    """Facts that a classification kept, and the threshold of fever that held then."""
    celsius = facts.get("celsius")
    known = Known(
        symptoms=facts.get("symptoms", {}),
        celsius=None if celsius is None else Decimal(celsius),
        tests=facts.get("tests", {}),
        exposures=facts.get("exposures", {}),
        linked=facts.get("linked"),
    )
    return known, Decimal(facts["fever_c"])
