"""The register of forms as pages (报表备案): who asks for what, what the gate says, and the acts on a form."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from lianfang.capabilities.burden.actions import (
    DECIDERS,
    OWNERS,
)
from lianfang.capabilities.burden.figures import Planned, planned
from lianfang.capabilities.burden.filling import HELPERS, fills_for
from lianfang.capabilities.burden.gate import Finding, judge
from lianfang.capabilities.burden.models import (
    PEOPLE,
    PROPOSED,
    PUBLISHED,
    REPLACED,
    UNITS,
    WITHDRAWN,
    RegisteredForm,
)
from lianfang.capabilities.burden.owed import is_asked
from lianfang.interfaces.titles import title_of
from lianfang.interfaces.web.views.form_deeds import VERBS, form_of
from lianfang.interfaces.web.views.frame import page, signed_in
from lianfang.interfaces.web.views.tables import Head, act, chip, detail, link, number, plain_table, row, text
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.policies.ops import policy_of
from lianfang.kernel.registers.register import registers

MOST, MOST_UNITS = 200, 5


@signed_in
def forms(request: HttpRequest) -> HttpResponse:
    """Every form that concerns the actor, and what is asked of a member a day."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    home = actor.home
    rows = list(registers["forms"].rows(actor).order_by("-pk")[:MOST])
    asked = planned(home, clock.today(home.zone)) if home else None
    acts = _elsewhere(home) if home else []
    may = bool(home and actor.holds(OWNERS, home))
    shown = detail(str(_("Forms")), str(home or ""), _asked_facts(actor, asked)) | {
        "sections": [{"title": str(_("Forms")), "table": _forms_table(rows)}] if rows else [],
        "actions": ([link(_("Propose a form"), "/forms/propose", "plus", primary=True)] if may else []) + acts,
    }
    if not rows:
        said = str(_("A form is proposed, looked at, and asked only when it asks nothing that is held."))
        shown["empty"] = {"kind": "new", "title": str(_("No forms yet")), "detail": said, "actions": []}
    return page(request, "pages/detail.html", {"detail": shown})


def _elsewhere(home: Unit) -> list[dict[str, Any]]:
    burden = link(_("Burden"), f"/burden/{home.code}", "chart")
    return [burden, link(_("Dictionary"), f"/dictionary/{home.code}", "list")]


_TONES = {PROPOSED: "warn", PUBLISHED: "ok", REPLACED: "info", WITHDRAWN: "info"}


def _forms_table(rows: list[RegisteredForm]) -> dict[str, Any]:
    heads = [
        Head(_("Form")), Head(_("Status")), Head(_("Asked by")), Head(_("Who answers"), priority=2),
        Head(_("How often")), Head(_("Seconds it takes"), numeric=True),
    ]  # fmt: skip
    shown = [
        row(str(one.pk), [
            text(str(one), f"/forms/{one.pk}"), chip(_TONES[one.state], str(one.get_state_display())),
            text(str(one.unit)), text(str(one.get_answered_by_display())),
            text(str(one.get_frequency_display())), number(one.takes),
        ])
        for one in rows
    ]  # fmt: skip
    return plain_table(str(_("Forms")), heads, shown)


def _asked_facts(actor: Actor, asked: Planned | None) -> list[tuple[Any, Any]]:
    if asked is None or actor.home is None:
        return []
    target = policy_of(actor.home, on=clock.today(actor.home.zone)).member_seconds_target
    said = _("{seconds} s, target at most {target} s").format(seconds=asked.seconds, target=target)
    return [(_("Asked of a member a day"), said)]


@signed_in
def show(request: HttpRequest, number: UUID) -> HttpResponse:
    """One form: who asks whom how often, each field with what is held of it, and what to do next."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    form = form_of(actor, number)
    findings = judge(form, clock.today(form.unit.zone)) if form.state == PROPOSED else _as_kept(form)
    shown = detail(str(form), str(form.get_state_display()), _facts(form)) | {
        "sections": [{"title": str(_("Fields")), "table": _fields_table(actor, form, findings)}],
        "actions": _acts(actor, form),
        "back": {"label": str(_("Forms")), "url": "/forms"},
    }
    return page(request, "pages/detail.html", {"detail": shown})


def _as_kept(form: RegisteredForm) -> list[Finding]:
    return [Finding(one, None, None) for one in form.fields.order_by("position")]


def _facts(form: RegisteredForm) -> list[tuple[Any, Any]]:
    takes = _("{n} s, estimated").format(n=form.seconds)
    if form.seconds_measured is not None:
        takes = _("{n} s, measured in {entries} entries").format(n=form.seconds_measured, entries=form.timed_entries)
    return [
        (_("Version"), form.version),
        (_("Asked by"), form.unit),
        (_("Who answers"), form.get_answered_by_display()),
        (_("How often"), form.get_frequency_display()),
        (_("Time it takes"), takes),
        (_("Purpose"), form.purpose),
        (_("Proposed by"), form.proposed_by),
        *([(_("Published by"), form.published_by)] if form.published_by else []),
        *([(_("Why it was withdrawn"), form.withdrawn_why)] if form.state == WITHDRAWN else []),
    ]


def _fields_table(actor: Actor, form: RegisteredForm, findings: list[Finding]) -> dict[str, Any]:
    heads = [
        Head(_("Field")), Head(_("Kind"), priority=2), Head(_("Asked")), Head(_("What is held")),
        Head(_("Where"), priority=2),
    ]  # fmt: skip
    may = form.state == PROPOSED and actor.holds(DECIDERS, form.unit) and actor.account_id != form.proposer_id
    rows = []
    for one in findings:
        decide = act(_("Decide"), f"/forms/{form.pk}/fields/{one.field.pk}") if may and one.is_undecided else None
        asked = str(_("asked")) if one.field.asked else str(_("filled in from what is held"))
        where = str(one.holding.field.where) if one.holding else ""
        kind = text(str(one.field.get_kind_display()))
        cells = [text(str(one.field)), kind, text(asked), _verdict(one), text(where)]
        rows.append(row(str(one.field.pk), cells, decide))
    return plain_table(str(_("Fields")), heads, rows)


def _verdict(one: Finding) -> dict[str, Any]:
    if one.is_redundant:
        return chip("bad", _held(one))
    if one.is_undecided and one.alike is not None:
        return chip("warn", str(_("alike to {field}")).format(field=one.alike.field))
    if one.field.decision:
        said = _("{decision}, decided by {name}").format(
            decision=one.field.get_decision_display(), name=one.field.decided_by
        )
        return text(str(said))
    return text(_held(one) if one.holding else str(_("new")) if not one.field.held_as else one.field.held_as)


def _held(one: Finding) -> str:
    holding = one.holding
    if holding is None or not holding.newest:
        return str(_("asked by another form")) if holding and holding.is_known else str(_("nothing held"))
    counts = {"fresh": holding.fresh, "of": holding.subjects, "newest": holding.newest}
    return str(_("fresh for {fresh} of {of}, newest {newest}")).format(**counts)


def _acts(actor: Actor, form: RegisteredForm) -> list[dict[str, Any]]:
    return [*_filling(actor, form), *_owning(actor, form)]


def _filling(actor: Actor, form: RegisteredForm) -> list[dict[str, Any]]:
    """Filling in, for each of the few units one does it for, and the table of what came."""
    found = []
    if form.state == PUBLISHED:
        for unit in list({post.unit.pk: post.unit for post in actor.posts}.values())[:MOST_UNITS]:
            if form.answered_by == UNITS and fills_for(actor, unit) and is_asked(form, unit, clock.today(unit.zone)):
                found.append(link(_fill_words(unit), f"/forms/{form.pk}/fill/{unit.code}", "edit", primary=True))
            if (
                form.answered_by == PEOPLE
                and actor.holds(HELPERS, unit)
                and unit.keeps_roster
                and form.unit.covers(unit)
            ):
                found.append(link(_fill_words(unit), f"/forms/{form.pk}/people/{unit.code}", "users", primary=True))
    if form.published_at is not None:
        found.append(link(_("Cross table"), f"/forms/{form.pk}/cross", "chart"))
    return found


def _fill_words(unit: Unit) -> str:
    return str(_("Fill in: {unit}")).format(unit=unit)


def _owning(actor: Actor, form: RegisteredForm) -> list[dict[str, Any]]:
    if not actor.holds(OWNERS, form.unit):
        return []
    found = [
        link(verb.title, f"/forms/{form.pk}/{name}", _ICONS[name], primary=name == "publish", danger=verb.danger)
        for name, verb in VERBS.items()
        if form.state in verb.states
    ]
    if form.state == PUBLISHED:
        found.insert(0, link(title_of("form.extended"), f"/forms/{form.pk}/extend", "plus"))
    revise = link(title_of("form.revised"), f"/forms/{form.pk}/revise", "edit")
    return [found[0], revise, *found[1:]] if form.state == PROPOSED else found


_ICONS = {"publish": "send", "time": "clock", "withdraw": "close"}
