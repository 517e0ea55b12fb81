"""A day counted again from its rows (全日重算): the proof of all counters beside one GROUP BY over the same tables.

The rows are made by SQL, since what is measured is reading them; everybody has answered for themselves.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final

import psycopg

from lianfang.bench.measure import Bar, Outcome, median
from lianfang.bench.place import place
from lianfang.interfaces.server.trouble import say

DAY: Final = "2026-03-02"
A_CLASS: Final = 44
CLASSES: Final = {"S": 1_440, "M": 25_000, "L": 91_000, "XL": 387_000}
RUNS: Final = 3
ROOM: Final = "128MB"  # work_mem of both sides

_FILL: Final = (
    # A database for measuring: people are numbers here, so the keys to their records are let go.
    """
    DO $$ DECLARE name text; BEGIN
        SELECT conname INTO name FROM pg_constraint WHERE conrelid = 'people_membership'::regclass
           AND confrelid = 'people_person'::regclass;
        IF name IS NOT NULL THEN EXECUTE format('ALTER TABLE people_membership DROP CONSTRAINT %I', name); END IF;
    END $$
    """,
    """
    INSERT INTO orgs_unit (id, code, name, name_en, kind, path, sector_path, reports, keeps_roster, opened_on,
                           zone_name, phone)
    SELECT n, 'B' || n, 'B' || n, '', 'class', n || '/', '', false, true, '2020-01-01', 'Asia/Shanghai', ''
      FROM generate_series(1, {classes}) n
    """,
    """
    INSERT INTO reporting_tally (unit_id, day, slot, path, sector_path, {zeros})
    SELECT id, '{day}', 'am', path, '', {values} FROM orgs_unit
    """,
    """
    INSERT INTO people_membership (id, unit_id, person_id, kind, number, employer, boards, since, entered_at)
    SELECT gen_random_uuid(), u, ('00000000-0000-7000-8000-' || lpad(to_hex(u * 1000 + n), 12, '0'))::uuid, 'learner',
           n::text, '', false, '2020-01-01', '2020-01-01'
      FROM generate_series(1, {classes}) u, generate_series(1, {a_class}) n
    """,
    """
    INSERT INTO reporting_answer (unit_id, day, slot, person_id, revision, state, temperature, symptoms, fever,
        health_code, test_sealed, note, mode, form_version, received_at, sender_id, on_time, automated, reason)
    SELECT u, '{day}', 'am', ('00000000-0000-7000-8000-' || lpad(to_hex(u * 1000 + n), 12, '0'))::uuid, 1,
           CASE WHEN (u + n) % 97 = 0 THEN 'unwell' ELSE 'well' END, 36.1 + n % 9 * 0.1, '{{}}', (u + n) % 291 = 0,
           'green', '', '', 'self', 1, '{day} 00:30Z', 1, n % 50 > 0, false, ''
      FROM generate_series(1, {classes}) u, generate_series(1, {a_class}) n
    """,
    "VACUUM (ANALYZE) people_membership",
    "VACUUM (ANALYZE) reporting_answer",
    "VACUUM (ANALYZE) reporting_tally",
)
# Every sum is used outside, or the planner would not form it.
_ANSWERS: Final = """
SELECT count(*), sum(a), sum(o), sum(w), sum(u), sum(f) FROM (
    SELECT unit_id, slot, count(*) AS a, count(*) FILTER (WHERE on_time) AS o,
           count(*) FILTER (WHERE state = 'well') AS w, count(*) FILTER (WHERE state = 'unwell') AS u,
           count(*) FILTER (WHERE fever) AS f
      FROM reporting_answer WHERE day = %s GROUP BY unit_id, slot) g
"""
_ROSTERS: Final = """
SELECT count(*), sum(n) FROM (
    SELECT unit_id, count(*) AS n FROM people_membership WHERE since <= %s AND until IS NULL GROUP BY unit_id) g
"""


def run(scale: str, *, keep_in: Path | None = None) -> Outcome:
    """Seconds of the proof, and of one GROUP BY over each table that it reads; see `docs/benchmarks.md`."""
    with place(keep_in) as here:
        _filled(here.url, CLASSES[scale])
        say("Setting the counters …")
        figures: dict[str, Any] = {"rows": CLASSES[scale] * A_CLASS, "counter_rows": CLASSES[scale]}
        figures["set_seconds"] = round(_timed(_set_counters), 2)
        say("Measuring …")
        grouped = {name: [_timed(partial(_group, sql)) for _ in range(RUNS)] for name, sql in _plain().items()}
        proofs = [_timed(_prove) for _ in range(RUNS)]
        figures["proof_seconds"] = round(median(proofs), 2)
        figures["millions_of_rows_a_second"] = round(figures["rows"] / median(proofs) / 1e6, 2)
    baseline = {f"group_by_{name}_seconds": round(median(runs), 2) for name, runs in grouped.items()}
    ratio = median(proofs) / sum(median(runs) for runs in grouped.values())
    bar = Bar("proof, in times of one GROUP BY over the tables it reads", ratio, "at most", 1.3)
    return Outcome("rollup", scale, figures, baseline, ratio, [bar])


def _plain() -> dict[str, str]:
    return {"answers": _ANSWERS, "rosters": _ROSTERS}


def _filled(url: str, classes: int) -> None:
    from lianfang.kernel.reporting.tally import COLUMNS  # noqa: PLC0415  Django is set up by `place`

    zeros, values = ", ".join(COLUMNS), ", ".join("0" for _ in COLUMNS)
    with psycopg.connect(url, autocommit=True) as owner:
        if owner.execute("SELECT 1 FROM reporting_tally LIMIT 1").fetchone():
            return
        say(f"Filling {classes * A_CLASS:,} answers …")
        for statement in _FILL:
            text = statement.format(classes=classes, a_class=A_CLASS, day=DAY, zeros=zeros, values=values)
            owner.execute(text)  # type: ignore[call-overload]


def _timed(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _set_counters() -> None:
    from datetime import date  # noqa: PLC0415

    from lianfang.kernel.reporting.tally import recount_day  # noqa: PLC0415
    from lianfang.kernel.scope import EVERYTHING, within  # noqa: PLC0415

    with within(EVERYTHING):
        recount_day(date.fromisoformat(DAY))


def _prove() -> None:
    from datetime import date  # noqa: PLC0415

    from lianfang.kernel.reporting.tally import differences  # noqa: PLC0415
    from lianfang.kernel.scope import EVERYTHING, within  # noqa: PLC0415

    with within(EVERYTHING):
        if found := differences(date.fromisoformat(DAY)):
            raise AssertionError(f"{len(found)} counters differ, the first is {found[0]}")


def _group(statement: str) -> None:
    from django.db import connection  # noqa: PLC0415

    from lianfang.kernel.scope import EVERYTHING, within  # noqa: PLC0415

    with within(EVERYTHING), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL work_mem = '{ROOM}'")
        cursor.execute(statement, [DAY])
