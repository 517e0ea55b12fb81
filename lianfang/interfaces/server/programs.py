"""The programs of one installation (运行程序): the web door under granian, the worker, and what runs before."""

from __future__ import annotations

import os
import signal
import sys
from typing import Final

from lianfang.interfaces.server.children import Program

HEADER_SECONDS: Final = 5
LARGEST_HEADER: Final = 64 * 1024
CONNECTIONS: Final = 1000
BACKLOG: Final = 2048
MOST_WORKERS: Final = 2
KILL_SECONDS: Final = 1
RESPAWN_SECONDS: Final = 0.5
DOOR: Final = "lianfang.interfaces.server.door:build"

ITSELF: Final = (sys.executable, "-m", "lianfang")
MIGRATE: Final = (*ITSELF, "manage", "migrate", "--noinput", "--verbosity", "1")
COLLECT: Final = (*ITSELF, "manage", "collectstatic", "--noinput", "--verbosity", "0")


def web(host: str, port: int, *, target: str = DOOR) -> Program:
    """granian serving `target`, a factory of an ASGI application, with two workers where there are two cores.

    Its options bound what its application never sees: time and size of headers, and connections.
    """
    options = {
        "--interface": "asginl",
        "--http": "1",
        "--host": host,
        "--port": port,
        "--workers": min(MOST_WORKERS, os.cpu_count() or 1),
        "--backlog": BACKLOG,
        "--backpressure": CONNECTIONS,
        "--http1-header-read-timeout": HEADER_SECONDS * 1000,
        "--http1-buffer-size": LARGEST_HEADER,
        "--workers-kill-timeout": KILL_SECONDS,
        "--respawn-interval": RESPAWN_SECONDS,
        "--loop": "asyncio",
        "--log-level": "warning",
    }
    switches = ("--no-ws", "--factory", "--respawn-failed-workers")
    valued = [str(part) for pair in options.items() for part in pair]
    return Program("web", (sys.executable, "-m", "granian", *valued, *switches, target))


def worker() -> Program:
    """The worker opens and sweeps what is due; it gets a moment to end by itself."""
    return Program("worker", (*ITSELF, "watch"), at_supervisor_death=signal.SIGTERM)
