"""What a status rests on (状态的来源): a row whose own acts give, change and end it; a correction corrects that row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from django.db import models

from lianfang.domain.refusals import Refused
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.statuses.models import Status

Row = TypeVar("Row", bound=models.Model)


@dataclass(frozen=True, slots=True)
class Correction:
    """Which fact of a status is another by whom, how that is known, and whether the status still holds by it."""

    by: Actor
    status: Status
    fact: str
    right: str
    reason: str
    holds: bool


Correct = Callable[[Correction], object]
"""Changes the row, and the status with it."""

_sources: dict[str, Mapping[str, Correct]] = {}


def rests_on_rows(kind: str, **corrects: Correct) -> None:
    """Say that the statuses of a kind follow rows of one's own, and which of their facts can be corrected there.

    Such a status is never changed beside its row: it would say one thing, and the row go on with the other.
    """
    _sources[kind] = corrects


def follows_a_row(status: Status) -> bool:
    """Whether the status is given and ended by the acts of a row."""
    return bool(status.about) and status.kind in _sources


def refuse_beside_its_row(status: Status, field: str) -> None:
    """Refuse (`status.at_its_source`) to change a status that follows a row as if it stood alone."""
    if follows_a_row(status):
        raise Refused("status.at_its_source", field, reason=status.kind)


def correct_at_its_row(made: Correction) -> Status:
    """Correct a fact where it is kept. The status by the right fact, or this one where it has ended by it.

    Refused `status.at_its_source` for a fact that only another act of the row decides.
    """
    status, correct = made.status, _sources[made.status.kind].get(made.fact)
    if correct is None:
        raise Refused("status.at_its_source", "fact", reason=status.kind)
    correct(made)
    now: Status = Status.objects.select_related("superseded_by", "unit").get(pk=status.pk)
    return now.superseded_by or now


def row_behind(status: Status, model: type[Row]) -> Row:
    """The row that a status is about."""
    found: Row = model._default_manager.select_related("unit").get(pk=status.about.partition(":")[2])
    return found
