"""The worker's loop (巡检循环): a pass every second until it is told to stop, through restarts of the database."""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import Final

from django.db import InterfaceError, OperationalError, connection

from lianfang.interfaces.server.trouble import say
from lianfang.interfaces.worker.folding import keep_folding
from lianfang.interfaces.worker.sweep import Worker

EVERY_SECONDS: Final = 1.0
LONGEST_WAIT_SECONDS: Final = 30.0


def watch(stop: threading.Event, *, worker: Worker | None = None) -> int:
    """Sweep, and fold beside it, until `stop` is set; how many passes were made.

    While the database is away it waits ever longer.
    """
    folding = threading.Thread(target=keep_folding, args=[stop], name="folding", daemon=True)
    if worker is None:
        folding.start()
    worker = worker or Worker(folds=False)
    passes, wait = 0, EVERY_SECONDS
    while not stop.is_set():
        try:
            worker.sweep()
            passes, wait = passes + 1, EVERY_SECONDS
        except (OperationalError, InterfaceError) as away:
            connection.close()
            wait = min(2 * wait, LONGEST_WAIT_SECONDS)
            say(f"The worker cannot use the database ({type(away).__name__}); it tries again in {wait:.0f} s.")
        stop.wait(wait)
    connection.close()
    if folding.ident is not None:
        folding.join(LONGEST_WAIT_SECONDS)
    return passes


def stop_on_signals() -> threading.Event:
    """An event that SIGTERM and SIGINT set, so that the pass under way is finished first."""
    stop = threading.Event()

    def ask(number: int, frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, ask)
    return stop
