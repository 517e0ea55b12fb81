"""What a cross table asks the database (交叉表取数): one pass over what was filled in, one over what is missing.

Forms are counted by superior first and superiors are placed in the tree afterwards, so that 750,000 forms cost one pass
and the tree is climbed once a superior, along the place that each form had on its day.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from lianfang.kernel.dues.models import FORM
from lianfang.kernel.orgs.ops import below

NONE = "-"
"""The key of what cannot be placed: a unit outside every prefecture, a form that is missing and so made no choice."""
OF_PLACES = {
    "prefecture": "coalesce(a.prefecture::text, '-')",
    "county": "coalesce(a.county::text, '-')",
    "below": "coalesce(a.below::text, '-')",
}
_UNDER = "((f.path >= %(low)s AND f.path < %(high)s) OR (f.sector_path >= %(low)s AND f.sector_path < %(high)s))"
# A unit's superiors of each kind, and the one right under the unit that is looked at, on either line.
_PLACED = """
SELECT p.path, p.sector_path,
       max(a.id) FILTER (WHERE a.kind IN ('prefecture', 'city')) AS prefecture,
       max(a.id) FILTER (WHERE a.kind = 'county') AS county,
       max(a.id) FILTER (WHERE a.parent_id = %(unit)s OR a.sector_parent_id = %(unit)s) AS below
  FROM (SELECT DISTINCT path, sector_path FROM counted) p
  CROSS JOIN unnest(string_to_array(p.path || p.sector_path, '/')) WITH ORDINALITY AS part (number, place)
  JOIN orgs_unit a ON part.number <> '' AND a.id = part.number::bigint
                  AND (a.kind IN ('prefecture', 'city', 'county') OR a.parent_id = %(unit)s
                       OR a.sector_parent_id = %(unit)s)
 GROUP BY p.path, p.sector_path
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a cross table is to count; `versions` are those that have the field that is summed."""

    form: str
    slot: str
    units: bool
    path: str
    since: date
    until: date
    rows: str
    columns: str
    summed: str
    is_flag: bool
    versions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Counted:
    """Forms of one cell: filled in, of those asked the field, of those that gave it, their sum; owed and missing."""

    row: str
    column: str
    filled: int
    asked: int
    given: int
    value: Decimal | None
    missing: int = 0


def count(asked: Asked) -> Iterator[Counted]:
    """The cells that are not empty, in no order."""
    cells = {(found[0], found[1]): Counted(*found) for found in _rows(_filled(asked), asked)}
    if asked.units:
        for row, column, missing in _rows(_missing(asked), asked):
            before = cells.get((row, column)) or Counted(row, column, 0, 0, 0, None)
            cells[row, column] = replace(before, missing=missing)
    yield from cells.values()


def _rows(question: str, asked: Asked) -> list[tuple[Any, ...]]:
    low, high = below(asked.path)
    given: dict[str, Any] = {
        "form": asked.form, "slot": asked.slot, "since": asked.since, "until": asked.until, "low": low, "high": high,
        "unit": int(asked.path.rstrip("/").rpartition("/")[2]), "sum": asked.summed, "rows": asked.rows,
        "columns": asked.columns, "versions": list(asked.versions),
    }  # fmt: skip
    with connection.cursor() as cursor:
        # The cells are few, which the planner cannot know: it would sort all the forms to count them.
        cursor.execute("SET LOCAL enable_sort = off")
        cursor.execute(question, given)
        found = list(cursor.fetchall())
        cursor.execute("SET LOCAL enable_sort = on")
        return found


def _filled(asked: Asked) -> str:
    table = "burden_unitfilling" if asked.units else "burden_personfilling"
    chosen = {name: _own(name, way) for name, way in (("rows", asked.rows), ("columns", asked.columns))}
    value = "NULL::numeric" if not asked.summed else _FLAG if asked.is_flag else "(f.values ->> %(sum)s)::numeric"
    source = f"""
    SELECT {_stem(asked)}, {chosen["rows"]} AS r, {chosen["columns"]} AS c,
           f.version = ANY(%(versions)s) AS asked, {value} AS value
      FROM {table} f {_units(asked)}
     WHERE f.form = %(form)s AND f.day BETWEEN %(since)s AND %(until)s AND f.current AND {_UNDER}"""
    counts = "count(*) AS filled, count(*) AS asked, count(*) AS given, count(*)::numeric AS value"
    if asked.summed:
        counts = (
            "count(*) AS filled, count(*) FILTER (WHERE s.asked) AS asked, count(s.value) AS given,"
            " sum(s.value) AS value"
        )
    sums = "sum(t.filled)::bigint, sum(t.asked)::bigint, sum(t.given)::bigint, sum(t.value)"
    return _divided(asked, source, counts, sums)


_FLAG = "CASE f.values ->> %(sum)s WHEN 'true' THEN 1 WHEN 'false' THEN 0 END"


_PLAIN = {"day": "f.day::text", "kind": "u.kind"}


def _stem(asked: Asked) -> str:
    """The path of the superior, or of the unit itself where the units right below are told apart."""
    if "below" in (asked.rows, asked.columns):
        return "f.path, f.sector_path"
    cut = "left({0}, -1 - length(f.unit_id::text)) AS {1}"
    return f"{cut.format('f.path', 'path')}, {cut.format('f.sector_path', 'sector_path')}"


def _units(asked: Asked) -> str:
    return "JOIN orgs_unit u ON u.id = f.unit_id" if "kind" in (asked.rows, asked.columns) else ""


def _own(name: str, way: str) -> str:
    """What a form and its unit themselves say about where it belongs; places are found afterwards."""
    if way in _PLAIN:
        return _PLAIN[way]
    return "NULL::text" if way in OF_PLACES else f"coalesce(f.values ->> %({name})s, '-')"


def _missing(asked: Asked) -> str:
    """What was owed and has not come, excused or not; a form that is missing has made no choice."""
    own = {"rows": "'-'", "columns": "'-'"}
    for name, way in (("rows", asked.rows), ("columns", asked.columns)):
        own[name] = _PLAIN.get(way) or ("NULL::text" if way in OF_PLACES else "'-'")
    source = f"""
    SELECT {_stem(asked)}, {own["rows"]} AS r, {own["columns"]} AS c
      FROM dues_due f {_units(asked)}
     WHERE f.kind = '{FORM}' AND f.slot = %(slot)s AND f.settled_at IS NULL AND f.excused = '' AND f.source
       AND f.day = ANY (ARRAY(SELECT generate_series(%(since)s::date, %(until)s::date, interval '1 day')::date))
       AND {_UNDER}"""
    return _divided(asked, source, "count(*) AS missing", "sum(t.missing)::bigint")


def _divided(asked: Asked, source: str, counts: str, sums: str) -> str:
    """Counted by superior and by what the forms say; then, where places are asked, added up by place."""
    ways = {"r": asked.rows, "c": asked.columns}
    if not any(way in OF_PLACES for way in ways.values()):
        return f"SELECT r, c, {sums} FROM (SELECT s.r, s.c, {counts} FROM ({source}) s GROUP BY 1, 2) t GROUP BY 1, 2"
    keys = [OF_PLACES.get(way, f"t.{letter}") for letter, way in ways.items()]
    return f"""
    WITH counted AS (
        SELECT s.path, s.sector_path, s.r, s.c, {counts} FROM ({source}) s GROUP BY 1, 2, 3, 4
    ), placed AS ({_PLACED})
    SELECT {keys[0]} AS row_key, {keys[1]} AS column_key, {sums}
      FROM counted t LEFT JOIN placed a ON a.path = t.path AND a.sector_path = t.sector_path
     GROUP BY 1, 2"""
