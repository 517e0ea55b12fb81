"""Single reports over HTTP (逐条上报): authenticated, validated, receipted, committed and counted."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Any, Final

import psycopg

from lianfang.bench.baseline import upserts
from lianfang.bench.load import fire
from lianfang.bench.measure import Bar, Outcome
from lianfang.bench.place import place
from lianfang.bench.runs import counters_agree, measured
from lianfang.bench.serving import Served, served
from lianfang.interfaces.server.trouble import say

SECONDS: Final = 8
WARM_UP: Final = 5_000
STORED: Final = {"S": 0, "M": 1_000_000, "L": 10_000_000, "XL": 10_000_000}
_STORE: Final = """
INSERT INTO reporting_answer (unit_id, day, slot, person_id, revision, state, temperature, symptoms, fever, health_code,
    test_sealed, note, mode, form_version, received_at, sender_id, on_time, automated, reason)
SELECT m.unit_id, current_date - d, 'am', m.person_id, 1, 'well', 36.5, '{}', false, 'green', '', '', 'api', 1,
       current_date - d, 1, true, false, ''
  FROM people_membership m, generate_series(2, 1 + %s) d WHERE m.until IS NULL
"""
FEW, MANY = 32, 256
CURVE: Final = "ingest: CPU s per 1,000 by answers stored"


def run(scale: str, *, keep_in: Path | None = None) -> Outcome:
    """Ratio to pgbench, rate, p99 and CPU a thousand, at 32 and 256 connections; see `docs/benchmarks.md`."""
    with place(keep_in) as here:
        from lianfang.bench.crowd import SLOTS, settled  # noqa: PLC0415  Django is set up by `place`

        crowd = settled(here.url, "S")
        say("Measuring PostgreSQL alone …")
        baseline = upserts(here, seconds=SECONDS)
        figures: dict[str, Any] = {"people": len(crowd.people)}
        before = _answers()
        with served(here, with_worker=True) as web:
            fire(web.port, list(islice(crowd.answers(SLOTS[0]), WARM_UP)), connections=FEW, seconds=SECONDS)
            warm = _answers() - before
            for connections, slot in zip((FEW, MANY), SLOTS[1:], strict=True):
                say(f"Measuring {connections} connections …")
                found = measured(web, list(crowd.answers(slot)), connections=connections, seconds=SECONDS)
                figures |= {f"{name}_{connections}": value for name, value in found.items()}
            kept = figures[f"kept_{FEW}"] + figures[f"kept_{MANY}"]
            figures["rows_for_receipts"] = _answers() - before - warm == kept
            figures["curve"] = {CURVE: [[kept, _cpu(figures)]]}
            if STORED[scale]:
                rest = list(crowd.answers(SLOTS[0], start=WARM_UP))
                figures |= _with_rows_stored(here.url, web, rest, STORED[scale])
        figures["counters_agree"] = counters_agree()
    ratio = figures[f"per_second_{MANY}"] / baseline["upserts_per_second"]
    return Outcome("ingest", scale, figures, baseline, ratio, _bars(figures, baseline))


def _with_rows_stored(url: str, web: Served, requests: list[bytes], rows: int) -> dict[str, Any]:
    """The same once more, beside so many answers of earlier days."""
    say(f"Storing {rows:,} answers of earlier days …")
    with psycopg.connect(url, autocommit=True) as owner:
        people = owner.execute("SELECT count(*) FROM people_membership WHERE until IS NULL").fetchone()
        owner.execute(_STORE, [max(1, rows // people[0]) if people else 0])
        owner.execute("VACUUM ANALYZE reporting_answer")
    stored = _answers()
    found = measured(web, requests, connections=MANY, seconds=SECONDS)
    return {"stored": stored, **{f"{name}_stored": value for name, value in found.items()}}


def _cpu(figures: dict[str, Any], beside: str = str(MANY)) -> float:
    return round(float(figures[f"cpu_web_per_1000_{beside}"] + figures[f"cpu_database_per_1000_{beside}"]), 3)


def _answers() -> int:
    from lianfang.kernel.reporting.models import Answer  # noqa: PLC0415
    from lianfang.kernel.scope import EVERYTHING, within  # noqa: PLC0415

    with within(EVERYTHING):
        return Answer.objects.count()


def _bars(figures: dict[str, Any], baseline: dict[str, Any]) -> list[Bar]:
    upserts_per_second = baseline["upserts_per_second"]
    whole = figures["rows_for_receipts"] and figures["counters_agree"]
    stored = [_beside_stored(figures)] if "stored" in figures else []
    return [
        *stored,
        Bar("ratio to pgbench, 32 connections", figures[f"per_second_{FEW}"] / upserts_per_second, "at least", 0.2),
        Bar("ratio to pgbench, 256 connections", figures[f"per_second_{MANY}"] / upserts_per_second, "at least", 0.3),
        Bar("answers a second, 256 connections", figures[f"per_second_{MANY}"], "at least", 4000),
        Bar("p99 in milliseconds, 256 connections", figures[f"p99_ms_{MANY}"], "at most", 150),
        Bar("CPU seconds a thousand, web and database", _cpu(figures), "at most", 0.5),
        Bar("every receipt has its row, and the counters equal a recount", whole, "at least", 1),
    ]


def _beside_stored(figures: dict[str, Any]) -> Bar:
    figures["curve"][CURVE].append([figures["stored"], _cpu(figures, "stored")])
    slower = figures["per_second_stored"] / figures[f"per_second_{MANY}"]
    return Bar(f"rate beside {figures['stored']:,} rows stored, to that before", slower, "at least", 0.9)
