"""Asking a door without a server (直接询问大门): requests as a server would hand them in, an application on hold."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from lianfang.interfaces.server.answers import Message
from lianfang.interfaces.server.door import Door
from lianfang.interfaces.server.gateway import Environ, StartResponse


@dataclass(frozen=True, slots=True)
class Given:
    """One answer of the door."""

    status: int
    headers: dict[bytes, bytes]
    body: bytes

    @property
    def code(self) -> str:
        """The code of a problem."""
        found: str = json.loads(self.body)["code"]
        return found


async def ask(door: Door, method: str, path: str, *, body: bytes = b"", **headers: str) -> Given:
    """The answer to one request whose body comes at once."""
    pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {
        "type": "http", "method": method, "path": path, "raw_path": path.encode(), "query_string": b"",
        "http_version": "1.1", "headers": [*pairs, (b"content-length", str(len(body)).encode())],
    }  # fmt: skip
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    await door(scope, receive, send)
    return Given(sent[0]["status"], dict(sent[0]["headers"]), b"".join(one["body"] for one in sent[1:]))


class OnHold:
    """An application that answers nobody until it is told to, and then everybody; it notes what it was asked."""

    def __init__(self) -> None:
        self._go = threading.Event()
        self.asked: list[str] = []

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        self.asked.append(f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}")
        self._go.wait()
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"done"]

    def answer_all(self) -> None:
        """From now on everybody is answered at once."""
        self._go.set()


async def settled(door: Door, **wanted: int) -> dict[str, Any]:
    """Waits until the door's load has these figures; for tasks that were just started."""
    while not wanted.items() <= (load := door.load()).items():
        await asyncio.sleep(0)
    return load
