"""`lianfang recount` (重新核算): are the counters of a day what its rows say, and its dues what its reports say?"""

from __future__ import annotations

import argparse
from datetime import date
from typing import Any, Final

from lianfang.interfaces.commands.session import acting, add_common, day_of, print_json
from lianfang.interfaces.server.trouble import FAILED, say

SHOWN: Final = 50  # differences said in words
# A due on record against the report that settles it: settled without one, or not settled although one stands.
_DUES: Final = """
SELECT u.code, d.line, d.settled_at IS NOT NULL AS settled, r.unit_id IS NOT NULL AS reported
  FROM dues_due d JOIN orgs_unit u ON u.id = d.unit_id
  LEFT JOIN reporting_unitreport r ON r.unit_id = d.unit_id AND r.day = d.day AND r.form = %(form)s
       AND r.current AND r.returned_at IS NULL
 WHERE d.day = %(day)s AND d.kind = 'report' AND (d.settled_at IS NOT NULL) <> (r.unit_id IS NOT NULL)
 ORDER BY u.code, d.line
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The day, and whether counters are set right."""
    parser.add_argument("--day", type=day_of, metavar="DAY", help="the day to count (default: today)")
    parser.add_argument("--repair", action="store_true", help="set the counters that differ to what the rows say")
    add_common(parser)


def run(args: argparse.Namespace) -> int:
    """Names every difference; 1 when there is one that was not repaired."""
    with acting(args) as actor:
        from django.utils import timezone  # noqa: PLC0415

        from lianfang.kernel import clock  # noqa: PLC0415

        day = args.day or clock.today(timezone.get_default_timezone())
        counters, dues = _counters(day), _dues(day)
        repaired = _repair(actor, day, len(counters)) if args.repair and counters else 0
    for line in [*map(_counter_line, counters), *map(_due_line, dues)][:SHOWN]:
        say(line)
    say(f"{day}: {len(counters)} counters differ, {repaired} set right; {len(dues)} dues differ from the reports.")
    if args.json:
        print_json({"day": str(day), "counters": counters, "dues": dues, "repaired": repaired})
    return FAILED if dues or len(counters) > repaired else 0


def _counters(day: date) -> list[dict[str, Any]]:
    from lianfang.kernel.orgs.models import Unit  # noqa: PLC0415
    from lianfang.kernel.reporting.tally import differences, uncounted  # noqa: PLC0415

    found = [*differences(day), *uncounted(day)]
    codes = dict(Unit.objects.filter(pk__in={one.unit_id for one in found}).values_list("pk", "code"))
    return [
        {
            "unit": codes.get(o.unit_id, f"#{o.unit_id}"),
            "slot": o.slot,
            "column": o.column,
            "kept": o.kept,
            "counted": o.counted,
        }
        for o in found
    ]


def _dues(day: date) -> list[dict[str, Any]]:
    from django.db import connection  # noqa: PLC0415

    from lianfang.kernel.reporting.forms import DAILY  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute(_DUES, {"day": day, "form": DAILY})
        names = ("unit", "line", "settled", "reported")
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _repair(actor: Any, day: date, differing: int) -> int:
    """Set the counters from the rows, and leave a trace of having done so. How many were wrong and are right now."""
    from lianfang.kernel.audit.ops import record  # noqa: PLC0415
    from lianfang.kernel.reporting.tally import recount_day  # noqa: PLC0415

    recount_day(day)
    repaired = differing - len(_counters(day))
    record("tallies.recounted", by=actor, unit=None, subject=f"day:{day}", facts={"day": day, "repaired": repaired})
    return repaired


def _counter_line(one: dict[str, Any]) -> str:
    return f"{one['unit']} {one['slot']}: {one['column']} is {one['kept']}, the rows say {one['counted']}"


def _due_line(one: dict[str, Any]) -> str:
    seen = "settled, but no report stands" if one["settled"] else "not settled, although a report stands"
    return f"{one['unit']} ({one['line']}): {seen}"
