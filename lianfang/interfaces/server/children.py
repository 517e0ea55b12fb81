"""Programs that are kept running (常驻程序): started on a leash, restarted when they end, and stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from lianfang.interfaces.server import processes
from lianfang.interfaces.server.leash import leashed
from lianfang.interfaces.server.trouble import type_of_say

PAUSES: Final = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
SETTLED_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class Program:
    """What to run: its name for the console, command line, and variables added to the environment."""

    name: str
    argv: tuple[str, ...]
    variables: Mapping[str, str] = field(default_factory=dict)
    at_supervisor_death: signal.Signals = signal.SIGKILL


class BackOff:
    """How long to wait before starting again what has died: longer each time, short again after a settled minute."""

    def __init__(self) -> None:
        self._deaths = 0
        self._began = 0.0
        self._next = 0.0

    def began(self) -> None:
        """The program has just been started."""
        self._began = time.monotonic()

    def died(self) -> float:
        """The program has just been found dead; returns the seconds to wait."""
        now = time.monotonic()
        if now - self._began > SETTLED_SECONDS:
            self._deaths = 0
        pause = PAUSES[min(self._deaths, len(PAUSES) - 1)]
        self._deaths += 1
        self._next = now + pause
        return pause

    @property
    def over(self) -> bool:
        """Whether it may be started again."""
        return time.monotonic() >= self._next


class Child:
    """One program kept running."""

    def __init__(self, program: Program, tell: type_of_say) -> None:
        self.program = program
        self._tell = tell
        self._process: subprocess.Popen[bytes] | None = None
        self._pauses = BackOff()

    @property
    def pid(self) -> int | None:
        """Process number of the running program; also of its session."""
        return self._process.pid if self._process is not None else None

    def start(self) -> None:
        """Starts it in a session of its own: Ctrl-C at the console reaches the supervisor only."""
        self._process = subprocess.Popen(
            leashed(self.program.argv, at_death=self.program.at_supervisor_death),
            env={**os.environ, **self.program.variables},
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._pauses.began()

    def keep_running(self) -> bool:
        """Starts it again when it has died and the pause is over; True when it was started."""
        if self._process is not None and (status := self._process.poll()) is not None:
            processes.send([p.pid for p in processes.in_session(self._process.pid)], signal.SIGKILL)
            self._process = None
            self._tell(f"{self.program.name} ended ({_why(status)}); starting it again in {self._pauses.died():g} s.")
        if self._process is None and self._pauses.over:
            self.start()
            return True
        return False

    def ask_to_end(self) -> None:
        """Politely; `end` follows."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)

    def end(self, until: float) -> None:
        """Waits until the monotonic moment `until`, then kills it and everything of its session."""
        if self._process is None:
            return
        try:
            self._process.wait(max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            self._process.kill()
        processes.send([p.pid for p in processes.in_session(self._process.pid)], signal.SIGKILL)
        self._process.wait()
        self._process = None


def _why(status: int) -> str:
    return f"signal {-status}" if status < 0 else f"exit status {status}"
