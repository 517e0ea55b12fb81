"""Parts of the description that stand in many places (接口描述的公共部分): said once, and referred to."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

from lianfang.capabilities.burden.designing import FIELD, ONE_CHOICE
from lianfang.capabilities.command.members import MEMBER_SHAPE, SUBGROUP_SHAPE
from lianfang.capabilities.stays.entries import GUEST
from lianfang.domain.roles import Role
from lianfang.domain.symptoms import SYMPTOMS
from lianfang.interfaces.api.schema_words import choice
from lianfang.kernel.kinds import kind_of
from lianfang.kernel.orgs.kinds import KINDS
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.shapes import PERSON, Entry

OFTEN: Final = 3
"""A parameter or an answer that stands in so many places is named."""
ENTRIES: Final = {
    "FormField": FIELD, "FormChoice": ONE_CHOICE, "GroupMember": MEMBER_SHAPE, "SubGroup": SUBGROUP_SHAPE,
    "Guest": GUEST, "NewPerson": Entry(PERSON),
}  # fmt: skip


def _named() -> dict[str, Any]:
    """The schemas that get a name: entries that several actions take, and long lists of words."""
    return {
        **{name: one.schema(lambda annotation: kind_of(annotation).schema) for name, one in ENTRIES.items()},
        "Symptom": choice(SYMPTOMS.codes),
        "Role": choice(str(role) for role in Role),
        "UnitKind": choice(code for code, _ in KINDS),
        "UnitCode": dict(kind_of(Unit).schema),
    }


def said_once(document: dict[str, Any]) -> dict[str, Any]:
    """The same description with what stands in many places among its components."""
    names = _named()
    schemas = {**document["components"]["schemas"], **names}
    replaced = {_text(schema): name for name, schema in names.items()}
    kept = {name: _within(schema, replaced) for name, schema in schemas.items()}
    found = {**document, "paths": _referring(document["paths"], replaced)}
    parts = {**document["components"], "schemas": kept}
    found["components"] = {**parts, **_common(found["paths"], parts)}
    used = set(_references(found))
    found["components"]["schemas"] = {
        name: one for name, one in kept.items() if name not in names or f"#/components/schemas/{name}" in used
    }
    return found


def _text(schema: Any) -> str:
    return json.dumps(schema, sort_keys=True)


def _within(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _referring(one, names) for key, one in value.items()}
    return _referring(value, names)


def _referring(value: Any, names: Mapping[str, str]) -> Any:
    """The value with every schema that has a name replaced by a reference to it."""
    if isinstance(value, list):
        return [_referring(one, names) for one in value]
    if not isinstance(value, dict):
        return value
    name = names.get(_text(value)) if "type" in value else None
    return {"$ref": f"#/components/schemas/{name}"} if name else _within(value, names)


def _operations(paths: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    return (operation for methods in paths.values() for operation in methods.values())


def _common(paths: Mapping[str, Any], parts: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters and answers of many operations; the operations refer to them from here on."""
    parameters, answers = dict(parts["parameters"]), dict(parts["responses"])
    often = _often(one for each in _operations(paths) for one in each["parameters"])
    done = _often(each["responses"]["200"] for each in _operations(paths) if "200" in each["responses"])
    for operation in _operations(paths):
        held = operation["parameters"]
        operation["parameters"] = [_kept(one, one.get("name", ""), often, parameters, "parameters") for one in held]
        if "200" in operation["responses"]:
            one = operation["responses"]["200"]
            operation["responses"]["200"] = _kept(one, "Done", done, answers, "responses")
    return {"parameters": parameters, "responses": answers}


def _often(values: Iterator[dict[str, Any]]) -> list[str]:
    """The values that stand in many places, the most frequent first."""
    counted = Counter(_text(one) for one in values if "$ref" not in one)
    return [text for text, count in counted.most_common() if count >= OFTEN]


def _kept(one: dict[str, Any], name: str, often: list[str], kept: dict[str, Any], part: str) -> dict[str, Any]:
    """A reference, if the value is the most frequent of this name; of several alike the name belongs to one."""
    if _text(one) not in often or kept.setdefault(name, _first(one, name, often)) != one:
        return one
    return {"$ref": f"#/components/{part}/{name}"}


def _first(one: dict[str, Any], name: str, often: list[str]) -> Any:
    same = (json.loads(text) for text in often)
    return next((each for each in same if each.get("name", name) == name), one)


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for one in value:
            yield from _references(one)
    elif isinstance(value, dict):
        yield from [value["$ref"]] if "$ref" in value else []
        for one in value.values():
            yield from _references(one)
