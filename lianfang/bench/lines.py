"""One client's connection (客户端连接): keep-alive HTTP in asyncio, and what every answer was, second by second."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

END_OF_HEAD: Final = b"\r\n\r\n"
STATUS: Final = slice(9, 12)
LONGEST_WAIT_SECONDS: Final = 30.0
HUNG_UP: Final = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """Status (0: the connection broke), the seconds it asks to wait before another try, and the body."""

    status: int
    retry_after: float = 0.0
    body: bytes = b""


@dataclass(slots=True)
class Book:
    """Answers of one kind of asking, with the moment and the seconds of each."""

    asked: list[tuple[float, int, float]] = field(default_factory=list)  # when answered, status, seconds

    def note(self, answer: Answer, began: float) -> None:
        """Write down one answer."""
        now = time.perf_counter()
        self.asked.append((now, answer.status, now - began))

    def within(self, begin: float, end: float) -> list[tuple[float, int, float]]:
        """Those answered between two moments."""
        return [one for one in self.asked if begin <= one[0] < end]

    def first(self, status: int, since: float) -> float | None:
        """The first moment of such an answer."""
        return next((at for at, found, _ in self.asked if found == status and at >= since), None)

    def share(self, status: int, begin: float, end: float) -> float:
        """The part of the answers that were of this status."""
        found = Counter(one[1] for one in self.within(begin, end))
        return found[status] / max(found.total(), 1)


class Line:
    """One connection that is opened when needed, and again after it broke."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._open: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, request: bytes, book: Book) -> Answer:
        """Send one request and wait for its answer; a broken or silent connection is an answer of status 0."""
        began = time.perf_counter()
        try:
            async with asyncio.timeout(LONGEST_WAIT_SECONDS):
                answer = await self._asked(request)
        except (OSError, asyncio.IncompleteReadError, TimeoutError):
            self.close()
            answer = Answer(HUNG_UP)
        book.note(answer, began)
        return answer

    def close(self) -> None:
        """Hang up."""
        if self._open is not None:
            self._open[1].close()
            self._open = None

    async def _asked(self, request: bytes) -> Answer:
        if self._open is not None and self._open[0].at_eof():
            self.close()  # the server lets go of a connection on which nothing was asked for some seconds
        if self._open is None:
            self._open = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._open
        writer.write(request)
        head = await reader.readuntil(END_OF_HEAD)
        body = await reader.readexactly(int(_header(head, b"content-length: ") or 0))
        return Answer(int(head[STATUS]), float(_header(head, b"retry-after: ") or 0), body)


def _header(head: bytes, name: bytes) -> bytes:
    at = head.find(name)
    return head[at + len(name) : head.index(b"\r", at)] if at >= 0 else b""


async def drip(port: int, beginning: bytes, *, every: float) -> None:
    """A client that sends a beginning and then a byte now and then, for ever; cut off, it comes back."""
    while True:
        with contextlib.suppress(OSError):
            await _dripped(port, beginning, every)
        await asyncio.sleep(every)


async def _dripped(port: int, beginning: bytes, every: float) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(beginning)
        while not writer.is_closing():
            await asyncio.sleep(every)
            writer.write(b"a")
    finally:
        writer.close()


__all__ = ["HUNG_UP", "Answer", "Book", "Line", "drip"]
