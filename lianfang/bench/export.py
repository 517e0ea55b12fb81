"""How fast a long list leaves the system (导出测速): the answers of many classes as CSV, beside COPY of the same rows.

The export is the product's own, run by somebody with a role, in a process of its own, whose peak memory is read for a
tenth of the rows and for all of them.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

from lianfang.bench.measure import Bar, Outcome, median
from lianfang.bench.place import place
from lianfang.interfaces.server.trouble import say

ROWS: Final = {"S": 1_000_000, "M": 2_000_000, "L": 4_000_000, "XL": 10_000_000}
CLASSES, PEOPLE = 1_000, 50  # answers a day: one of each person of each class
FIRST_DAY: Final = date(2026, 3, 2)
RUNS = 3
LEAST_RATIO = 1 / 6  # of the speed of COPY
MOST_GROWTH = 1.5  # of peak memory, for ten times the rows
HANDLE = "bench-export"

_FILL = """
INSERT INTO reporting_answer (unit_id, day, slot, person_id, revision, state, temperature, symptoms, fever, health_code,
                              test_sealed, note, mode, form_version, received_at, on_time, automated, reason, sender_id)
SELECT u.id, %(first)s::date + d, 'am', gen_random_uuid(), 1, CASE WHEN random() < 0.02 THEN 'unwell' ELSE 'well' END,
       36 + (random() * 100)::int / 100.0, CASE WHEN random() < 0.02 THEN ARRAY['cough', 'fever'] ELSE '{}' END, false,
       CASE WHEN random() < 0.5 THEN 'green' ELSE '' END, '',
       CASE WHEN random() < 0.05 THEN '晨检已做, 一切正常' ELSE '' END, 'roll_call', 1,
       (%(first)s::date + d)::timestamptz + interval '7 hours' + random() * interval '1 hour', true, false, '', 1
  FROM orgs_unit u, generate_series(0, %(days)s - 1) AS d, generate_series(1, %(people)s) AS n WHERE u.kind = 'class'
"""
_BASELINE = """COPY (SELECT unit_id, person_id, day, slot, state, temperature, symptoms, health_code, mode, revision,
                      received_at, on_time, automated, note FROM reporting_answer) TO STDOUT (FORMAT csv)"""


def run(scale: str, *, keep_in: Path | None) -> Outcome:
    """Rows a second of both, their ratio, and the peak memory of the exporting process."""
    days = ROWS[scale] // (CLASSES * PEOPLE)
    with place(keep_in):
        _fill(days)
        with tempfile.TemporaryDirectory(prefix="lianfang-export-") as folder:
            small = _exported(Path(folder), max(days // 10, 1))
            pairs = [(_copied(Path(folder)), _exported(Path(folder), days)) for _ in range(RUNS)]
            lines = _exported(Path(folder), days, "ndjson")
    return _outcome(scale, small, lines, [pair[0] for pair in pairs], [pair[1] for pair in pairs])


def _outcome(
    scale: str,
    small: dict[str, Any],
    lines: dict[str, Any],
    copied: list[dict[str, Any]],
    exported: list[dict[str, Any]],
) -> Outcome:
    seconds, plain = (median([one["seconds"] for one in runs]) for runs in (exported, copied))
    rows, peak = exported[0]["rows"], max(one["peak_mib"] for one in exported)
    if {one["rows"] for one in (*copied, *exported, lines)} != {ROWS[scale]}:
        raise RuntimeError("the export and COPY did not write the same rows")
    growth = peak / small["peak_mib"]
    return Outcome(
        name="export",
        scale=scale,
        figures={
            "rows": rows, "seconds": round(seconds, 2), "rows_per_second": round(rows / seconds),
            "mib": exported[0]["mib"], "peak_mib": peak, "peak_mib_of_a_tenth": small["peak_mib"],
            "ndjson_seconds": round(lines["seconds"], 2), "ndjson_peak_mib": lines["peak_mib"],
        },
        baseline={"what": "COPY of the same rows to a file", "seconds": round(plain, 2),
                  "rows_per_second": round(rows / plain), "mib": copied[0]["mib"]},
        ratio=plain / seconds,
        bars=[
            Bar("speed beside COPY", plain / seconds, "at least", LEAST_RATIO),
            Bar("memory at ten times the rows", growth, "at most", MOST_GROWTH),
        ],
    )  # fmt: skip


def _fill(days: int) -> None:
    """The classes and their answers, unless they are kept from an earlier run, and somebody who may see them."""
    from django.db import connection  # noqa: PLC0415  Django is set up by `place`

    from lianfang.kernel.orgs.models import Unit  # noqa: PLC0415
    from lianfang.kernel.scope import EVERYTHING, within  # noqa: PLC0415

    with within(EVERYTHING):
        if Unit.objects.exists():
            return
        say("Filling in the answers …")
        _classes()
        with connection.cursor() as cursor:
            cursor.execute(_FILL, {"first": FIRST_DAY, "days": days, "people": PEOPLE})
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE; ANALYZE reporting_answer; ANALYZE orgs_unit; SET ROLE lianfang_app")


def _classes() -> None:
    from lianfang.capabilities.access.actions import open_account  # noqa: PLC0415
    from lianfang.capabilities.units.actions import found_root  # noqa: PLC0415
    from lianfang.kernel.accounts.actor import SYSTEM  # noqa: PLC0415
    from lianfang.kernel.orgs.models import Unit  # noqa: PLC0415

    root = found_root(SYSTEM, code="P", name="示例县", kind="county", name_en="Example", opened_on=FIRST_DAY)
    Unit.objects.bulk_create(
        Unit(code=f"P-K{n:05d}", name=f"高一（{n}）班", kind="class", parent=root, path=f"{root.path}{n:x}/",
             opened_on=FIRST_DAY, keeps_roster=True, reports=False)
        for n in range(CLASSES)
    )  # fmt: skip
    open_account(SYSTEM, unit=root, handle=HANDLE, name="测试医生", role="doctor")


def _copied(folder: Path) -> dict[str, Any]:
    """The baseline: COPY of the columns as they are, unsorted and unguarded, into a file, by the same client."""
    from django.db import connection  # noqa: PLC0415

    from lianfang.kernel.scope import EVERYTHING, within  # noqa: PLC0415

    target = folder / "copy.csv"
    with within(EVERYTHING), connection.cursor() as cursor:
        start = time.perf_counter()
        with target.open("wb") as out, cursor.copy(_BASELINE) as copy:
            for line in copy:
                out.write(line)
        seconds, rows = time.perf_counter() - start, cursor.rowcount
    return {"seconds": seconds, "rows": rows, "mib": target.stat().st_size >> 20}


def _exported(folder: Path, days: int, kind: str = "csv") -> dict[str, Any]:
    """The product's export of so many days, in a process of its own."""
    last = FIRST_DAY + timedelta(days=days - 1)
    command = [sys.executable, "-m", "lianfang.bench.export", str(folder / f"export.{kind}"), last.isoformat()]
    done = subprocess.run(command, env=os.environ.copy(), check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _child(target: Path, last: str) -> None:
    import django  # noqa: PLC0415

    django.setup()
    from lianfang.interfaces.exchange.exports import export  # noqa: PLC0415
    from lianfang.kernel.accounts.actor import actor_for  # noqa: PLC0415
    from lianfang.kernel.accounts.models import Account  # noqa: PLC0415
    from lianfang.kernel.scope import EVERYTHING, within  # noqa: PLC0415

    with within(EVERYTHING):
        actor = actor_for(Account.objects.get(handle=HANDLE))
    start = time.perf_counter()
    rows = export(actor, "reports", {"from": FIRST_DAY.isoformat(), "to": last}, target.suffix[1:], target)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(json.dumps({"seconds": seconds, "rows": rows, "peak_mib": peak, "mib": target.stat().st_size >> 20}))


if __name__ == "__main__":
    _child(Path(sys.argv[1]), sys.argv[2])
