"""Who owes a form by when (填报应办): every first-hand unit under whoever asks, once a period, while it is asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, replace
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from lianfang.capabilities.burden.models import PUBLISHED, UNITS, RegisteredForm, UnitFilling
from lianfang.capabilities.burden.periods import Period, period_of
from lianfang.domain.calendar import is_school_day
from lianfang.domain.periods import Times, times_of
from lianfang.domain.policy import Policy
from lianfang.kernel import clock
from lianfang.kernel.dues.models import ASKED, FORM, Due
from lianfang.kernel.dues.ops import BATCH, schedule
from lianfang.kernel.orgs.models import Unit, place_of
from lianfang.kernel.orgs.ops import under
from lianfang.kernel.policies.ops import Rules
from lianfang.kernel.scope import EVERYTHING, within


@schedule
def forms_owed(day: date, rules: Rules) -> Iterable[Due]:
    """Every form that units are asked and whose period begins on the day, of every unit that owes it."""
    for form in RegisteredForm.objects.filter(state=PUBLISHED, answered_by=UNITS).select_related("unit"):
        if form.begins_on is not None and day >= form.begins_on and form.frequency != "once":
            period = period_of(form.frequency, form.begins_on, day)
            yield from _owed(form, period, rules) if period.first == day else ()


def owe(form: RegisteredForm, day: date) -> None:
    """What units owe from the moment a form is published: the period under way; a later version adds nothing."""
    if form.answered_by != UNITS or form.begins_on is None:
        return
    period = period_of(form.frequency, form.begins_on, day)
    with within(EVERYTHING):
        batch: list[Due] = []
        for due in _owed(form, period, Rules(day)):
            batch.append(due)
            if len(batch) == BATCH:
                Due.objects.bulk_create(batch, ignore_conflicts=True)
                batch = []
        Due.objects.bulk_create(batch, ignore_conflicts=True)
        _owed_again(form, period)


def _owed_again(form: RegisteredForm, period: Period) -> None:
    """A form that was withdrawn and is asked again in the same period is owed again."""
    whys = RegisteredForm.objects.filter(code=form.code, withdrawn_at__isnull=False).values("withdrawn_why")
    again = Due.objects.filter(kind=FORM, slot=form.slot, day=period.first, settled_at=None, excused__in=whys)
    again.exclude(excused="").update(excused="")


def excuse(form: RegisteredForm, reason: str) -> None:
    """A form that is withdrawn is not missing where it has not come."""
    with within(EVERYTHING):
        open_ = Due.objects.filter(kind=FORM, slot=form.slot, settled_at=None, day__gte=_still_open(form))
        open_.update(excused=reason[:120] or form.code)


def _still_open(form: RegisteredForm) -> date:
    """The first day of the period under way: what was owed before is over, and stays missing."""
    today = clock.today(form.unit.zone)
    return period_of(form.frequency, form.begins_on or today, today).first


def _owed(form: RegisteredForm, period: Period, rules: Rules) -> Iterator[Due]:
    for unit in asked_units(form.unit, period.last).select_related("parent").iterator():
        policy = rules.of(unit)
        rests = policy.reporting_days == "school_days" and not is_school_day(period.first)
        if not (rests and form.frequency == "daily"):
            yield _due(form, unit, period, policy)


def _due(form: RegisteredForm, unit: Unit, period: Period, policy: Policy) -> Due:
    return Due(
        kind=FORM, day=period.first, slot=form.slot, line=ASKED, recipient=form.unit, **place_of(unit),
        **asdict(times(unit, period, policy)),
    )  # fmt: skip


def times(unit: Unit, period: Period, policy: Policy) -> Times:
    """When a filling may come: from the first day on, by the hour for answers on the last day, late until it closes."""
    begin = times_of(period.first, policy.answer_due, policy, unit.zone)
    return replace(times_of(period.last, policy.answer_due, policy, unit.zone), opens_at=begin.opens_at)


def asked_units(unit: Unit, day: date) -> QuerySet[Unit]:
    """The units that fill in themselves: those that report and to which nobody reports; offices get their sums."""
    reporting = Unit.objects.filter(reports=True, opened_on__lte=day).filter(_open_on(day))
    lower = Exists(reporting.filter(parent_id=OuterRef("pk")))
    return reporting.filter(under(unit)).exclude(lower)


def _open_on(day: date) -> Q:
    return Q(closed_on__isnull=True) | Q(closed_on__gte=day)


def is_asked(form: RegisteredForm, unit: Unit, day: date) -> bool:
    """Whether the unit fills the form in itself."""
    return asked_units(form.unit, day).filter(pk=unit.pk).exists()


def standing(form: str, unit: Unit, day: date) -> UnitFilling | None:
    """What the unit has given for the period that begins on the day, newest revision."""
    return UnitFilling.objects.filter(unit=unit, form=form, day=day, current=True).first()
