"""The four fives (四个五) as a live checklist: evidence by one, verification by another, a breach undoes both."""

from __future__ import annotations

from typing import Final

from lianfang.domain.flow import Flow, Move
from lianfang.domain.refusals import Refused

OPEN: Final = "open"
EVIDENCED: Final = "evidenced"
VERIFIED: Final = "verified"
BREACHED: Final = "breached"

CONTROL: Final = Flow(
    OPEN,
    (
        Move("evidence", (OPEN, EVIDENCED, VERIFIED, BREACHED), EVIDENCED),
        Move("verify", (EVIDENCED,), VERIFIED),
        Move("breach", (OPEN, EVIDENCED, VERIFIED, BREACHED), BREACHED),
    ),
)
"""Row I04: a breach lowers the item's state until it has been re-verified."""
GROUPS: Final = ("gates", "separations", "distinctions", "clarities")


def stands(owner: str, state: str) -> bool:
    """Whether an item lets the site open: it has an owner, and evidence that no breach has undone."""
    return bool(owner) and state in (EVIDENCED, VERIFIED)


def refuse_same_person(first: int | None, second: int | None) -> None:
    """Fix and verification are separate acts by different people (rules 3.4): `same_person`."""
    if first is not None and first == second:
        raise Refused("same_person", "item")
