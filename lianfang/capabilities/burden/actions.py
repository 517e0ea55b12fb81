"""What may be done with forms (报表备案、准入、注销): propose, revise, decide what a field means, publish, withdraw."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from lianfang.capabilities.burden.dictionary import dictionary
from lianfang.capabilities.burden.gate import judge, problems
from lianfang.capabilities.burden.models import (
    DIFFERENT,
    PROPOSED,
    PUBLISHED,
    SAME,
    UNITS,
    WITHDRAWN,
    FormField,
    RegisteredForm,
)
from lianfang.domain.counts import CountItem
from lianfang.domain.parsing.findings import Findings
from lianfang.domain.parsing.text import clean_text
from lianfang.domain.refusals import Problem, Refused
from lianfang.domain.roles import Role
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.actions import action, store
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.reporting.forms import Edition, is_shipped, publish_edition

OWNERS = (Role.ADMINISTRATOR, Role.LEADER, Role.OFFICER)
"""Who may ask those under them to fill in a form."""
DECIDERS = (Role.LEADER, Role.OFFICER)
"""Who decides as burden officer (减负专员) whether a field is one held already; never about a form of one's own."""
MEMBERS = ("code", "zh", "en", "kind", "held_as", "asked")
MOST_FIELDS = 60
CODE = re.compile(r"[a-z][a-z0-9_]{1,38}")
WORDS_LENGTH = 80  # characters of a field's label


@action("form.proposed", by=OWNERS, over="unit", facts=("unit", "code", "frequency", "answered_by"))
def propose_form(
    by: Actor, *, unit: Unit, code: str, title: str, purpose: str, answered_by: str, frequency: str, seconds: int,
    fields: Sequence[Mapping[str, Any]], title_en: str = "",
) -> RegisteredForm:  # fmt: skip
    """Propose a form to be asked of everybody or every unit under a unit; nobody is asked before it is published."""
    _check_code(code)
    form = store(
        RegisteredForm(
            unit=unit, code=code, title=title, title_en=title_en, purpose=purpose, answered_by=answered_by,
            frequency=frequency, seconds=seconds, proposer_id=by.account_id, proposed_by=by.name[:60],
            proposed_at=clock.now(),
        )
    )  # fmt: skip
    _keep_fields(form, fields)
    return form


@action("form.revised", by=OWNERS, over="form", facts=("form",))
def revise_form(by: Actor, *, form: RegisteredForm, fields: Sequence[Mapping[str, Any]]) -> RegisteredForm:
    """Give a proposed form other fields; what was decided about a field that keeps its words stays decided."""
    _check_state(form, PROPOSED)
    decided = {(one.zh, one.en, one.held_as): one for one in form.fields.exclude(decision="")}
    form.fields.all().delete()
    for one in _keep_fields(form, fields):
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
    if form.answered_by == UNITS:
        publish_edition(_edition(form), valid_from=day)
    form.state, form.published_by, form.published_at = PUBLISHED, by.name[:60], clock.now()
    return store(form)


@action("form.withdrawn", by=OWNERS, over="form", facts=("form", "reason"))
def withdraw_form(by: Actor, *, form: RegisteredForm, reason: str) -> RegisteredForm:
    """Withdraw a form: it is asked no longer; what was sent stays."""
    _check_state(form, PROPOSED, PUBLISHED)
    form.state, form.withdrawn_at, form.withdrawn_why = WITHDRAWN, clock.now(), reason.strip()[:200]
    return store(form)


def _today(form: RegisteredForm) -> Any:
    return clock.today(form.unit.zone)


def _check_state(form: RegisteredForm, *states: str) -> None:
    if form.state not in states:
        raise Refused("flow.condition", "form")


def _check_code(code: str) -> None:
    if not CODE.fullmatch(code):
        raise Refused("form.code", "code")
    if is_shipped(code):
        raise Refused("choice.duplicate", "code")


def _keep_fields(form: RegisteredForm, fields: Sequence[Mapping[str, Any]]) -> list[FormField]:
    """Store the fields of a form, all of them or none; refused with the place of every problem."""
    if not 1 <= len(fields) <= MOST_FIELDS:
        raise Refused("limit" if fields else "required", "fields", high=MOST_FIELDS)
    found, known = Findings(), dictionary(_today(form))
    rows = [_field(form, n, dict(raw), known, found) for n, raw in enumerate(fields)]
    for name in ("code", "zh"):
        given = [getattr(one, name) for one in rows]
        twice = [n for n, value in enumerate(given) if value and value in given[:n]]
        found.problems += [Problem("choice.duplicate", f"fields[{n}].{name}") for n in twice]
    found.close()
    return [store(one) for one in rows]


def _field(form: RegisteredForm, n: int, raw: dict[str, Any], known: Mapping[str, Any], found: Findings) -> FormField:
    found.problems += [Problem("field.unknown", f"fields[{n}].{name}"[:60]) for name in raw if name not in MEMBERS]
    words = {name: _words(raw, n, name, found) for name in ("code", "zh", "en", "held_as")}
    if words["held_as"] and words["held_as"] not in known:
        found.problem("choice.unknown", f"fields[{n}].held_as")
    if words["code"] and not CODE.fullmatch(words["code"]):
        found.problem("form.code", f"fields[{n}].code")
    asked = raw.get("asked", True)
    if not isinstance(asked, bool):
        found.problem("type", f"fields[{n}].asked", expected="boolean")
    if not asked and not words["held_as"]:
        found.problem("required", f"fields[{n}].held_as")
    kind = "count" if raw.get("kind") in (None, "") else raw["kind"]
    return FormField(unit=form.unit, form=form, position=n, kind=kind, asked=bool(asked), **words)


def _words(raw: Mapping[str, Any], n: int, name: str, found: Findings) -> str:
    needed = name in ("code", "zh")
    place = f"fields[{n}].{name}"
    read = found.attempt(
        lambda: clean_text(raw.get(name), place, max_length=WORDS_LENGTH, notes=[], required=needed), ""
    )
    return str(read or "")


def _carry_over(before: FormField | None, one: FormField) -> None:
    if before is not None:
        for name in ("decision", "decided_about", "decided_by", "decided_why"):
            setattr(one, name, getattr(before, name))
        store(one)


def _edition(form: RegisteredForm) -> Edition:
    """What units are asked: the fields that are not filled in from what is held."""
    asked = form.fields.filter(asked=True).order_by("position")
    items = tuple(CountItem(code=one.code, zh=one.zh, en=one.en or one.zh, kind=one.kind) for one in asked)
    title = {"zh": form.title, "en": form.title_en or form.title}
    return Edition(form.code, 1, "any", title, {"zh": "", "en": ""}, items)
