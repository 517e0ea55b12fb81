"""Proposing and revising a form (申报报表): one row a field, bound to what is held or new, filled in or asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lianfang.capabilities.burden.actions import OWNERS, extend_form, propose_form, revise_form
from lianfang.capabilities.burden.designing import MOST_FIELDS
from lianfang.capabilities.burden.dictionary import dictionary
from lianfang.capabilities.burden.models import (
    ANSWERED_BY,
    FIELD_KINDS,
    FREQUENCIES,
    PROPOSED,
    PUBLISHED,
    RegisteredForm,
)
from lianfang.capabilities.burden.values import written
from lianfang.domain.refusals import Problem, Refused
from lianfang.interfaces.titles import labelled, title_of
from lianfang.interfaces.web.views.form_deeds import form_of
from lianfang.interfaces.web.views.frame import errors_of, page, said_of, signed_in, told
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.fields import LABELS, read_parameters

ROWS, MORE_ROWS = 8, 4
ABOUT = ("unit", "code", "title", "title_en", "purpose", "answered_by", "frequency", "seconds")
NEEDED = frozenset(ABOUT) - {"title_en"}
CHOICES: Mapping[str, list[tuple[str, Any]]] = {"answered_by": ANSWERED_BY, "frequency": FREQUENCIES}
PLAIN = ("code", "zh", "en", "kind", "held_as", "asked", "required", "at_most", "choices")
TYPED = ("zh", "en", "kind", "held_as", "code", "minimum", "maximum")
_ROW = re.compile(r"(?:zh|held_as)-(\d{1,3})")
_CODED = re.compile(r"([a-z][a-z0-9_]{1,38})\s*[:：]\s*(.+)")
_ACTS = {PROPOSED: "form.revised", PUBLISHED: "form.extended"}
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
    return _edited(request, number, PROPOSED, revise_form)


@require_http_methods(["GET", "POST"])
@signed_in
def extend(request: HttpRequest, number: UUID) -> HttpResponse:
    """Propose the next version of a published form, beginning with the fields it has."""
    return _edited(request, number, PUBLISHED, extend_form)


def _edited(request: HttpRequest, number: UUID, state: str, act: Callable[..., Any]) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    form = form_of(actor, number)
    if form.state != state or not actor.holds(OWNERS, form.unit):
        raise Http404
    if request.method == "GET":
        return _page(request, form, {}, _kept(form), None)
    fields = _fields(request.POST)
    if request.POST.get("more"):
        return _page(request, form, {}, fields, None, more=True)
    try:
        found = act(actor, form=form, fields=fields)
    except Refused as refused:
        return _page(request, form, {}, fields, refused)
    told(request, str(_("Done.")))
    return redirect(f"/forms/{found.pk}")


def _kept(form: RegisteredForm) -> list[dict[str, Any]]:
    """The fields of a form as they would be typed."""
    fields = list(form.fields.order_by("position"))
    return [{**{name: getattr(one, name) for name in PLAIN}, **_bounds(one)} for one in fields]


def _bounds(one: Any) -> dict[str, str]:
    given = {"minimum": one.minimum, "maximum": one.maximum}
    return {name: "" if value is None else written(value) for name, value in given.items()}


def _fields(posted: Mapping[str, str]) -> list[dict[str, Any]]:
    """The rows that somebody has written in, in their order."""
    numbers = sorted({int(found[1]) for name in posted if (found := _ROW.fullmatch(name))})[:MOST_FIELDS]
    rows = {n: _field(posted, n) for n in numbers}
    kept = [n for n in numbers if rows[n]["zh"] or rows[n]["en"] or rows[n]["held_as"]]
    for n in kept:
        rows[n]["at_most"] = _named(posted.get(f"at_most-{n}", "").strip(), rows)
    return [rows[n] for n in kept]


def _named(given: str, rows: Mapping[int, Mapping[str, Any]]) -> str:
    """The code of the field of this number, as the page counts them; what is no such number is refused by its name."""
    whole = rows.get(int(given) - 1) if given.isdecimal() else None
    return str(whole["code"]) if whole else given


def _field(posted: Mapping[str, str], n: int) -> dict[str, Any]:
    given: dict[str, Any] = {name: posted.get(f"{name}-{n}", "").strip() for name in TYPED}
    held = dictionary(clock.now().date()).get(given["held_as"])
    given["zh"] = given["zh"] or (held.zh if held else "")
    given["en"] = given["en"] or (held.en if held else "")
    code = given["code"] or _slug(given["en"])
    fits = len(code) > 1 and code[0].isalpha()
    ticks = {"asked": posted.get(f"fill-{n}") != "yes", "required": posted.get(f"optional-{n}") != "yes"}
    choices = _choices(posted.get(f"choices-{n}", ""))
    return {**given, "code": code if fits else f"field_{n + 1}", **ticks, "choices": choices}


def _slug(words: str) -> str:
    return _NOT_A_CODE.sub("_", words.casefold()).strip("_")[:30]


def _choices(typed: str) -> list[dict[str, str]]:
    """One choice a line: "充足 | Enough", or with its code before it, "enough: 充足 | Enough"."""
    lines = [line.strip() for line in typed.splitlines() if line.strip()]
    return [_choice(n, line) for n, line in enumerate(lines, 1)]


def _choice(n: int, line: str) -> dict[str, str]:
    found = _CODED.fullmatch(line)
    zh, _bar, en = (part.strip() for part in (found[2] if found else line).replace("｜", "|").partition("|"))
    code = found[1] if found else _slug(en)
    return {"code": code if len(code) > 1 and code[0].isalpha() else f"choice_{n}", "zh": zh, "en": en}


def _page(
    request: HttpRequest, form: RegisteredForm | None, given: Mapping[str, str], fields: list[dict[str, Any]],
    refused: Refused | None, *, more: bool = False,
) -> HttpResponse:  # fmt: skip
    known = dictionary(clock.now().date())
    held = [(one.key, labelled(str(one.where), str(one))) for one in known.values()]
    rows = max(ROWS, len(fields) + (MORE_ROWS if more else 1))
    proposal = {
        "title": title_of(_ACTS[form.state] if form else "form.proposed"),
        "sub": str(form or ""),
        "about": [] if form else [_about(name, given, refused) for name in ABOUT],
        "rows": [_row(n, fields, held, refused) for n in range(min(rows, MOST_FIELDS))],
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


def _row(
    n: int, fields: list[dict[str, Any]], held: list[tuple[str, str]], refused: Refused | None
) -> dict[str, Any]:  # fmt: skip
    one = fields[n] if n < len(fields) else {}
    problems = [p for p in refused.problems if p.field.startswith(f"fields[{n}]")] if refused else []
    return {
        "n": n,
        **{name: one.get(name, "") for name in ("code", "zh", "en", "minimum", "maximum")},
        "at_most": _number(one.get("at_most", ""), fields),
        "choices": "\n".join(_line(choice) for choice in one.get("choices", ())),
        "fill": one.get("asked") is False,
        "optional": one.get("required") is False,
        "ruled": any(one.get(name) for name in ("minimum", "maximum", "at_most", "choices")),
        "held": [{"value": key, "label": label, "chosen": key == one.get("held_as")} for key, label in held],
        "kinds": [{"value": v, "label": str(w), "chosen": v == (one.get("kind") or "text")} for v, w in FIELD_KINDS],
        "bad": bool(problems),
    }


def _number(code: str, fields: list[dict[str, Any]]) -> str:
    """The number, as the page counts them, of the field of this code."""
    return next((str(n) for n, one in enumerate(fields, 1) if code and one["code"] == code), code)


def _line(choice: Mapping[str, str]) -> str:
    return f"{choice['code']}: {choice['zh']}" + (f" | {choice['en']}" if choice["en"] else "")
