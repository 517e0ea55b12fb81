"""One running PostgreSQL server process (数据库进程): started in the foreground as our child, awaited, stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from typing import Final

from lianfang.interfaces.server import processes, tuning
from lianfang.interfaces.server.binaries import Binaries
from lianfang.interfaces.server.founding import as_server
from lianfang.interfaces.server.place import Place
from lianfang.interfaces.server.trouble import FAILED, CannotRun, type_of_say

READY_SECONDS: Final = 1800.0
PREDECESSOR_SECONDS: Final = 60.0
CLEAN_STOP_SECONDS: Final = 60.0
HARD_STOP_SECONDS: Final = 5.0
QUIET_SECONDS: Final = 3.0
STEP_SECONDS: Final = 0.02
START_TRIES: Final = 20
TRY_AGAIN_SECONDS: Final = 0.25
LOG_LIMIT: Final = 16 * tuning.MIB
LOG_TAIL_LINES: Final = 8
STATUS_LINE: Final = 7  # counted from 0; what each line of postmaster.pid means is in PostgreSQL's miscadmin.h
PASSES_BY_ITSELF: Final = ('lock file "', "pre-existing shared memory block")


class Postmaster:
    """Starts `postgres` for a place and knows how it fares."""

    def __init__(self, place: Place, binaries: Binaries, tell: type_of_say) -> None:
        self._place = place
        self._binaries = binaries
        self._tell = tell
        self._process: subprocess.Popen[bytes] | None = None
        self._log_start = 0

    @property
    def pid(self) -> int | None:
        """The process number, while it runs."""
        return self._process.pid if self._process is not None and self.poll() is None else None

    def poll(self) -> int | None:
        """None while it runs; else its exit status (0 when it was never started)."""
        return 0 if self._process is None else self._process.poll()

    def start(self, arguments: list[str]) -> None:
        """Returns when it takes connections, however long recovery after a crash needs. Raises CannotRun."""
        self._await_predecessor()
        for _ in range(START_TRIES):
            self._spawn(arguments)
            if self._wait_until_ready():
                return
            if not any(reason in self._said() for reason in PASSES_BY_ITSELF):
                break
            time.sleep(TRY_AGAIN_SECONDS)
        raise CannotRun(f"The database server did not start. It said:\n{self._said()}", status=FAILED)

    def stop(self) -> None:
        """Fast and clean: sessions end, everything is written down. Harder only when that takes over a minute."""
        process = self._process
        steps = (
            (signal.SIGINT, CLEAN_STOP_SECONDS),
            (signal.SIGQUIT, HARD_STOP_SECONDS),
            (signal.SIGKILL, HARD_STOP_SECONDS),
        )
        if process is not None and not any(_ended_by(process, number, seconds) for number, seconds in steps):
            raise CannotRun(f"The database server (process {process.pid}) does not end.", status=FAILED)
        self._process = None

    def trim_log(self) -> None:
        """Empties the log when it has grown too long; the server appends, so it goes on at the beginning."""
        if self._place.log.exists() and self._place.log.stat().st_size > LOG_LIMIT:
            os.truncate(self._place.log, 0)

    def _spawn(self, arguments: list[str]) -> None:
        self.trim_log()
        command = as_server(self._place, [self._binaries.program("postgres"), *arguments])
        with os.fdopen(os.open(self._place.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "ab") as log:
            self._log_start = log.seek(0, os.SEEK_END)
            # A session of its own: Ctrl-C at the console must not reach it before the programs that use it have ended.
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", start_new_session=True
            )

    def _wait_until_ready(self) -> bool:
        """True when ready; False when the server has ended instead."""
        began = told = time.monotonic()
        while self.poll() is None and time.monotonic() - began < READY_SECONDS:
            if status(self._place) == "ready":
                return True
            if time.monotonic() - told > QUIET_SECONDS:
                told = time.monotonic()
                self._tell(f"The database is putting itself in order after an unclean stop … {told - began:.0f} s")
            time.sleep(STEP_SECONDS)
        return False

    def _await_predecessor(self) -> None:
        """Lets a server whose supervisor was killed finish stopping, then removes the note it left lying about."""
        data = self._place.data
        still_there = processes.in_folder(data)
        if still_there:
            self._tell("Waiting for an earlier database server on the same folder to end …")
        if not processes.wait_until_gone(still_there, PREDECESSOR_SECONDS):
            numbers = ", ".join(map(str, still_there))
            raise CannotRun(f"A database server (process {numbers}) still runs on {data}. End it, then try again.")
        if processes.boot():
            # Nobody stands in the folder, so the note is stale, also when another process has its number by now.
            (data / "postmaster.pid").unlink(missing_ok=True)

    def _said(self) -> str:
        with self._place.log.open(errors="replace") as log:
            log.seek(self._log_start)
            return "\n".join(log.read().splitlines()[-LOG_TAIL_LINES:])


def status(place: Place) -> str:
    """What the server of that place wrote about itself: starting, ready, stopping; empty when there is none."""
    try:
        lines = (place.data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return ""
    return lines[STATUS_LINE].strip() if len(lines) > STATUS_LINE else "starting"


def _ended_by(process: subprocess.Popen[bytes], number: signal.Signals, seconds: float) -> bool:
    if process.poll() is None:
        process.send_signal(number)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True
