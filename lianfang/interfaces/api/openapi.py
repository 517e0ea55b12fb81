"""The description of the API (接口描述), as OpenAPI 3.1, written out of the table of endpoints."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any, Final

from lianfang import __version__
from lianfang.interfaces.api.endpoint import Endpoint, Parameter
from lianfang.interfaces.api.schema_words import ref
from lianfang.interfaces.api.schemas import components
from lianfang.interfaces.api.shared import said_once
from lianfang.kernel.registers.register import Register

PREFIX = "/api/v1"
PROBLEM = "application/problem+json"
TITLE = "Lianfang"
ABOUT = (
    "Daily and zero reports from a class to a province. Times are RFC 3339 with offset; days are ISO dates where the "
    "unit is. A receipt is sent only after the commit; the same key with the same content gets the same receipt. "
    "A thing outside the caller's reach answers exactly as a thing that does not exist. Sentences come in the "
    "language of Accept-Language, or of ?lang=zh and ?lang=en."
)
SAYS = {
    400: "The body cannot be read.",
    401: "Nobody is signed in.",
    403: "The token may only read.",
    404: "Not there, or not yours.",
    405: "Not offered here; `Allow` names what is.",
    409: "Something else is already there.",
    413: "Too large; the answer says how much is allowed.",
    415: "Another content type is needed.",
    422: "Not kept; every problem is named with its place.",
    503: "Busy; `Retry-After` says when to come back.",
}
_ALWAYS = (503,)
SIGNED_IN: Final[list[dict[str, list[str]]]] = [{"bearer": []}, {"session": [], "forgery": []}]
"""What every endpoint asks for but those that are open to all."""
MOST_NAMED = 20  # members of a nested object that are named on the page; the document describes all


def document(endpoints: Sequence[Endpoint], registers: Iterable[type[Register]]) -> dict[str, Any]:
    """The whole description; the same table always gives the same document."""
    described = {
        "openapi": "3.1.0",
        "info": {"title": TITLE, "version": __version__, "description": ABOUT},
        "servers": [{"url": PREFIX}],
        "security": SIGNED_IN,
        "tags": [{"name": name} for name in dict.fromkeys(one.group for one in endpoints)],
        "paths": _paths(endpoints),
        "components": {
            "schemas": components(registers),
            "parameters": {"lang": _parameter(_LANG)},
            "responses": {str(status): _refusal(status) for status in SAYS},
            "securitySchemes": _security(),
        },
    }
    return said_once(described)


def _paths(endpoints: Sequence[Endpoint]) -> dict[str, Any]:
    by_path = sorted(endpoints, key=lambda one: one.path)
    return {
        f"/{path}": {one.method.lower(): _operation(one) for one in same}
        for path, same in groupby(by_path, key=lambda one: one.path)
    }


def _operation(one: Endpoint) -> dict[str, Any]:
    shown: dict[str, Any] = {"operationId": one.name, "summary": one.does, "tags": [one.group]}
    shown["parameters"] = [*(_parameter(each) for each in one.parameters), {"$ref": "#/components/parameters/lang"}]
    if one.body:
        shown["requestBody"] = {"required": True, "content": _content(one.body)}
    shown["responses"] = _responses(one)
    return shown | ({"security": [{}]} if one.open else {})


_LANG = Parameter("lang", "language of sentences", {"type": "string", "enum": ["zh", "en"]})


def _parameter(one: Parameter) -> dict[str, Any]:
    required = {"required": True} if one.place == "path" else {}
    return {"name": one.name, "in": one.place, "description": one.says, **required, "schema": dict(one.schema)}


def _content(media: Any) -> dict[str, Any]:
    return {kind: {"schema": dict(schema)} for kind, schema in media.items()}


def _responses(one: Endpoint) -> dict[str, Any]:
    done = {"200": {"description": "Done.", "content": _content(one.answer)}} if one.answer else {}
    return done | {str(status): {"$ref": f"#/components/responses/{status}"} for status in _statuses(one)}


def _statuses(one: Endpoint) -> list[int]:
    return sorted({*one.refusals, *([] if one.open else [401]), *_ALWAYS})


def _refusal(status: int) -> dict[str, Any]:
    headers = {
        401: {"WWW-Authenticate": {"schema": {"type": "string"}}},
        405: {"Allow": {"schema": {"type": "string"}}},
        503: {"Retry-After": {"schema": {"type": "integer"}}},
    }.get(status)
    shown = {"description": SAYS[status], "content": {PROBLEM: {"schema": ref("Problem")}}}
    return shown | ({"headers": headers} if headers else {})


def _security() -> dict[str, Any]:
    return {
        "bearer": {"type": "http", "scheme": "bearer", "description": "for machines: `lianfang token create`"},
        "session": {"type": "apiKey", "in": "cookie", "name": "sessionid", "description": "for people"},
        "forgery": {
            "type": "apiKey",
            "in": "header",
            "name": "X-CSRFToken",
            "description": "the value of the cookie `csrftoken`; with a session, for everything but reading",
        },
    }


def page(endpoints: Sequence[Endpoint], described: dict[str, Any]) -> dict[str, Any]:
    """What the page for people shows: the endpoints by group, and the named schemas."""
    ordered = sorted(endpoints, key=lambda one: [each.group for each in endpoints].index(one.group))
    groups = [(name, [_entry(one) for one in same]) for name, same in groupby(ordered, key=lambda one: one.group)]
    schemas = described["components"]["schemas"]
    return {
        "about": ABOUT,
        "version": __version__,
        "groups": groups,
        "schemas": [(name, _members(schema)) for name, schema in sorted(schemas.items())],
        "statuses": sorted(SAYS.items()),
    }


def _entry(one: Endpoint) -> dict[str, Any]:
    return {
        "method": one.method,
        "path": f"{PREFIX}/{one.path}",
        "name": one.name,
        "does": one.does,
        "parameters": one.parameters,
        "body": [(kind, *_named(schema)) for kind, schema in one.body.items()],
        "answer": [(kind, *_named(schema)) for kind, schema in one.answer.items()],
        "refusals": _statuses(one),
        "open": one.open,
    }


def _named(schema: Any) -> tuple[str, list[tuple[str, str, bool]]]:
    """The name of a schema of the document, or the members of one that has no name."""
    found = schema.get("$ref", "")
    return (found.rpartition("/")[2], []) if found else ("", _members(schema))


def _members(schema: Any) -> list[tuple[str, str, bool]]:
    owed = schema.get("required", ())
    return [(name, kind_in_words(inner), name in owed) for name, inner in schema.get("properties", {}).items()]


def kind_in_words(schema: Any) -> str:
    """A schema in a few words: "string, date", "list of Report", "one of am, noon, pm"."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " or ".join(kind_in_words(one) for one in schema["anyOf"])
    if "enum" in schema:
        return "one of " + ", ".join(schema["enum"])
    kind = schema.get("type", "anything")
    if kind == "array":
        return f"list of {kind_in_words(schema.get('items', {}))}"
    if kind == "object" and 0 < len(schema.get("properties", ())) <= MOST_NAMED:
        return "object of " + ", ".join(schema["properties"])
    words = " or ".join(kind) if isinstance(kind, list) else kind
    return f"{words}, {schema['format']}" if "format" in schema else words
