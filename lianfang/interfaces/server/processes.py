"""What the kernel knows of processes (进程), read from /proc; where there is none, nothing is known."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PROC: Final = Path("/proc")
STEP_SECONDS: Final = 0.05


@dataclass(frozen=True, slots=True)
class Process:
    """One living or just dead process; `started` counts clock ticks since boot, so that pid and start name it."""

    pid: int
    state: str
    session: int
    started: int

    @property
    def alive(self) -> bool:
        """False for a zombie, which only waits for its parent to notice."""
        return self.state not in {"Z", "X"}


def process(pid: int) -> Process | None:
    """The process of that number, or None."""
    try:
        text = (PROC / str(pid) / "stat").read_text()
    except OSError:
        return None
    fields = text.rpartition(")")[2].split()  # the name before it may hold anything
    return Process(pid, fields[0], int(fields[3]), int(fields[19]))


def in_session(session: int) -> list[Process]:
    """All living processes of a session: a child started in a session of its own, and whatever it started."""
    return [p for p in _all() if p.session == session and p.alive]


def in_folder(folder: Path) -> list[int]:
    """Process numbers of all who work in `folder`: a PostgreSQL server and its backends stand in their data folder."""
    return [p.pid for p in _all() if p.alive and _stands_in(p.pid, folder)]


def boot() -> str:
    """Names the current boot of the machine; process numbers of another boot mean nothing."""
    try:
        return (PROC / "sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


def send(pids: list[int], number: signal.Signals) -> None:
    """Signals those that still live."""
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue


def reap_strangers(own: set[int]) -> None:
    """Buries dead processes that became our children because we are process 1 of a container."""
    while (dead := _dead_child()) is not None and dead not in own:
        os.waitpid(dead, 0)


def wait_until_gone(still_there: list[int], seconds: float) -> bool:
    """Waits until none of the processes lives; False when the time is up."""
    until = time.monotonic() + seconds
    while any((found := process(pid)) is not None and found.alive for pid in still_there):
        if time.monotonic() > until:
            return False
        time.sleep(STEP_SECONDS)
    return True


def _dead_child() -> int | None:
    try:
        found = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return None
    return found.si_pid if found else None


def _all() -> Iterator[Process]:
    for entry in PROC.glob("[0-9]*"):
        if (found := process(int(entry.name))) is not None:
            yield found


def _stands_in(pid: int, folder: Path) -> bool:
    try:
        return (PROC / str(pid) / "cwd").samefile(folder)
    except OSError:
        return False
