"""The fold's own loop (汇总循环): beside the worker's passes, so that a long pass never makes the boards old."""

from __future__ import annotations

import threading
import time
from typing import Final

from django.db import InterfaceError, OperationalError, connection

from lianfang.interfaces.server.trouble import say
from lianfang.kernel.policies import drills
from lianfang.kernel.reporting.fold import fold, fold_next_day, open_days_anew
from lianfang.kernel.reporting.office_days import Keeper

EVERY_SECONDS: Final = 1.5
LONGEST_WAIT_SECONDS: Final = 30.0
_keeper: Final = Keeper()


def keep_folding(stop: threading.Event) -> int:
    """Fold every second and a half until `stop` is set; how many folds were made. It rests as long as a fold took.

    It begins, and begins again after the database was away, with all open days, whatever was noted of them.
    """
    folds, wait, fresh = 0, EVERY_SECONDS, True
    while not stop.is_set():
        began = time.monotonic()
        try:
            fold_once(whole=fresh)
            folds, fresh = folds + 1, False
            took = time.monotonic() - began
            wait = max(EVERY_SECONDS - took, min(took, EVERY_SECONDS))
        except (OperationalError, InterfaceError) as away:
            connection.close()
            fresh, wait = True, min(2 * max(wait, EVERY_SECONDS), LONGEST_WAIT_SECONDS)
            say(f"The fold cannot use the database ({type(away).__name__}); it tries again in {wait:.0f} s.")
        stop.wait(wait)
    connection.close()
    return folds


def fold_once(*, whole: bool = False) -> int:
    """One fold, and one day of those that never were; how many parts were written."""
    drills.follow()
    if whole:
        open_days_anew()
    written = fold()
    fold_next_day()
    _keeper.keep()
    return written
