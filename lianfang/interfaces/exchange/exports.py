"""Registers on their way out (导出): CSV, XLSX or NDJSON, row after row in constant memory, as masked as on the page.

Zero is 0, unknown is empty (null in NDJSON), at least n is `≥n`; no text is ever taken for a formula. Every export
leaves an event that names the register, the filters and how many rows went out.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, tzinfo
from pathlib import Path
from typing import Any, BinaryIO

from django.db.models import QuerySet
from django.utils import timezone

from lianfang.domain.refusals import Refused
from lianfang.domain.roles import Role
from lianfang.interfaces.exchange.copying import copy_rows
from lianfang.interfaces.exchange.large_workbook import write_large_workbook
from lianfang.interfaces.exchange.writing import (
    ROWS_OF_A_SHEET,
    CsvWriter,
    Kind,
    LineWriter,
    Target,
    Writer,
    open_writer,
)
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.actions import action
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.registers.register import Column, Register, registers
from lianfang.kernel.registers.values import as_cell, as_json
from lianfang.kernel.scope import within

KINDS: tuple[Kind, ...] = ("csv", "xlsx", "ndjson")
AT_A_TIME = 1_000  # rows fetched by one statement
MANY = 50_000  # rows beyond which a workbook is written plainly
_WORDS = frozenset({"search"})  # filters whose value may be somebody's name


def export(
    actor: Actor,
    register_name: str,
    asked_filters: Mapping[str, str],
    kind: str,
    out: BinaryIO | Path,
    *,
    labelled: bool = False,
) -> int:
    """Write the rows this actor may see that meet the filters; how many there were.

    Columns are headed by their names, or with `labelled` by the words of the page, in the language in force.
    Refused: `not_found`, `scope`, `choice.unknown` (kind), and what the register's filters refuse.
    """
    register = _register(actor, register_name)
    if kind not in KINDS:
        raise Refused("choice.unknown", "kind", choices=KINDS)
    zone = actor.home.zone if actor.home else timezone.get_default_timezone()
    with within(actor.scope):
        written = _written(actor, register, asked_filters, kind, out, zone, labelled)
        filters = {name: "***" if name in _WORDS else value for name, value in asked_filters.items() if value}
        # Leaving this trace is no writing: a token that may only read may export.
        note_export(
            replace(actor, may_write=True),
            unit=actor.home, register=register.name, rows=written, file=kind, filters=json.dumps(filters),
        )  # fmt: skip
    return written


@action("register.exported", by=tuple(Role), over="unit", facts=("register", "rows", "file", "filters"), offered=False)
def note_export(by: Actor, *, unit: Unit | None, register: str, rows: int, file: str, filters: str) -> str:
    """Note that a list has left the system: which, how many rows, by which filters."""
    return f"register:{register}"


def _register(actor: Actor, name: str) -> type[Register]:
    register = registers.get(name)
    if register is None or not register.open_to(actor):
        raise Refused("scope", "register")
    return register


def _written(
    actor: Actor, register: type[Register], asked: Mapping[str, str], kind: Kind, out: BinaryIO | Path, zone: tzinfo,
    labelled: bool,
) -> int:  # fmt: skip
    columns = register.columns
    heads = [str(one.label) if labelled else one.name for one in columns]
    return write_rows(register.chosen(actor, asked), columns, kind, out, zone, heads=heads, sheet=register.name)


def write_rows(
    rows: QuerySet[Any], columns: Sequence[Column], kind: Kind, target: Target, zone: tzinfo, *,
    heads: Sequence[str], sheet: str,
) -> int:  # fmt: skip
    """Write a header and all rows, in constant memory; how many rows. A stream given as target stays open.

    CSV and NDJSON are worded by the database itself where it can (`copying`). Refused: `file.too_large` for a workbook
    of more rows than a sheet holds: other programs would lose what lies on a second sheet.
    """
    worded = _worded(rows, columns, kind, zone)
    if kind == "xlsx" and _is_large(rows) and len(set(heads)) == len(heads):
        return write_large_workbook(target, heads, [column.kind for column in columns], worded, sheet=sheet)
    with open_writer(kind, target, heads, sheet=sheet) as writer:
        copied = None
        if isinstance(writer, CsvWriter | LineWriter):
            copied = copy_rows(rows, columns, zone, writer.stream, members=heads if kind == "ndjson" else ())
        return _written_singly(writer, worded) if copied is None else copied


def write_page(
    rows: Iterable[Any], columns: Sequence[Column], kind: Kind, target: Target, zone: tzinfo, *,
    heads: Sequence[str], sheet: str,
) -> int:  # fmt: skip
    """Write a header and these loaded rows, few of them; how many rows. A stream given as target stays open."""
    with open_writer(kind, target, heads, sheet=sheet) as writer:
        return _written_singly(writer, (cells(row, columns, kind, zone) for row in rows))


def _is_large(rows: QuerySet[Any]) -> bool:
    many = rows.count()
    if many >= ROWS_OF_A_SHEET:  # the header is a row, too
        raise Refused("file.too_large", "format", most_rows=ROWS_OF_A_SHEET - 1, instead="CSV")
    return many > MANY


def _worded(rows: QuerySet[Any], columns: Sequence[Column], kind: Kind, zone: tzinfo) -> Iterator[Iterator[Any]]:
    for row in rows.iterator(chunk_size=AT_A_TIME):
        yield cells(row, columns, kind, zone)


def _written_singly(writer: Writer, rows: Iterator[Iterator[Any]]) -> int:
    count = 0
    for row in rows:
        writer.row(row)
        count += 1
    return count


def cells(row: Any, columns: Sequence[Column], kind: Kind, zone: tzinfo) -> Iterator[Any]:
    """A row's values as this kind of file holds them."""
    return (cell(one.value(row), kind, zone) for one in columns)


def cell(value: Any, kind: Kind, zone: tzinfo) -> Any:
    """Days and moments stay such, so that a spreadsheet can sort them; a program gets moments with their offset."""
    if isinstance(value, datetime):
        local = value.astimezone(zone)
        return local.isoformat(timespec="seconds") if kind == "ndjson" else local.replace(tzinfo=None, microsecond=0)
    if isinstance(value, date):
        return value
    if isinstance(value, dict):
        return json.dumps(as_json(value, zone), ensure_ascii=False)
    found = as_cell(value, zone)
    return None if found == "" else found
