"""Work on a case (病例处置): opening, asking, testing, classifying, isolating and closing it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from django.db.models import Max

from lianfang.capabilities.cases.definitions import definition_on
from lianfang.capabilities.cases.holding import APART, STATUS, hold, hold_apart, hold_class
from lianfang.capabilities.cases.known import as_facts, known_of, policy_for, proposed_for
from lianfang.capabilities.cases.models import CLASS_NAMES, OUTCOMES, Case, CaseTest, ClassificationStep, Contact
from lianfang.capabilities.cases.models.cases import RESULT_NAMES, SOURCES, TEST_NAMES
from lianfang.capabilities.cases.turning import turn_contacts
from lianfang.domain.cases.terms import CASES, PROPOSED
from lianfang.domain.readings import check_celsius
from lianfang.domain.refusals import Refused
from lianfang.domain.roles import Role
from lianfang.domain.symptoms import NO_SYMPTOM, SYMPTOMS
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.actions import action, store
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import below
from lianfang.kernel.people.models import Membership, Person, on_roster
from lianfang.kernel.places.models import Occupancy
from lianfang.kernel.places.ops import here
from lianfang.kernel.statuses import ops as statuses

DECIDERS: Final = (Role.DOCTOR,)
"""Who judges a case and its contacts."""
OPENERS: Final = (Role.DOCTOR, Role.NURSE, Role.DUTY_OFFICER)


@action("case.opened", by=OPENERS, over="unit", facts=("unit", "source"))
def open_case(
    by: Actor, *, unit: Unit, person: Person, definition: str, source: str = "report", date_onset: date | None = None,
    sampled_at: datetime | None = None, symptoms: Sequence[str] | None = None, celsius: Decimal | None = None,
    note: str = "",
) -> Case:  # fmt: skip
    """Open a case: somebody who may be ill of what a case definition says."""
    now, today = clock.now(), clock.today(unit.zone)
    one_of(source, SOURCES, "source")
    _check_times(unit, date_onset=date_onset, sampled_at=sampled_at)
    if not belongs(person, unit):
        raise Refused("scope", "person")
    if Case.objects.filter(person=person, definition=definition, state="open").exists():
        raise Refused("case.open_already", "person")
    case = Case(
        unit=unit, person=person, number=_next_number(unit), definition=definition,
        edition=definition_on(definition, today).edition, source=source, date_onset=date_onset, sampled_at=sampled_at,
        date_reporting=today, reported_at=now, note=note,
    )  # fmt: skip
    _tell_illness(case, symptoms, celsius)
    _keep_told(case, by, date_onset=date_onset, symptoms=symptoms, celsius=celsius)
    store(case)
    turn_contacts(case, by)
    hold(case, by)
    return case


@action("case.interviewed", by=DECIDERS, over="case")
def interview_case(
    by: Actor, *, case: Case, at: datetime | None = None, date_onset: date | None = None,
    symptoms: Sequence[str] | None = None, celsius: Decimal | None = None, was_contact: bool | None = None,
) -> Case:  # fmt: skip
    """Write down what the person said: onset, symptoms, temperature; the first interview's time is kept."""
    held = locked(case)
    _check_times(held.unit, date_onset=date_onset, at=at)
    _tell_illness(held, symptoms, celsius)
    _keep_told(held, by, date_onset=date_onset, symptoms=symptoms, celsius=celsius, was_contact=was_contact)
    held.date_onset = date_onset or held.date_onset
    held.was_contact = was_contact if was_contact is not None else held.was_contact
    held.interviewed_at = held.interviewed_at or at or clock.now()
    return store(held)


@action("case.tested", by=(Role.DOCTOR, Role.NURSE), over="case")
def record_test(by: Actor, *, case: Case, kind: str, result: str, sampled_at: datetime | None = None) -> CaseTest:
    """Write down a test of a case; a result that turns out otherwise is a further entry."""
    held = locked(case)
    one_of(kind, TEST_NAMES, "kind")
    one_of(result, RESULT_NAMES, "result")
    _check_times(held.unit, sampled_at=sampled_at)
    taken = sampled_at or clock.now()
    if held.sampled_at is None or taken < held.sampled_at:
        held.sampled_at = taken
        held.save(update_fields=["sampled_at"])
    test = CaseTest(unit=held.unit, case=held, kind=kind, result=result, sampled_at=taken, at=clock.now(), by=by.name)
    return store(test)


@action("case.classified", by=DECIDERS, over="case")
def classify_case(by: Actor, *, case: Case, into: str, reason: str = "") -> ClassificationStep:
    """Say what the case is; a class other than the rules propose needs a reason."""
    held = locked(case)
    if not into:
        raise Refused("required", "into")
    one_of(into, CLASS_NAMES, "into")
    known = known_of(held)
    definition, proposed = proposed_for(held, known)
    if into != proposed.into and not reason:
        raise Refused("case.reason_required", "reason", proposed=proposed.into)
    step = ClassificationStep(
        unit=held.unit, case=held, at=clock.now(), into=into, proposed=proposed.into,
        rule=proposed.rule if into == proposed.into else "", edition=definition.edition,
        facts=as_facts(known, policy_for(held)), by=by.name, reason=reason,
    )  # fmt: skip
    held.classification = into
    held.save(update_fields=["classification"])
    hold_class(held, step, by)
    return store(step)


@action("case.isolated", by=DECIDERS, over="case", facts=("at",))
def isolate_case(by: Actor, *, case: Case, at: datetime | None = None) -> Case:
    """Write down from when the case met nobody any more; exposure counts until then."""
    held = locked(case)
    _check_times(held.unit, at=at)
    held.isolated_at = at or clock.now()
    hold_apart(held, held.isolated_at, by)
    return store(held)


@action("case.closed", by=DECIDERS, over="case")
def close_case(by: Actor, *, case: Case, outcome: str, date_outcome: date | None = None) -> Case:
    """Close a case with its outcome; every proposed contact is decided before."""
    held = locked(case)
    if not outcome:
        raise Refused("required", "outcome")
    one_of(outcome, OUTCOMES, "outcome")
    if waiting := Contact.objects.filter(case=held, state=PROPOSED).count():
        raise Refused("case.contacts_undecided", "case", count=waiting)
    _check_times(held.unit, date_outcome=date_outcome)
    held.state = CASES.after(held.state, "close")
    held.outcome, held.closed_at = outcome, clock.now()
    held.date_outcome = date_outcome or clock.today(held.unit.zone)
    if held.date_onset and held.date_outcome < held.date_onset:
        raise Refused("date.order", "date_outcome", earlier="date_onset")
    for kind in (STATUS, APART):
        statuses.end(about=held, kind=kind, at=held.closed_at, by=by, reason=outcome)
    return store(held)


# What several acts share.


def locked(case: Case) -> Case:
    """The case, held until the end of the transaction. Refused `case.closed`."""
    held = Case.objects.select_for_update(of=("self",)).select_related("unit", "person").get(pk=case.pk)
    if held.state != "open":
        raise Refused("case.closed", "case")
    return held


def one_of(value: str, choices: Iterable[tuple[str, object]], field: str) -> None:
    """Refuse a value that is not among the choices."""
    codes = [code for code, _ in choices]
    if value not in codes:
        raise Refused("choice.unknown", field, choices=[code for code in codes if code])


def belongs(person: Person, unit: Unit) -> bool:
    """Whether somebody is on a roster under the unit, is staying there, or is under a measure that was given there."""
    low, high = below(unit.path)
    there = {"unit__path__gte": low, "unit__path__lt": high, "person": person}
    return (
        Membership.objects.filter(on_roster(clock.today(unit.zone)), **there).exists()
        or Occupancy.objects.filter(here(clock.now()), **there).exists()
        or any(unit.covers(one.unit) for one in statuses.current(person))
    )


def _check_times(unit: Unit, **given: date | datetime | None) -> None:
    now, today = clock.now(), clock.today(unit.zone)
    for field, value in given.items():
        if value is not None and (value > now if isinstance(value, datetime) else value > today):
            raise Refused("date.in_future", field)


def _tell_illness(case: Case, symptoms: Sequence[str] | None, celsius: Decimal | None) -> None:
    if symptoms is not None:
        for code in symptoms:
            if code not in SYMPTOMS.codes:
                raise Refused("choice.unknown", "symptoms", choices=SYMPTOMS.codes)
        if NO_SYMPTOM in symptoms and len(symptoms) > 1:
            raise Refused("choice.contradiction", "symptoms")
        case.symptoms = [code for code in dict.fromkeys(symptoms) if code != NO_SYMPTOM]
    if celsius is not None:
        check_celsius(celsius, policy_for(case), sure=True)
        case.celsius = max(celsius, case.celsius or celsius)


def _keep_told(case: Case, by: Actor, **said: Any) -> None:
    """What was said when by whom is kept beside what holds now; of health nothing goes into the events."""
    known = {
        name: value if isinstance(value, bool) else str(value) for name, value in said.items() if value is not None
    }
    if known:
        case.told = [*case.told, {"at": clock.now().isoformat(), "by": by.name, **known}]


def _next_number(unit: Unit) -> int:
    Unit.objects.select_for_update(of=("self",)).get(pk=unit.pk)
    newest = Case.objects.filter(unit=unit).aggregate(most=Max("number"))["most"]
    return int(newest or 0) + 1
