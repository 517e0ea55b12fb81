"""A reading process that misbehaves (不守规矩的读取进程), to show that the limits around it are real."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from lianfang.interfaces.exchange.child import answer, confine
from lianfang.interfaces.exchange.sheet import Limits
from lianfang.interfaces.exchange.wire import End, Line, Record

GIBIBYTE = 1 << 30


def misbehave(how: str, folder: str) -> Iterator[Record]:
    """One way of not reading a table."""
    if how == "takes memory":
        yield Line(len(bytearray(GIBIBYTE)), ())
    if how == "aborts":
        os.abort()
    if how == "spins":
        while True:
            pass
    if how == "waits":
        signal.pause()
    if how == "starts a process":
        subprocess.Popen([sys.executable, "-c", ""])
    if how == "writes a file":
        Path(folder, "left-behind").write_text("x")
    if how == "leaves a process":
        started = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
        yield Line(started.pid, ())
        sys.stdout.buffer.flush()
        signal.pause()
    if how == "stops early":
        yield Line(1, ("x",))
        return
    yield End()


def main() -> None:
    """Confined as the real one but where the confinement would forbid it, then on its own way."""
    request = json.loads(sys.argv[1])
    if not request["how"]:
        return
    if request["how"] != "leaves a process":
        confine(Limits(**request["limits"]))
    answer(misbehave(request["how"], request.get("folder", "")), sys.stdout.buffer)


if __name__ == "__main__":
    main()
