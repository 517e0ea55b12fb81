"""What holds for somebody who is a case (病例状态): under investigation, what it was found to be, kept apart."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from lianfang.capabilities.cases.definitions import definition_of
from lianfang.capabilities.cases.known import measures_for
from lianfang.capabilities.cases.models import Case, ClassificationStep
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.statuses import ops as statuses

STATUS, RULE, RULE_OF_CLASS = "case", "R-case", "R-case-class"
APART: Final = "case_isolation"
RULE_APART: Final = "R-case-isolation"


def hold(case: Case, by: Actor) -> None:
    """From its opening on somebody is under investigation."""
    facts = {**_illness(case), "opened_on": str(case.date_reporting)}
    _give(case, by, kind=STATUS, value="under_investigation", rule=RULE, facts=facts, since=case.reported_at)


def hold_class(case: Case, step: ClassificationStep, by: Actor) -> None:
    """What the case was found to be takes the place of what held before, and the person is told (T04).

    The facts say by which rule of the case definition; a class that a doctor gave against it has the doctor's reason.
    """
    facts = {
        **_illness(case), "classification": step.into, "classified_on": str(clock.today(case.unit.zone)),
        "by_definition": step.rule,
    }  # fmt: skip
    _give(
        case, by, kind=STATUS, value=step.into, rule=RULE_OF_CLASS, facts=facts, since=step.at, reason=step.reason
    )  # fmt: skip


def hold_apart(case: Case, since: datetime, by: Actor) -> None:
    """A case that is isolated is kept apart until it is closed."""
    facts = {"since": since.isoformat(), **_illness(case)}
    _give(case, by, kind=APART, value="isolated", rule=RULE_APART, facts=facts, since=since)


def _illness(case: Case) -> dict[str, Any]:
    held = definition_of(case.definition, case.edition)
    return {"definition": held.zh, "definition_en": held.en} if held else {"definition": case.definition}


def _give(
    case: Case, by: Actor, *, kind: str, value: str, rule: str, facts: dict[str, Any], since: datetime, reason: str = ""
) -> None:  # fmt: skip
    edition = measures_for(case).edition
    statuses.give(
        unit=case.unit, person=case.person, kind=kind, value=value, rule=rule, edition=edition, facts=facts,
        since=since, by=by, about=case, reason=reason,
    )  # fmt: skip
