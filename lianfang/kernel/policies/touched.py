"""Whom a change of rules touches (规则影响面): each part of the product says it for its own rows, before it applies."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from lianfang.domain.rules.changes import Changes
from lianfang.kernel.orgs.models import Unit


@dataclass(frozen=True, slots=True)
class Touched:
    """Things of one kind that a change touches: how many, a few of them by reference, and what becomes of them.

    `label` and `effect` are words, translated when shown: "Stays under way", "last day moves from 02-13 to 02-11".
    """

    kind: str
    label: Any
    count: int
    examples: tuple[str, ...] = ()
    effect: Any = ""


Asked = Callable[[Unit, Changes], Iterable[Touched]]
registered: list[Asked] = []


def touched(asked: Asked) -> Asked:
    """Register a function that says which rows under a unit a change touches, and how."""
    registered.append(asked)
    return asked


def touched_by(unit: Unit, changes: Changes) -> list[Touched]:
    """Whom a change touches under a unit, most first; what it does not touch is left out."""
    found = [one for asked in registered for one in asked(unit, changes) if one.count]
    return sorted(found, key=lambda one: -one.count)
