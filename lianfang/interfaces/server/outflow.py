"""Passes an answer on to the client (送出应答) without letting a client that does not read hold up those who work."""

from __future__ import annotations

import asyncio
from typing import Final

from lianfang.interfaces.server.answers import Message, Receive, Send

HELD_BYTES: Final = 1024 * 1024
STALL_SECONDS: Final = 15.0


class Outflow:
    """One answer on its way. A page goes out in one piece once it is complete; a long one flows while it is made.

    Up to a mebibyte waits here, so the thread that makes the answer is free before a slow client has read it. A client
    that reads nothing for a quarter of a minute is given up: `gone`.
    """

    def __init__(self, send: Send, receive: Receive) -> None:
        self._send = send
        self._receive = receive
        self._start: Message | None = None
        self._pieces: list[bytes] = []
        self._held = 0
        self._ended = False
        self._tasks: list[asyncio.Task[None]] = []
        self.begun = False  # whether anything has been sent, so that another answer is no longer possible
        self.gone = False

    async def put(self, message: Message) -> None:
        """Takes the next part, in the form of ASGI's `send`; waits when too much lies here already."""
        if message["type"] == "http.response.start":
            self._start = message
            return
        self._take(message.get("body", b""), ended=not message.get("more_body", False))
        if not self._tasks and not self._ended and (len(self._pieces) > 1 or self._held > HELD_BYTES):
            self._set_off()
        while self._tasks and self._held > HELD_BYTES and not self.gone:
            self._room.clear()
            await self._room.wait()

    async def finish(self) -> None:
        """Returns when all has been passed on, or the client is gone."""
        if self._tasks:
            await self._tasks[0]
        elif self._ended:
            await self._send_whole()

    def close(self) -> None:
        """Ends it where it is; an answer that is not complete is cut off, which its reader notices."""
        for task in self._tasks:
            task.cancel()

    def _take(self, piece: bytes, *, ended: bool) -> None:
        if piece and not self.gone:
            self._pieces.append(piece)
            self._held += len(piece)
        self._ended = self._ended or ended
        if self._tasks:
            self._news.set()

    def _set_off(self) -> None:
        self.begun = True
        self._news = asyncio.Event()
        self._room = asyncio.Event()
        self._tasks.append(asyncio.create_task(self._flow()))
        self._tasks.append(asyncio.create_task(self._notice_leaving()))

    async def _send_whole(self) -> None:
        self.begun = True
        body = self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)
        try:
            async with asyncio.timeout(STALL_SECONDS):
                await self._send(self._start or {})
                await self._send({"type": "http.response.body", "body": body, "more_body": False})
        except (TimeoutError, ConnectionError, RuntimeError):
            self.gone = True  # the server refuses parts for a connection that is closed

    async def _flow(self) -> None:
        try:
            async with asyncio.timeout(STALL_SECONDS):
                await self._send(self._start or {})
            complete = False
            while not complete and not self.gone:
                complete = await self._pass_on()
        except (TimeoutError, ConnectionError, RuntimeError):
            self._give_up()  # the server refuses parts for a connection that is closed

    async def _pass_on(self) -> bool:
        while not self._pieces and not self._ended:
            self._news.clear()
            await self._news.wait()
        body, complete = b"".join(self._pieces), self._ended
        self._pieces.clear()
        async with asyncio.timeout(STALL_SECONDS):
            await self._send({"type": "http.response.body", "body": body, "more_body": not complete})
        self._held -= len(body)
        self._room.set()
        return complete

    async def _notice_leaving(self) -> None:
        """The server says once, instead of a further piece of the request, that the client has left."""
        message = await self._receive()
        if message["type"] == "http.disconnect":
            self._give_up()

    def _give_up(self) -> None:
        self.gone = True
        self._pieces.clear()
        self._held = 0
        self._room.set()
        self._news.set()
