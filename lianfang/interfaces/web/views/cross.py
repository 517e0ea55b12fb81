"""The page of a cross table (交叉表页): what to divide by, the table with its gaps, and the same as a file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from lianfang.capabilities.burden.cross import AT_LEAST, Cell, CrossTable, dimensions, fields_of, sums
from lianfang.capabilities.burden.models import PEOPLE, RegisteredForm
from lianfang.domain.refusals import Refused
from lianfang.interfaces.cross_tables import (
    ASKED,
    STATE_WORDS,
    WAYS,
    labels,
    plain,
    table_asked,
    way_word,
)
from lianfang.interfaces.titles import listed
from lianfang.interfaces.web.views.form_deeds import form_of
from lianfang.interfaces.web.views.frame import errors_of, page, signed_in, unit_of
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.orgs.models import Unit

MOST_COLUMNS, MOST_ROWS = 40, 400  # of a page; more are in the file


@signed_in
def show(request: HttpRequest, number: UUID) -> HttpResponse:
    """Two ways to divide, a number to add up, the days; below the table what every figure is not of."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    form = form_of(actor, number)
    if form.published_at is None or actor.home is None:
        raise Http404
    asked = {name: request.GET[name] for name in ASKED if request.GET.get(name, "").strip()}
    unit = _held(actor, unit_of(actor, asked.get("unit") or actor.home.code))
    try:
        table, errors = table_asked(form, unit, asked), []
    except Refused as refused:
        table, errors = None, errors_of(refused)
    context = {"cross": _context(form, unit, asked, table), "errors": errors}
    return page(request, "pages/cross.html", context, status=422 if errors else 200)


def _held(actor: Actor, unit: Unit) -> Unit:
    """The unit, if the actor holds a duty over it; a member's own class is not one."""
    if not any(post.unit.covers(unit) for post in actor.posts):
        raise Http404
    return unit


def _context(form: RegisteredForm, unit: Unit, asked: Mapping[str, str], table: CrossTable | None) -> dict[str, Any]:
    given = {**asked, "unit": unit.code}
    files = [
        {"label": kind.upper(), "url": f"/api/v1/forms/{form.code}/cross-table?{urlencode({**given, 'format': kind})}"}
        for kind in ("xlsx", "csv")
    ]
    return {
        "title": str(form),
        "unit": str(unit),
        "code": unit.code,
        "back_url": f"/forms/{form.pk}",
        "filters": _filters(form, given, table),
        "table": _table(table, given) if table and table.row_keys else None,
        "note": _note(table) if table else "",
        "said": _said(table) if table else "",
        "exports": files if table and table.row_keys else [],
    }


def _filters(form: RegisteredForm, given: Mapping[str, str], table: CrossTable | None) -> list[dict[str, Any]]:
    fields = fields_of(form)
    words = {**{way: str(word) for way, word in WAYS.items()}, **{one.code: str(one) for one in fields}}
    rows, columns = (table.rows, table.columns) if table else (given.get("rows", ""), given.get("columns", ""))
    ways = dimensions(fields)
    since, until = (str(table.since), str(table.until)) if table else (given.get("from", ""), given.get("to", ""))
    counted = [("", str(_("forms filled in"))), *((one.code, str(one)) for one in sums(fields))]
    return [
        _select("rows", pgettext("of a table", "Rows"), [(way, words[way]) for way in ways], rows),
        _select("columns", _("Columns"), [(way, words[way]) for way in ways], columns),
        _select("sum", _("Add up"), counted, given.get("sum", "")),
        {"name": "from", "label": str(_("From")), "kind": "date", "value": since, "choices": []},
        {"name": "to", "label": str(_("To")), "kind": "date", "value": until, "choices": []},
    ]


def _select(name: str, label: Any, choices: Iterable[tuple[str, str]], value: str) -> dict[str, Any]:
    offered = [{"value": v, "label": w, "chosen": v == value} for v, w in choices]
    return {"name": name, "label": str(label), "kind": "select", "value": value, "choices": offered}


def _table(table: CrossTable, given: Mapping[str, str]) -> dict[str, Any]:
    columns, rows = table.column_keys[:MOST_COLUMNS], table.row_keys[:MOST_ROWS]
    column_words, row_words = labels(table, table.columns, columns), labels(table, table.rows, rows)
    return {
        "corner": way_word(table, table.rows),
        "columns": [column_words[key] for key in columns],
        "rows": [
            {
                "word": row_words[key],
                "cells": [_cell(table.cell(key, column), column_words[column]) for column in columns],
                "total": _cell(table.row_sums[key], str(_("Total"))),
            }
            for key in rows
        ],
        "totals": [_cell(table.column_sums[column], column_words[column]) for column in columns],
        "total": _cell(table.total, str(_("Total"))),
    }


def _cell(cell: Cell, column: str) -> dict[str, Any]:
    """A figure, or the word for why there is none; below it how many forms it is not of."""
    return {
        "value": None if cell.value is None else plain(cell.value),
        "word": "" if cell.value is not None else str(STATE_WORDS[cell.state]),
        "at_least": cell.state == AT_LEAST,
        "state": cell.state,
        "note": _gaps(cell),
        "column": column,
    }


def _gaps(cell: Cell) -> str:
    """What is not in the figure; a single form that is not there is said by the word of the cell already."""
    if cell.value is None and cell.missing + cell.unknown + cell.not_asked == 1:
        return ""
    counts = [
        (cell.missing, ngettext("{n} missing", "{n} missing", cell.missing)),
        (cell.unknown, ngettext("{n} unknown", "{n} unknown", cell.unknown)),
        (cell.not_asked, ngettext("{n} not asked", "{n} not asked", cell.not_asked)),
    ]
    return listed(said.format(n=n) for n, said in counts if n)


def _said(table: CrossTable) -> str:
    what = str(table.summed) if table.summed else str(_("forms filled in"))
    return str(_("{what}, {since} to {until}")).format(what=what, since=table.since, until=table.until)


def _note(table: CrossTable) -> str:
    more = len(table.column_keys) > MOST_COLUMNS or len(table.row_keys) > MOST_ROWS
    kept = str(_("0 was given as zero. Missing, unknown and not asked are no zeros and are in no sum."))
    if table.form.answered_by == PEOPLE:
        kept += " " + str(_("Who has not filled it in is listed by class and not counted here."))
    return f"{kept} {_('The page shows a part; the file has everything.')}" if more else kept
