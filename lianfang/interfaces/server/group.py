"""Work done in groups (成组处理): whatever waits when the thread is free is taken together.

There is no fixed window: alone, a request is served at once. In a crowd one commit serves many, so the thread gives
those whom it has just answered a moment to come back: two halves taking turns would cost everybody twice the commits.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from lianfang.interfaces.server.lanes import Busy

MOST_TOGETHER: Final = 128
MOST_WAITING: Final = 1_000
LONGEST_WAIT_SECONDS: Final = 2.0
MOMENT_SECONDS: Final = 0.003
"""So long the thread waits for a crowd to be complete again; a tenth of what a group of it takes."""

Item = TypeVar("Item")
Result = TypeVar("Result")
log = logging.getLogger("lianfang.group")


@dataclass(slots=True)
class _Waiting(Generic[Item, Result]):
    item: Item
    since: float
    done: asyncio.Future[Result | BaseException]


class Group(Generic[Item, Result]):
    """Hands items to `work` in groups, in a thread of its own that ends with the process."""

    def __init__(
        self, work: Callable[[Sequence[Item]], Sequence[Result]], *, most: int = MOST_TOGETHER,
        waiting: int = MOST_WAITING, seconds: float = LONGEST_WAIT_SECONDS,
    ) -> None:  # fmt: skip
        self._work = work
        self._most = most
        self._most_waiting = waiting
        self._seconds = seconds
        self._queue: queue.SimpleQueue[_Waiting[Item, Result]] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._crowd = 0  # how many were here when the last group was done: those answered, and those waiting
        self.working = 0

    @property
    def waiting(self) -> int:
        """How many wait for the thread."""
        return self._queue.qsize()

    @property
    def fullness(self) -> float:
        """The part of the waiting places that is taken, from 0 to 1."""
        return self.waiting / self._most_waiting

    async def ask(self, item: Item) -> Result:
        """The result for one item. Raises Busy when too many wait, or this one has waited too long."""
        if self.waiting >= self._most_waiting:
            raise Busy
        loop = asyncio.get_running_loop()
        self._ensure_thread()
        one: _Waiting[Item, Result] = _Waiting(item, time.monotonic(), loop.create_future())
        self._queue.put(one)
        result = await one.done
        if isinstance(result, BaseException):
            raise result
        return result

    def _ensure_thread(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="group", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while True:
            group = self._next()
            self.working = len(group)
            results = self._worked(group)
            self.working = 0
            self._crowd = len(group) + self.waiting
            for loop in {one.done.get_loop() for one in group}:
                with contextlib.suppress(RuntimeError):  # the loop was closed: its process is ending
                    loop.call_soon_threadsafe(_deliver, loop, group, results)

    def _next(self) -> list[_Waiting[Item, Result]]:
        group = [self._queue.get()]
        latest = time.monotonic() + MOMENT_SECONDS
        with contextlib.suppress(queue.Empty):
            while len(group) < self._most:
                left = latest - time.monotonic() if len(group) < self._crowd else 0.0
                group.append(self._queue.get(timeout=left) if left > 0 else self._queue.get_nowait())
        return group

    def _worked(self, group: Sequence[_Waiting[Item, Result]]) -> list[Result | BaseException]:
        """A result for each; those who waited too long are told so without any work."""
        latest = time.monotonic() - self._seconds
        results: list[Result | BaseException] = [Busy() for _ in group]
        fresh = [number for number, one in enumerate(group) if one.since >= latest]
        try:
            worked: Sequence[Result | BaseException] = self._work([group[n].item for n in fresh]) if fresh else []
        except Busy as busy:
            worked = [busy] * len(fresh)
        except Exception as failure:
            # The last resort: the thread must live on, and each sender is told that it failed.
            log.exception("A group of %d failed", len(fresh))
            worked = [failure] * len(fresh)
        for number, result in zip(fresh, worked, strict=True):
            results[number] = result
        return results


def _deliver(
    loop: asyncio.AbstractEventLoop,
    group: Sequence[_Waiting[Item, Result]],
    results: Sequence[Result | BaseException],
) -> None:
    for one, result in zip(group, results, strict=True):
        if one.done.get_loop() is loop and not one.done.done():  # a client that left has cancelled it
            one.done.set_result(result)
