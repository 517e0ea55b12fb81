"""The units a setting will look at (预警覆盖单位): how many, how large, and how many are ill there on a quiet day.

Sizes come from the newest counts; the usual share of people ill from the institutions' own last weeks where there are
enough days, else from the base rates of the rule pack.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from django.db import connection

from lianfang.domain.analysis.detect.expected import Group
from lianfang.domain.policy import Policy
from lianfang.domain.surveillance.terms import ABSENCE, ANY, LEVELS
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import below
from lianfang.kernel.scope import EVERYTHING, looking

OWN, PACK = "own", "pack"
NEWEST_DAYS: Final = 7
"""A unit's size is what it had on the newest of so many days, so that a day off leaves nobody out."""
SIMILAR, OTHER = "similar", "other"

# The first two digits of a school's ten-digit identifier say what kind of school it is (学校标识码).
_KIND: Final = """
CASE WHEN {unit}.kind = 'kindergarten' OR {unit}.code ~ '^11[0-9]{{8}}$' THEN 'kindergarten'
     WHEN {unit}.code ~ '^21[0-9]{{8}}$' THEN 'primary'
     WHEN {unit}.kind = 'school' AND {unit}.code !~ '^[0-9]{{10}}$' THEN 'primary'
     ELSE 'other' END
"""
_KINDS: Final = {"kind": _KIND.format(unit="u"), "kind_above": _KIND.format(unit="a")}
_SIZES: Final = """
SELECT CASE WHEN c.level IN ('class', 'group', 'division') THEN {kind_above} ELSE {kind} END,
       c.expected, count(*)
  FROM (SELECT DISTINCT ON (unit_id) unit_id, level, above, expected FROM surveillance_daycount
         WHERE day > %(since)s AND day <= %(day)s AND {line} >= %(low)s AND {line} < %(high)s AND level = ANY(%(kinds)s)
           AND expected > 0
         ORDER BY unit_id, day DESC) c
  JOIN orgs_unit u ON u.id = c.unit_id
  LEFT JOIN orgs_unit a ON a.path = c.above
 GROUP BY 1, 2
"""
# Of institutions, not of classes: the same people in fewer rows.
_SHARES: Final = """
SELECT {kind}, count(DISTINCT c.day), sum(c.answered),
       sum(coalesce((c.counts ->> %(syndrome)s)::int, 0))
  FROM surveillance_daycount c JOIN orgs_unit u ON u.id = c.unit_id
 WHERE c.day > %(since)s AND c.day <= %(day)s AND c.{line} >= %(low)s AND c.{line} < %(high)s
   AND c.level = ANY(%(kinds)s) AND c.answered > 0
 GROUP BY 1
"""


@dataclass(frozen=True, slots=True)
class Found:
    """Units alike, and from where their shares of people ill were taken: `own` when all of them come from records."""

    crowds: tuple[Group, ...]
    rates: str


def crowds_under(unit: Unit, *, syndrome: str, level: str, day: date, policy: Policy) -> Found:
    """The units at a level at and under `unit`, by kind and size; nothing when nobody has been counted there yet."""
    own = _own_shares(unit, syndrome, level, day, policy)
    sizes = _rows(_SIZES, unit, LEVELS[level], day, days=NEWEST_DAYS)
    by_size: dict[tuple[str, int], int] = defaultdict(int)
    for kind, size, many in sizes:
        by_size[kind, size] += many
    crowds = tuple(
        Group(kind, many, size, own.get(kind, _base(policy, syndrome, kind)))
        for (kind, size), many in sorted(by_size.items())
    )
    known = bool(crowds) and all(one.kind in own for one in crowds)
    return Found(crowds, OWN if known else PACK)


def line_of(unit: Unit) -> str:
    """The column by which what lies under a unit is found: an office of a sector has its institutions by that line."""
    return "sector_path" if unit.kind == "sector" else "path"


def _own_shares(unit: Unit, syndrome: str, level: str, day: date, policy: Policy) -> dict[str, float]:
    """Kind -> the share of those who answered that was counted, where there are enough days on record."""
    kinds = LEVELS["school"] if level in ("class", "school") else LEVELS[level]
    found = _rows(_SHARES, unit, kinds, day, days=policy.rate_days, syndrome=syndrome)
    if not found and level == "class":  # somebody who holds a single class
        found = _rows(_SHARES, unit, LEVELS[level], day, days=policy.rate_days, syndrome=syndrome)
    return {kind: ill / asked for kind, days, asked, ill in found if days >= policy.rate_days_least and asked}


def _base(policy: Policy, syndrome: str, kind: str) -> float:
    what = syndrome if syndrome in (ANY, ABSENCE) else SIMILAR
    percent = policy.quiet_percent.get(f"{what}.{kind}", policy.quiet_percent.get(f"{what}.{OTHER}", Decimal(0)))
    return float(percent) / 100


def _rows(statement: str, unit: Unit, kinds: Sequence[str], day: date, *, days: int, **more: Any) -> list[Any]:
    low, high = below(unit.path)
    given = {"low": low, "high": high, "kinds": list(kinds), "day": day, "since": day - timedelta(days=days), **more}
    with looking(EVERYTHING), connection.cursor() as cursor:
        # Every row is met once. Before the first statistics of new tables a plan of loops in loops would take hours.
        cursor.execute("SELECT set_config('enable_nestloop', 'off', true)")
        cursor.execute(statement.format(line=line_of(unit), **_KINDS), given)
        found = list(cursor.fetchall())
        cursor.execute("SELECT set_config('enable_nestloop', 'on', true)")
        return found
