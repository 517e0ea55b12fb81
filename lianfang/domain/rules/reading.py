"""Reading the numbers of a rule pack (规则参数读取): each by its kind, a bad one named by what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import time
from decimal import Decimal
from types import MappingProxyType
from typing import Annotated, Any, Final, get_args, get_origin

from lianfang.domain.rules.bounds import Bound

LARGEST: Final = 100_000  # of any whole number in a rule pack; days, minutes, years and counts are all far below
LONGEST: Final = 40  # members of a list; a list of test days or times of day is far shorter


def bound_of(kind: Any) -> Bound | None:
    """What an annotation says about strictness and allowed words; None when it says nothing."""
    return next((one for one in getattr(kind, "__metadata__", ()) if isinstance(one, Bound)), None)


def read(kind: Any, raw: Any) -> Any:
    """A raw value as the annotation `kind` wants it; `ValueError` or `TypeError` says what is wrong."""
    bound = bound_of(kind) or Bound()
    bare = get_args(kind)[0] if get_origin(kind) is Annotated else kind
    if get_origin(bare) is tuple:
        return _members(get_args(bare)[0], raw, bound)
    if get_origin(bare) is Mapping:
        _, of = get_args(bare)
        return MappingProxyType({str(key): read(of, value) for key, value in dict(raw).items()})
    return _one(bare, raw, bound.among)


def _one(kind: Any, raw: Any, among: tuple[str, ...]) -> Any:
    if kind is Decimal:
        return _measure(raw)
    if kind is time:
        return raw if isinstance(raw, time) else time.fromisoformat(str(raw))
    if kind is bool:
        return _flag(raw)
    if kind is int:
        return _whole(raw)
    return _word(raw, among)


def _word(raw: Any, among: tuple[str, ...]) -> str:
    if among and raw not in among:
        raise ValueError(f"not one of {', '.join(among)}: {raw!r}")
    return str(raw)


def _flag(raw: Any) -> bool:
    if not isinstance(raw, bool):
        raise ValueError(f"neither true nor false: {raw!r}")
    return raw


def _measure(raw: Any) -> Decimal:
    value = Decimal(str(raw))
    if isinstance(raw, bool) or not value.is_finite():
        raise ValueError(f"not a measure: {raw!r}")
    return value


def _whole(raw: Any) -> int:
    value = int(raw)
    if isinstance(raw, bool) or value != Decimal(str(raw)) or not 0 <= value <= LARGEST:
        raise ValueError(f"not a whole number from 0 to {LARGEST}: {raw!r}")
    return value


def _members(kind: Any, raw: Any, bound: Bound) -> tuple[Any, ...]:
    if isinstance(raw, str | bytes | Mapping) or not isinstance(raw, Iterable):
        raise ValueError(f"not a list: {raw!r}")
    found = tuple(_one(kind, one, bound.among) for one in raw)
    if not bound.least <= len(found) <= LONGEST or len(set(found)) < len(found):
        raise ValueError(f"too few, too many or repeated: {raw!r}")
    return found
