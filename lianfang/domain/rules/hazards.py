"""Under which hazard somebody falls (适用风险类别): the one that is named, or the only one that rules are for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

ANY: Final = "any"
"""No hazard is named."""


def falls_under(named: str, known: Iterable[str]) -> str:
    """The hazard whose rules hold for somebody; `known` are the hazards of the rules in force for the unit.

    A hazard that is named decides. Where none is, the only one that rules are for does: an institution that has adopted
    a national edition puts its people under it (rules 3.1). Where there are rules for several hazards nobody can tell,
    and only those for any hazard hold.
    """
    several = set(known) - {ANY}
    return several.pop() if named == ANY and len(several) == 1 else named
