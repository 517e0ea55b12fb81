"""`lianfang bench overload` (过载测量): ten times what the ordinary way of writing can take, for a minute.

500 phones correct answers and try again at once when refused, beside first answers in groups, people who look at boards
all the time, and slow clients; afterwards the phones are patient until each has its receipt. The crowd runs on the same
cores as the product: on two of them it takes a good part of what is measured, so capacity and goodput are both lower
than for clients elsewhere, and goodput more so, since the crowd is busier then. Capacity is measured first, beside the
same first answers, but without viewers and slow clients.
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any, Final

from lianfang.bench.measure import Bar, Outcome
from lianfang.bench.place import place
from lianfang.bench.runs import counters_agree
from lianfang.bench.serving import served
from lianfang.interfaces.server.trouble import say

SECONDS: Final = 60.0
SHORTER: Final = "LIANFANG_OVERLOAD_SECONDS"


def run(scale: str, *, keep_in: Path | None = None, seconds: float | None = None) -> Outcome:
    """Goodput against capacity, waiting times, receipts, and what was refused first.

    `seconds` of overload are 60 unless told otherwise, here or in the environment variable LIANFANG_OVERLOAD_SECONDS.
    """
    lasting = seconds or float(os.environ.get(SHORTER, SECONDS))
    with place(keep_in) as here:
        from lianfang.bench.crowd import settled  # noqa: PLC0415  Django is set up by `place`
        from lianfang.bench.storm import storm  # noqa: PLC0415

        crowd = settled(here.url, scale)
        with served(here, with_worker=True) as web:
            say("Measuring capacity, then overload …")
            figures = asyncio.run(storm(web, crowd, seconds=lasting))
        figures |= _kept(figures.pop("run"), figures.pop("held"))
        figures["counters_agree"] = counters_agree()
    capacity = figures.pop("capacity_per_second")
    ratio = figures["goodput_per_second"] / max(capacity, 0.001)
    return Outcome("overload", scale, figures, {"capacity_per_second": capacity}, ratio, _bars(figures, ratio))


def _kept(run: str, held: dict[str, str]) -> dict[str, Any]:
    """Receipts that clients hold, those on record, and what is in one of the two only."""
    from django.db import connection  # noqa: PLC0415

    from lianfang.kernel.scope import EVERYTHING, within  # noqa: PLC0415

    with within(EVERYTHING), connection.cursor() as cursor:
        cursor.execute("SELECT key, id::text FROM reporting_receipt WHERE key LIKE %s", [f"{run}-%"])
        kept = dict(cursor.fetchall())
    lost = [key for key, receipt in held.items() if kept.get(key) != receipt]
    return {"receipts": len(held), "lost": len(lost), "kept_without_receipt": len(kept.keys() - held.keys())}


def _bars(figures: dict[str, Any], ratio: float) -> list[Bar]:
    return [
        Bar("goodput at ten times capacity, to capacity", ratio, "at least", 0.8),
        Bar("p99 of admitted writes in ms", figures["p99_ms"], "at most", 2_000),
        Bar("seconds after the overload until every phone had its receipt", figures["all_receipts_s"], "at most", 120),
        Bar("phones without receipt", figures["without_receipt"], "at most", 0),
        Bar("acknowledged reports lost", figures["lost"], "at most", 0),
        Bar("reports kept without a receipt", figures["kept_without_receipt"], "at most", 0),
        Bar("the counters equal a recount", figures["counters_agree"], "at least", 1),
        Bar("seconds from first refused board to report", figures["board_refused_first_s"], "at least", 0),
        Bar("memory of the web processes, last to first", figures["rss_growth"], "at most", 1.1),
    ]
