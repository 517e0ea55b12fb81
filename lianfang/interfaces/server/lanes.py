"""Lanes (通道): so many requests work at a time, so many may wait, and none waits long; the rest come back later."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Final

FAIR_PART: Final = 2  # of a lane's places, one sender may hold one in so many


@dataclass(frozen=True, slots=True)
class Width:
    """How wide a lane is: threads that work, requests that may wait, and how old in seconds each may become there."""

    threads: int
    queue: int
    seconds: float

    @property
    def places(self) -> int:
        """Requests that may be in the lane, at work or waiting."""
        return self.threads + self.queue


class Busy(Exception):
    """No place in the lane, or not soon enough."""


class Shares:
    """How many places each sender holds, so that one who sends much leaves room for the others (每个来源的上限)."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held: dict[bytes, int] = {}

    @contextmanager
    def of(self, sender: bytes) -> Iterator[None]:
        """A share for the block. Raises Busy when the sender holds its share already."""
        held = self._held.get(sender, 0)
        if held >= self._most:
            raise Busy
        self._held[sender] = held + 1
        try:
            yield
        finally:
            self._give_back(sender)

    def _give_back(self, sender: bytes) -> None:
        held = self._held.pop(sender) - 1
        if held:
            self._held[sender] = held


class Lane:
    """Admits requests; counts who waits and who works."""

    def __init__(self, width: Width) -> None:
        self.width = width
        self.waiting = 0
        self.working = 0
        self._places = asyncio.Semaphore(width.threads)
        self._shares = Shares(max(1, width.places // FAIR_PART))

    @property
    def fullness(self) -> float:
        """The part of its places that is taken, from 0 to 1."""
        return (self.waiting + self.working) / self.width.places

    @asynccontextmanager
    async def place(self, sender: bytes | None = None, *, since: float | None = None) -> AsyncIterator[None]:
        """A place for the block; a sender who is named gets half of all places at most. Raises Busy.

        `since`, in the loop's time, is when the request came, if it has waited elsewhere already.
        """
        until = (asyncio.get_running_loop().time() if since is None else since) + self.width.seconds
        if sender is None:
            async with self._place(until):
                yield
        else:
            with self._shares.of(sender):
                async with self._place(until):
                    yield

    @asynccontextmanager
    async def _place(self, until: float) -> AsyncIterator[None]:
        await self._enter(until)
        self.working += 1
        try:
            yield
        finally:
            self.working -= 1
            self._places.release()

    async def _enter(self, until: float) -> None:
        if self._places.locked() and self.waiting >= self.width.queue:
            raise Busy
        self.waiting += 1
        try:
            async with asyncio.timeout_at(until):
                await self._places.acquire()
        except TimeoutError:
            raise Busy from None
        finally:
            self.waiting -= 1
