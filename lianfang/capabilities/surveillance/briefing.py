"""What the briefing is told of the newly ill (日报: 新发的互补隐藏): which days are hidden for a neighbour's sake."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from lianfang.capabilities.surveillance.newly import newly_asked, newly_bounds
from lianfang.kernel.briefing import newly_ill_settled_by
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.reporting.board_asked import ask


@newly_ill_settled_by
def settled(unit: Unit, days: Sequence[date]) -> Mapping[date, int]:
    """As on the wall."""
    (rows,) = ask(newly_asked(unit, days))
    return newly_bounds(unit, rows)
