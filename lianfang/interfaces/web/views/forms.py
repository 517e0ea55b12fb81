"""A form for any declared action (操作表单), made from its typed parameters; one form serves all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods

from lianfang.capabilities.access.members import ENTERED_BY_LINK
from lianfang.capabilities.upward.layouts import codes_of, layout_named
from lianfang.capabilities.upward.models import FILES
from lianfang.domain.answers import PersonRef
from lianfang.domain.refusals import Refused
from lianfang.domain.roles import Role, may_grant
from lianfang.interfaces.titles import title_of
from lianfang.interfaces.web.views.frame import errors_of, page, said_of, signed_in, told
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.accounts.models import ROLE_NAMES, Account
from lianfang.kernel.accounts.ops import invite
from lianfang.kernel.actions import INSTALLER, Action, registry
from lianfang.kernel.fields import Field, fields_of, is_simple, read_parameters
from lianfang.kernel.kinds import bare_of
from lianfang.kernel.orgs.kinds import KINDS
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import ID_TYPES, PERSON_KINDS
from lianfang.kernel.registers.register import registers
from lianfang.kernel.scope import EVERYTHING, within

MOST_CHOICES = 60
_INPUTS = {date: "date", datetime: "datetime-local", time: "time", bool: "radio"}
_PERSON = (
    ("name", True),
    ("id_type", True),
    ("id_number", False),
    ("id_reason", False),
    ("phone", False),
    ("birth_date", False),
)


@require_http_methods(["GET", "POST"])
@signed_in
def show(request: HttpRequest, kind: str) -> HttpResponse:
    """The form of one action; sent, it is read by the same reader as the API's body."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    declared = registry.get(kind)
    if declared is None or declared.over == INSTALLER or not is_simple(declared) or not actor.roles & set(declared.by):
        raise Http404
    if request.method == "GET":
        return page(request, "pages/form.html", {"form": _form(actor, declared, request.GET, None)})
    try:
        result = declared.call(actor, **read_parameters(declared, actor, _raw(declared, request.POST), channel="form"))
    except Refused as refused:
        context = {"form": _form(actor, declared, request.POST, refused), "errors": errors_of(refused)}
        return page(request, "pages/form.html", context, status=422)
    return _done(request, declared, result)


def _done(request: HttpRequest, declared: Action, result: Any) -> HttpResponse:
    told_done(request, declared, result)
    return redirect(_list_of(declared))


def told_done(request: HttpRequest, declared: Action, result: Any) -> None:
    """Say that it is done; of an account that is new, by which link it is entered."""
    if not isinstance(result, Account) or declared.kind not in ENTERED_BY_LINK:
        told(request, _("Done."))
        return
    with within(EVERYTHING):
        secret = invite(result)
    address = request.build_absolute_uri(f"/first/{secret}")
    text = str(_("Give {name} the account “{account}” and this one-time link, good for 72 hours: {address}"))
    told(request, text.format(name=result.name, account=result.handle, address=address))


def _list_of(declared: Action) -> str:
    for name, register in registers.items():
        if any(function.action.kind == declared.kind for function in register.actions):  # type: ignore[attr-defined]
            return f"/list/{name}"
    return "/today"


def _raw(declared: Action, posted: Mapping[str, str]) -> dict[str, Any]:
    """The form's flat names as the nested body that the reader knows."""
    raw: dict[str, Any] = {}
    for field in fields_of(declared):
        if _annotation(declared, field) is PersonRef:
            person = {
                name: posted[f"{field.name}.{name}"]
                for name, _required in _PERSON
                if posted.get(f"{field.name}.{name}", "").strip()
            }
            raw[field.name] = person
        elif posted.get(field.name, "").strip():
            raw[field.name] = posted[field.name]
    return raw


def _annotation(declared: Action, field: Field) -> Any:
    return bare_of(next(p.annotation for p in declared.parameters if p.name == field.parameter))


def _form(actor: Actor, declared: Action, given: Mapping[str, str], refused: Refused | None) -> dict[str, Any]:
    fields = [one for field in fields_of(declared) for one in _fields(actor, declared, field, given, refused)]
    return {
        "title": title_of(declared.kind),
        "sub": "",
        "intro": "",
        "facts": [],
        "fields": fields,
        "action": f"/do/{declared.kind}",
        "verb": str(_("Save")),
        "files": False,
        "sentence": "",
        "tick": "",
        "danger": False,
        "back_url": _list_of(declared),
    }


def _fields(
    actor: Actor, declared: Action, field: Field, given: Mapping[str, str], refused: Refused | None
) -> list[dict[str, Any]]:
    annotation = _annotation(declared, field)
    if annotation is PersonRef:
        return [
            _one(
                f"{field.name}.{name}",
                _person_label(name),
                "select" if name == "id_type" else "date" if name == "birth_date" else "text",
                required,
                given,
                refused,
                ID_TYPES if name == "id_type" else (),
            )
            for name, required in _PERSON
        ]
    choices = _choices(actor, declared, field, annotation)
    kind = "select" if choices and annotation is not bool else _INPUTS.get(annotation, "text")
    return [_one(field.name, _label(declared, field), kind, field.required, given, refused, choices)]


def _label(declared: Action, field: Field) -> str:
    of_no_person = field.name == "name" and declared.kind.startswith(("unit.", "zone.", "recipient."))
    return pgettext("of a unit", "Name") if of_no_person else str(field.label)


def _one(
    name: str,
    label: str,
    kind: str,
    required: bool,
    given: Mapping[str, str],
    refused: Refused | None,
    choices: Iterable[tuple[str, Any]],
) -> dict[str, Any]:
    value = given.get(name, "")
    return {
        "name": name,
        "label": label,
        "hint": "",
        "kind": kind,
        "value": value,
        "errors": said_of(refused, name) if refused else [],
        "required": required,
        "unit": "",
        "choices": [{"value": v, "label": str(w), "chosen": v == value} for v, w in choices],
        "autocomplete": "off",
        "short": kind in ("date", "time"),
        "accept": "",
    }


def _person_label(name: str) -> str:
    words = {
        "name": _("Name"),
        "id_type": _("Document"),
        "id_number": _("ID number"),
        "id_reason": _("Why there is no document"),
        "phone": _("Phone"),
        "birth_date": _("Born on"),
    }
    return str(words[name])


def _choices(  # noqa: PLR0911  a line a kind of field
    actor: Actor, declared: Action, field: Field, annotation: Any
) -> list[tuple[str, Any]]:
    if annotation is bool:
        return [("true", _("yes")), ("false", _("no"))]
    if annotation is Unit:
        return _units(actor)
    if field.name == "role":
        return [(role, ROLE_NAMES[role]) for role in Role if any(may_grant(own, role) for own in actor.roles)]
    if field.name == "line":
        return [("territory", _("territory")), ("sector", _("sector"))]
    if declared.kind == "recipient.named" and field.name in ("file", "layout"):
        return FILES if field.name == "file" else _layouts(actor)
    if field.name == "kind":
        return list(KINDS if declared.kind.startswith("unit.") else PERSON_KINDS)
    return []


def _layouts(actor: Actor) -> list[tuple[str, Any]]:
    """The layouts of the unit whose pages are opened first, by title."""
    return [(code, str(layout_named(actor.home, code))) for code in codes_of(actor.home)] if actor.home else []


def _units(actor: Actor) -> list[tuple[str, Any]]:
    """The units to choose from, when they are few; otherwise the code is typed."""
    found = list(registers["units"].rows(actor).order_by("path")[: MOST_CHOICES + 1])
    return [(unit.code, f"{unit} ({unit.code})") for unit in found] if len(found) <= MOST_CHOICES else []
