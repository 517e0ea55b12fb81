"""Giving up files that nobody took further (清理暂存文件): what is kept of people for no purpose is kept no longer."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.faults import fault
from lianfang.kernel.files.actions import CHECKED, REFUSED, drop_file
from lianfang.kernel.files.models import Import

KEPT: Final = timedelta(days=30)  # as long as somebody may come back to a file; no rule of an epidemic
AT_A_TIME: Final = 20


def purge() -> int:
    """Drop files that were received more than 30 days ago and neither written nor dropped; how many."""
    waiting = Import.objects.filter(stage__in=(CHECKED, REFUSED), received_at__lt=clock.now() - KEPT)
    old = list(waiting.select_related("unit").defer("content").order_by("received_at")[:AT_A_TIME])
    for received in old:
        drop_file(SYSTEM, received=received, what=received.what)
        fault("mid_purge")
    return len(old)
