"""Taking bodies in (接收正文): patient with the slow, not with those who only hold the line."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from lianfang.interfaces.server.answers import Message, Problem, Scope, Send
from lianfang.interfaces.server.door import Door
from lianfang.interfaces.server.intake import Body, Limits, NotTaken, take_in
from tests.server import site

PIECE = b"x" * 100
PAUSE = 0.02


def dripping(pieces: int, *, ends: bool = False) -> Callable[[], Awaitable[dict[str, Any]]]:
    """A client that sends so many pieces, pausing before each; then it ends, or says nothing any more."""
    left = iter(range(pieces))

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(PAUSE)
        if next(left, None) is not None:
            return {"type": "http.request", "body": PIECE, "more_body": True}
        if not ends:
            await asyncio.Event().wait()
        return {"type": "http.request", "body": b"", "more_body": False}

    return receive


def refusal(
    receive: Callable[[], Awaitable[dict[str, Any]]], limits: Limits, headers: list[tuple[bytes, bytes]]
) -> Problem:
    """How such a body is refused."""
    with pytest.raises(NotTaken) as raised:
        asyncio.run(take_in({"headers": headers}, receive, limits))
    return raised.value.problem


def test_a_client_that_falls_silent_is_given_up_before_the_deadline() -> None:
    assert refusal(dripping(2), Limits(seconds=30, silence=5 * PAUSE), []).code == "http.slow"


def test_a_client_that_only_drips_is_given_up_at_the_deadline() -> None:
    assert refusal(dripping(1000), Limits(seconds=10 * PAUSE, silence=30, pace=100_000), []).code == "http.slow"


def test_a_slow_line_with_steady_progress_is_waited_for() -> None:
    limits = Limits(seconds=3 * PAUSE, silence=30, pace=1000)
    body = asyncio.run(take_in({"headers": []}, dripping(10, ends=True), limits))
    assert (body.length, body.file.read()) == (10 * len(PIECE), 10 * PIECE)


def test_a_length_that_does_not_fit_the_body_is_refused() -> None:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": PIECE, "more_body": False}

    assert refusal(receive, Limits(), [(b"content-length", b"101")]).code == "http.framing"


def test_a_client_that_leaves_is_not_taken_for_a_whole_body() -> None:
    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    assert refusal(receive, Limits(), []).code == "http.framing"


class Hot:
    """A hot address that answers with the body, read backwards."""

    fullness = 0.0

    async def __call__(self, _scope: Scope, body: Body, send: Send) -> bool:
        await send({"type": "http.response.start", "status": 202, "headers": []})
        await send({"type": "http.response.body", "body": body.file.read()[::-1]})
        return True


def test_a_hot_address_is_answered_without_the_application_behind_the_door() -> None:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"abc", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    sent: list[Message] = []
    scope = {"type": "http", "method": "POST", "path": "/hot", "headers": []}

    async def ask() -> None:
        await Door(site.fails, hot={("POST", "/hot"): Hot()})(scope, receive, send)

    asyncio.run(ask())
    assert [message.get("status") or message["body"] for message in sent] == [202, b"cba"]
