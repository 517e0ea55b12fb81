"""Single reports over HTTP (逐条上报): authenticated, validated, receipted, committed and counted."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Any, Final

from lianfang.bench.baseline import upserts
from lianfang.bench.load import fire
from lianfang.bench.measure import Bar, Outcome
from lianfang.bench.place import place
from lianfang.bench.runs import counters_agree, measured
from lianfang.bench.serving import served
from lianfang.interfaces.server.trouble import say

SECONDS: Final = 8
WARM_UP: Final = 5_000
FEW, MANY = 32, 256


def run(scale: str, *, keep_in: Path | None = None) -> Outcome:
    """Ratio to pgbench, rate, p99 and CPU a thousand, at 32 and 256 connections; see `docs/benchmarks.md`."""
    with place(keep_in) as here:
        from lianfang.bench.crowd import SLOTS, settled  # noqa: PLC0415  Django is set up by `place`

        crowd = settled(here.url, scale)
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
        figures["counters_agree"] = counters_agree()
    ratio = figures[f"per_second_{MANY}"] / baseline["upserts_per_second"]
    return Outcome("ingest", scale, figures, baseline, ratio, _bars(figures, baseline))


def _answers() -> int:
    from lianfang.kernel.reporting.models import Answer  # noqa: PLC0415
    from lianfang.kernel.scope import EVERYTHING, within  # noqa: PLC0415

    with within(EVERYTHING):
        return Answer.objects.count()


def _bars(figures: dict[str, Any], baseline: dict[str, Any]) -> list[Bar]:
    upserts_per_second = baseline["upserts_per_second"]
    cpu = figures[f"cpu_web_per_1000_{MANY}"] + figures[f"cpu_database_per_1000_{MANY}"]
    whole = figures["rows_for_receipts"] and figures["counters_agree"]
    return [
        Bar("ratio to pgbench, 32 connections", figures[f"per_second_{FEW}"] / upserts_per_second, "at least", 0.2),
        Bar("ratio to pgbench, 256 connections", figures[f"per_second_{MANY}"] / upserts_per_second, "at least", 0.3),
        Bar("answers a second, 256 connections", figures[f"per_second_{MANY}"], "at least", 4000),
        Bar("p99 in milliseconds, 256 connections", figures[f"p99_ms_{MANY}"], "at most", 150),
        Bar("CPU seconds a thousand, web and database", cpu, "at most", 0.5),
        Bar("every receipt has its row, and the counters equal a recount", whole, "at least", 1),
    ]
