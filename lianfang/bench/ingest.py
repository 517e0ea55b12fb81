"""Single reports over HTTP (逐条上报): authenticated, validated, receipted, committed and counted."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Any, Final

from lianfang.bench.baseline import upserts
from lianfang.bench.load import Fired, fire
from lianfang.bench.measure import Bar, Outcome, percentile
from lianfang.bench.place import place
from lianfang.bench.serving import Served, served
from lianfang.interfaces.server.trouble import say

SECONDS: Final = 8
WARM_UP: Final = 3_000
CROWDS: Final = (32, 256)
PER_RUN: Final = 60_000


def run(scale: str, *, keep_in: Path | None = None) -> Outcome:
    """See the issue's table: ratio to pgbench, rate, p99 and CPU a thousand."""
    with place(keep_in) as here:
        from lianfang.bench.crowd import SLOTS, settled  # noqa: PLC0415  Django is set up by `place`

        crowd = settled(scale)
        say("Measuring PostgreSQL alone …")
        baseline = upserts(here, seconds=SECONDS)
        figures: dict[str, Any] = {"people": len(crowd.people)}
        with served(here, with_worker=True) as web:
            fire(web.port, list(islice(crowd.answers("am"), WARM_UP)), connections=32, seconds=SECONDS)
            for connections, slot in zip(CROWDS, SLOTS[1:], strict=True):
                say(f"Measuring {connections} connections …")
                requests = list(islice(crowd.answers(slot), PER_RUN))
                figures |= _measured(web, requests, connections)
        figures["every_receipt_has_its_row"] = _adds_up(figures)
    return Outcome("ingest", scale, figures, baseline, _ratio(figures, baseline, CROWDS[-1]), _bars(figures, baseline))


def _measured(web: Served, requests: list[bytes], connections: int) -> dict[str, Any]:
    before = web.cpu()
    fired = fire(web.port, requests, connections=connections, seconds=SECONDS)
    used = [after - earlier for after, earlier in zip(web.cpu(), before, strict=True)]
    return {f"{name}_{connections}": value for name, value in _figures(fired, *used).items()}


def _figures(fired: Fired, web: float, database: float) -> dict[str, Any]:
    kept = fired.statuses.get("200", 0)
    return {
        "kept": kept,
        "others": sum(fired.statuses.values()) - kept,
        "per_second": round(fired.rate),
        "p50_ms": round(percentile(fired.milliseconds, 50), 1),
        "p99_ms": round(percentile(fired.milliseconds, 99), 1),
        "cpu_web_per_1000": round(web / max(kept, 1) * 1000, 3),
        "cpu_database_per_1000": round(database / max(kept, 1) * 1000, 3),
        "cpu_clients_per_1000": round(fired.cpu / max(kept, 1) * 1000, 3),
    }


def _adds_up(figures: dict[str, Any]) -> bool:
    """Whether every acknowledged answer is a row, and the counters say so too."""
    from lianfang.kernel import clock  # noqa: PLC0415
    from lianfang.kernel.orgs.models import Unit  # noqa: PLC0415
    from lianfang.kernel.reporting.models import Answer  # noqa: PLC0415
    from lianfang.kernel.reporting.tally import differences  # noqa: PLC0415
    from lianfang.kernel.scope import EVERYTHING, within  # noqa: PLC0415

    with within(EVERYTHING):
        root = Unit.objects.get(parent__isnull=True)
        rows = Answer.objects.exclude(slot="am").count()
        wrong = differences(clock.today(root.zone))
    return rows == sum(figures[f"kept_{crowd}"] for crowd in CROWDS) and not wrong


def _ratio(figures: dict[str, Any], baseline: dict[str, Any], connections: int) -> float:
    return float(figures[f"per_second_{connections}"]) / float(baseline["upserts_per_second"])


def _bars(figures: dict[str, Any], baseline: dict[str, Any]) -> list[Bar]:
    few, many = CROWDS
    cpu = figures[f"cpu_web_per_1000_{many}"] + figures[f"cpu_database_per_1000_{many}"]
    return [
        Bar(f"ratio to pgbench, {few} connections", _ratio(figures, baseline, few), "at least", 0.2),
        Bar(f"ratio to pgbench, {many} connections", _ratio(figures, baseline, many), "at least", 0.3),
        Bar(f"answers a second, {many} connections", figures[f"per_second_{many}"], "at least", 4000),
        Bar(f"p99 in milliseconds, {many} connections", figures[f"p99_ms_{many}"], "at most", 150),
        Bar("CPU seconds a thousand, web and database", cpu, "at most", 0.5),
        Bar("every receipt has its row, counters equal a recount", figures["every_receipt_has_its_row"], "at least", 1),
    ]
