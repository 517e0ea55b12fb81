"""The other side of the reading process (读取进程的看管): started with little, listened to a while, always ended."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import lianfang
from lianfang.domain.refusals import Refused
from lianfang.interfaces.exchange.sheet import Limits
from lianfang.interfaces.exchange.wire import Record, decoded

CHILD = "lianfang.interfaces.exchange.child"
ROOM_TO_START = 5  # seconds of wall time beyond the time allowed for reading
_CHUNK = 1 << 16
_MILLISECONDS = 1_000
_OUT_OF_BOUNDS = frozenset({signal.SIGKILL, signal.SIGABRT, signal.SIGXCPU, signal.SIGSEGV, signal.SIGBUS})


@contextlib.contextmanager
def child_records(request: Mapping[str, Any], limits: Limits, module: str = CHILD) -> Iterator[Iterator[Record]]:
    """The records of a child process that reads this request; the process is gone, with its group, afterwards.

    Iterating raises `Refused` with the child's own reason, or "file.too_large" when it went beyond its limits,
    or "file.structure" when it ended otherwise before the end of the table.
    """
    process = _started(json.dumps(request), module)
    try:
        yield _records(process, limits)
    finally:
        _end(process)


def _started(request: str, module: str) -> subprocess.Popen[bytes]:
    home = str(Path(lianfang.__file__).parents[1])
    environment = {
        "PYTHONPATH": home,
        "PYTHONDONTWRITEBYTECODE": "1",
        "LANG": "C.UTF-8",
        "MALLOC_ARENA_MAX": "1",  # address space is counted, and every arena reserves some
    }
    return subprocess.Popen(  # our own module, by our own interpreter
        [sys.executable, "-s", "-P", "-X", "utf8", "-m", module, request],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env=environment,
        start_new_session=True,
    )


def _records(process: subprocess.Popen[bytes], limits: Limits) -> Iterator[Record]:
    for line in _lines(process, time.monotonic() + limits.seconds + ROOM_TO_START, limits):
        yield decoded(line)
    code = _exit_code(process)
    if code:
        raise Refused("file.too_large" if -code in _OUT_OF_BOUNDS else "file.structure", reason="reader")


def _exit_code(process: subprocess.Popen[bytes]) -> int:
    """How the process ended, its output being closed; one that lingers has not ended well."""
    try:
        return process.wait(timeout=ROOM_TO_START)
    except subprocess.TimeoutExpired:
        return 1


def _lines(process: subprocess.Popen[bytes], end: float, limits: Limits) -> Iterator[bytes]:
    assert process.stdout is not None  # noqa: S101  # it was asked for
    pipe, rest = process.stdout.fileno(), b""
    while piece := _piece(pipe, end, limits):
        *lines, rest = (rest + piece).split(b"\n")
        yield from lines


def _piece(pipe: int, end: float, limits: Limits) -> bytes:
    waiting = select.poll()
    waiting.register(pipe, select.POLLIN)
    if not waiting.poll(max(0.0, end - time.monotonic()) * _MILLISECONDS):
        raise Refused("file.too_large", most_seconds=limits.seconds)
    return os.read(pipe, _CHUNK)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill the process and whatever it may have started, and take its leave."""
    if process.returncode is None:  # its number is still its own: alive, or dead and not yet reaped
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    if process.stdout is not None:
        process.stdout.close()
