"""Passing answers on (送出应答): whole when they are small, flowing when they are long, given up when nobody reads."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from lianfang.interfaces.server import outflow
from lianfang.interfaces.server.answers import Message
from lianfang.interfaces.server.intake import KEPT_IN_MEMORY, Body
from lianfang.interfaces.server.outflow import HELD_BYTES, Outflow

START = {"type": "http.response.start", "status": 200, "headers": []}


def part(body: bytes, *, more: bool) -> Message:
    return {"type": "http.response.body", "body": body, "more_body": more}


class Client:
    """Somebody who reads everything, nothing, or has left."""

    def __init__(self, *, reads: bool = True, left: bool = False) -> None:
        self.got: list[Message] = []
        self._reads, self._left = reads, left

    async def send(self, message: Message) -> None:
        if self._left:
            raise RuntimeError("the connection is closed")
        if not self._reads:
            await asyncio.Event().wait()
        self.got.append(message)

    async def receive(self) -> Message:
        await asyncio.Event().wait()
        raise AssertionError("nothing comes")


def passed_on(client: Client, parts: Sequence[Message]) -> Outflow:
    """An answer of these parts, passed on to its end."""

    async def whole() -> Outflow:
        flow = Outflow(client.send, client.receive)
        async with asyncio.timeout(10):
            for one in (START, *parts):
                await flow.put(one)
            await flow.finish()
        flow.close()
        return flow

    return asyncio.run(whole())


@pytest.mark.parametrize(
    "parts",
    [
        [part(b"hello", more=False)],
        [part(b"hello", more=True), part(b"", more=False)],
    ],
)
def test_a_small_answer_goes_out_in_one_piece(parts: list[Message]) -> None:
    client = Client()
    assert passed_on(client, parts).begun
    assert client.got == [START, part(b"hello", more=False)]


def test_one_piece_larger_than_what_is_held_does_not_wait_for_itself() -> None:
    client, large = Client(), b"x" * (HELD_BYTES + 1)
    passed_on(client, [part(large, more=True), part(b"", more=False)])
    assert b"".join(one["body"] for one in client.got[1:]) == large


def test_an_answer_in_many_pieces_arrives_in_order_and_whole() -> None:
    client, pieces = Client(), [bytes([n]) * 300_000 for n in range(12)]
    passed_on(client, [*(part(piece, more=True) for piece in pieces), part(b"", more=False)])
    assert b"".join(one["body"] for one in client.got[1:]) == b"".join(pieces)


@pytest.mark.parametrize("parts", [[part(b"a", more=False)], [part(b"a", more=True)] * 3 + [part(b"", more=False)]])
@pytest.mark.parametrize("client", [Client(reads=False), Client(left=True)], ids=["reads nothing", "has left"])
def test_a_client_that_does_not_read_is_given_up(
    client: Client, parts: list[Message], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outflow, "STALL_SECONDS", 0.01)
    assert passed_on(client, parts).gone
    assert client.got == []


def test_a_body_is_moved_to_the_disk_when_it_grows_and_stays_the_same() -> None:
    body, pieces = Body(), [b"a" * KEPT_IN_MEMORY, b"b", b"c" * 10]
    for piece in pieces:
        body.add(piece, largest=10 * KEPT_IN_MEMORY)
    body.file.seek(0)
    assert (body.file.read(), body.length) == (b"".join(pieces), KEPT_IN_MEMORY + 11)
    assert body.file.fileno() > 0  # in memory there is none
    body.file.close()
