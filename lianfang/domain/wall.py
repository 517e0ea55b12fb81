"""What a wall says of its figures (大屏口径): steps of completeness, means and changes of a week, places of tiles.

Source: design language, sections 2 (the blue ramp) and 10; a change is written as a share of the week before.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

WEEK: Final = 7
RAMP: Final = (Decimal(90), Decimal(95), Decimal(98), Decimal("99.5"))
"""Percent at which the next step of the blue ramp begins; a look of pages, not a limit of any rule."""
NOTHING_OWED, NOT_YET, MISSING, RECEIVED = "none", "not_yet", "missing", "received"
Place = tuple[int, int]
"""Column and row of a tile, both from 1."""


@dataclass(frozen=True, slots=True)
class Share:
    """How much of what was owed by a part on a day is in. `late`: something came after its time.

    `state`: `none` (nothing owed), `not_yet` (nothing in, and not due), `missing` (due, and nothing in or the part's
    own report not), `received`.
    """

    state: str
    received: int = 0
    expected: int = 0
    late: bool = False

    @property
    def percent(self) -> Decimal | None:
        """Of what was owed; None where nothing was."""
        return Decimal(100) * self.received / self.expected if self.expected else None

    @property
    def step(self) -> int:
        """The step of the ramp, 1 to 5; 0 where there is no amount to show."""
        percent = self.percent
        if percent is None or self.state != RECEIVED:
            return 0
        return 1 + sum(percent >= limit for limit in RAMP)


def share_of(*, received: int, expected: int, late: int, due: bool, own_missing: bool = False) -> Share:
    """The share of a part whose time has come (`due`) or not; `own_missing` says that its own report is owed still."""
    if expected == 0 and not own_missing:
        return Share(NOTHING_OWED)
    state = RECEIVED
    if received == 0 or own_missing:
        state = MISSING if due else NOT_YET if received == 0 else RECEIVED
    return Share(state, received, expected, late > 0)


def running_mean(values: Sequence[float | None], days: int = WEEK) -> list[float | None]:
    """The mean of each day and those before it, `days` together; None until there are as many, or one is unknown."""
    found: list[float | None] = []
    for end in range(1, len(values) + 1):
        known = [value for value in values[max(0, end - days) : end] if value is not None]
        found.append(sum(known) / days if len(known) == days else None)
    return found


def days_below(percents: Sequence[Decimal | None], limit: Decimal) -> int:
    """How many days in a row, counted back from the last, lie below the limit; a day without a figure ends them."""
    found = 0
    for percent in reversed(percents):
        if percent is None or percent >= limit:
            break
        found += 1
    return found


def placed(codes: Sequence[str], layout: Mapping[str, Place]) -> dict[str, Place]:
    """Where the tiles of these units stand: as the layout says, all others in rows below it, in their order.

    Without any unit of the layout they fill a block that is about a third wider than it is high.
    """
    own = {code: layout[code] for code in codes if code in layout}
    rest = [code for code in codes if code not in own]
    columns = max((column for column, _ in own.values()), default=0) or columns_for(len(rest))
    first = max((row for _, row in own.values()), default=0)
    for number, code in enumerate(rest):
        own[code] = (number % columns + 1, first + number // columns + 1)
    return {code: own[code] for code in codes}


def columns_for(tiles: int) -> int:
    """How many tiles stand in a row of a block that is about a third wider than it is high."""
    return max(1, math.ceil(math.sqrt(tiles * 4 / 3)))
