"""What is held of one unit or one person (已有值): what a form is filled in from, so that nobody is asked again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import F, Q

from lianfang.capabilities.burden.dictionary import ANSWER, FORM, REPORT, UNIT, dictionary, fresh_days
from lianfang.capabilities.burden.models import FormField, PersonFilling, UnitFilling
from lianfang.capabilities.burden.values import READERS, Value
from lianfang.domain.parsing.text import is_blank
from lianfang.domain.refusals import Refused
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import Guardianship, Membership, Person
from lianfang.kernel.policies.ops import policy_of
from lianfang.kernel.reporting.forms import is_shipped
from lianfang.kernel.reporting.models import Answer, UnitReport

_OF_UNIT: Mapping[str, Callable[[Unit], str]] = {
    "name": lambda unit: unit.name,
    "code": lambda unit: unit.code,
    "kind": lambda unit: unit.kind,
    "superior": lambda unit: unit.parent.name if unit.parent else "",
    "phone": lambda unit: unit.phone,
}
_OF_PERSON: Mapping[str, Callable[[Person], Any]] = {
    "name": lambda person: person.name,
    "id_type": lambda person: person.get_id_type_display(),
    "id_number": lambda person: person.number,
    "phone": lambda person: person.phone,
    "birth_date": lambda person: person.birth_date,
}
_OF_MEMBERSHIP: Mapping[str, Callable[[Membership], Any]] = {
    "unit": lambda one: one.unit,
    "kind": lambda one: one.get_kind_display(),
    "number": lambda one: one.number,
    "employer": lambda one: one.employer,
    "since": lambda one: one.since,
}
_OF_ANSWER: Mapping[str, Callable[[Answer], Any]] = {
    "state": lambda one: one.get_state_display(),
    "temperature": lambda one: one.temperature,
    "symptoms": lambda one: list(one.symptoms),
    "health_code": lambda one: one.health_code,
    "test": lambda _: "",
}


def held_of_unit(unit: Unit, fields: Iterable[FormField], day: date) -> dict[str, Value]:
    """Code of a field -> what is held and fresh of the unit; what is not, or is of another kind, is asked after all."""
    bound = [one for one in fields if not one.asked]
    found = {one.code: _fitting(one, _of_unit(unit, one.held_as, day)) for one in bound}
    return {code: value for code, value in found.items() if value is not None}


def _fitting(one: FormField, value: Value | None) -> Value | None:
    """The value as the field takes it; None when there is none or the field would refuse it."""
    if value is None or is_blank(value):
        return None
    try:
        return READERS[one.kind](one, value, [], "json")
    except Refused:
        return None


def _of_unit(unit: Unit, key: str, day: date) -> Value | None:
    group, _, rest = key.partition(".")
    if group == UNIT:
        return _OF_UNIT[rest](unit)
    if group != REPORT:
        return None
    form, _, item = rest.partition(".")
    since = day - timedelta(days=fresh_days(key, policy_of(unit, on=day)))
    same = Q(unit=unit, form=form, current=True, day__lte=day, values__has_key=item)
    newest = (
        UnitReport.objects.filter(same, day__gte=since)
        if is_shipped(form)
        else UnitFilling.objects.filter(same, filled_at__gte=datetime.combine(since, time(0), unit.zone))
    )
    row = newest.order_by("-day").values_list("values", flat=True).first()
    return None if row is None else row[item]


def held_of_person(person: Person, unit: Unit, fields: Sequence[FormField], day: date) -> dict[str, Any]:
    """Code of a field -> what is held of the person, numbers masked; None when nothing is. Shown, never copied."""
    bound = [one for one in fields if not one.asked]
    membership = Membership.objects.filter(person=person, unit=unit).order_by("-since").select_related("unit").first()
    answer = Answer.objects.filter(person_id=person.pk, day__lte=day).order_by("-day").first()
    return {one.code: _of_person(person, membership, answer, one.held_as, day) or None for one in bound}


def _of_person(person: Person, membership: Membership | None, answer: Answer | None, key: str, day: date) -> Any:
    group, _, name = key.partition(".")
    if key == "person.guardian":
        return _guardian(person)
    if group == "person":
        return _OF_PERSON[name](person)
    if group == "roster":
        return _OF_MEMBERSHIP[name](membership) if membership else None
    if group == ANSWER:
        return _OF_ANSWER[name](answer) if answer else None
    return _given_before(person, name, day) if group == FORM else None


def _guardian(person: Person) -> str:
    link = Guardianship.objects.in_force().filter(ward_id=person.pk).select_related("guardian").first()
    return link.guardian.name if link else ""


def _given_before(person: Person, name: str, day: date) -> Value | None:
    form, _, item = name.partition(".")
    given = PersonFilling.objects.filter(person=person, form=form, current=True, day__lte=day, values__has_key=item)
    row = given.order_by(F("day").desc()).values_list("values", flat=True).first()
    return None if row is None else row[item]


def held_words(keys: Iterable[str], day: date) -> dict[str, str]:
    """Key -> where it is held, in words."""
    known = dictionary(day)
    return {key: str(known[key].where) for key in keys if key in known}
