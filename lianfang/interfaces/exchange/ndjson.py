"""One JSON object a line (NDJSON, 逐行数据), read as a table: members are columns, in the order they first appear."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from lianfang.domain.refusals import Problem, Refused
from lianfang.interfaces.exchange.encoding import decode
from lianfang.interfaces.exchange.grid import ROOM_ABOVE
from lianfang.interfaces.exchange.sheet import Cell, Limits, filled
from lianfang.interfaces.exchange.text_table import MOST_CELL, lines_of
from lianfang.interfaces.exchange.wire import End, Line, Mark, Record

MOST_DIGITS = 400  # of a number and of its exponent's reach, as many as a binary double has
BETWEEN = "、"  # joins the items of a list, as people write them in a cell


class _Unfit(Exception):
    """A line that cannot be a row: the code that says why."""


def read_lines(path: Path, limits: Limits) -> Iterator[Record]:
    """A row for each line that holds something; a line that is no object is a row without cells and a mark."""
    text, encoding = decode(path.read_bytes())
    if encoding == "gb18030":
        raise Refused("encoding", seen=encoding)
    columns: dict[str, int] = {}
    number = 0
    for number, line in enumerate(lines_of(text), start=1):
        if number > limits.max_rows + ROOM_ABOVE:
            raise Refused(Problem("file.too_large", row=number, facts={"most_rows": limits.max_rows}))
        if filled(line):
            yield from _row(number, line, columns)
        if len(columns) > limits.max_columns:
            raise Refused(Problem("file.too_large", row=number, facts={"most_columns": limits.max_columns}))
    yield End(number, encoding, tuple(columns))


def _row(number: int, line: str, columns: dict[str, int]) -> Iterator[Record]:
    try:
        members = dict(_flat("", _parsed(line)))
    except _Unfit as unfit:
        yield Line(number, ())
        yield Mark(str(unfit), number, None)
        return
    for name in members:
        columns.setdefault(name, len(columns))
    cells: list[Cell] = [None] * len(columns)
    for name, cell in members.items():
        cells[columns[name]] = cell
    yield Line(number, tuple(cells))


def _parsed(line: str) -> dict[str, Any]:
    try:
        found = json.loads(
            line,
            object_pairs_hook=_members,
            parse_float=_number,
            parse_int=_number,
            parse_constant=_no_constant,
        )
    except RecursionError:
        raise _Unfit("json.too_deep") from None
    except ValueError:
        raise _Unfit("json.malformed") from None
    if not isinstance(found, dict):
        raise _Unfit("type")
    return found


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    for name in members:
        _check_text(name)
    if len(members) < len(pairs):
        raise _Unfit("json.malformed")
    return members


def _number(text: str) -> Decimal | str:
    """The exact number, or its text when it is longer or larger than any number here can mean."""
    if len(text) > MOST_DIGITS:
        return text
    number = Decimal(text)
    return number if abs(number.adjusted()) <= MOST_DIGITS else text


def _no_constant(_: str) -> None:
    raise _Unfit("json.malformed")


def _flat(prefix: str, members: dict[str, Any]) -> Iterator[tuple[str, Cell]]:
    """Members within members as `person.name`; a list of words as one text."""
    for name, value in members.items():
        path = f"{prefix}{name}"
        if isinstance(value, dict):
            yield from _flat(f"{path}.", value)
        else:
            yield path, _cell(value)


def _cell(value: Any) -> Cell:
    if isinstance(value, list):
        if not all(isinstance(item, str | Decimal) for item in value):
            raise _Unfit("type")
        value = BETWEEN.join(str(item) for item in value)
    if isinstance(value, str):
        _check_text(value)
        return filled(value)
    found: Cell = value
    return found


def _check_text(text: str) -> None:
    """Text that can be stored: not endless, and without half a character (a lone surrogate)."""
    if len(text) > MOST_CELL:
        raise _Unfit("text.too_long")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise _Unfit("text.lossy") from None
