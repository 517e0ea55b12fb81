"""What an action says to a word or a number it does not know (取值), held against what the API says it may be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction

from lianfang.domain.refusals import Problem, Refused
from lianfang.interfaces.api.choices import body_of
from lianfang.kernel.actions import Action
from lianfang.kernel.fields import fields_of

NO_WORD, TOO_MUCH = "no-such-word", 999_999
UNKNOWN_WORD = frozenset({"choice.unknown", "verdict.unfit", "reading.not_owed"})
NOT_ALL = frozenset({"slot", "verdict"})
"""Of these the action takes fewer than are described: those of the unit's rules, or of the thing it is about."""
Try = Callable[[dict[str, Any]], None]


@dataclass(frozen=True, slots=True)
class Asked:
    """One parameter of an action as it is described, and a value that is none of those."""

    kind: str
    name: str
    parameter: str
    schema: Mapping[str, Any]
    wrong: Any

    @property
    def place(self) -> str:
        return f"{self.kind}: {self.name}"

    @property
    def words(self) -> set[str]:
        return set(self.schema.get("enum") or self.schema.get("items", {}).get("enum", ()))


def asked_of(declared: Action) -> Iterator[Asked]:
    """The parameters that may be a choice or a scale."""
    schemas = body_of(declared)["properties"]
    for one in fields_of(declared):
        wrong = _wrong(schemas[one.name])
        if wrong is not None:
            yield Asked(declared.kind, one.name, one.parameter, schemas[one.name], wrong)


def _wrong(schema: Mapping[str, Any]) -> Any:
    kind, items = schema.get("type"), schema.get("items", {})
    if kind == "string" and not {"format", "pattern"} & set(schema) and "code of a unit" not in str(schema):
        return NO_WORD if schema.get("description") != "name of an account" else None
    if kind == "array" and items.get("type") == "string" and set(items) <= {"type", "maxLength", "enum"}:
        return [NO_WORD]
    if kind == "integer" and schema.get("maximum", 0) < 2**40:
        return TOO_MUCH
    return Decimal(TOO_MUCH) if isinstance(kind, list) and "number" in kind else None


def undescribed(one: Asked, attempt: Try) -> Iterator[str]:
    """What the action refuses of this parameter although nothing in the description says so, or the other way round."""
    found = refused(one, one.wrong, attempt)
    if found is None:
        return
    if found.code == "number.out_of_range":
        yield from _of_scale(one, found)
        return
    if not one.words and "description" not in one.schema:
        yield f"{one.place} is a choice"
    known = {str(word) for word in found.facts.get("choices", ()) if word}
    if one.words and known and not (known < one.words if one.name in NOT_ALL else known == one.words):
        yield f"{one.place} takes {sorted(known)}" if known != one.words else ""
    for word in one.words if not known and one.name not in NOT_ALL else ():
        if refused(one, [word] if isinstance(one.wrong, list) else word, attempt):
            yield f"{one.place} does not take {word}"


def _of_scale(one: Asked, found: Problem) -> Iterator[str]:
    ends = {one.schema.get("minimum", one.schema.get("exclusiveMinimum")),
            one.schema.get("maximum", one.schema.get("exclusiveMaximum"))}  # fmt: skip
    said = {found.facts["low"], found.facts["high"]}
    if one.schema["type"] == "integer" and ends != said:
        yield f"{one.place} goes from {found.facts['low']} to {found.facts['high']}"
    if "measure of 0 or more" in one.schema.get("description", ""):
        yield f"{one.place} has bounds"


def refused(one: Asked, value: Any, attempt: Try) -> Problem | None:
    """The problem with this value of the parameter, if it is that it is none of those known."""
    try:
        with transaction.atomic():
            attempt({one.parameter: value})
            transaction.set_rollback(True)
    except Refused as found:
        mine = (each for each in found.problems if each.field.partition("[")[0] == one.name)
        return next((each for each in mine if _of_value(each)), None)
    except (AttributeError, ValueError):  # a row was wanted
        return None
    return None


def _of_value(problem: Problem) -> bool:
    says = str(problem.facts.get("says", ""))
    return problem.code in UNKNOWN_WORD or problem.code == "number.out_of_range" or "not a valid choice" in says
