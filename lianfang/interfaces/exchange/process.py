"""The other side of the reading process (读取进程的看管): started with little, listened to a while, always ended."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Generator, Iterator, Mapping
from pathlib import Path
from typing import Any

import lianfang
from lianfang.domain.refusals import Refused
from lianfang.interfaces.exchange.sheet import Limits
from lianfang.interfaces.exchange.wire import BLOCK, Record, decoded

CHILD = "lianfang.interfaces.exchange.child"
ROOM_TO_START = 5  # seconds of wall time beyond the time allowed for reading
_CHUNK = 1 << 20
_MILLISECONDS = 1_000
_OUT_OF_BOUNDS = frozenset({signal.SIGKILL, signal.SIGABRT, signal.SIGXCPU, signal.SIGSEGV, signal.SIGBUS})


@contextlib.contextmanager
def child_records(request: Mapping[str, Any], limits: Limits, module: str = CHILD) -> Iterator[Iterator[Record]]:
    """The records of a child process that reads this request; the process is gone, with its group, afterwards.

    Iterating raises `Refused` with the child's own reason, or "file.too_large" when it went beyond its limits,
    or "file.structure" when it ended otherwise before the end of the table.
    """
    process = _started(json.dumps(request), module)
    _widen(process)
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


def _widen(process: subprocess.Popen[bytes]) -> None:
    """Let more wait in the pipe where the system can, so that both sides change places less often."""
    assert process.stdout is not None  # noqa: S101  # it was asked for
    if hasattr(fcntl, "F_SETPIPE_SZ"):
        with contextlib.suppress(OSError):  # of one account, only so much
            fcntl.fcntl(process.stdout, fcntl.F_SETPIPE_SZ, _CHUNK)


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
    """What the process writes, a record at a time: a line, or the line of a block with the block behind it."""
    assert process.stdout is not None  # noqa: S101  # it was asked for
    pipe, rest = process.stdout.fileno(), bytearray()
    wanted = 0  # bytes until the block that has begun is whole
    while piece := _piece(pipe, end, limits):
        rest += piece
        if len(rest) < wanted:
            continue
        wanted = yield from _whole(rest)


def _whole(rest: bytearray) -> Generator[bytes, None, int]:
    """Take the whole records off the front of `rest`; how many bytes it must have before there is another."""
    at = 0
    while (line_end := rest.find(b"\n", at) + 1) > 0:
        block = int(rest[at + len(BLOCK) : line_end].split(b",", 1)[0]) if rest.startswith(BLOCK, at) else 0
        if line_end + block > len(rest):
            break
        yield bytes(rest[at : line_end + block if block else line_end - 1])
        at = line_end + block
    del rest[:at]
    line_end = rest.find(b"\n") + 1
    if line_end and rest.startswith(BLOCK):
        return line_end + int(rest[len(BLOCK) : line_end].split(b",", 1)[0])
    return 0


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
