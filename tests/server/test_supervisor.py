"""The supervisor (守护进程): restarts what dies, stops all of it, and leaves nothing behind even when it is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from lianfang.interfaces.server import leftovers, processes
from lianfang.interfaces.server.postgres import Cluster
from lianfang.interfaces.server.reach import answers, free_port
from tests.server.conftest import REPOSITORY, until

pytestmark = pytest.mark.skipif(not processes.boot(), reason="looks at processes through /proc, which only Linux has")
CLEAN_STOP_SECONDS = 3.0


class Running:
    """A supervisor in a process of its own."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self.port = free_port("127.0.0.1", 0)
        self.process = self.begin()

    def begin(self) -> subprocess.Popen[str]:
        """Starts it and waits until the site answers."""
        command = [sys.executable, "-m", "tests.server.supervised", str(self.state), str(self.port)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY)
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n"
        return self.process

    def pid(self, name: str) -> int:
        """The process number that the supervisor noted for a program; 0 while it is being started again."""
        children = leftovers.noted(self.state)["children"]
        return next((int(child["pid"]) for child in children if child["name"] == name), 0)

    def everything(self) -> set[int]:
        """All living processes of the programs, their own children too, and the database's."""
        sessions = [int(child["pid"]) for child in leftovers.noted(self.state)["children"]]
        members = {found.pid for session in sessions for found in processes.in_session(session)}
        return members | set(processes.in_folder(self.state / "postgresql" / "data"))


@pytest.fixture
def running(folder: Path) -> Iterator[Running]:
    started = Running(folder)
    yield started
    started.process.kill()
    started.process.wait()
    assert started.process.stdout is not None
    started.process.stdout.close()
    leftovers.clear(folder, lambda _line: None)


def gone(pids: set[int]) -> bool:
    return processes.wait_until_gone(list(pids), 0)


def test_a_stop_is_clean_and_quick(running: Running) -> None:
    everything = running.everything()
    assert len(everything) > 5
    began = time.monotonic()
    running.process.send_signal(signal.SIGTERM)
    assert running.process.wait(10) == 0
    assert time.monotonic() - began < CLEAN_STOP_SECONDS
    assert gone(everything)
    log = (running.state / "postgresql" / "postgresql.log").read_text(encoding="utf-8")
    assert log.rstrip().endswith("database system is shut down")


def test_killing_the_supervisor_leaves_nothing_behind_and_the_next_start_works(running: Running) -> None:
    everything = running.everything()
    running.process.kill()
    running.process.wait()
    assert until(lambda: gone(everything))
    running.begin()
    assert answers("127.0.0.1", running.port)


def test_what_dies_is_started_again(running: Running) -> None:
    before = {name: running.pid(name) for name in ("worker", "web", "database")}
    web_before = {found.pid for found in processes.in_session(before["web"])}
    with psycopg.connect(Cluster(running.state).url(), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS i")
    for pid in before.values():
        os.kill(pid, signal.SIGKILL)
    assert until(lambda: all(running.pid(name) not in {0, pid} for name, pid in before.items()))
    assert gone(web_before)
    assert until(lambda: answers("127.0.0.1", running.port))
    assert until(lambda: Cluster(running.state).answers())
    with psycopg.connect(Cluster(running.state).url()) as connection:
        assert connection.execute("SELECT i FROM kept").fetchone() == (1,)


def test_leftovers_of_a_killed_run_are_ended_but_never_a_process_that_only_has_the_number(folder: Path) -> None:
    sleeper = [sys.executable, "-c", "import time; time.sleep(60)"]
    left, innocent = (subprocess.Popen(sleeper, start_new_session=True) for _ in range(2))
    try:
        leftovers.note(folder, "http://127.0.0.1:1", {"web": left.pid, "worker": innocent.pid})
        note = folder / "up.json"
        started = processes.process(innocent.pid)
        assert started is not None
        changed = note.read_text().replace(
            f'"pid": {innocent.pid},\n   "started": {started.started}', f'"pid": {innocent.pid},\n   "started": 1'
        )
        note.write_text(changed)
        told: list[str] = []
        leftovers.clear(folder, told.append)
        assert left.wait(5) == -signal.SIGKILL
        assert innocent.poll() is None
        assert len(told) == 1
        assert not note.exists()
    finally:
        for process in (left, innocent):
            process.kill()
            process.wait()
