"""What a run is asked for (核验设置): thresholds, columns compared, and what people have decided before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

Progress: TypeAlias = Callable[[str, int, int], None]
"""Called with the step's name, what is done of it, and how much it is."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Thresholds and limits of a run.

    `accept` and `review` are probabilities: pairs from `accept` on are linked, those from `review` on are shown to
    people. `compare` names the columns compared for conflict; None means every column of both lists that is not used
    for linking. Dates that differ by at most `date_tolerance_days` agree. `pairs_a_row` bounds the work: how many
    pairs all blocking keys may bring for each row. `sampled_pairs` stand for all pairs when the model is taught.
    `rows_at_once` is how much of a large list is read at a time.
    """

    accept: float = 0.95
    review: float = 0.2
    compare: tuple[str, ...] | None = None
    date_tolerance_days: int = 0
    pairs_a_row: int = 12
    sampled_pairs: int = 100_000
    most_rounds: int = 60
    rows_at_once: int = 500_000
    workers: int = 2

    def __post_init__(self) -> None:
        if not 0 < self.review <= self.accept < 1:
            raise ValueError("0 < review <= accept < 1 is needed")


@dataclass(frozen=True, slots=True)
class Ruling:
    """What people decided about two rows: one person (`same`) or two."""

    row_ours: int
    row_theirs: int
    same: bool
