"""Somebody is not well (发热、不适): doctor and class head hear of it at once, and several ill alike are looked for.

Answers that call for no attention (`domain.symptoms.calls_for_attention`) may be settled when they are recorded:
nothing follows from them.
"""

from __future__ import annotations

from collections.abc import Iterable

from lianfang.capabilities.cases.models import ContactVisit
from lianfang.capabilities.incidents.watching import watch_answers, watch_readings
from lianfang.domain.roles import Role
from lianfang.domain.symptoms import FOLLOWED_CODES, is_unwell
from lianfang.kernel.alerts.ops import holders, tell
from lianfang.kernel.audit.models import Event
from lianfang.kernel.audit.ops import ref
from lianfang.kernel.readings.models import Reading
from lianfang.kernel.reporting.models import Answer
from lianfang.reactions.about import answers_of, doctors_at_site, key_of, nearest, unit_of

CLASS_HEADS = (Role.CLASS_HEAD, Role.SCREENER)


def call_doctor_and_class_head(event: Event) -> None:
    """Tell the nearest doctor and whoever answers for the class about each answer that is not well."""
    for answer in answers_of(event):
        if is_unwell(state=answer.state, fever=answer.fever, symptoms=answer.symptoms):
            kind = "answer.fever" if answer.fever else "answer.unwell"
            tell_about(answer, [*nearest(answer.unit, Role.DOCTOR), *holders(answer.unit, CLASS_HEADS)], kind)


def follow_health_code(event: Event) -> None:
    """Ask doctor, class head and duty officer to follow a yellow or red health code up (黄码、红码)."""
    for answer in answers_of(event):
        if answer.health_code in FOLLOWED_CODES:
            near = [*nearest(answer.unit, Role.DOCTOR), *nearest(answer.unit, Role.DUTY_OFFICER)]
            tell_about(answer, [*near, *holders(answer.unit, CLASS_HEADS)], "answer.health_code")


def call_doctor_about_contact(event: Event) -> None:
    """Tell the nearest doctor that a contact under follow-up was found unwell, or has an abnormal reading (J03)."""
    unwell = ContactVisit.objects.filter(pk=key_of(event)[0], outcome="unwell").exists()
    if unwell or Reading.objects.filter(pk=key_of(event)[0], abnormal=True).exists():
        unit = unit_of(event.unit)
        tell(nearest(unit, Role.DOCTOR), "contact.unwell", subject=event.subject, unit=unit)


def look_for_similar_illness(event: Event) -> None:
    """Look at the classes and rooms of those whom an answer, a class check or a call says to be ill (J05)."""
    watch_answers(answers_of(event))


def look_at_readings(event: Event) -> None:
    """The same after a round of readings or a class at the door."""
    unit = unit_of(event.unit)
    watch_readings(unit, event.at.astimezone(unit.zone).date())


def call_doctor_about_guest(event: Event) -> None:
    """A second reading out of range too, or a test that was not negative: tell the doctor of the site."""
    unit = unit_of(event.unit)
    stay = str(event.facts.get("stay") or event.subject)
    tell(doctors_at_site(unit), "stay.unwell", subject=event.subject, unit=unit, stay=stay.partition(":")[2])


def call_doctor_to_the_door(event: Event) -> None:
    """A second reading at the door of a class is out of range too: tell the nearest doctor (开班测温异常)."""
    unit = unit_of(event.unit)
    tell(nearest(unit, Role.DOCTOR), "door.unwell", subject=event.subject, unit=unit, run=event.facts["run"])


def tell_about(answer: Answer, accounts: Iterable[int], kind: str) -> None:
    facts = {"day": str(answer.day), "slot": answer.slot, "answer": ref(answer)}
    tell(sorted(set(accounts)), kind, subject=ref(answer), unit=answer.unit, **facts)
