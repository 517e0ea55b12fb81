"""Locks on files of the state folder (文件锁): they end with the process that holds them, also when it is killed."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

STEP_SECONDS: Final = 0.05


@contextmanager
def held(
    file: Path, *, shared: bool = False, wait: float = 0.0, waiting: Callable[[], None] | None = None
) -> Iterator[bool]:
    """Holds the lock for the block; yields False when somebody else still has it after `wait` seconds.

    `waiting` is called once when it has to wait at all.
    """
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        yield _take(descriptor, fcntl.LOCK_SH if shared else fcntl.LOCK_EX, wait, waiting)
    finally:
        os.close(descriptor)


def _take(descriptor: int, kind: int, wait: float, waiting: Callable[[], None] | None) -> bool:
    until = time.monotonic() + wait
    while not _taken(descriptor, kind):
        if time.monotonic() >= until:
            return False
        if waiting is not None:
            waiting()
            waiting = None
        time.sleep(STEP_SECONDS)
    return True


def _taken(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
