"""The cross table of a form (交叉表) over HTTP: every cell with what it is of and not of, or the table as a file."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from typing import Any

from django.http import FileResponse

from lianfang.capabilities.burden.cross import Cell, CrossTable
from lianfang.capabilities.burden.models import RegisteredForm
from lianfang.domain.refusals import Refused
from lianfang.interfaces.api.endpoint import Call
from lianfang.interfaces.api.listing import MEDIA
from lianfang.interfaces.api.reach import out_of_reach, unit_within
from lianfang.interfaces.api.requests import read_query
from lianfang.interfaces.cross_tables import ASKED, heads, labels, lines, plain, table_asked
from lianfang.interfaces.exchange.exports import note_export
from lianfang.interfaces.exchange.writing import Kind, open_writer
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.registers.register import registers

FILES: tuple[Kind, ...] = ("csv", "xlsx")


def show_cross(call: Call) -> Any:
    """The cross table that is asked for, as JSON or as a file."""
    asked = read_query(call.request, [*ASKED, "format"])
    kind = asked.get("format") or "json"
    if kind not in ("json", *FILES):
        raise Refused("choice.unknown", "format", choices=("json", *FILES))
    form = form_within(call.actor, call.path["code"])
    home = call.actor.home or form.unit
    unit = unit_within(call.actor, asked.get("unit") or home.code)
    table = table_asked(form, unit, asked)
    return _shown(table) if kind == "json" else _file(call.actor, table, "csv" if kind == "csv" else "xlsx")


def form_within(actor: Actor, code: str) -> RegisteredForm:
    """The newest version that was ever asked of a form that concerns the actor."""
    plain_code = code if code.isprintable() else ""
    rows = registers["forms"].rows(actor).filter(code=plain_code, published_at__isnull=False)
    form: RegisteredForm | None = rows.order_by("-version").first()
    if form is None:
        raise out_of_reach(actor, "form")
    return form


def _shown(table: CrossTable) -> dict[str, Any]:
    return {
        "form": table.form.code,
        "version": table.form.version,
        "unit": table.unit.code,
        "from": table.since.isoformat(),
        "to": table.until.isoformat(),
        "rows": table.rows,
        "columns": table.columns,
        "sum": table.summed.code if table.summed else None,
        "row_keys": _keys(table, table.rows, table.row_keys),
        "column_keys": _keys(table, table.columns, table.column_keys),
        "cells": [{"row": r, "column": c, **_cell(cell)} for (r, c), cell in sorted(table.cells.items())],
        "row_sums": [{"row": key, **_cell(table.row_sums[key])} for key in table.row_keys],
        "column_sums": [{"column": key, **_cell(table.column_sums[key])} for key in table.column_keys],
        "total": _cell(table.total),
    }


def _keys(table: CrossTable, way: str, keys: tuple[str, ...]) -> list[dict[str, str]]:
    return [{"key": key, "label": word} for key, word in labels(table, way, keys).items()]


def _cell(cell: Cell) -> dict[str, Any]:
    """Zero is 0; a decimal is text, so that it loses no digit; null has its reason in `state`."""
    value = None if cell.value is None else plain(cell.value)
    counts = {name: getattr(cell, name) for name in ("filled", "given", "unknown", "not_asked", "missing")}
    return {"value": value if value is None or isinstance(value, int) else format(value, "f"),
            "state": cell.state, **counts}  # fmt: skip


def _file(actor: Actor, table: CrossTable, kind: Kind) -> FileResponse:
    target, count = tempfile.TemporaryFile(), 0  # noqa: SIM115  the response closes it
    with open_writer(kind, target, heads(table), sheet=table.form.code) as writer:
        for line in lines(table):
            writer.row(line)
            count += 1
    target.seek(0)
    words = f"unit,from,to,{table.rows},{table.columns}" + (f",{table.summed.code}" if table.summed else "")
    leaving = {"register": f"cross-table:{table.form.code}", "rows": count, "file": kind, "filters": words}
    note_export(replace(actor, may_write=True), unit=actor.home, **leaving)  # leaving a trace is no writing
    name = f"{table.form.code}-{table.until.isoformat()}.{kind}"
    return FileResponse(target, as_attachment=True, filename=name, content_type=MEDIA[kind])
