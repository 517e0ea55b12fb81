"""The register of forms as pages (报表备案): who asks for what, what the gate says, and the acts on a form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from lianfang.capabilities.burden.actions import (
    DECIDERS,
    OWNERS,
    decide_likeness,
    publish_form,
    time_form,
    withdraw_form,
)
from lianfang.capabilities.burden.figures import Planned, planned
from lianfang.capabilities.burden.gate import Finding, judge
from lianfang.capabilities.burden.models import PROPOSED, PUBLISHED, WITHDRAWN, FormField, RegisteredForm
from lianfang.domain.refusals import Refused
from lianfang.interfaces.titles import labelled, title_of
from lianfang.interfaces.web.views.frame import errors_of, page, said_of, signed_in, told
from lianfang.interfaces.web.views.tables import Head, act, chip, detail, link, number, plain_table, row, text
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.fields import LABELS, read_parameters
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.policies.ops import policy_of
from lianfang.kernel.registers.register import registers

MOST = 200


@dataclass(frozen=True, slots=True)
class Verb:
    """An act on a form: the action, what it asks besides the form, the states in which it can be done, its warning."""

    call: Callable[..., Any]
    asks: tuple[str, ...]
    states: tuple[str, ...]
    intro: Any = ""
    danger: bool = False

    @property
    def title(self) -> str:
        """The action's title."""
        return title_of(self.call.action.kind)  # type: ignore[attr-defined]


VERBS = {
    "publish": Verb(
        publish_form, (), (PROPOSED,), gettext_lazy("From then on it is asked. It is refused if it asks what is held.")
    ),
    "time": Verb(
        time_form,
        ("seconds", "entries"),
        (PROPOSED, PUBLISHED),
        gettext_lazy("Time some people filling it in; the middle of their seconds replaces the estimate."),
    ),
    "withdraw": Verb(
        withdraw_form,
        ("reason",),
        (PROPOSED, PUBLISHED),
        gettext_lazy("It is asked no longer; what was sent stays."),
        danger=True,
    ),
}


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


_TONES = {PROPOSED: "warn", PUBLISHED: "ok", WITHDRAWN: "info"}


def _forms_table(rows: list[RegisteredForm]) -> dict[str, Any]:
    heads = [
        Head(_("Form")), Head(_("State")), Head(_("Asked by")), Head(_("Who answers"), priority=2),
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


def form_of(actor: Actor, number: UUID) -> RegisteredForm:
    """A form that concerns the actor; another is not there."""
    found: RegisteredForm | None = registers["forms"].rows(actor).filter(pk=number).first()
    if found is None:
        raise Http404
    return found


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
    heads = [Head(_("Field")), Head(_("Asked")), Head(_("What is held")), Head(_("Where"), priority=2)]
    may = form.state == PROPOSED and actor.holds(DECIDERS, form.unit) and actor.account_id != form.proposer_id
    rows = []
    for one in findings:
        decide = act(_("Decide"), f"/forms/{form.pk}/fields/{one.field.pk}") if may and one.is_undecided else None
        asked = str(_("asked")) if one.field.asked else str(_("filled in from what is held"))
        where = str(one.holding.field.where) if one.holding else ""
        rows.append(row(str(one.field.pk), [text(str(one.field)), text(asked), _verdict(one), text(where)], decide))
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
    if not actor.holds(OWNERS, form.unit):
        return []
    found = [
        link(verb.title, f"/forms/{form.pk}/{name}", _ICONS[name], primary=name == "publish", danger=verb.danger)
        for name, verb in VERBS.items()
        if form.state in verb.states
    ]
    revise = link(title_of("form.revised"), f"/forms/{form.pk}/revise", "edit")
    return [found[0], revise, *found[1:]] if form.state == PROPOSED else found


_ICONS = {"publish": "send", "time": "clock", "withdraw": "close"}


@require_http_methods(["GET", "POST"])
@signed_in
def do(request: HttpRequest, number: UUID, name: str) -> HttpResponse:
    """Publish, withdraw or time a form: one page that says what happens, and a button."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    form, verb = form_of(actor, number), VERBS.get(name)
    if verb is None or not actor.holds(OWNERS, form.unit):
        raise Http404
    return _answered(request, form, verb.call, verb.asks, {"form": str(form.pk)}, verb)


@require_http_methods(["GET", "POST"])
@signed_in
def decide(request: HttpRequest, number: UUID, field: UUID) -> HttpResponse:
    """Decide whether a field is one that is held already, with a reason that stays on record."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    form = form_of(actor, number)
    one: FormField | None = form.fields.filter(pk=field).first()
    if one is None or not actor.holds(DECIDERS, form.unit):
        raise Http404
    doubt = next((f.alike for f in judge(form, clock.today(form.unit.zone)) if f.field.pk == one.pk), None)
    held = labelled(str(doubt.field.where), str(doubt.field)) if doubt else ""
    intro = str(_("“{field}” looks like “{held}”.")).format(field=one, held=held) if doubt else ""
    verb = Verb(decide_likeness, ("same", "reason"), (PROPOSED,), intro)
    return _answered(request, form, decide_likeness, verb.asks, {"field": str(one.pk)}, verb)


def _answered(
    request: HttpRequest, form: RegisteredForm, call: Callable[..., Any], asks: tuple[str, ...], given: dict[str, str],
    verb: Verb,
) -> HttpResponse:  # fmt: skip
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if request.method == "GET":
        return page(request, "pages/form.html", {"form": _asking(request, form, verb, None)})
    try:
        raw = {**given, **{name: request.POST[name] for name in asks if request.POST.get(name, "").strip()}}
        call(actor, **read_parameters(call.action, actor, raw, channel="form"))  # type: ignore[attr-defined]
    except Refused as refused:
        context = {"form": _asking(request, form, verb, refused), "errors": _leading_to_fields(form, refused)}
        return page(request, "pages/form.html", context, status=422)
    told(request, str(_("Done.")))
    return redirect(f"/forms/{form.pk}")


def _leading_to_fields(form: RegisteredForm, refused: Refused) -> list[dict[str, str]]:
    """Each problem as a link: to the field of this page, or to the row of the form where it can be put right."""
    rows = {code: f"/forms/{form.pk}/revise#f-row-{n}" for n, code in form.fields.values_list("position", "code")}
    said = errors_of(refused)
    return [one | {"href": rows.get(p.field, one["href"])} for one, p in zip(said, refused.problems, strict=True)]


def _asking(request: HttpRequest, form: RegisteredForm, verb: Verb, refused: Refused | None) -> dict[str, Any]:
    fields = [_input(name, request.POST.get(name, ""), refused) for name in verb.asks]
    return {
        "title": verb.title, "sub": str(form), "intro": str(verb.intro), "facts": [], "fields": fields,
        "action": request.path, "verb": verb.title, "files": False, "sentence": "", "tick": "",
        "danger": verb.danger, "back_url": f"/forms/{form.pk}",
    }  # fmt: skip


_INPUTS = {"seconds": "number", "entries": "number", "same": "radio", "reason": "text"}


def _input(name: str, value: str, refused: Refused | None) -> dict[str, Any]:
    answers = [("true", _("yes")), ("false", _("no"))] if name == "same" else []
    return {
        "name": name, "label": str(LABELS[name]), "hint": "", "kind": _INPUTS[name], "value": value,
        "errors": said_of(refused, name) if refused else [], "required": True, "unit": "", "autocomplete": "off",
        "choices": [{"value": v, "label": str(w), "chosen": v == value} for v, w in answers],
        "short": False, "accept": "",
    }  # fmt: skip
