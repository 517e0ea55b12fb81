"""Registers (台账) over HTTP: rows by pages as JSON, or all of them as a file; filters are in the address."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, tzinfo
from typing import Any, cast

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import CompositePrimaryKey, QuerySet
from django.http import FileResponse, HttpRequest
from django.utils import timezone

from lianfang.domain.parsing.dates import parse_day
from lianfang.domain.refusals import Refused
from lianfang.interfaces.api.endpoint import JSON, Call
from lianfang.interfaces.api.reach import out_of_reach, unit_within
from lianfang.interfaces.api.requests import read_query
from lianfang.interfaces.exchange.exports import note_export, write_page, write_rows
from lianfang.interfaces.exchange.writing import Kind
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.registers.paging import LARGEST, Page, page
from lianfang.kernel.registers.register import Column, Register
from lianfang.kernel.registers.values import as_json

USUAL_SIZE = 50  # rows of a page
WIDEST_RANGE = 366  # days between `from` and `to`
MEDIA: Mapping[str, str] = {
    "json": JSON,
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ndjson": "application/x-ndjson",
}
PAGING = ("cursor", "size")
SHAPING = ("fields", "format")


def list_of(register: type[Register]) -> Callable[[Call], Any]:
    """The handler that lists one register."""

    def listed(call: Call) -> Any:
        asked = read_query(call.request, [*filters_of(register), *PAGING, *SHAPING])
        _open_to(register, call.actor)
        columns, kind = columns_of(register, asked.get("fields")), _kind(call, asked)
        rows = _chosen(register, call.actor, asked)
        return (
            _paged(register, rows, columns, asked, call)
            if kind == "json"
            else _file(register, rows, columns, cast(Kind, kind), asked, call)
        )

    return listed


def filters_of(register: type[Register]) -> list[str]:
    """The names of what a list can be narrowed by."""
    return [*(one.name for one in register.filters), *(["search"] if register.search else [])]


def row_of(register: type[Register]) -> Callable[[Call], Any]:
    """The handler that shows one row of a register whose rows have a simple key."""

    def shown(call: Call) -> dict[str, Any]:
        asked = read_query(call.request, ["fields"])
        row = find_row(register, call.actor, call.path["id"])
        return shown_row(register, row, columns_of(register, asked.get("fields"), whole=True), zone_of(call.actor))

    return shown


def find_row(register: type[Register], actor: Actor, key: str) -> Any:
    """The row with this key, or the refusal that also answers for a key nobody has."""
    _open_to(register, actor)
    name = key_of(register)
    if name is None or not key.isprintable():
        raise out_of_reach(actor)
    try:
        row = register.rows(actor).filter(**{name: key}).first()
    except (ValueError, ValidationError):
        row = None
    if row is None:
        raise out_of_reach(actor)
    return row


def key_of(register: type[Register]) -> str | None:
    """The column by which one row is addressed; None where a row has no simple key."""
    if register.model is Unit:
        return "code"
    if not isinstance(register.model._meta.pk, CompositePrimaryKey):
        return "pk"
    try:
        return register.model._meta.get_field("id").name
    except FieldDoesNotExist:
        return None


def columns_of(register: type[Register], fields: str | None, *, whole: bool = False) -> list[Column]:
    """The columns asked for, or all, of a row by itself with its details; an unknown one is refused by name."""
    if not fields:
        return [*register.columns, *register.details] if whole else register.columns
    names = [name.strip() for name in fields.split(",")]
    return [register.column_named(name, whole=whole) for name in dict.fromkeys(names)]


def shown_row(register: type[Register], row: Any, columns: Iterable[Column], zone: tzinfo) -> dict[str, Any]:
    """A row as JSON: its key, unless a column has that name, and its columns."""
    values = {one.name: as_json(one.value(row), zone) for one in columns}
    name = _added_key(register)
    return {"id": as_json(getattr(row, name), zone), **values} if name else values


def shown_names(register: type[Register]) -> list[str]:
    """The members of a row as JSON."""
    names = [one.name for one in register.columns]
    return ["id", *names] if _added_key(register) else names


def _added_key(register: type[Register]) -> str | None:
    """The key, where no column of the register shows it."""
    name = key_of(register)
    return None if any(one.name in ("id", name) for one in register.columns) else name


def zone_of(actor: Actor) -> tzinfo:
    """The zone in which moments are shown to somebody."""
    return actor.home.zone if actor.home else timezone.get_default_timezone()


def _open_to(register: type[Register], actor: Actor) -> None:
    if not register.open_to(actor):
        raise out_of_reach(actor)


def _chosen(register: type[Register], actor: Actor, asked: Mapping[str, str]) -> QuerySet[Any]:
    filters = {name: value for name, value in asked.items() if name not in (*PAGING, *SHAPING)}
    if filters.get("unit"):
        unit_within(actor, filters["unit"])
    _check_range(filters)
    return register.chosen(actor, filters)


def _check_range(filters: Mapping[str, str]) -> None:
    if not filters.get("from") or not filters.get("to"):
        return
    first, last = (parse_day(filters[name], name, []) for name in ("from", "to"))
    if (last - first).days > WIDEST_RANGE:
        raise Refused("range.too_wide", "to", high=WIDEST_RANGE)


def _kind(call: Call, asked: Mapping[str, str]) -> str:
    """The shape asked for, by `?format=`, else by the first type in `Accept` that is offered, else JSON."""
    if named := asked.get("format"):
        if named not in MEDIA:
            raise Refused("choice.unknown", "format", choices=tuple(MEDIA))
        return named
    wanted = [one.split(";")[0].strip().lower() for one in call.request.headers.get("Accept", "").split(",")]
    return next((kind for one in wanted for kind, media in MEDIA.items() if media == one), "json")


def _paged(
    register: type[Register], rows: QuerySet[Any], columns: list[Column], asked: Mapping[str, str], call: Call
) -> dict[str, Any]:
    found, zone = _page(register, rows, asked), zone_of(call.actor)
    return {"rows": [shown_row(register, row, columns, zone) for row in found.rows], "next": found.next or None}


def _page(register: type[Register], rows: QuerySet[Any], asked: Mapping[str, str]) -> Page:
    size, cursor = _size(asked), asked.get("cursor", "")
    try:
        return page(rows, register.order, cursor=cursor, size=size)
    except (ValueError, TypeError, ValidationError) as error:  # a cursor of another register
        if not cursor:
            raise
        raise Refused("cursor.invalid", "cursor") from error


def _size(asked: Mapping[str, str]) -> int:
    text = asked.get("size", "")
    if not text:
        return USUAL_SIZE
    if not text.isascii() or not text.isdigit() or len(text) > len(str(LARGEST)):
        raise Refused("page.invalid", "size", low=1, high=LARGEST)
    return int(text)


def _file(
    register: type[Register],
    rows: QuerySet[Any],
    columns: list[Column],
    kind: Kind,
    asked: Mapping[str, str],
    call: Call,
) -> FileResponse:
    """All rows as a file, in constant memory; only a page of them where `size` or `cursor` asks for one.

    It is complete on disk before the first byte is sent, so that a file cut short is never taken for a whole one,
    and a slow reader holds no transaction open.
    """
    target = tempfile.TemporaryFile()  # noqa: SIM115  the response closes it
    zone, heads, sheet = zone_of(call.actor), [one.name for one in columns], register.name
    found = _page(register, rows, asked) if any(asked.get(name) for name in PAGING) else None
    if found:
        count = write_page(found.rows, columns, kind, target, zone, heads=heads, sheet=sheet)
    else:
        count = write_rows(rows, columns, kind, target, zone, heads=heads, sheet=sheet)
    target.seek(0)
    # A token that may only read may export; that it did is written down all the same.
    leaving = {"register": register.name, "rows": count, "file": kind, "filters": ",".join(sorted(call.request.GET))}
    note_export(replace(call.actor, may_write=True), unit=call.actor.home, **leaving)
    headers = _to_next(call.request, found.next) if found and found.next else {}
    return FileResponse(
        target, as_attachment=True, filename=_filename(register, kind, zone), content_type=MEDIA[kind], headers=headers
    )


def _to_next(request: HttpRequest, cursor: str) -> dict[str, str]:
    """Where the next page of a file is (RFC 8288): the same address with its cursor."""
    asked = request.GET.copy()
    asked["cursor"] = cursor
    return {"Link": f'<{request.path}?{asked.urlencode()}>; rel="next"'}


def _filename(register: type[Register], kind: str, zone: tzinfo) -> str:
    today: date = clock.today(zone)
    return f"{register.name}-{today.isoformat()}.{kind}"
