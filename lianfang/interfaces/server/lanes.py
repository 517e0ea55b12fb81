"""Lanes (通道): so many requests work at a time, so many may wait, and none waits long; the rest come back later."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Width:
    """How wide a lane is: threads that work, requests that may wait, and the seconds each may wait."""

    threads: int
    queue: int
    seconds: float


class Busy(Exception):
    """No place in the lane, or not soon enough."""


class Lane:
    """Admits requests; counts who waits and who works."""

    def __init__(self, width: Width) -> None:
        self.width = width
        self.waiting = 0
        self.working = 0
        self._places = asyncio.Semaphore(width.threads)

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """A place for the block. Raises Busy."""
        await self._enter()
        self.working += 1
        try:
            yield
        finally:
            self.working -= 1
            self._places.release()

    async def _enter(self) -> None:
        if self._places.locked() and self.waiting >= self.width.queue:
            raise Busy
        self.waiting += 1
        try:
            async with asyncio.timeout(self.width.seconds):
                await self._places.acquire()
        except TimeoutError:
            raise Busy from None
        finally:
            self.waiting -= 1
