"""The supervisor (守护进程): starts database, web and worker, starts again what dies, and stops all of it cleanly."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Final

import psycopg

from lianfang.interfaces.server import leftovers, processes
from lianfang.interfaces.server.children import BackOff, Child, Program
from lianfang.interfaces.server.postgres import Cluster
from lianfang.interfaces.server.trouble import CannotRun, say, type_of_say

STEP_SECONDS: Final = 0.1
POLITE_SECONDS: Final = 2.0
TRIM_SECONDS: Final = 60.0
STOP_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(BaseException):
    """Somebody asked us to stop; raised in the main thread wherever it is, like KeyboardInterrupt."""


@contextmanager
def stop_signals() -> Iterator[None]:
    """Within the block the first Ctrl-C, SIGTERM or SIGHUP raises Stopped; later ones are ignored."""

    def first(_number: int, _frame: FrameType | None) -> None:
        for number in STOP_SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        raise Stopped

    heard = [number for number in STOP_SIGNALS if signal.getsignal(number) != signal.SIG_IGN]  # nohup stays nohup
    before = {number: signal.signal(number, first) for number in heard}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Supervisor:
    """Keeps the programs of one state folder running until it is told to stop.

    `cluster` is our own database, started already, or None when DATABASE_URL leads elsewhere.
    """

    def __init__(
        self,
        state: Path,
        cluster: Cluster | None,
        programs: Sequence[Program],
        *,
        address: str,
        tell: type_of_say = say,
    ) -> None:
        self._state = state
        self._cluster = cluster
        self._children = [Child(program, tell) for program in programs]
        self._address = address
        self._tell = tell
        self._database_pauses = BackOff()
        self._trimmed = time.monotonic()
        self._noted = True

    def run(self, answers: Callable[[], bool], announce: Callable[[], None]) -> None:
        """Starts the programs and watches until Stopped is raised; then stops them.

        `announce` is called once, as soon as `answers` says that the web door does.
        """
        announced = False
        try:
            for child in self._children:
                child.start()
            self._write_note()
            while True:
                self._look_after()
                if not announced and answers():
                    announced = True
                    announce()
                time.sleep(STEP_SECONDS)
        finally:
            self._end_children()

    def _look_after(self) -> None:
        processes.reap_strangers(self._own_pids())
        revived = self._revive_database()
        for child in self._children:
            revived = child.keep_running() or revived
        if revived or not self._noted:
            self._write_note()
        self._trim_log()

    def _revive_database(self) -> bool:
        cluster = self._cluster
        if cluster is None or cluster.pid is not None or not self._database_pauses.over:
            return False
        self._tell("The database server ended; starting it again.")
        try:
            cluster.start()
        except (CannotRun, OSError, psycopg.Error) as trouble:  # a full disk stops the server, and must not stop us
            said = trouble.sentence if isinstance(trouble, CannotRun) else f"It cannot be started: {trouble}"
            self._tell(f"{said}\nTrying again in {self._database_pauses.died():g} s.")
            return False
        self._database_pauses.began()
        self._tell("The database server runs again.")
        return True

    def _end_children(self) -> None:
        """All are asked at once and have two seconds together."""
        for child in self._children:
            child.ask_to_end()
        until = time.monotonic() + POLITE_SECONDS
        for child in self._children:
            child.end(until)

    def _write_note(self) -> None:
        children = {child.program.name: child.pid for child in self._children if child.pid is not None}
        if self._cluster is not None and self._cluster.pid is not None:
            children[leftovers.DATABASE] = self._cluster.pid
        try:
            leftovers.note(self._state, self._address, children)
        except OSError as failure:
            if self._noted:
                self._tell(f"What runs cannot be noted down ({failure.strerror}); it is, once that is possible again.")
            self._noted = False
        else:
            self._noted = True

    def _own_pids(self) -> set[int]:
        database = {self._cluster.pid} if self._cluster is not None else set()
        return {pid for pid in {child.pid for child in self._children} | database if pid is not None}

    def _trim_log(self) -> None:
        if self._cluster is not None and time.monotonic() - self._trimmed > TRIM_SECONDS:
            self._trimmed = time.monotonic()
            self._cluster.trim_log()
