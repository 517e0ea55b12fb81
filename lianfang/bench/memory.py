"""Memory of the web processes (内存占用), looked at every second."""

from __future__ import annotations

import asyncio
import os
from typing import Final

from lianfang.interfaces.server import processes

LOOK_SECONDS: Final = 1.0
A_FEW: Final = 3
MIB: Final = 1024 * 1024


class Memory:
    """Resident bytes of all processes of one session, over time."""

    def __init__(self, session: int) -> None:
        self._session = session
        self._seen: list[int] = []

    async def watch(self) -> None:
        """Look every second until stopped."""
        while True:
            self._seen.append(sum(_resident(one.pid) for one in processes.in_session(self._session)))
            await asyncio.sleep(LOOK_SECONDS)

    def mib(self) -> tuple[int, int]:
        """At the beginning and at most, in MiB."""
        return self._first() // MIB, max(self._seen) // MIB

    def growth(self) -> float:
        """The most that was seen, to the beginning."""
        return round(max(self._seen) / self._first(), 3)

    def _first(self) -> int:
        return sorted(self._seen[:A_FEW])[len(self._seen[:A_FEW]) // 2]


def _resident(pid: int) -> int:
    """Resident bytes of a process; 0 when it is gone."""
    try:
        pages = int((processes.PROC / str(pid) / "statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")
