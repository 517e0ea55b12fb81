"""The history of a difference (来龙去脉): each step with who did it for which side, and how it was before."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from lianfang.capabilities.verification.models import Item, Step
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor

KEPT: Final = (
    "state", "owner", "verdict_ours", "verdict_theirs", "chosen_ours", "chosen_theirs", "by_ours", "by_theirs",
    "waits_until", "due_at", "settled_at",
)  # fmt: skip
"""What a decision changes, and taking it back restores."""
_MOMENTS: Final = ("waits_until", "due_at", "settled_at")
NOTE_LENGTH, EVIDENCE_LENGTH = 300, 200


def snapshot(item: Item) -> dict[str, Any]:
    """How a difference stands, as a step keeps it."""
    values = {name: getattr(item, name) for name in KEPT}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}


def restore(item: Item, before: dict[str, Any]) -> None:
    """Put a difference back to how it stood."""
    for name, value in before.items():
        setattr(item, name, datetime.fromisoformat(value) if name in _MOMENTS and value else value)


def step(
    item: Item, act: str, by: Actor, *, side: str = "", verdict: str = "", note: str = "", evidence: str = "",
    before: dict[str, Any] | None = None,
) -> Step:  # fmt: skip
    """One step of a difference, not yet stored."""
    return Step(
        item=item, unit_id=item.unit_id, theirs_id=item.theirs_id, at=clock.now(), act=act, side=side,
        account_id=by.account_id, name=by.name[:60], verdict=verdict, note=note[:NOTE_LENGTH],
        evidence=evidence[:EVIDENCE_LENGTH], before=before or {},
    )  # fmt: skip
