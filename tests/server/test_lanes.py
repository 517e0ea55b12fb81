"""Lanes (通道): when it gets full, boards stand back first, then pages, reports last; no sender takes all places."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import pytest

from lianfang.interfaces.server.answers import Send
from lianfang.interfaces.server.door import Door
from lianfang.interfaces.server.intake import Body
from lianfang.interfaces.server.lanes import Busy, Lane, Shares, Width
from lianfang.interfaces.server.sorting import Kind, kind_of
from tests.server.asking import Given, OnHold, ask, settled

PATIENT = 600.0
WIDTHS: dict[Kind, Width] = {
    "reports": Width(threads=2, queue=18, seconds=PATIENT),
    "own": Width(threads=2, queue=4, seconds=PATIENT),
    "wide": Width(threads=1, queue=4, seconds=PATIENT),
    "probes": Width(threads=1, queue=4, seconds=PATIENT),
}
REPORT, PAGE, BOARD, PROBE = ("POST", "/api/v1/reports"), ("GET", "/today"), ("GET", "/board/S1"), ("GET", "/healthz")
FROM_70, FROM_85, FULL = 14, 17, 20  # of the 20 places of reports


class Room:
    """A door whose application is on hold, and the requests that are inside."""

    def __init__(self, **more: Any) -> None:
        self.held = OnHold()
        self.door = Door(self.held, widths=WIDTHS, **more)
        self._inside: list[asyncio.Task[Given]] = []

    def send(self, address: tuple[str, str], **headers: str) -> asyncio.Task[Given]:
        """A request on its way; it is waited for in the end."""
        self._inside.append(asyncio.create_task(ask(self.door, *address, **headers)))
        return self._inside[-1]

    async def fill(self, count: int) -> None:
        """So many reports of as many senders are inside."""
        for number in range(len(self._inside), count):
            self.send(REPORT, authorization=f"Bearer {number}")
        await settled(self.door, working=min(count, 2), waiting=max(count - 2, 0))

    async def refuses(self, address: tuple[str, str]) -> bool:
        """Whether this is refused at once; if not, it waits inside until the end."""
        inside = sum(self._in_flight()) + 1
        asked = self.send(address, authorization="Bearer one more")
        while not asked.done() and sum(self._in_flight()) < inside:
            await asyncio.sleep(0)
        return asked.done() and asked.result().status == 503

    async def everybody_out(self) -> list[int]:
        """The application goes on; the statuses of all who were inside."""
        self.held.answer_all()
        return [given.status for given in await asyncio.gather(*self._inside)]

    def _in_flight(self) -> tuple[int, int]:
        load = self.door.load()
        return load["waiting"], load["working"]


def run(course: Callable[[Room], Awaitable[Any]], **more: Any) -> Any:
    """A course of events in a room of its own; nobody is left on hold."""

    async def whole() -> Any:
        room = Room(**more)
        try:
            return await asyncio.wait_for(course(room), 30)
        finally:
            await room.everybody_out()

    return asyncio.run(whole())


@pytest.mark.parametrize(
    ("inside", "refused"),
    [(FROM_70 - 1, []), (FROM_70, [BOARD]), (FROM_85 - 1, [BOARD]), (FROM_85, [BOARD, PAGE]),
     (FULL, [BOARD, PAGE, REPORT])],
)  # fmt: skip
def test_boards_stand_back_first_then_pages_then_reports(inside: int, refused: list[tuple[str, str]]) -> None:
    async def course(room: Room) -> list[tuple[str, str]]:
        await room.fill(inside)
        return [address for address in (BOARD, PAGE, REPORT) if await room.refuses(address)]

    assert run(course) == refused


def test_the_probe_is_answered_in_a_full_house_and_says_how_full_it_is() -> None:
    async def course(room: Room) -> tuple[bool, int]:
        await room.fill(FULL)
        return await room.refuses(PROBE), room.door.load()["full"]

    assert run(course) == (False, 100)


def test_whoever_was_let_in_is_answered_and_the_lanes_are_open_again() -> None:
    async def course(room: Room) -> tuple[list[int], int]:
        await room.fill(FULL)
        assert await room.refuses(BOARD)
        statuses = await room.everybody_out()
        return statuses[:FULL], (await ask(room.door, *BOARD)).status

    assert run(course) == ([200] * FULL, 200)


def test_a_queue_of_the_groups_counts_as_load_too() -> None:
    class Crowded:
        fullness = 0.72

        async def __call__(self, _scope: Any, _body: Body, _send: Send) -> bool:
            return False

    async def course(room: Room) -> tuple[bool, bool]:
        return await room.refuses(BOARD), await room.refuses(PAGE)

    assert run(course, hot={("POST", "/crowded"): Crowded()}) == (True, False)


def test_boards_that_hang_leave_pages_and_reports_their_threads() -> None:
    async def course(room: Room) -> list[str]:
        for _ in range(5):
            assert not await room.refuses(BOARD)
        assert await room.refuses(BOARD)  # its own lane is full
        assert not await room.refuses(PAGE)
        assert not await room.refuses(REPORT)
        await settled(room.door, working=3)
        while len(room.held.asked) < 3:
            await asyncio.sleep(0)
        return sorted(room.held.asked)

    assert run(course) == ["GET /board/S1", "GET /today", "POST /api/v1/reports"]


def test_one_sender_gets_half_of_the_places_and_others_still_get_in() -> None:
    async def course(room: Room) -> tuple[int, bool]:
        mine = [room.send(REPORT, cookie="a=b; sessionid=mine") for _ in range(FULL)]
        await settled(room.door, working=2, waiting=8)
        refused = [one for one in mine if one.done()]
        other = await room.refuses(REPORT)
        return len(refused), other

    assert run(course) == (FULL // 2, False)


def test_a_share_is_given_back_also_after_a_failure() -> None:
    shares = Shares(1)
    for _ in range(2):
        with suppress(LookupError), shares.of(b"a"):
            raise LookupError
    with shares.of(b"a"), shares.of(b"b"), pytest.raises(Busy), shares.of(b"a"):
        pass


def test_nobody_waits_longer_than_the_lane_allows() -> None:
    async def waits() -> None:
        lane = Lane(Width(threads=1, queue=5, seconds=0.0))
        async with lane.place():
            with pytest.raises(Busy):
                async with lane.place():
                    pass
        assert (lane.waiting, lane.working) == (0, 0)

    asyncio.run(waits())


def test_what_has_waited_elsewhere_counts_as_waiting() -> None:
    async def waits() -> None:
        lane, now = Lane(Width(threads=1, queue=5, seconds=PATIENT)), asyncio.get_running_loop().time()
        async with lane.place():
            with pytest.raises(Busy):
                async with lane.place(since=now - PATIENT):
                    pass

    asyncio.run(waits())


@pytest.mark.parametrize(
    ("address", "headers", "kind", "words"),
    [
        (PAGE, {"accept": "text/html,*/*;q=0.8"}, b"text/html; charset=utf-8", ("正忙", "Busy")),
        (PAGE, {"accept": "*/*"}, b"application/problem+json", ('"limit"',)),
        (REPORT, {"accept": "text/html"}, b"application/problem+json", ('"limit"',)),
    ],
)
def test_a_refusal_is_short_and_says_when_to_come_back(
    address: tuple[str, str], headers: dict[str, str], kind: bytes, words: tuple[str, ...]
) -> None:
    async def course(room: Room) -> Given:
        await room.fill(FULL)
        return await ask(room.door, *address, **headers)

    given = run(course)
    assert (given.status, given.headers[b"content-type"]) == (503, kind)
    assert 5 <= int(given.headers[b"retry-after"]) <= 30
    assert len(given.body) < 200
    assert all(word in given.body.decode() for word in words)


def test_refusals_do_not_all_name_the_same_moment() -> None:
    async def course(room: Room) -> set[bytes]:
        await room.fill(FULL)
        return {(await ask(room.door, *REPORT)).headers[b"retry-after"] for _ in range(60)}

    assert len(run(course)) > 5


@pytest.mark.parametrize(
    ("method", "path", "kind"),
    [
        ("POST", "/api/v1/reports", "reports"),
        ("POST", "/api/v1/reports/batch", "reports"),
        ("POST", "/api/v1/roll-calls", "reports"),
        ("POST", "/api/v1/unit-reports/", "reports"),
        ("POST", "/api/v1/actions/leave.approved", "reports"),
        ("POST", "/check-in", "reports"),
        ("POST", "/classes/K1/check", "reports"),
        ("POST", "/do/leave.approved", "reports"),
        ("POST", "/board/S1/nudge", "reports"),
        ("GET", "/receipts/S1", "reports"),
        ("GET", "/check-in/done", "reports"),
        ("GET", "/api/v1/receipts/9f/", "reports"),
        ("GET", "/", "own"),
        ("GET", "/today", "own"),
        ("HEAD", "/check-in", "own"),
        ("GET", "/classes/K1", "own"),
        ("POST", "/sign-in", "own"),
        ("GET", "/static/lf/app.css", "own"),
        ("GET", "/reports/S1/2026-03-02/entry", "own"),
        ("GET", "/api/v1/me", "own"),
        ("GET", "/api/v1/reports/K1/2026-03-02/am/9f", "own"),
        ("GET", "/board/S1", "wide"),
        ("GET", "/list/units", "wide"),
        ("POST", "/search", "wide"),
        ("POST", "/import", "wide"),
        ("POST", "/api/v1/imports", "wide"),
        ("POST", "/api/v1/persons/search", "wide"),
        ("GET", "/api/v1/reports/", "wide"),
        ("GET", "/api/v1/units/S1/board", "wide"),
        ("GET", "/not-yet-thought-of", "wide"),
        ("GET", "/healthz", "probes"),
        ("GET", "/healthz/x", "wide"),
    ],
)
def test_the_lane_follows_from_method_and_address(method: str, path: str, kind: Kind) -> None:
    assert kind_of(method, path) == kind
