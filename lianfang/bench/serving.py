"""The product as it is served (运行中的系统): web processes on a free port, and the CPU time all of it uses."""

from __future__ import annotations

import os
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lianfang.bench.place import Place
from lianfang.interfaces.server import processes, programs
from lianfang.interfaces.server.children import Program
from lianfang.interfaces.server.leash import leashed
from lianfang.interfaces.server.trouble import CannotRun

READY_SECONDS: Final = 30.0
STEP_SECONDS: Final = 0.2
TICKS: Final = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Served:
    """The web server of a place: its port and its process; the database's data folder."""

    port: int
    pid: int
    data: Path

    def cpu(self) -> tuple[float, float]:
        """CPU seconds that web and database processes have used so far; those of ended backends are counted."""
        web = sum(_cpu(one.pid) for one in processes.in_session(self.pid))
        database = sum(_cpu(pid, ended=True) for pid in processes.in_folder(self.data))
        return web, database


@contextmanager
def served(place: Place, *, with_worker: bool = False) -> Iterator[Served]:
    """The product's web server, and its worker when asked for, until the end of the block."""
    port = _free_port()
    started = [_start(programs.web("127.0.0.1", port))]
    if with_worker:
        started.append(_start(programs.worker()))
    try:
        _wait_until_ready(port)
        yield Served(port, started[0].pid, place.data)
    finally:
        for program in started:
            program.terminate()
        for program in started:
            program.wait()


def _start(program: Program) -> subprocess.Popen[bytes]:
    command = leashed(program.argv, at_death=program.at_supervisor_death)
    return subprocess.Popen(command, env={**os.environ, **program.variables}, start_new_session=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_ready(port: int) -> None:
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/openapi.json", timeout=READY_SECONDS).read()
        except OSError:
            time.sleep(STEP_SECONDS)
        else:
            return
    raise CannotRun("The web server did not come up.")


def _cpu(pid: int, *, ended: bool = False) -> float:
    """CPU seconds of a process, with its ended children when asked for; 0 when it is gone."""
    try:
        fields = (processes.PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(int(ticks) for ticks in fields[11 : 15 if ended else 13]) / TICKS
