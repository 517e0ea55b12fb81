"""Proposing and revising a form (申报报表): one row a field, bound to what is held or new, filled in or asked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lianfang.capabilities.burden.actions import MOST_FIELDS, OWNERS, propose_form, revise_form
from lianfang.capabilities.burden.dictionary import dictionary
from lianfang.capabilities.burden.models import (
    ANSWERED_BY,
    FIELD_KINDS,
    FREQUENCIES,
    PROPOSED,
    RegisteredForm,
)
from lianfang.domain.refusals import Problem, Refused
from lianfang.interfaces.titles import labelled, title_of
from lianfang.interfaces.web.views.frame import errors_of, page, said_of, signed_in, told
from lianfang.interfaces.web.views.registered import form_of
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.fields import LABELS, read_parameters

ROWS, MORE_ROWS = 8, 4
ABOUT = ("unit", "code", "title", "title_en", "purpose", "answered_by", "frequency", "seconds")
NEEDED = frozenset(ABOUT) - {"title_en"}
CHOICES: Mapping[str, list[tuple[str, Any]]] = {"answered_by": ANSWERED_BY, "frequency": FREQUENCIES}
_ROW = re.compile(r"(?:zh|held_as)-(\d{1,3})")
_NOT_A_CODE = re.compile(r"[^a-z0-9]+")


@require_http_methods(["GET", "POST"])
@signed_in
def propose(request: HttpRequest) -> HttpResponse:
    """Propose a form; what was typed stays while fields are refused or rows are added."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if actor.home is None or not actor.holds(OWNERS, actor.home):
        raise Http404
    if request.method == "GET":
        return _page(request, None, {"unit": actor.home.code}, [], None)
    fields = _fields(request.POST)
    if request.POST.get("more"):
        return _page(request, None, request.POST, fields, None, more=True)
    try:
        raw = {name: request.POST[name] for name in ABOUT if request.POST.get(name, "").strip()}
        action = propose_form.action  # type: ignore[attr-defined]
        form = propose_form(actor, **read_parameters(action, actor, {**raw, "fields": fields}, channel="form"))
    except Refused as refused:
        return _page(request, None, request.POST, fields, refused)
    told(request, str(_("Proposed. It is asked when it has been published.")))
    return redirect(f"/forms/{form.pk}")


@require_http_methods(["GET", "POST"])
@signed_in
def revise(request: HttpRequest, number: UUID) -> HttpResponse:
    """Give a proposed form other fields."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    form = form_of(actor, number)
    if form.state != PROPOSED or not actor.holds(OWNERS, form.unit):
        raise Http404
    if request.method == "GET":
        kept = form.fields.order_by("position").values("code", "zh", "en", "kind", "held_as", "asked")
        return _page(request, form, {}, [dict(one) for one in kept], None)
    fields = _fields(request.POST)
    if request.POST.get("more"):
        return _page(request, form, {}, fields, None, more=True)
    try:
        revise_form(actor, form=form, fields=fields)
    except Refused as refused:
        return _page(request, form, {}, fields, refused)
    told(request, str(_("Done.")))
    return redirect(f"/forms/{form.pk}")


def _fields(posted: Mapping[str, str]) -> list[dict[str, Any]]:
    """The rows that somebody has written in, in their order."""
    numbers = sorted({int(found[1]) for name in posted if (found := _ROW.fullmatch(name))})[:MOST_FIELDS]
    rows = [_field(posted, n) for n in numbers]
    return [one for one in rows if one["zh"] or one["en"] or one["held_as"]]


def _field(posted: Mapping[str, str], n: int) -> dict[str, Any]:
    given = {name: posted.get(f"{name}-{n}", "").strip() for name in ("zh", "en", "kind", "held_as", "code")}
    held = dictionary(clock.now().date()).get(given["held_as"])
    given["zh"] = given["zh"] or (held.zh if held else "")
    given["en"] = given["en"] or (held.en if held else "")
    code = given["code"] or _NOT_A_CODE.sub("_", given["en"].casefold()).strip("_")[:30]
    fits = len(code) > 1 and code[0].isalpha()
    return {**given, "code": code if fits else f"field_{n + 1}", "asked": posted.get(f"fill-{n}") != "yes"}


def _page(
    request: HttpRequest, form: RegisteredForm | None, given: Mapping[str, str], fields: list[dict[str, Any]],
    refused: Refused | None, *, more: bool = False,
) -> HttpResponse:  # fmt: skip
    known = dictionary(clock.now().date())
    held = [(one.key, labelled(str(one.where), str(one))) for one in known.values()]
    rows = max(ROWS, len(fields) + (MORE_ROWS if more else 1))
    proposal = {
        "title": title_of("form.revised" if form else "form.proposed"),
        "sub": str(form or ""),
        "about": [] if form else [_about(name, given, refused) for name in ABOUT],
        "rows": [_row(n, fields[n] if n < len(fields) else {}, held, refused) for n in range(min(rows, MOST_FIELDS))],
        "errors": said_of(refused, "fields") if refused else [],
        "action": request.path,
        "back_url": f"/forms/{form.pk}" if form else "/forms",
    }
    context: dict[str, Any] = {"proposal": proposal}
    if refused:
        context["errors"] = errors_of(Refused([_placed(problem) for problem in refused.problems]))
    return page(request, "pages/form_proposal.html", context, status=422 if refused else 200)


def _placed(problem: Problem) -> Problem:
    """`fields[2].zh` is the third row."""
    found = re.fullmatch(r"fields\[(\d+)\].*", problem.field)
    if not found:
        return problem
    said = str(_("Field {n}")).format(n=int(found[1]) + 1)
    return Problem(problem.code, f"row-{found[1]}", column=said, facts=problem.facts)


def _about(name: str, given: Mapping[str, str], refused: Refused | None) -> dict[str, Any]:
    value, choices = given.get(name, ""), CHOICES.get(name, [])
    return {
        "name": name, "label": str(LABELS[name]), "hint": _hint(name), "kind": _kind(name), "value": value,
        "errors": said_of(refused, name) if refused else [], "required": name in NEEDED, "unit": "",
        "choices": [{"value": v, "label": str(w), "chosen": v == value} for v, w in choices],
        "autocomplete": "off", "short": False, "accept": "",
    }  # fmt: skip


def _kind(name: str) -> str:
    return "select" if name in CHOICES else "number" if name == "seconds" else "text"


def _hint(name: str) -> str:
    hints = {
        "unit": _("Everybody or every unit under it is asked."),
        "code": _("Small letters, digits and _, such as return_to_school."),
        "seconds": _("Try it out: how many seconds does filling it in take?"),
    }
    return str(hints.get(name, ""))


def _row(n: int, one: Mapping[str, Any], held: list[tuple[str, str]], refused: Refused | None) -> dict[str, Any]:
    problems = [p for p in refused.problems if p.field.startswith(f"fields[{n}]")] if refused else []
    return {
        "n": n,
        "code": one.get("code", ""),
        "zh": one.get("zh", ""),
        "en": one.get("en", ""),
        "fill": one.get("asked") is False,
        "held": [{"value": key, "label": label, "chosen": key == one.get("held_as")} for key, label in held],
        "kinds": [{"value": v, "label": str(w), "chosen": v == (one.get("kind") or "text")} for v, w in FIELD_KINDS],
        "bad": bool(problems),
    }
