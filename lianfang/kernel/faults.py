"""Named places where a process can be made to die (故障点), so that tests prove what a crash leaves behind.

Off unless a test switches it on: without `LIANFANG_FAULTS`, a folder, a place costs one comparison and does nothing.
"""

from __future__ import annotations

import fcntl
import os
import signal
from pathlib import Path
from typing import Final

SWITCH: Final = "LIANFANG_FAULTS"
PLACES: Final = (
    "before_insert",
    "after_insert",
    "before_commit",
    "after_commit_before_reply",
    "mid_batch",
    "after_stage_before_apply",
    "mid_apply",
    "after_effect_before_done",
    "mid_migration",
    "mid_purge",
)
ORDER: Final = "order"  # a file of the folder: name:n; the variable FAULT says it too
PASSES: Final = "passes"  # a file of the folder: how often the ordered place was passed, by all processes together
_FOLDER: Final = os.environ.get(SWITCH)


def fault(name: str) -> None:
    """Kill this process here, at the nth pass through `name` of all processes together, when a test ordered it.

    `name` is one of `PLACES`. The order is `name:n`, in the variable FAULT or in the file `order` of the folder that
    the switch names. It is carried out once: whoever comes after the nth pass goes on.
    """
    if _FOLDER is not None:
        _pass(Path(_FOLDER), name)


def _pass(folder: Path, name: str) -> None:
    ordered, _, number = _order(folder).partition(":")
    if ordered == name and _count(folder / PASSES) == int(number):
        os.kill(os.getpid(), signal.SIGKILL)


def _order(folder: Path) -> str:
    try:
        return os.environ.get("FAULT") or (folder / ORDER).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return ""


def _count(file: Path) -> int:
    """One more pass; processes take turns, and the number is on record before anybody dies of it."""
    with file.open("a+", encoding="utf-8") as kept:
        fcntl.flock(kept, fcntl.LOCK_EX)
        kept.seek(0)
        passes = int(kept.read() or 0) + 1
        kept.truncate(0)
        kept.write(str(passes))
    return passes
