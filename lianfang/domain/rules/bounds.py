"""Which way a number of a rule is stricter (从严方向): a lower level may tighten what a higher one asks, not loosen it.

A field of `Policy` says so as `Annotated[int, MORE]`; a field without a bound is a matter of each level's own order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Bound:
    """How two values compare: "more", "less", "all" (whoever asks for everything and more), "later" (by rank)."""

    stricter: str = ""
    among: tuple[str, ...] = ()  # the words allowed, in rising strictness where `stricter` is "later"
    least: int = 0  # members that a list must have


MORE: Final = Bound("more")
LESS: Final = Bound("less")
ALL: Final = Bound("all")


def loosens(bound: Bound | None, above: Any, below: Any) -> bool:
    """Whether `below` asks for less than `above`, both read values of one field."""
    if bound is None or above == below:
        return False
    if bound.stricter == "more":
        return bool(below < above)
    if bound.stricter == "less":
        return bool(below > above)
    if bound.stricter == "all":
        return not set(above) <= set(below)
    return bound.stricter == "later" and bound.among.index(below) < bound.among.index(above)
