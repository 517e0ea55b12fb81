"""What PostgreSQL alone can do here (数据库基线): pgbench with the same upsert and its leaf counter, nothing else."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from pathlib import Path
from typing import Any, Final

import psycopg

from lianfang.bench.place import Place
from lianfang.interfaces.server.trouble import CannotRun

CONNECTIONS: Final = 16
THREADS: Final = 2
PEOPLE: Final = 60_000
A_CLASS: Final = 30

_TABLES: Final = """
DROP TABLE IF EXISTS bench_answer, bench_tally;
CREATE TABLE bench_answer (LIKE reporting_answer INCLUDING ALL);
CREATE TABLE bench_tally (LIKE reporting_tally INCLUDING ALL);
INSERT INTO bench_tally
SELECT (jsonb_populate_record(NULL::bench_tally, zeros || jsonb_build_object('unit_id', n))).*
  FROM generate_series(0, {people} / {a_class}) n,
       (SELECT jsonb_object_agg(column_name, CASE data_type WHEN 'integer' THEN '0'::jsonb WHEN 'bigint' THEN '0'
               WHEN 'date' THEN '"2026-03-02"' ELSE '"am"' END) AS zeros
          FROM information_schema.columns WHERE table_name = 'bench_tally') z;
"""
# One answer and what it changes in its class's counter: the old row is read, the difference is written.
_SCRIPT: Final = """
\\set person random(1, {people})
WITH before AS (
    SELECT fever FROM bench_answer WHERE unit_id = :person::int / {a_class} AND day = '2026-03-02' AND slot = 'am'
       AND person_id = lpad(to_hex(:person::int), 32, '0')::uuid
), kept AS (
    INSERT INTO bench_answer (unit_id, day, slot, person_id, revision, state, temperature, symptoms, fever, health_code,
        test_sealed, note, mode, form_version, claimed_at, received_at, sender_id, on_time, automated, reason)
    VALUES (:person::int / {a_class}, '2026-03-02', 'am', lpad(to_hex(:person::int), 32, '0')::uuid, 1, 'well', 36.5,
        '{{}}', false, 'green', '', '', 'api', 1, now(), now(), 1, true, false, '')
    ON CONFLICT (unit_id, day, slot, person_id) DO UPDATE SET revision = bench_answer.revision + 1,
        temperature = excluded.temperature, received_at = excluded.received_at
    RETURNING fever
)
UPDATE bench_tally SET answered = answered + (NOT EXISTS (SELECT 1 FROM before))::int,
       fever = bench_tally.fever + kept.fever::int
  FROM kept WHERE unit_id = :person::int / {a_class} AND day = '2026-03-02' AND slot = 'am';
"""


def upserts(place: Place, *, seconds: int) -> dict[str, Any]:
    """`{"upserts_per_second", "latency_ms", "connections"}` of pgbench on this server, prepared statements."""
    with psycopg.connect(place.url, autocommit=True) as owner:
        owner.execute(_TABLES.format(people=PEOPLE, a_class=A_CLASS))  # type: ignore[arg-type]
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(_SCRIPT.format(people=PEOPLE, a_class=A_CLASS))
        script.flush()
        said = _pgbench(place, script.name, seconds)
    with psycopg.connect(place.url, autocommit=True) as owner:
        owner.execute("DROP TABLE bench_answer, bench_tally")
    return {
        "upserts_per_second": round(_number(r"tps = ([\d.]+)", said)),
        "latency_ms": _number(r"latency average = ([\d.]+)", said),
        "connections": CONNECTIONS,
    }


def _pgbench(place: Place, script: str, seconds: int) -> str:
    options = ["-n", "-M", "prepared", "-c", str(CONNECTIONS), "-j", str(THREADS), "-T", str(seconds), "-f", script]
    command = [str(Path(place.binaries) / "pgbench"), *options, place.url]
    done = subprocess.run(command, env=os.environ, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise CannotRun(f"pgbench failed: {done.stderr.strip()[-400:]}")
    return done.stdout


def _number(pattern: str, said: str) -> float:
    found = re.search(pattern, said)
    if found is None:
        raise ValueError(f"pgbench did not say {pattern}")
    return float(found[1])
