"""What may be done with forms (报表备案、准入、填报、注销): from proposing to withdrawing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Max

from lianfang.capabilities.burden.designing import CODE, ToldField, keep_fields
from lianfang.capabilities.burden.filling import answer_form, fill_form
from lianfang.capabilities.burden.gate import judge, problems
from lianfang.capabilities.burden.models import (
    DIFFERENT,
    PROPOSED,
    PUBLISHED,
    REPLACED,
    SAME,
    WITHDRAWN,
    FormField,
    RegisteredForm,
)
from lianfang.capabilities.burden.owed import excuse, owe
from lianfang.domain.refusals import Refused
from lianfang.domain.roles import Role
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.actions import action, store
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.reporting.forms import is_shipped

__all__ = [
    "answer_form",
    "decide_likeness",
    "extend_form",
    "fill_form",
    "propose_form",
    "publish_form",
    "revise_form",
    "time_form",
    "withdraw_form",
]
OWNERS = (Role.ADMINISTRATOR, Role.LEADER, Role.OFFICER)
"""Who may ask those under them to fill in a form."""
DECIDERS = (Role.LEADER, Role.OFFICER)
"""Who decides as burden officer (减负专员) whether a field is one held already; never about a form of one's own."""
COPIED = ("unit", "code", "title", "title_en", "purpose", "answered_by", "frequency", "seconds", "begins_on")
"""What a later version has from the one before."""


@action("form.proposed", by=OWNERS, over="unit", facts=("unit", "code", "frequency", "answered_by"))
def propose_form(
    by: Actor, *, unit: Unit, code: str, title: str, purpose: str, answered_by: str, frequency: str, seconds: int,
    fields: Sequence[ToldField], title_en: str = "",
) -> RegisteredForm:  # fmt: skip
    """Propose a form to be asked of everybody or every unit under a unit; nobody is asked before it is published."""
    _check_code(code)
    version, number = _next(code)
    form = store(
        RegisteredForm(
            unit=unit, code=code, title=title, title_en=title_en, purpose=purpose, answered_by=answered_by,
            frequency=frequency, seconds=seconds, proposer_id=by.account_id, proposed_by=by.name[:60],
            proposed_at=clock.now(), version=version, number=number,
        )
    )  # fmt: skip
    keep_fields(form, fields, clock.today(unit.zone), _earlier(form))
    return form


@action("form.extended", by=OWNERS, over="form", facts=("form",))
def extend_form(by: Actor, *, form: RegisteredForm, fields: Sequence[ToldField]) -> RegisteredForm:
    """Propose the next version of a published form; it is asked as it is until that version is published."""
    _check_state(form, PUBLISHED)
    if RegisteredForm.objects.filter(code=form.code, state=PROPOSED).exists():
        raise Refused("choice.duplicate", "form")
    copied = {name: getattr(form, name) for name in COPIED}
    version, number = _next(form.code)
    later = store(
        RegisteredForm(
            **copied, version=version, number=number, proposer_id=by.account_id, proposed_by=by.name[:60],
            proposed_at=clock.now(),
        )
    )  # fmt: skip
    decided = _decided(form)
    for one in keep_fields(later, fields, _today(later), _earlier(later)):
        _carry_over(decided.get((one.zh, one.en, one.held_as)), one)
    return later


@action("form.revised", by=OWNERS, over="form", facts=("form",))
def revise_form(by: Actor, *, form: RegisteredForm, fields: Sequence[ToldField]) -> RegisteredForm:
    """Give a proposed form other fields; what was decided about a field that keeps its words stays decided."""
    _check_state(form, PROPOSED)
    decided = _decided(form)
    form.fields.all().delete()
    for one in keep_fields(form, fields, _today(form), _earlier(form)):
        _carry_over(decided.get((one.zh, one.en, one.held_as)), one)
    return form


@action("likeness.decided", by=DECIDERS, over="field", facts=("field", "same", "reason"))
def decide_likeness(by: Actor, *, field: FormField, same: bool, reason: str) -> FormField:
    """Decide whether a field is the one of the dictionary that its words are alike to."""
    form = field.form
    _check_state(form, PROPOSED)
    if by.account_id is not None and by.account_id == form.proposer_id:
        raise Refused("form.own_decision", "field")
    doubt = next((one.alike for one in judge(form, _today(form)) if one.field.pk == field.pk), None)
    if doubt is None:
        raise Refused("flow.condition", "field")
    field.decision, field.decided_about = (SAME if same else DIFFERENT), doubt.field.key
    field.decided_by, field.decided_why = by.name[:60], reason.strip()[:200]
    field.held_as = doubt.field.key if same else field.held_as
    return store(field)


@action("form.timed", by=OWNERS, over="form", facts=("form", "seconds", "entries"))
def time_form(by: Actor, *, form: RegisteredForm, seconds: int, entries: int) -> RegisteredForm:
    """Write down how long filling it in really took, in the middle of so many entries; it replaces the estimate."""
    if not entries:
        raise Refused("number.out_of_range", "entries", low=1)
    form.seconds_measured, form.timed_entries = seconds, entries
    return store(form)


@action("form.published", by=OWNERS, over="form", facts=("form",))
def publish_form(by: Actor, *, form: RegisteredForm) -> RegisteredForm:
    """Publish a form, if it re-asks nothing that is held and fresh; refused with every field that is."""
    _check_state(form, PROPOSED)
    day = _today(form)
    found = list(problems(judge(form, day)))
    if found:
        raise Refused(found)
    before = RegisteredForm.objects.filter(code=form.code, state=PUBLISHED).first()
    if before is not None:
        before.state = REPLACED
        store(before)
    form.begins_on = before.begins_on if before else day
    form.state, form.published_by, form.published_at = PUBLISHED, by.name[:60], clock.now()
    store(form)
    owe(form, day)
    return form


@action("form.withdrawn", by=OWNERS, over="form", facts=("form", "reason"))
def withdraw_form(by: Actor, *, form: RegisteredForm, reason: str) -> RegisteredForm:
    """Withdraw a form: it is asked no longer; what was sent stays."""
    _check_state(form, PROPOSED, PUBLISHED)
    was_asked = form.state == PUBLISHED
    form.state, form.withdrawn_at, form.withdrawn_why = WITHDRAWN, clock.now(), reason.strip()[:200]
    if was_asked:
        excuse(form, form.withdrawn_why)
    return store(form)


def _today(form: RegisteredForm) -> Any:
    return clock.today(form.unit.zone)


def _check_state(form: RegisteredForm, *states: str) -> None:
    if form.state not in states:
        raise Refused("flow.condition", "form")


def _check_code(code: str) -> None:
    if not CODE.fullmatch(code):
        raise Refused("form.code", "code")
    if is_shipped(code) or RegisteredForm.objects.filter(code=code, state__in=(PROPOSED, PUBLISHED)).exists():
        raise Refused("choice.duplicate", "code")


def _next(code: str) -> tuple[int, int]:
    """The number of the next version of a form, and the number of the form itself."""
    same = RegisteredForm.objects.filter(code=code).order_by("-version").first()
    if same is not None:
        return same.version + 1, same.number
    return 1, (RegisteredForm.objects.aggregate(last=Max("number"))["last"] or 0) + 1


def _earlier(form: RegisteredForm) -> list[FormField]:
    """The fields of all earlier versions, the newest version last."""
    earlier = FormField.objects.filter(form__code=form.code, form__version__lt=form.version)
    return list(earlier.order_by("form__version", "position"))


def _decided(form: RegisteredForm) -> dict[tuple[str, str, str], FormField]:
    return {(one.zh, one.en, one.held_as): one for one in form.fields.exclude(decision="")}


def _carry_over(before: FormField | None, one: FormField) -> None:
    if before is not None:
        for name in ("decision", "decided_about", "decided_by", "decided_why"):
            setattr(one, name, getattr(before, name))
        store(one)
