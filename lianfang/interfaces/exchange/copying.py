"""Long lists as CSV or NDJSON (批量导出), worded by the database: the bytes `writing` would write, much faster.

The statement is the register's own query inside the caller's scope, so row-level security holds as it does for pages.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Expression, F, Field, QuerySet

from lianfang.interfaces.exchange.writing import is_formula_like, safe_text
from lianfang.kernel.registers.register import Column

ROWS_AT_ONCE = 1_000  # handed to the file in one piece
LINE_END = b"\r\n"  # of CSV, as RFC 4180 has it; the database ends lines with a line feed
# A line of JSON has no control characters, so that with these the database never puts quotation marks around it.
_NEVER_QUOTED = r"FORMAT csv, DELIMITER E'\x01', QUOTE E'\x02', ESCAPE E'\x02'"

# The patterns of `writing`, as PostgreSQL reads them: what Python's \s is, once control characters are out.
_BLANK = r"\t\n\r \u00a0\u1680\u2000-\u200d\u2028\u2029\u202f\u205f\u2060\u3000\ufeff"
_UNSAFE = r"[\u0001-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufffe\uffff]"
_FORMULA = rf"^[{_BLANK}]*[=+@＝＋－＠-]|^[\t\r\n]"
_WHOLE = frozenset({"IntegerField", "SmallIntegerField", "BigIntegerField", "AutoField", "BigAutoField",
                    "PositiveIntegerField", "PositiveSmallIntegerField", "PositiveBigIntegerField"})  # fmt: skip
_TEXT = frozenset({"CharField", "TextField", "SlugField"})

Wording = Callable[[str, "Field[Any, Any]", str], str]


@dataclass(frozen=True, slots=True)
class Statement:
    """A COPY statement that yields the wording of every row, and its parameters."""

    sql: str
    parameters: tuple[Any, ...]
    line_end: bytes


def statement(
    rows: QuerySet[Any], columns: Sequence[Column], zone: tzinfo, *, members: Sequence[str] = ()
) -> Statement | None:
    """What makes the database word these rows: as CSV, or as NDJSON when the names of its members are given.

    None where a column or the zone is known to Python only, or two members have the same name.
    Raises `EmptyResultSet` when the rows are none by their conditions.
    """
    known = isinstance(zone, ZoneInfo) and all(column.source for column in columns)
    if not known or len(set(members)) != len(members):
        return None
    chosen = rows.values_list(*(_expression(column) for column in columns))
    fields = [_field(one) for one in chosen.query.annotation_select.values()]
    wordings = [(_MEMBERS if members else _WORDINGS).get(_kind(field)) for field in fields]
    if None in wordings or len(fields) != len(columns):
        return None
    inner, parameters = chosen.query.sql_with_params()
    names = [f"c{number}" for number in range(len(fields))]
    worded = [word(name, field, str(zone)) for word, name, field in zip(wordings, names, fields, strict=True) if word]
    shown = _object(members, worded) if members else ", ".join(worded)
    outer = f"SELECT {shown} FROM (".replace("%", "%%") + inner + f") AS rows({', '.join(names)})"
    form, line_end = (_NEVER_QUOTED, b"\n") if members else ("FORMAT csv", LINE_END)
    return Statement(f"COPY ({outer}) TO STDOUT ({form})", tuple(parameters), line_end)


def copy_rows(
    rows: QuerySet[Any], columns: Sequence[Column], zone: tzinfo, out: BinaryIO, *, members: Sequence[str] = ()
) -> int | None:
    """Write all rows without a header; how many, or None (and nothing written) where Python must word them.

    In constant memory. When `out` fails, the database is told to stop, and the failure goes on.
    """
    try:
        found = statement(rows, columns, zone, members=members)
    except EmptyResultSet:
        return 0
    if found is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL DateStyle = 'ISO, YMD'")
        with cursor.copy(found.sql, found.parameters) as copy:
            for piece in _pieces(copy, found.line_end):
                out.write(piece)
        return int(cursor.rowcount)


def _pieces(copy: Any, line_end: bytes) -> Iterator[bytes]:
    """Many lines at a time; each message of the protocol is one row, ended by a line feed."""
    lines: list[memoryview] = []
    for line in copy:
        lines.append(line[:-1])
        if len(lines) == ROWS_AT_ONCE:
            yield line_end.join([*lines, b""])
            lines.clear()
    yield line_end.join([*lines, b""])


def _expression(column: Column) -> Expression | F:
    return F(column.source) if isinstance(column.source, str) else column.source()


def _field(expression: Any) -> Field[Any, Any]:
    found: Field[Any, Any] = expression.output_field
    return found


def _kind(field: Field[Any, Any]) -> str:
    name = field.get_internal_type()
    if isinstance(field, ArrayField):
        return "list" if field.base_field.get_internal_type() in _TEXT else ""
    return "whole" if name in _WHOLE else "text" if name in _TEXT else name


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _text(cell: str, choices: Sequence[str] = ()) -> str:
    """A text without what cannot be seen, an apostrophe before what begins like a formula; empty for none."""
    known = [one for one in choices if one and safe_text(one) == one and not is_formula_like(one)]
    quick = f" WHEN {cell} IN ({', '.join(map(_quoted, known))}) THEN {cell}" if known else ""
    clean = f"regexp_replace({cell}, '{_UNSAFE}', '', 'g')"
    sign = f"CASE WHEN {clean} COLLATE \"C\" ~ '{_FORMULA}' THEN '''' ELSE '' END"
    odd = f"{cell} COLLATE \"C\" ~ '{_FORMULA}|{_UNSAFE}'"
    return f"CASE WHEN {cell} = '' THEN NULL{quick} WHEN {odd} THEN NULLIF({sign} || {clean}, '') ELSE {cell} END"


def _choice_or_text(cell: str, field: Field[Any, Any], _zone: str) -> str:
    return _text(cell, [str(value) for value, _ in field.flatchoices] if field.choices else ())


def _list(cell: str, _field: Field[Any, Any], _zone: str) -> str:
    joined = f"array_to_string({cell}, '、', 'null')"
    return f"CASE WHEN {cell} <> '{{}}' THEN {_text(joined)} END"


def _json(cell: str, _field: Field[Any, Any], _zone: str) -> str:
    """An object as JSON text; a figure, a word or a list as they would be in a column of their own."""
    return f"""CASE jsonb_typeof({cell})
        WHEN 'number' THEN trim_scale(({cell} #>> '{{}}')::numeric)::text
        WHEN 'string' THEN {_text(f"({cell} #>> '{{}}')")}
        WHEN 'boolean' THEN {cell}::text
        WHEN 'object' THEN {_text(f"{cell}::text")}
        WHEN 'array' THEN (SELECT {_text("joined")} FROM (
            SELECT string_agg(coalesce(one #>> '{{}}', 'null'), '、') AS joined FROM jsonb_array_elements({cell}) AS one
        ) AS together) END"""


def _moment(cell: str, _field: Field[Any, Any], zone: str) -> str:
    return f"date_trunc('second', {cell} AT TIME ZONE {_quoted(zone)})::text"


_WORDINGS: dict[str, Wording] = {
    "text": _choice_or_text,
    "whole": lambda cell, *_: cell,
    "DecimalField": lambda cell, *_: f"trim_scale({cell})::text",
    "BooleanField": lambda cell, *_: f"CASE WHEN {cell} THEN 'true' WHEN NOT {cell} THEN 'false' END",
    "DateField": lambda cell, *_: f"{cell}::text",
    "DateTimeField": _moment,
    "TimeField": lambda cell, *_: f"regexp_replace(to_char({cell}, 'HH24:MI:SS.US'), '[.]0+$', '')",
    "UUIDField": lambda cell, *_: f"{cell}::text",
    "list": _list,
    "JSONField": _json,
}


def _object(names: Sequence[str], members: Sequence[str]) -> str:
    """One line of NDJSON: the members in the order of the columns, spaced as Python spaces them."""
    pairs = [_quoted(f"{json.dumps(safe_text(name), ensure_ascii=False)}: ") + f" || coalesce({member}, 'null')"
             for name, member in zip(names, members, strict=True)]  # fmt: skip
    return "'{' || " + " || ', ' || ".join(pairs) + " || '}'"


def _string(cell: str) -> str:
    """A text as a string of JSON, cleaned, but without an apostrophe: nothing runs a line of JSON."""
    cleaned = f"regexp_replace({cell}, '{_UNSAFE}', '', 'g')"
    clean = f"CASE WHEN {cell} COLLATE \"C\" ~ '{_UNSAFE}' THEN {cleaned} ELSE {cell} END"
    return f"CASE WHEN {cell} <> '' THEN to_json({clean})::text END"


def _offset_moment(cell: str, _field: Field[Any, Any], zone: str) -> str:
    local = f"date_trunc('second', {cell} AT TIME ZONE {_quoted(zone)})"
    offset = f"(({cell} AT TIME ZONE {_quoted(zone)}) - ({cell} AT TIME ZONE 'UTC'))"
    ahead = f"CASE WHEN {offset} < '0' THEN '-' ELSE '+' END"
    away = f"greatest({offset}, -{offset})"
    shown = f"regexp_replace(to_char({away}, 'HH24:MI:SS'), ':00$', '')"
    return f"'\"' || replace({local}::text, ' ', 'T') || {ahead} || {shown} || '\"'"


def _json_member(cell: str, _field: Field[Any, Any], _zone: str) -> str:
    """A figure, a word or a list as in a column of its own; an object as a string of JSON within the JSON."""
    return f"""CASE jsonb_typeof({cell})
        WHEN 'number' THEN trim_scale(({cell} #>> '{{}}')::numeric)::text
        WHEN 'boolean' THEN {cell}::text
        WHEN 'string' THEN {_string(f"({cell} #>> '{{}}')")}
        WHEN 'object' THEN {_string(f"{cell}::text")}
        WHEN 'array' THEN (SELECT {_string("joined")} FROM (
            SELECT string_agg(coalesce(one #>> '{{}}', 'null'), '、') AS joined FROM jsonb_array_elements({cell}) AS one
        ) AS together) END"""


_MEMBERS: dict[str, Wording] = {
    "text": lambda cell, *_: _string(cell),
    "whole": lambda cell, *_: f"{cell}::text",
    "DecimalField": lambda cell, *_: f"trim_scale({cell})::text",
    "BooleanField": _WORDINGS["BooleanField"],
    "DateField": lambda cell, *_: f"'\"' || {cell}::text || '\"'",
    "DateTimeField": _offset_moment,
    "TimeField": lambda cell, *rest: f"'\"' || {_WORDINGS['TimeField'](cell, *rest)} || '\"'",
    "UUIDField": lambda cell, *_: f"'\"' || {cell}::text || '\"'",
    "list": lambda cell, *_: _string(f"array_to_string({cell}, '、', 'null')"),
    "JSONField": _json_member,
}
