"""What JSON schemas are made of (格式用词): texts, days, counts, lists and objects that are sent or answered."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

TEXT: dict[str, Any] = {"type": "string"}
FLAG: dict[str, Any] = {"type": "boolean"}
COUNT: dict[str, Any] = {"type": "integer", "minimum": 0}
DAY: dict[str, Any] = {"type": "string", "format": "date"}
MOMENT: dict[str, Any] = {"type": "string", "format": "date-time", "description": "RFC 3339, with offset"}
UUID: dict[str, Any] = {"type": "string", "format": "uuid"}
NUMBER: dict[str, Any] = {"type": ["string", "number"], "description": "a decimal, best sent as text"}


def ref(name: str) -> dict[str, Any]:
    """A schema of the document's components."""
    return {"$ref": f"#/components/schemas/{name}"}


def choice(codes: Iterable[str]) -> dict[str, Any]:
    """One of a closed list."""
    return {"type": "string", "enum": list(codes)}


def many(item: Any, **more: Any) -> dict[str, Any]:
    """A list."""
    return {"type": "array", "items": item, **more}


def body(properties: dict[str, Any], required: Iterable[str] = ()) -> dict[str, Any]:
    """An object that is sent: no other member is taken."""
    owed = {"required": list(required)} if required else {}
    return {"type": "object", "properties": properties, **owed, "additionalProperties": False}


def shown(properties: dict[str, Any]) -> dict[str, Any]:
    """An object that is answered: every member is there; members may be added in later releases."""
    return {"type": "object", "properties": properties, "required": list(properties)}


def said(schema: dict[str, Any], words: str) -> dict[str, Any]:
    """The same, with a sentence about it."""
    return {**schema, "description": words}


def maybe(schema: dict[str, Any]) -> dict[str, Any]:
    """The same, or null: unknown or not given."""
    if "type" not in schema:
        return {"anyOf": [schema, {"type": "null"}]}
    return {**schema, "type": _or_null(schema["type"])}


def _or_null(kind: Any) -> list[str]:
    return [*(kind if isinstance(kind, list) else [kind]), "null"]
