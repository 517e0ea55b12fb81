"""Filling in a form (填报): by a unit or by a person, once a period; a correction needs a reason and keeps what was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from lianfang.capabilities.burden.known import held_of_unit
from lianfang.capabilities.burden.models import (
    PEOPLE,
    PUBLISHED,
    UNITS,
    FormField,
    PersonFilling,
    RegisteredForm,
    UnitFilling,
)
from lianfang.capabilities.burden.owed import is_asked, times
from lianfang.capabilities.burden.periods import Period, period_of
from lianfang.capabilities.burden.values import Value, read_values
from lianfang.domain.refusals import Refused
from lianfang.domain.roles import SIGNERS, Role
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.actions import action
from lianfang.kernel.dues.models import FORM
from lianfang.kernel.dues.ops import settle
from lianfang.kernel.orgs.models import Unit, place_of
from lianfang.kernel.people.models import Membership, Person, on_roster
from lianfang.kernel.policies.ops import policy_of
from lianfang.kernel.scope import EVERYTHING, within
from lianfang.kernel.shapes import ByName, Member

HELPERS = (Role.CLASS_HEAD, Role.DOCTOR)
"""Who fills a form in for somebody of their unit: those who may see what a child gave."""
REASON_LENGTH = 200  # characters


@dataclass(frozen=True, slots=True)
class Asking:
    """A form as it is asked for one period: its fields, what is held already, and what is left to ask."""

    form: RegisteredForm
    period: Period
    fields: tuple[FormField, ...]
    held: Mapping[str, Value]

    @property
    def asked(self) -> list[FormField]:
        """What has to be answered: what is asked of everybody, and of whom nothing fresh is held."""
        return [one for one in self.fields if one.asked or self._is_open(one)]

    def _is_open(self, one: FormField) -> bool:
        return self.form.answered_by == UNITS and one.code not in self.held


def asked_form(code: str, answered_by: str) -> RegisteredForm:
    """The version of a form that is asked now; another code is refused like one that is not there."""
    form = RegisteredForm.objects.filter(code=code, state=PUBLISHED).select_related("unit").first()
    if form is None:
        raise Refused("scope", "form")
    if form.answered_by != answered_by:
        raise Refused("form.not_yours", "form")
    return form


def asking_of_unit(form: RegisteredForm, unit: Unit, day: date) -> Asking:
    """What a unit is asked for the period in which `day` lies."""
    period = _period(form, unit, day)
    if not is_asked(form, unit, period.last):
        raise Refused("form.not_yours", "unit")
    fields = tuple(form.fields.order_by("position"))
    return Asking(form, period, fields, held_of_unit(unit, fields, min(period.last, clock.today(unit.zone))))


def asking_of_person(form: RegisteredForm, unit: Unit, person: Person, day: date) -> Asking:
    """What a person is asked for the period in which `day` lies; refused for somebody who is not on the roster."""
    period = _period(form, unit, day)
    on = min(period.last, clock.today(unit.zone))
    with within(EVERYTHING):
        belongs = Membership.objects.filter(on_roster(on), unit=unit, person=person).exists()
    if not belongs:
        raise Refused("scope", "person")
    if not form.unit.covers(unit):
        raise Refused("form.not_yours", "unit")
    return Asking(form, period, tuple(form.fields.order_by("position")), {})


def _period(form: RegisteredForm, unit: Unit, day: date) -> Period:
    """The period of a day that has begun, was asked, and is not closed."""
    today = clock.today(unit.zone)
    period = period_of(form.frequency, form.begins_on or today, day)
    if day > today:
        raise Refused("date.in_future", "day")
    if form.begins_on is None or period.last < form.begins_on:
        raise Refused("form.not_yet", "day", since=str(form.begins_on or ""))
    closes = times(unit, period, policy_of(unit, on=period.last)).closes_at
    if clock.now() > closes:
        raise Refused("period.closed", "day", closed_at=closes.isoformat())
    return period


ANY_VALUE = Member(str, "12", more={"type": ["string", "number", "boolean", "null"]})
ToldValues = Annotated[Mapping[str, Any], ByName("code of each field of the form", ANY_VALUE)]


@action("form.filled", by=SIGNERS, over="unit", facts=("unit", "form", "day", "reason"))
def fill_form(
    by: Actor, *, unit: Unit, form: str, values: ToldValues, day: date | None = None, reason: str = ""
) -> UnitFilling:
    """Fill a form in for a unit. What is held is taken from there; the same again changes nothing."""
    if not fills_for(by, unit):
        raise Refused("scope", "unit")
    asking = asking_of_unit(asked_form(form, UNITS), unit, day or clock.today(unit.zone))
    given, _notes = read_values(asking.asked, values, asking.held, channel="json")
    with within(EVERYTHING):
        return _kept_of_unit(by, unit, asking, given, _reason(reason))


def fills_for(by: Actor, unit: Unit) -> bool:
    """Whether somebody fills in for a unit: an officer for the own office only; a school fills in its own."""
    return by.system or any(
        post.role in SIGNERS and post.unit.covers(unit) and (post.role != Role.OFFICER or post.unit.pk == unit.pk)
        for post in by.posts
    )


@action("form.answered", by=HELPERS, over="unit", oneself=True, facts=("unit", "form", "day", "reason"))
def answer_form(
    by: Actor, *, unit: Unit, person: Person, form: str, values: ToldValues, day: date | None = None,
    reason: str = "",
) -> PersonFilling:  # fmt: skip
    """Fill a form in for oneself, for a child one answers for, or for somebody of one's class."""
    asking = asking_of_person(asked_form(form, PEOPLE), unit, person, day or clock.today(unit.zone))
    given, _notes = read_values(asking.asked, values, {}, channel="json")
    with within(EVERYTHING):
        return _kept_of_person(by, unit, person, asking, given, _reason(reason))


def _reason(given: str) -> str:
    return given.strip()[:REASON_LENGTH]


def _kept_of_unit(by: Actor, unit: Unit, asking: Asking, given: dict[str, Value], reason: str) -> UnitFilling:
    Unit.objects.select_for_update(no_key=True).get(pk=unit.pk)  # two at once are one after the other
    rows = UnitFilling.objects.filter(unit=unit, form=asking.form.code, day=asking.period.first, current=True)
    before = rows.first()
    values = {**asking.held, **given}
    if before is not None and _answers(before) == given and before.version == asking.form.version:
        return before
    due = times(unit, asking.period, policy_of(unit, on=asking.period.last)).due_at
    row = UnitFilling(
        **place_of(unit), **_filled(by, asking, before, reason), values=values, held=sorted(asking.held),
        on_time=clock.now() <= due,
    )  # fmt: skip
    rows.update(current=False)
    row.save(force_insert=True)
    settle(FORM, unit, asking.period.first, at=row.filled_at, by=str(row.receipt), slot=asking.form.slot)
    return row


def _answers(row: UnitFilling) -> dict[str, Value]:
    """What somebody answered; the rest was filled in from what was held."""
    return {code: value for code, value in row.values.items() if code not in row.held}


def _kept_of_person(
    by: Actor, unit: Unit, person: Person, asking: Asking, given: dict[str, Value], reason: str
) -> PersonFilling:
    Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    rows = PersonFilling.objects.filter(person=person, form=asking.form.code, day=asking.period.first, current=True)
    before = rows.first()
    if before is not None and before.values == given and before.version == asking.form.version:
        return before
    own = by.answers_for(person.pk)
    row = PersonFilling(**place_of(unit), **_filled(by, asking, before, reason), person=person, values=given, own=own)
    rows.update(current=False)
    row.save(force_insert=True)
    return row


def _filled(by: Actor, asking: Asking, before: UnitFilling | PersonFilling | None, reason: str) -> dict[str, Any]:
    """What both kinds of row keep; what stands is corrected only with a reason."""
    if before is not None and not reason:
        raise Refused("required", "reason", revision=before.revision)
    return {
        "form": asking.form.code, "version": asking.form.version, "day": asking.period.first,
        "revision": before.revision + 1 if before else 1, "reason": reason if before else "",
        "filler_id": by.account_id, "filled_by": by.name[:60], "filled_at": clock.now(),
    }  # fmt: skip
