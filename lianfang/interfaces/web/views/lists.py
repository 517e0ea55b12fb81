"""Registers as pages (台账页): filters in the address, pages by cursor, a file one click away."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.text import capfirst
from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext as _

from lianfang.domain.refusals import Refused
from lianfang.interfaces.subjects import words_of
from lianfang.interfaces.titles import code_words, event_words, fact_words, labelled, listed, title_of
from lianfang.interfaces.web.views.frame import errors_of, page, signed_in
from lianfang.interfaces.web.views.rules_words import rule_numbers
from lianfang.kernel.accounts.actor import SYSTEM, Actor
from lianfang.kernel.audit.models import Event
from lianfang.kernel.policies.models import RulePack
from lianfang.kernel.registers.paging import Page
from lianfang.kernel.registers.paging import page as paged
from lianfang.kernel.registers.register import Column, Register, registers
from lianfang.kernel.registers.values import as_text

SIZE = 50
IMPORTS = {"units": "/import?what=units", "persons": "/import?what=people", "sojourns": "/import?what=sojourns"}
"""Register -> where a file of its rows is brought in."""
_OWN = {"cursor", "size"}
_DOERS = frozenset({"by", "actor_name", "signer"})
"""Columns that name who did something: a person, or the system without one."""


@signed_in
def show(request: HttpRequest, name: str) -> HttpResponse:
    """One register, as far as the actor may see it."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    register = registers.get(name)
    if register is None or not register.open_to(actor):
        raise Http404
    asked = {key: str(value) for key, value in request.GET.items() if key not in _OWN}
    errors: list[dict[str, str]] = []
    try:
        found = paged(register.chosen(actor, asked), register.order, cursor=request.GET.get("cursor", ""), size=SIZE)
    except Refused as refused:
        found, errors = Page([], ""), errors_of(refused)
    context = {"register": _context(actor, register, found, asked, request), "errors": errors}
    return page(request, "pages/register.html", context, status=422 if errors else 200)


def _context(
    actor: Actor, register: type[Register], found: Page, asked: Mapping[str, str], request: HttpRequest
) -> dict[str, Any]:
    here = f"/list/{register.name}"
    words = _asked_words(register, asked)
    return {
        "title": str(register.title),
        "sub": "",
        "filters": _filters(register, asked),
        "filter_url": here,
        "filter_words": words,
        "clear_url": here,
        "tabs": [],
        "table": table_of(register, found.rows, _zone(actor)),
        "pager": _pager(here, asked, found, request),
        "empty": _empty(words, here),
        "exports": _exports(register, asked),
        "add": _adding(actor, register),
        "import_url": IMPORTS.get(register.name, ""),
        "batch": None,
        "note": str(_("Numbers and phones are masked; opening one asks for a reason and is logged."))
        if register.people
        else "",
    }


def _asked_words(register: type[Register], asked: Mapping[str, str]) -> str:
    labels = {one.name: capfirst(str(one.label)) for one in register.filters} | {"search": str(_("Search"))}
    return listed(labelled(labels.get(name) or name, value) for name, value in asked.items() if value)


def _zone(actor: Actor) -> tzinfo:
    return actor.home.zone if actor.home else get_current_timezone()


def _filters(register: type[Register], asked: Mapping[str, str]) -> list[dict[str, Any]]:
    fields = [_field("search", str(_("Search")), "search", asked.get("search", ""), [])] if register.search else []
    for one in register.filters:
        kind = "select" if one.choices else "date" if one.name in ("day", "from", "to") else "text"
        choices = [{"value": "", "label": str(_("all")), "chosen": not asked.get(one.name)}] if one.choices else []
        choices += [{"value": v, "label": str(w), "chosen": asked.get(one.name) == v} for v, w in one.choices]
        fields.append(_field(one.name, capfirst(str(one.label) or one.name), kind, asked.get(one.name, ""), choices))
    return fields


def _field(name: str, label: str, kind: str, value: str, choices: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "name": name,
        "label": label,
        "hint": "",
        "kind": kind,
        "value": value,
        "errors": [],
        "required": False,
        "unit": "",
        "choices": choices,
        "autocomplete": "off",
        "short": True,
        "accept": "",
    }


def table_of(register: type[Register], rows: list[Any], zone: tzinfo) -> dict[str, Any]:
    """A register's rows as the table part shows them."""
    columns = [one for one in register.columns if one.kind != "key"]
    heading = next((i for i, c in enumerate(columns) if c.kind in ("person", "masked", "code", "unit")), 0)
    heads = [
        {
            "label": capfirst(str(c.label)),
            "priority": c.priority,
            "numeric": c.kind in ("amount", "number", "small"),
            "sort_url": "",
            "sorted": "",
        }
        for c in columns
    ]
    said = words_of(rows) if register.model is Event else {}
    return {
        "caption": str(register.title),
        "selectable": False,
        "columns": heads,
        "totals": None,
        "rows": [_row(register, row, heading, zone, said) for row in rows],
    }


def _row(
    register: type[Register], row: Any, heading: int, zone: tzinfo, said: Mapping[tuple[Any, str], str]
) -> dict[str, Any]:
    url = register.address(row) if register.address else ""
    cells = [
        _said(said[row.pk, column.name])
        if (row.pk, column.name) in said
        else _cell(column, row, url if i == heading else "", zone)
        for i, column in enumerate(c for c in register.columns if c.kind != "key")
    ]
    return {"key": str(row.pk), "state": "", "url": url, "cells": cells, "heading": heading, "action": None}


def _said(words: str) -> dict[str, Any]:
    return {"kind": "text", "value": words, "url": "", "word": "", "state": "", "of": None, "label": ""}


def _cell(column: Column, row: Any, url: str, zone: tzinfo) -> dict[str, Any]:
    value = column.value(row)
    cell = {"kind": "text", "value": value, "url": url, "word": "", "state": "", "of": None, "label": ""}
    if column.kind in ("amount", "number", "small"):
        return {
            **cell,
            "kind": "number",
            "value": Decimal(as_text(value, zone)) if isinstance(value, Decimal) else value,
        }
    if column.kind == "day":
        return {**cell, "kind": "short", "value": "" if value is None else value.isoformat()}
    if column.kind == "moment":
        return {**cell, "kind": "short", "value": _text(column, row, value, zone)}
    if column.kind == "state":
        return {**cell, "kind": "status", "word": None}
    if column.kind == "flag":
        return {**cell, "value": str(_("yes")) if value else str(_("no"))}
    return {**cell, "kind": "name" if url else "text", "value": _text(column, row, value, zone)}


def _text(column: Column, row: Any, value: Any, zone: tzinfo) -> str:
    if column.kind == "choice" and hasattr(row, f"get_{column.name}_display"):
        return str(getattr(row, f"get_{column.name}_display")())
    if column.name in _DOERS and value == SYSTEM.name:
        return str(_("the system itself"))
    if column.name == "kind" and isinstance(row, Event):
        return event_words(value)
    if type(value) is dict:
        return rule_numbers(value) if isinstance(row, RulePack) else fact_words(value)
    return "" if value in (None, "") else as_text(code_words(column.name, value), zone)


def _pager(here: str, asked: Mapping[str, str], found: Page, request: HttpRequest) -> dict[str, Any] | None:
    if not found.next and not request.GET.get("cursor"):
        return None
    following = f"{here}?{urlencode({**asked, 'cursor': found.next})}" if found.next else ""
    first = f"{here}?{urlencode(asked)}" if request.GET.get("cursor") else ""
    return {
        "first": 1 if found.rows else 0,
        "last": len(found.rows),
        "total": None,
        "previous_url": first,
        "next_url": following,
    }


def _empty(words: str, here: str) -> dict[str, Any]:
    if words:
        actions = [{"label": str(_("Clear the filters")), "url": here, "primary": True}]
        return {"kind": "filtered", "title": str(_("Nothing matches")), "detail": words, "actions": actions}
    return {"kind": "new", "title": str(_("Nothing here yet")), "detail": "", "actions": []}


def _exports(register: type[Register], asked: Mapping[str, str]) -> list[dict[str, str]]:
    at = f"/api/v1/{register.name}/"
    return [{"label": kind.upper(), "url": f"{at}?{urlencode({**asked, 'format': kind})}"} for kind in ("xlsx", "csv")]


def _adding(actor: Actor, register: type[Register]) -> dict[str, str] | None:
    for function in register.actions:
        declared = function.action  # type: ignore[attr-defined]
        if actor.roles & set(declared.by):
            return {"label": title_of(declared.kind), "url": f"/do/{declared.kind}"}
    return None
