"""Hot addresses (高峰通道): what the group hands on goes the ordinary way, and goes there at once the next time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence

import pytest

from lianfang.interfaces.server import hot
from lianfang.interfaces.server.door import Door
from lianfang.interfaces.server.gateway import Environ, StartResponse
from lianfang.interfaces.server.hot import Hot, Sent
from tests.server.asking import Given, ask

REPORTS = "/api/v1/reports"


def ordinary(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """The application: says that it was asked, and with what."""
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"ordinary: " + environ["wsgi.input"].read()]


class Choosy:
    """A group that keeps first answers and hands corrections on; it notes what it was handed."""

    def __init__(self) -> None:
        self.seen: list[bytes] = []

    def __call__(self, group: Sequence[Sent]) -> Sequence[bytes | None]:
        self.seen += [sent.body for sent in group]
        return [None if b"correction" in sent.body else b"kept" for sent in group]


async def send(door: Door, body: bytes, sender: str) -> Given:
    return await ask(
        door,
        "POST",
        REPORTS,
        body=body,
        authorization=f"Bearer {sender}",
        content_type="application/json",
        host="localhost",
    )


def sent_in_turn(group: Choosy, sendings: Sequence[tuple[bytes, str]]) -> list[bytes]:
    """The bodies of the answers to these, one after another."""

    async def whole() -> list[bytes]:
        door = Door(ordinary, hot={("POST", REPORTS): Hot(group)})
        return [(await send(door, body, sender)).body for body, sender in sendings]

    return asyncio.run(whole())


def test_what_was_handed_on_once_does_not_trouble_the_group_again() -> None:
    group = Choosy()
    given = sent_in_turn(group, [(b"correction", "one")] * 3 + [(b"first", "one")])
    assert given == [b"ordinary: correction"] * 3 + [b"kept"]
    assert group.seen == [b"correction", b"first"]


def test_the_same_words_of_somebody_else_are_looked_at_again() -> None:
    group = Choosy()
    sent_in_turn(group, [(b"correction", "one"), (b"correction", "two")])
    assert group.seen == [b"correction", b"correction"]


def test_only_so_many_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hot, "MOST_REMEMBERED", 1)
    group = Choosy()
    sent_in_turn(group, [(b"correction 1", "one"), (b"correction 2", "one"), (b"correction 1", "one")])
    assert group.seen == [b"correction 1", b"correction 2", b"correction 1"]
