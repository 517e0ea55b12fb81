"""Another connection beside our own (并行连接): what it is given runs in one thread, one after the other.

Two connections keep two cores of the database busy. Temporary tables of one are not seen by the other, and each commits
by itself, so work may be parted between them only where its parts do not need each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from typing import TypeVar

from django.db import connection

_T = TypeVar("_T")


class Lane:
    """One thread with a connection of its own; the clock, the language and the scope are those of its making."""

    def __init__(self) -> None:
        self._context = copy_context()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="lane")
        self._used = False

    def start(self, work: Callable[..., _T], *given: object) -> Future[_T]:
        """Have this done there; its result, or what it raised, is that of the future."""
        self._used = True
        return self._thread.submit(self._context.run, work, *given)

    def close(self) -> None:
        """Wait for what is under way, and close the connection: what it had not committed is undone."""
        if self._used:
            self._thread.submit(_close).result()
        self._thread.shutdown()


def _close() -> None:
    connection.close()  # that of the thread that this runs in


@contextmanager
def lane_if(wanted: bool) -> Iterator[Lane | None]:
    """A lane for the block when one is wanted. Enter it outside of any scope: each transaction tells its own."""
    if not wanted:
        yield None
        return
    lane = Lane()
    try:
        yield lane
    finally:
        lane.close()
