"""Keyset paging (分页): the next page begins after the last row, so no row is skipped or shown twice."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.db.models import Model, Q, QuerySet

from lianfang.domain.refusals import Refused

LARGEST = 200


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, and the cursor of the next page, empty on the last."""

    rows: list[Any]
    next: str


def page(rows: QuerySet[Any], order: tuple[str, ...], *, cursor: str = "", size: int = 50) -> Page:
    """One page of rows ordered by `order`, whose names are unique together and all run the same way."""
    if not 1 <= size <= LARGEST:
        raise Refused("page.invalid", "size", low=1, high=LARGEST)
    names = [name.lstrip("-") for name in order]
    wanted = rows.order_by(*order)
    if cursor:
        wanted = wanted.filter(_after(names, _read(cursor, len(names)), descending=order[0].startswith("-")))
    found = list(wanted[: size + 1])
    shown = found[:size]
    return Page(shown, _write(shown[-1], names) if len(found) > size else "")


def _after(names: list[str], values: list[Any], *, descending: bool) -> Q:
    compare = "lt" if descending else "gt"
    condition = Q(pk__in=[])
    for i, name in enumerate(names):
        equal = Q(**dict(zip(names[:i], values[:i], strict=True)))
        condition |= equal & Q(**{f"{name}__{compare}": values[i]})
    return condition


def _write(row: Model, names: list[str]) -> str:
    values = [_value(row, name) for name in names]
    return signing.Signer(salt="cursor").sign(
        base64.urlsafe_b64encode(json.dumps(values, default=str).encode()).decode()
    )


def _value(row: Any, name: str) -> Any:
    for part in name.split("__"):
        row = getattr(row, part)
    return row


def _read(cursor: str, size: int) -> list[Any]:
    try:
        text = signing.Signer(salt="cursor").unsign(cursor)
        values = json.loads(base64.urlsafe_b64decode(text))
    except (signing.BadSignature, ValueError) as error:
        raise Refused("cursor.invalid", "cursor") from error
    if not isinstance(values, list) or len(values) != size:
        raise Refused("cursor.invalid", "cursor")
    return values
