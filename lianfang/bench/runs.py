"""One run of a crowd against the served product (一次压测): rate, waiting times, and the CPU it took."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lianfang.bench.load import Fired, fire
from lianfang.bench.measure import percentile
from lianfang.bench.serving import Served


def measured(web: Served, requests: Sequence[bytes], *, connections: int, seconds: float) -> dict[str, Any]:
    """Figures of one run: acts kept, other answers, acts a second, milliseconds, CPU seconds a thousand acts."""
    before = web.cpu()
    fired = fire(web.port, requests, connections=connections, seconds=seconds)
    used = [after - earlier for after, earlier in zip(web.cpu(), before, strict=True)]
    return _figures(fired, *used)


def _figures(fired: Fired, web: float, database: float) -> dict[str, Any]:
    kept = fired.statuses.get("200", 0)
    a_thousand = 1000 / max(kept, 1)
    return {
        "kept": kept,
        "others": sum(fired.statuses.values()) - kept,
        "per_second": round(fired.rate),
        "p50_ms": round(percentile(fired.milliseconds, 50), 1),
        "p99_ms": round(percentile(fired.milliseconds, 99), 1),
        "cpu_web_per_1000": round(web * a_thousand, 3),
        "cpu_database_per_1000": round(database * a_thousand, 3),
        "cpu_clients_per_1000": round(fired.cpu * a_thousand, 3),
    }


def counters_agree() -> bool:
    """Whether today's counters equal a recount from the rows."""
    from lianfang.kernel import clock  # noqa: PLC0415  Django is set up by `place`
    from lianfang.kernel.orgs.models import Unit  # noqa: PLC0415
    from lianfang.kernel.reporting.tally import differences  # noqa: PLC0415
    from lianfang.kernel.scope import EVERYTHING, within  # noqa: PLC0415

    with within(EVERYTHING):
        root = Unit.objects.get(parent__isnull=True)
        return not differences(clock.today(root.zone))
