"""Acts on a form as pages (报表办理): publish, time, withdraw, decide; a page that says what happens, and a button."""

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
from lianfang.capabilities.burden.gate import judge
from lianfang.capabilities.burden.models import (
    PROPOSED,
    PUBLISHED,
    FormField,
    RegisteredForm,
)
from lianfang.domain.refusals import Refused
from lianfang.interfaces.titles import labelled, title_of
from lianfang.interfaces.web.views.frame import errors_of, page, said_of, signed_in, told
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.fields import LABELS, read_parameters
from lianfang.kernel.registers.register import registers


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


def form_of(actor: Actor, number: UUID) -> RegisteredForm:
    """A form that concerns the actor; another is not there."""
    found: RegisteredForm | None = registers["forms"].rows(actor).filter(pk=number).first()
    if found is None:
        raise Http404
    return found


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
