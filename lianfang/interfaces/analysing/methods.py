"""Which methods there are (方法目录): each with the columns it reads, its parameters, and how it is run on a table."""

from __future__ import annotations

import difflib
import importlib
import importlib.util
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any, Final, Literal, get_args, get_origin

import msgspec
import msgspec.structs

from lianfang.domain.refusals import Refused
from lianfang.interfaces.analysing.table import Table
from lianfang.interfaces.charts import Chart

AREAS: Final = (
    "rt", "growth", "calendar", "detect", "farrington", "nowcast", "delay", "quarantine",
    "transmission", "attack", "quality", "scenario", "tracing",
)  # fmt: skip
"""Modules beside this one; each has METHODS."""


class Params(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The settings of a method: its fields are the keys of `--params`. A method without settings uses this itself."""


@dataclass(frozen=True)
class Found:
    """What a method found: rows with the same columns, facts about the whole, notes to read beside them, a picture."""

    rows: Sequence[Mapping[str, Any]]
    facts: Mapping[str, Any] = field(default_factory=dict)
    notes: Sequence[str] = ()
    chart: Chart | None = None
    columns: Sequence[str] = ()
    """The columns, for a header also where there is no row."""


@dataclass(frozen=True, slots=True)
class Method:
    """One method: `name` as in `rt.cori`, what it does, the columns it reads, its settings, and how it is run."""

    name: str
    does: str
    reads: str
    run: Callable[[Table, Any], Found]
    params: type[Params] = Params
    spellings: Mapping[str, str] = field(default_factory=dict)
    """Other spellings of its settings, such as `minSigma` for `min_sigma`."""
    example: str = ""


@cache
def methods() -> Mapping[str, Method]:
    """All methods by name."""
    names = [f"lianfang.interfaces.analysing.{area}" for area in AREAS]
    modules = [importlib.import_module(name) for name in names if importlib.util.find_spec(name)]
    return {method.name: method for module in modules for method in module.METHODS}


def method_named(name: str) -> Method:
    """The method. Refused `analysis.method_unknown` (method, and the nearest name)."""
    if name not in methods():
        near = difflib.get_close_matches(name, methods(), n=1)
        raise Refused("analysis.method_unknown", "method", method=name, near=near[0] if near else "")
    return methods()[name]


def settings_of(method: Method, given: Mapping[str, Any]) -> Params:
    """Its settings from a JSON object.

    Refused `analysis.parameter_unknown` (name), `required` (the setting), `analysis.parameter_wrong`.
    """
    named = {method.spellings.get(key, key): value for key, value in given.items()}
    known = list(method.params.__struct_fields__)
    unknown = next((key for key in named if key not in known), None)
    if unknown is not None:
        raise Refused("analysis.parameter_unknown", unknown, name=unknown, known=known)
    missing = [one.name for one in msgspec.structs.fields(method.params) if one.required and one.name not in named]
    if missing:
        raise Refused("required", missing[0])
    try:
        return msgspec.convert(named, type=method.params)
    except msgspec.ValidationError as wrong:
        raise Refused("analysis.parameter_wrong", "params", why=str(wrong)) from wrong


def settings_shown(method: Method) -> list[str]:
    """Each setting with its JSON type, and what it is when it is not given."""
    return [
        f"{one.name}: {_json_type(one.type)}" + ("" if one.required else f" = {_as_json(one.default)}")
        for one in msgspec.structs.fields(method.params)
    ]


_JSON_TYPES: Final[Mapping[Any, str]] = {
    float: "number", int: "integer", str: "string", bool: "boolean", dict: "object", date: "date", type(None): "null",
}  # fmt: skip


def _json_type(kind: Any) -> str:
    parts = [one for one in get_args(kind) if one is not Ellipsis]
    if get_origin(kind) is Literal:
        return " | ".join(map(_as_json, parts))
    if get_origin(kind) in (tuple, list):
        return f"[{', '.join(map(_json_type, parts))}{', ...' if len(parts) == 1 else ''}]"
    if get_origin(kind) is dict:
        return "object"
    return " | ".join(map(_json_type, parts)) if parts else _JSON_TYPES.get(kind, str(kind))


def _as_json(value: Any) -> str:
    return msgspec.json.encode(None if value is msgspec.NODEFAULT else value).decode()


def listed(numbers: Any) -> Any:
    """Arrays and numpy's numbers as plain Python, for rows; NaN as None."""
    if hasattr(numbers, "tolist"):
        return listed(numbers.tolist())
    if isinstance(numbers, list):
        return [listed(one) for one in numbers]
    return None if isinstance(numbers, float) and numbers != numbers else numbers  # noqa: PLR0124  NaN is not itself
