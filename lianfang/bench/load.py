"""A crowd of clients (压测客户端): so many connections that each send, wait for the answer, and send again.

Written close to the system, because it shares two cores with what it measures; run it as a process of its own with
`python -m lianfang.bench.load` (see `fire`).
"""

from __future__ import annotations

import json
import pickle
import select
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

RECEIVED: Final = 65536
STATUS: Final = slice(9, 12)
END_OF_HEAD: Final = b"\r\n\r\n"
LENGTH: Final = b"content-length: "


@dataclass(slots=True)
class Fired:
    """What came of it: seconds in all, milliseconds of each answer, how often each status, CPU seconds of the crowd."""

    seconds: float = 0.0
    milliseconds: list[float] = field(default_factory=list)
    statuses: dict[str, int] = field(default_factory=dict)
    cpu: float = 0.0

    @property
    def rate(self) -> float:
        """Good answers a second."""
        return self.statuses.get("200", 0) / self.seconds if self.seconds else 0.0


def post(path: str, body: bytes, token: str) -> bytes:
    """One request as it travels."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def fire(port: int, requests: Sequence[bytes], *, connections: int, seconds: float) -> Fired:
    """Send the requests over so many connections, for so long at most, from a process of its own."""
    with tempfile.NamedTemporaryFile(suffix=".requests") as file:
        pickle.dump(list(requests), file)
        file.flush()
        command = [sys.executable, "-m", "lianfang.bench.load", str(port), file.name, str(connections), str(seconds)]
        done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    return Fired(**json.loads(done.stdout))


class _Client:
    """One connection: what it is sending or waiting for."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.began = 0.0
        self._got = b""

    def send(self, request: bytes) -> None:
        """Send one request whole; the kernel's buffer holds it."""
        self.began = time.perf_counter()
        self._got = b""
        self.socket.sendall(request)

    def answer(self) -> bytes | None:
        """The answer, once it is complete; `b""` when the server has hung up."""
        piece = self.socket.recv(RECEIVED)
        if not piece:
            return b""
        self._got += piece
        head, sign, rest = self._got.partition(END_OF_HEAD)
        if not sign:
            return None
        at = head.find(LENGTH) + len(LENGTH)
        length = int(head[at : at + 10].split(b"\r", 1)[0])
        return self._got if len(rest) >= length else None


def crowd(port: int, requests: Iterator[bytes], *, connections: int, seconds: float) -> Fired:
    """Run the crowd in this process until the requests or the seconds are used up."""
    fired, poll = Fired(), select.epoll()
    clients = {}
    began = time.perf_counter()
    for _ in range(connections):
        client = _Client(port)
        clients[client.socket.fileno()] = client
        poll.register(client.socket.fileno(), select.EPOLLIN)
        if not _go_on(client, requests):
            break
    while clients:
        for number, _event in poll.poll():
            client = clients[number]
            answer = client.answer()
            if answer is None:
                continue
            _note(fired, client, answer)
            if not answer or time.perf_counter() - began > seconds or not _go_on(client, requests):
                poll.unregister(number)
                clients.pop(number).socket.close()
    fired.seconds = time.perf_counter() - began
    fired.cpu = time.process_time()
    return fired


def _go_on(client: _Client, requests: Iterator[bytes]) -> bool:
    request = next(requests, None)
    if request is None:
        return False
    client.send(request)
    return True


def _note(fired: Fired, client: _Client, answer: bytes) -> None:
    status = answer[STATUS].decode() or "hung up"
    fired.statuses[status] = fired.statuses.get(status, 0) + 1
    fired.milliseconds.append((time.perf_counter() - client.began) * 1000)


def _main() -> None:
    port, file, connections, seconds = sys.argv[1:]
    requests = pickle.loads(Path(file).read_bytes())  # noqa: S301  written by `fire` a moment ago
    fired = crowd(int(port), iter(requests), connections=int(connections), seconds=float(seconds))
    print(json.dumps({name: getattr(fired, name) for name in Fired.__slots__}))


if __name__ == "__main__":
    _main()
