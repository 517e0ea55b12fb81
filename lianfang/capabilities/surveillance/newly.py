"""Below what number the newly ill of a unit's days are said to be (新发的互补隐藏), as settled with all who are ill."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from lianfang.domain.small import Small
from lianfang.domain.small_sums import total_beside
from lianfang.domain.surveillance.terms import LEVELS, NEW
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import below
from lianfang.kernel.reporting.board_asked import Question, Rows

_OF_UNIT: Final = f"""
SELECT day, fewest, jsonb_build_array(jsonb_build_array(counts->'{NEW}', bounds->'{NEW}')) FROM surveillance_daycount
 WHERE unit_id = %(unit)s AND day = ANY(%(days)s) AND bounds ? '{NEW}'
"""
# An office of a sector has no count of its own: its institutions stand elsewhere in the tree.
_OF_SECTOR: Final = f"""
SELECT r.day, max(r.fewest), jsonb_agg(jsonb_build_array(r.counts->'{NEW}', r.bounds->'{NEW}'))
  FROM orgs_unit u JOIN surveillance_daycount r ON r.unit_id = u.id AND r.day = ANY(%(days)s)
 WHERE u.sector_path >= %(low)s AND u.sector_path < %(high)s AND r.level = ANY(%(kinds)s) AND r.counts ? '{NEW}'
 GROUP BY r.day
"""


def newly_asked(unit: Unit, days: Sequence[date]) -> Question:
    """The question for what is settled of a unit's days; `newly_bounds` reads it where everything is seen."""
    low, high = below(unit.path)
    values = {"unit": unit.pk, "days": list(days), "low": low, "high": high, "kinds": list(LEVELS["school"])}
    return Question(_OF_SECTOR if unit.kind == "sector" else _OF_UNIT, values)


def newly_bounds(unit: Unit, rows: Rows) -> Mapping[date, int]:
    """Day -> below what number the newly ill are said to be; a day on which that is not needed is left out."""
    found = {}
    for day, fewest, kept in rows:
        parts = [Small(count, None, fewest, bound or 0) for count, bound in json.loads(kept)]
        whole = sum(part.count or 0 for part in parts)
        found[day] = total_beside(parts, whole, fewest).bound if unit.kind == "sector" else parts[0].bound
    return {day: bound for day, bound in found.items() if bound}
