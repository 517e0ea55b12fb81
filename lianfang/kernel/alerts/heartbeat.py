"""A process says that it is well (心跳), in real time also while a drill's clock runs."""

from __future__ import annotations

from typing import Any

from lianfang.kernel import clock
from lianfang.kernel.alerts.models import Heartbeat


def beat(process: str, **facts: Any) -> None:
    """Write down that `process` is well now."""
    real = clock.now() - clock.drill_offset()
    Heartbeat.objects.update_or_create(process=process, defaults={"at": real, "facts": facts})
