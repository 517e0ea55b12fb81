"""Starting, ending and following a drill's clock (演练)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.db import connection

from lianfang.kernel import clock
from lianfang.kernel.policies.models import Drill

_NONE = timedelta(0)


OFFSET = """
SELECT (extract(epoch FROM "offset") * 1000000)::bigint::text FROM policies_drill
 WHERE ended_at IS NULL ORDER BY id DESC LIMIT 1
"""
"""How far the drill under way is from real time, in microseconds as text; for those who ask other things with it."""


def current_offset() -> timedelta:
    """How far the drill under way is from real time; zero when there is none."""
    with connection.cursor() as cursor:  # asked by every request: in plain SQL it costs a third
        cursor.execute('SELECT "offset" FROM policies_drill WHERE ended_at IS NULL ORDER BY id DESC LIMIT 1')
        found = cursor.fetchone()
    return found[0] if found else _NONE


def follow_offset(microseconds: str | None) -> None:
    """The same as `follow`, with what `OFFSET` says."""
    clock.run_ahead_by(timedelta(microseconds=int(microseconds or 0)))


def follow() -> None:
    """Let this process's clock show the drill's time, or real time when there is no drill."""
    clock.run_ahead_by(current_offset())


def start(moment: datetime, reason: str) -> Drill:
    """Begin a drill whose clock shows `moment` now and runs on from there."""
    end()
    real = datetime.now(UTC)
    return Drill.objects.create(offset=moment - real, reason=reason, started_at=real)


def end() -> int:
    """Go back to real time; how many drills ended."""
    return Drill.objects.filter(ended_at__isnull=True).update(ended_at=datetime.now(UTC))
