"""The outer form of a JSON body (报文): strict, bounded and exact, so that nothing odd reaches a rule.

Limits are those of the security baseline: UTF-8, depth 20, 1,000 members an object, no duplicate members, no NaN,
numbers kept as `int` or `Decimal`, no lone surrogates.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

from lianfang.domain.parsing.text import SURROGATE, shown_name
from lianfang.domain.refusals import Refused

MAX_DEPTH = 20
MAX_MEMBERS = 1_000
MAX_NODES = 200_000  # values in one body: a batch of 1,000 reports has about 30,000
MAX_NUMBER_LENGTH = 1_000  # characters of one number
MAX_EXPONENT = 400  # beyond this a number is a trap, not a measure

_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_MEMBER = re.compile(r'"([\w.-]{1,60})"\s*:')
_CONSTANT = re.compile(r"[:\[,]\s*-?(?:NaN|Infinity)")


def load_json(body: bytes, *, max_bytes: int) -> object:
    """The value this body holds; numbers come as `int` or `Decimal`, exactly as written.

    Refused with `body.too_large` (bytes, members or values), `encoding`, `json.too_deep`, `json.malformed` or
    `text.lossy`; `field` names the member where that can be told.
    """
    if len(body) > max_bytes:
        raise Refused("body.too_large", limit=max_bytes)
    _refuse_shape(body)
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused("encoding", expected="UTF-8") from None
    value = _parsed(text)
    if "\\u" in text:  # only an escape can make a lone surrogate in text that was UTF-8
        _refuse_surrogates(value, "")
    return value


def _refuse_shape(body: bytes) -> None:
    """Refuse depth and number of values before parsing; only bulk operations, so 100,000 brackets cost nothing."""
    outside = b"".join(body.replace(b"\\\\", b"").replace(b'\\"', b"").split(b'"')[::2])
    brackets = outside.translate(None, _NOT_BRACKETS)
    depth = 0
    for bracket in brackets[: 2 * MAX_NODES]:
        depth += 1 if bracket in b"[{" else -1
        if depth > MAX_DEPTH:
            raise Refused("json.too_deep", high=MAX_DEPTH)
    if outside.count(b",") + len(brackets) > 2 * MAX_NODES:
        raise Refused("body.too_large", limit=MAX_NODES)


def _parsed(text: str) -> object:
    try:
        return json.loads(
            text,
            object_pairs_hook=_object,
            parse_float=_decimal,
            parse_int=_integer,
            parse_constant=lambda _: _refuse_constant(text),
        )
    except json.JSONDecodeError as error:
        member = "" if error.msg == "Extra data" else _member_before(text, error.pos)
        raise Refused("json.malformed", member, line=error.lineno, at=error.colno) from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(pairs) > MAX_MEMBERS:
        raise Refused("body.too_large", limit=MAX_MEMBERS)
    members = dict(pairs)
    if len(members) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Refused("json.malformed", shown_name(twice), reason="duplicate")
    return members


def _integer(token: str) -> int:
    if len(token) > MAX_NUMBER_LENGTH:
        raise Refused("json.malformed", reason="number")
    return int(token)


def _decimal(token: str) -> Decimal:
    try:
        value = Decimal(token)
    except InvalidOperation:
        raise Refused("json.malformed", reason="number") from None
    if len(token) > MAX_NUMBER_LENGTH or abs(value.adjusted()) > MAX_EXPONENT:
        raise Refused("json.malformed", reason="number")
    return value


def _refuse_constant(text: str) -> NoReturn:
    found = _CONSTANT.search(text)
    raise Refused("json.malformed", _member_before(text, found.end()) if found else "", reason="number")


def _member_before(text: str, position: int) -> str:
    """The last member name before a place in broken text: a hint for the person, not a promise."""
    names = _MEMBER.findall(text, max(0, position - 500), position)
    return names[-1] if names else ""


def _refuse_surrogates(value: object, path: str) -> None:
    if isinstance(value, str):
        if SURROGATE.search(value):
            raise Refused("text.lossy", path)
    elif isinstance(value, dict):
        for name, member in value.items():
            _refuse_surrogates(name, path)
            _refuse_surrogates(member, f"{path}.{shown_name(name)}".lstrip("."))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _refuse_surrogates(item, f"{path}[{index}]")
