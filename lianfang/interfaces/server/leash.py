"""Ties a process to the life of its parent (随父进程退出), so that a killed supervisor leaves nothing behind.

Run as a script it becomes another program: `leash.py SIGNAL PARENT UID GID program arguments…` lays down root's rights
when UID is given, asks the kernel for SIGNAL at the parent's death, and executes the program under the same process id.
It uses the standard library only, and is run with `python -I -S` to cost little.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time
from collections.abc import Sequence

PR_SET_PDEATHSIG = 1
PARENT_CHECK_SECONDS = 0.5
KEEP = "-"


def leashed(
    argv: Sequence[str], *, at_death: signal.Signals, uid: int | None = None, gid: int | None = None
) -> list[str]:
    """The command line that runs `argv` so that it gets `at_death` when the calling process ends.

    The kernel counts the *thread* that starts the child as its parent: start children from the main thread.
    """
    account = [KEEP, KEEP] if uid is None else [str(uid), str(gid)]
    return [sys.executable, "-I", "-S", __file__, str(int(at_death)), str(os.getpid()), *account, *argv]


def follow_parent(*, grace: float = 0.0) -> None:
    """Ends this process `grace` seconds after its parent has gone, whatever else it is doing.

    Needed beside the kernel's signal: a program that swallows the signal while it starts (granian does) would stay.
    """
    threading.Thread(target=_leave_with, args=(os.getppid(), grace), name="follow-parent", daemon=True).start()


def _leave_with(parent: int, grace: float) -> None:
    while os.getppid() == parent:
        time.sleep(PARENT_CHECK_SECONDS)
    time.sleep(grace)
    os._exit(1)


def _lay_down_rights(uid: int, gid: int) -> None:
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)


def _ask_for_signal(at_death: int) -> None:
    """After the change of user, which would clear the request."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, at_death, 0, 0, 0)


def main(argv: Sequence[str]) -> None:
    """Becomes the program named on the command line; ends with status 1 when the parent is gone already."""
    at_death, parent, uid, gid, *program = argv
    if uid != KEEP:
        _lay_down_rights(int(uid), int(gid))
    _ask_for_signal(int(at_death))
    if os.getppid() != int(parent):
        raise SystemExit(1)
    os.execvp(program[0], program)  # noqa: S606  the program is given by the supervisor, no shell is involved


if __name__ == "__main__":
    main(sys.argv[1:])
