"""Where the seconds and the memory of one import go (导入各步用时): timed from outside, by wrapping the steps."""

from __future__ import annotations

import contextlib
import functools
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, Final

READ, STAGE, CHECK, WRITE = "reading", "staging", "checking", "writing"
LOOK_EVERY: Final = 0.02  # seconds between two looks at a reader's memory
_KIB_A_MIB: Final = 1024


@contextlib.contextmanager
def timed() -> Iterator[dict[str, float]]:
    """Seconds by step, filled while the block runs: reading the file, checking its rows, staging them, writing them."""
    from lianfang.interfaces.exchange import imports  # noqa: PLC0415  models need Django set up
    from lianfang.interfaces.exchange.layouts import reports_together  # noqa: PLC0415

    seconds: dict[str, float] = {}
    steps: tuple[tuple[ModuleType | type, str, str], ...] = (
        (imports, "read_table", READ), (reports_together.Together, "check", CHECK),
        (reports_together, "stage_answers", STAGE), (imports, "write_in_turn", WRITE), (imports, "write", WRITE),
    )  # fmt: skip
    with contextlib.ExitStack() as wrapped:
        for owner, name, step in steps:
            wrapped.enter_context(_wrapped(owner, name, step, seconds))
        yield seconds
    seconds[CHECK] = seconds.get(CHECK, 0.0) - seconds.get(STAGE, 0.0)  # rows are staged at the end of their check


@contextlib.contextmanager
def _wrapped(owner: Any, name: str, step: str, seconds: dict[str, float]) -> Iterator[None]:
    plain: Callable[..., Any] = getattr(owner, name)

    @functools.wraps(plain)
    def counted(*given: Any, **named: Any) -> Any:
        began = time.perf_counter()
        try:
            return plain(*given, **named)
        finally:
            seconds[step] = seconds.get(step, 0.0) + time.perf_counter() - began

    setattr(owner, name, counted)
    try:
        yield
    finally:
        setattr(owner, name, plain)


def peak_mib(process: int | str = "self") -> float:
    """The most memory a process has held since its program began, in MiB; 0 when it is gone.

    `getrusage` would not do: what it says of a program that was started begins with the memory of its starter.
    """
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / _KIB_A_MIB
    return 0.0


@contextlib.contextmanager
def readers_peak() -> Iterator[list[float]]:
    """The most memory any reading process held while the block ran, in MiB: the last item."""
    peak, over = [0.0], threading.Event()

    def look() -> None:
        while not over.wait(LOOK_EVERY):
            found = [peak_mib(child) for child in _children()]
            peak.append(max([peak[-1], *found]))

    watching = threading.Thread(target=look, daemon=True)
    watching.start()
    try:
        yield peak
    finally:
        over.set()
        watching.join()


def _children() -> list[str]:
    found: list[str] = []
    for task in Path("/proc/self/task").iterdir():
        with contextlib.suppress(OSError):
            found += (task / "children").read_text(encoding="ascii").split()
    return found
