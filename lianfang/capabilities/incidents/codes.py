"""A yellow or red code (黄码人员): two notices within minutes, tests, isolation at home, disinfection.

Row J02: "第一时间向省委统战部和社区报告". Opened 18:20, superior and community both notified by 18:35; two negative
tests; at home to day 14 with two checks a day; the places disinfected; the person sees every entry and may object.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from uuid_utils.compat import uuid7

from lianfang.capabilities.incidents.clocks import locked
from lianfang.capabilities.incidents.duties import LEADS, MEDICAL
from lianfang.capabilities.incidents.models import CodeEvent, CodeTest, Incident
from lianfang.capabilities.incidents.models.codes import COLOURS, NEGATIVE, POSITIVE, RESULTS
from lianfang.capabilities.incidents.opening import begin
from lianfang.capabilities.incidents.shipped import owed
from lianfang.capabilities.incidents.steps import NOTICE, ORDER, TEST
from lianfang.domain.incidents.flows import UNFINISHED
from lianfang.domain.policy import Policy
from lianfang.domain.readings import slot_at
from lianfang.domain.refusals import Refused
from lianfang.domain.roles import REPORTERS, Role
from lianfang.domain.symptoms import SYMPTOMS
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.accounts.models import Account
from lianfang.kernel.actions import action, store
from lianfang.kernel.alerts.ops import tell
from lianfang.kernel.audit.ops import ref
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import under
from lianfang.kernel.people.models import Membership, Person, on_roster
from lianfang.kernel.places.ops import guests
from lianfang.kernel.policies.ops import ANY, Measures, measures_of, policy_of
from lianfang.kernel.readings.given import Given
from lianfang.kernel.readings.models import HOME, Reading
from lianfang.kernel.readings.ops import owe_readings, take
from lianfang.kernel.scope import EVERYTHING, within
from lianfang.kernel.statuses import ops as statuses
from lianfang.kernel.tasks import ops as tasks

KIND, STATUS, RULE = "code_change", "home", "R-code-home"
FINDERS = (Role.DUTY_OFFICER, Role.DOCTOR, Role.CLASS_HEAD, Role.SCREENER, Role.NURSE)


@action("code.opened", by=FINDERS, over="unit", facts=("unit", "colour"))
def open_code_event(
    by: Actor, *, unit: Unit, person: Person, colour: str, cause: str, found_at: datetime | None = None,
    places: Sequence[str] = (), where: str = "",
) -> CodeEvent:  # fmt: skip
    """Open the flow for somebody whose code turned yellow or red: notices, tests, home, readings, disinfection."""
    _check(unit, person, colour, cause)
    incident = begin(by, unit, KIND, where=where, detected_at=found_at)
    event = _event(incident, person, colour, cause)
    policy = _rules(event, event.home_since).policy
    _owe_notices(incident, policy)
    _owe_tests(event, policy)
    _owe_orders(incident, places, policy)
    _send_home(by, event, policy)
    own = list(Account.objects.filter(person_id=person.pk, is_active=True).values_list("pk", flat=True))
    tell(own, "incident.own", subject=ref(event), unit=unit)
    return event


def _check(unit: Unit, person: Person, colour: str, cause: str) -> None:
    if colour not in dict(COLOURS):
        raise Refused("choice.unknown", "colour", choices=list(dict(COLOURS)))
    if not cause.strip():
        raise Refused("required", "cause")
    here = Membership.objects.filter(on_roster(clock.today(unit.zone)), person=person, unit__path__startswith=unit.path)
    staying = guests().filter(under(unit, "unit__"), person=person)
    if not (here.exists() or staying.exists() or unit.covers(person.home_unit)):
        raise Refused("person.elsewhere", "person")
    if CodeEvent.objects.filter(person=person, closed_at__isnull=True).exists():
        raise Refused("code.open", "person")


def _event(incident: Incident, person: Person, colour: str, cause: str) -> CodeEvent:
    unit = incident.unit
    since = incident.detected_at.astimezone(unit.zone).date()
    held = measures_of(unit, on=since)
    days = held.policy.observation_days
    return store(
        CodeEvent(
            unit=unit, incident=incident, person=person, colour=colour, cause=cause.strip()[:300],
            found_at=incident.detected_at, home_since=since,
            home_until=since + timedelta(days=days), edition=held.edition,
            terms={"observation_days": days, "tests": held.policy.code_tests, "hazard": held.hazard},
        )
    )  # fmt: skip


def _rules(event: CodeEvent, day: date) -> Measures:
    """The rules of a day for the hazard under which the code was found."""
    return measures_of(event.unit, on=day, hazard=event.terms.get("hazard", ANY))


def _owe_notices(incident: Incident, policy: Policy) -> None:
    due = incident.detected_at + timedelta(minutes=policy.notice_minutes)
    for one in owed(KIND, "notices"):
        tasks.owe(
            incident.unit, NOTICE, incident, number=one.number, name=one.zh, name_en=one.en, role=one.role,
            opens_at=incident.detected_at, due_at=due, alert_at=due,
        )  # fmt: skip


def _owe_tests(event: CodeEvent, policy: Policy) -> None:
    for one in owed(KIND, "tests")[: policy.code_tests]:
        tasks.owe(
            event.unit, TEST, event.incident, number=one.number, name=one.zh, name_en=one.en, role=one.role,
            opens_at=event.found_at, person=event.person,
        )  # fmt: skip


def _owe_orders(incident: Incident, places: Sequence[str], policy: Policy) -> None:
    first = 1 + tasks.of(incident, ORDER).count()
    due = clock.now() + timedelta(hours=policy.trace_hours)
    for number, place in enumerate((one.strip() for one in places if one.strip()), first):
        tasks.owe(
            incident.unit, ORDER, incident, number=number, name=f"{place}消毒"[:160],
            name_en=f"Disinfect: {place}"[:160], role=Role.CREW, due_at=due, alert_at=due,
        )  # fmt: skip


def _send_home(by: Actor, event: CodeEvent, policy: Policy) -> None:
    until = datetime.combine(event.home_until + timedelta(days=1), datetime.min.time(), event.unit.zone)
    facts = {
        "colour": event.colour, "cause": event.cause, "found_at": event.found_at.isoformat(),
        "days": policy.observation_days, "until": event.home_until.isoformat(),
    }  # fmt: skip
    statuses.give(
        unit=event.unit, person=event.person, kind=STATUS, value="home_isolation", rule=RULE, edition=event.edition,
        facts=facts, since=event.found_at, until=until, about=event, by=by,
    )  # fmt: skip
    owe_readings(
        event.unit, event.person, event, since=event.found_at, last_day=event.home_until, policy=policy,
        last_slots=policy.reading_slots,
    )  # fmt: skip


@action("code.disinfection_ordered", by=LEADS, over="incident")
def order_disinfection(by: Actor, *, incident: Incident, places: Sequence[str]) -> Incident:
    """Order the disinfection of named places of an incident; each is a task of its own for the crew."""
    held = locked(incident)
    if held.state not in UNFINISHED:
        raise Refused("flow.condition", "incident", state=held.state)
    if not any(one.strip() for one in places):
        raise Refused("required", "places")
    _owe_orders(held, places, policy_of(held.unit, on=clock.today(held.unit.zone)))
    return held


@action("code.tested", by=MEDICAL, over="event", facts=("test",))
def record_test(
    by: Actor, *, event: CodeEvent, test: int, result: str, sampled_at: datetime, reason: str = ""
) -> CodeTest:
    """Record the result of one of the tests that a code asks for; another result of the same test needs a reason."""
    held = CodeEvent.objects.select_for_update(of=("self",)).select_related("unit", "incident").get(pk=event.pk)
    _check_test(held, test, result, sampled_at, reason)
    before = CodeTest.objects.filter(event=held, number=test).count()
    kept = store(
        CodeTest(
            unit=held.unit, event=held, person_id=held.person_id, number=test, revision=before + 1, result=result,
            sampled_at=sampled_at, recorded_at=clock.now(), by=by.name[:60], reason=reason.strip()[:200],
        )
    )  # fmt: skip
    task = tasks.of(held.incident, TEST).get(number=test)
    if result == "invalid":
        tasks.reopen(task)  # a sample that says nothing leaves the test owed
    else:
        tasks.settle(task, at=sampled_at, by=by.name)
    if result == POSITIVE:
        tasks.excuse(held.incident, reason=POSITIVE, kinds=(TEST,))
    return kept


def _check_test(event: CodeEvent, number: int, result: str, sampled_at: datetime, reason: str) -> None:
    if event.closed_at is not None:
        raise Refused("flow.condition", "event", state="closed")
    if not tasks.of(event.incident, TEST).filter(number=number).exists():
        raise Refused("choice.unknown", "test")
    if result not in dict(RESULTS):
        raise Refused("choice.unknown", "result", choices=list(dict(RESULTS)))
    if sampled_at > clock.now():
        raise Refused("date.in_future", "sampled_at")
    if CodeTest.objects.filter(event=event, number=number).exists() and not reason.strip():
        raise Refused("required", "reason")


@action("code.checked", by=(*MEDICAL, *REPORTERS), over="event", oneself=True)
def record_home_check(
    by: Actor, *, event: CodeEvent, person: Person, celsius: Decimal, symptoms: Sequence[str] = (),
    at: datetime | None = None, sure: bool = False,
) -> Reading:  # fmt: skip
    """Record one of the two daily readings of somebody who stays at home, by the person or for them."""
    if event.person_id != person.pk:
        raise Refused("scope", "event")
    if set(symptoms) - set(SYMPTOMS.codes):
        raise Refused("choice.unknown", "symptoms", choices=SYMPTOMS.codes)
    moment, zone = at or clock.now(), event.unit.zone
    day = moment.astimezone(zone).date()
    policy = _rules(event, day).policy
    given = Given(
        key=str(uuid7()), person_id=person.pk, day=day, slot=slot_at(moment, policy, zone), at=moment, celsius=celsius,
        symptoms=tuple(symptoms), sure=sure,
    )  # fmt: skip
    with within(EVERYTHING):  # somebody at home sees no tasks of the unit
        return take(by, unit=event.unit, kind=HOME, subject=event, given=given, policy=policy)


def lacking(event: CodeEvent) -> list[str]:
    """What keeps a code event from being closed, as codes of refusals; with a positive test it is a case."""
    latest = {one.number: one.result for one in event.tests.order_by("number", "revision")}
    if POSITIVE in latest.values():
        return [] if statuses.cases_among([event.person_id], at=clock.now(), since=event.found_at) else ["code.case"]
    negative = sum(result == NEGATIVE for result in latest.values())
    missing = ["code.tests"] if negative < event.terms["tests"] else []
    at_home = clock.today(event.unit.zone) <= event.home_until
    return [*missing, *(["code.at_home"] if at_home else [])]


def end_code_event(by: Actor, event: CodeEvent, reason: str) -> None:
    """A code event that was none: the status ends, and nothing of it is owed any more."""
    statuses.end(about=event, kind=STATUS, at=clock.now(), by=by, reason=reason)
    tasks.excuse(event, reason=reason)
