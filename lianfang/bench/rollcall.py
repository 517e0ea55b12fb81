"""Class checks over HTTP (晨检上报): a class as one act, every fiftieth with somebody who is not well."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from lianfang.bench.baseline import upserts
from lianfang.bench.load import fire, post
from lianfang.bench.measure import Bar, Outcome
from lianfang.bench.place import place
from lianfang.bench.runs import counters_agree, measured
from lianfang.bench.serving import served
from lianfang.interfaces.server.trouble import say

SECONDS: Final = 8
CONNECTIONS: Final = 64
WARM_UP: Final = 500
UNWELL_EVERY: Final = 50


def run(scale: str, *, keep_in: Path | None = None) -> Outcome:
    """Classes a second, each with receipt, event, counters and its due; see `docs/benchmarks.md`."""
    with place(keep_in) as here:
        from lianfang.bench.crowd import SLOTS, settled  # noqa: PLC0415  Django is set up by `place`

        crowd = settled(here.url, scale)
        say("Measuring PostgreSQL alone …")
        baseline = upserts(here, seconds=SECONDS)
        classes = _classes()
        mean = sum(size for _, _, size in classes) / len(classes)
        figures: dict[str, Any] = {"classes": len(classes), "people_a_class": round(mean, 1)}
        with served(here, with_worker=True) as web:
            checks = [list(_checks(classes, str(crowd.day), slot, crowd.tokens)) for slot in SLOTS]
            fire(web.port, checks[0][:WARM_UP], connections=CONNECTIONS, seconds=SECONDS)
            requests = [*checks[1], *checks[2]]
            figures |= measured(web, requests, connections=CONNECTIONS, seconds=SECONDS)
        figures["people_per_second"] = round(figures["per_second"] * mean)
        figures["counters_agree"] = counters_agree()
    ratio = figures["per_second"] / baseline["upserts_per_second"]
    return Outcome("rollcall", scale, figures, baseline, ratio, _bars(figures))


def _bars(figures: dict[str, Any]) -> list[Bar]:
    return [
        Bar("classes a second", figures["per_second"], "at least", 300),
        Bar("the counters equal a recount", figures["counters_agree"], "at least", 1),
    ]


def _classes() -> list[tuple[str, str, int]]:
    """Code, somebody on the roster, and size of every class."""
    from django.db import connection  # noqa: PLC0415

    from lianfang.kernel.scope import EVERYTHING, within  # noqa: PLC0415

    with within(EVERYTHING), connection.cursor() as cursor:
        cursor.execute(
            "SELECT u.code, min(m.person_id::text), count(*)"
            " FROM orgs_unit u JOIN people_membership m ON m.unit_id = u.id"
            " WHERE u.keeps_roster AND u.kind = 'class' AND m.until IS NULL GROUP BY u.code ORDER BY md5(u.code)"
        )
        return list(cursor.fetchall())


def _checks(classes: list[tuple[str, str, int]], day: str, slot: str, tokens: tuple[str, ...]) -> Iterator[bytes]:
    for n, (code, somebody, _) in enumerate(classes):
        exceptions = [{"person": somebody, "state": "unwell", "temperature": "37.9"}] if n % UNWELL_EVERY == 0 else []
        body = {
            "key": f"check-{day}-{slot}-{n:07d}", "unit": code, "day": day, "slot": slot, "observed_by": "",
            "exceptions": exceptions, "everyone_else": "well",
        }  # fmt: skip
        yield post("/api/v1/roll-calls", json.dumps(body).encode(), tokens[n % len(tokens)])
