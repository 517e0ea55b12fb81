"""Somebody is a case (病例): a guest who is found to be infected, and a code of which a test was positive."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from lianfang.capabilities.cases.actions import open_case, record_test
from lianfang.capabilities.cases.definitions import definition_for
from lianfang.capabilities.cases.models import Case, ClassificationStep
from lianfang.capabilities.incidents.models import CodeTest
from lianfang.capabilities.incidents.models.codes import POSITIVE
from lianfang.capabilities.stays.models import Stay
from lianfang.capabilities.stays.models.stay import AWAY, HERE
from lianfang.capabilities.stays.moves import convert
from lianfang.domain.roles import Role
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.alerts.ops import tell
from lianfang.kernel.audit.models import Event
from lianfang.kernel.audit.ops import ref
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import Person
from lianfang.reactions.about import key_of, nearest

INFECTED: Final = ("confirmed", "asymptomatic")
LABORATORY: Final = "laboratory"


def convert_infected_guest(event: Event) -> None:
    """A guest was found to be infected: the stay ends as a case, and counts as one (I03)."""
    step = ClassificationStep.objects.select_related("case").get(pk=key_of(event)[0])
    if step.into in INFECTED and step.case.classification == step.into:
        for stay in Stay.objects.filter(person_id=step.case.person_id, state__in=(HERE, AWAY)).select_related("unit"):
            convert(SYSTEM, stay=stay, reason=step.into)


def open_case_of_code(event: Event) -> None:
    """A test that a code asked for was positive: a case is opened with that test, and the nearest doctor told (J02)."""
    test = CodeTest.objects.select_related("event__unit", "event__person").get(pk=key_of(event)[0])
    if test.result != POSITIVE:
        return
    code = test.event
    open_case_by_test(code.unit, code.person, test.sampled_at, hazard=code.terms.get("hazard", ""))


def open_case_by_test(unit: Unit, person: Person, sampled_at: datetime, *, hazard: str = "") -> None:
    """Put a positive test to somebody's case of that illness, opened if there is none; the nearest doctor is told."""
    case = _case_of(unit, person, sampled_at, hazard)
    if not case.tests.filter(kind=LABORATORY, sampled_at=sampled_at).exists():
        record_test(SYSTEM, case=case, kind=LABORATORY, result=POSITIVE, sampled_at=sampled_at)
    tell(nearest(case.unit, Role.DOCTOR), "case.of_test", subject=ref(case), unit=case.unit, case=str(case.pk))


def _case_of(unit: Unit, person: Person, sampled_at: datetime, hazard: str) -> Case:
    """The open case of the illness that this hazard is about, or a new one."""
    definition = definition_for(hazard, sampled_at.astimezone(unit.zone).date())
    found = Case.objects.filter(person=person, definition=definition, state="open").select_related("unit").first()
    if found is not None:
        return found
    case: Case = open_case(SYSTEM, unit=unit, person=person, definition=definition, source="lab", sampled_at=sampled_at)
    return case
