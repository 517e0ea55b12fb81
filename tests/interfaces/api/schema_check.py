"""Whether a value is what a JSON schema says (格式核对), for the part of the language that our description uses."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

KINDS: Mapping[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "null": lambda value: value is None,
}
FORMATS: Mapping[str, Callable[[str], Any]] = {
    "date": date.fromisoformat,
    "uuid": UUID,
    "date-time": lambda text: _aware(datetime.fromisoformat(text)),
    "binary": len,
}
KNOWN = {
    "type", "properties", "required", "additionalProperties", "items", "maxItems", "enum", "anyOf", "$ref", "format",
    "minimum", "maximum", "minLength", "maxLength", "pattern", "description", "default",
    "examples", "propertyNames", "minItems", "exclusiveMinimum", "exclusiveMaximum",
}  # fmt: skip


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("no offset")
    return moment


class Check:
    """Holds values against the schemas of a document."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document

    def faults(self, value: Any, schema: Mapping[str, Any], at: str = "") -> list[str]:
        """What does not fit, by place."""
        assert not set(schema) - KNOWN, f"unknown words in a schema: {set(schema) - KNOWN}"
        if "$ref" in schema:
            return self.faults(value, self.named(schema["$ref"]), at)
        if "anyOf" in schema:
            tries = [self.faults(value, one, at) for one in schema["anyOf"]]
            return [] if any(not found for found in tries) else min(tries, key=len)
        return [f"{at or 'value'}: {fault}" for fault in _own(value, schema)] + list(self._inside(value, schema, at))

    def named(self, reference: str) -> Mapping[str, Any]:
        """The part of the document that a reference means; `KeyError` when there is none."""
        found: Any = self.document
        for part in reference.removeprefix("#/").split("/"):
            found = found[part]
        return found

    def _inside(self, value: Any, schema: Mapping[str, Any], at: str) -> Iterator[str]:
        if isinstance(value, list) and "items" in schema:
            if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
                yield f"{at}: {len(value)} members"
            for number, one in enumerate(value):
                yield from self.faults(one, schema["items"], f"{at}[{number}]")
        if not isinstance(value, dict):
            return
        yield from (
            fault for name in value for fault in self.faults(name, schema.get("propertyNames", {}), f"{at}.{name}")
        )
        known, others = schema.get("properties", {}), schema.get("additionalProperties", True)
        yield from (f"{at}.{name}: missing" for name in schema.get("required", ()) if name not in value)
        for name, one in value.items():
            if name in known:
                yield from self.faults(one, known[name], f"{at}.{name}")
            elif others is False:
                yield f"{at}.{name}: not known"
            elif isinstance(others, dict):
                yield from self.faults(one, others, f"{at}.{name}")


def _own(value: Any, schema: Mapping[str, Any]) -> Iterator[str]:
    kinds = schema.get("type", list(KINDS))
    if not any(KINDS[kind](value) for kind in ([kinds] if isinstance(kinds, str) else kinds)):
        yield f"{value!r} is not {kinds}"
        return
    if "enum" in schema and value not in schema["enum"]:
        yield f"{value!r} is none of {schema['enum']}"
    if isinstance(value, str):
        yield from _text(value, schema)
    if isinstance(value, int) and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        yield f"{value} is out of bounds"
    if isinstance(value, int | float) and not _between(value, schema):
        yield f"{value} is at a bound or beyond"


def _between(value: float, schema: Mapping[str, Any]) -> bool:
    return schema.get("exclusiveMinimum", float("-inf")) < value < schema.get("exclusiveMaximum", float("inf"))


def _text(value: str, schema: Mapping[str, Any]) -> Iterator[str]:
    if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)):
        yield f"{len(value)} characters"
    if "pattern" in schema and not re.search(schema["pattern"], value):
        yield f"{value!r} is not written so"
    if "format" in schema:
        try:
            FORMATS[schema["format"]](value)
        except ValueError:
            yield f"{value!r} is no {schema['format']}"
