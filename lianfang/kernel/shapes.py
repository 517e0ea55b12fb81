"""Shapes of nested entries (嵌套条目的格式): what is in a row or mapping that an action takes, told beside its type.

An annotation carries one, as in `Sequence[Annotated[Mapping[str, Any], Entry({...})]]`: the description of the API says
it, and whoever reads the entry takes the names of its members from it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from lianfang.domain.identity import ID_TYPES
from lianfang.domain.parsing.person import REASON_LENGTH

Schemas = Callable[[Any], Mapping[str, Any]]
"""The JSON schema of a type, as the kinds of parameters have it."""


@dataclass(frozen=True, slots=True)
class Member:
    """One member: the type it is read as, an example, whether it is owed, and what else its schema says."""

    of: Any
    example: Any
    owed: bool = False
    more: Mapping[str, Any] = field(default_factory=dict)

    def schema(self, of: Schemas) -> dict[str, Any]:
        """The member's JSON schema."""
        return {**of(self.of), **self.more, "examples": [self.example]}


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """An object with these members and no other."""

    members: Mapping[str, Member]

    def schema(self, of: Schemas) -> dict[str, Any]:
        """The object's JSON schema."""
        owed = [name for name, one in self.members.items() if one.owed]
        return {
            "type": "object",
            "properties": {name: one.schema(of) for name, one in self.members.items()},
            **({"required": owed} if owed else {}),
            "additionalProperties": False,
        }


@dataclass(frozen=True, slots=True, eq=False)
class ByName:
    """An object whose names are not ours, such as the fields of a form: what they name, and what stands under each."""

    names: str
    under: Member

    def schema(self, of: Schemas) -> dict[str, Any]:
        """The object's JSON schema."""
        return {"type": "object", "description": self.names, "additionalProperties": self.under.schema(of)}


class Shape(Protocol):
    """What an annotation may carry: anything that says its own JSON schema."""

    def schema(self, of: Schemas) -> dict[str, Any]:
        """The object's JSON schema."""


def among(codes: Iterable[str]) -> dict[str, Any]:
    """One of these words."""
    return {"enum": list(codes)}


def each(codes: Iterable[str]) -> dict[str, Any]:
    """A list of some of these words."""
    return {"items": {"type": "string", "enum": list(codes)}}


def up_to(most: int) -> dict[str, Any]:
    """A text of so many characters at most."""
    return {"maxLength": most}


def said(words: str) -> dict[str, Any]:
    """What somebody who sends it has to know besides."""
    return {"description": words}


PERSON: Mapping[str, Member] = {
    "id_type": Member(str, "passport", more=among(ID_TYPES.codes)),
    "id_number": Member(str, "G00000001", more=said("owed, unless `id_reason` says why there is none")),
    "id_reason": Member(str, "", more=up_to(REASON_LENGTH)),
    "name": Member(str, "张三", owed=True),
    "phone": Member(str, "13800000000"),
    "birth_date": Member(date, "1990-01-01"),
    "guardian_notice": Member(bool, True, more=said("for a child: its guardian was told")),
}
"""Somebody who may be new here, as a report and a list of arrivals name them."""
