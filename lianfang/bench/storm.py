"""The course of an overload (过载经过): capacity, a ramp, ten times capacity, and the way back to calm."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from lianfang.bench.crowd import SLOTS, Crowd
from lianfang.bench.lines import HUNG_UP, Book, drip
from lianfang.bench.measure import percentile
from lianfang.bench.memory import Memory
from lianfang.bench.phones import Mood, Receipts, World, phone, steady, viewer, without_pause
from lianfang.bench.serving import Served
from lianfang.interfaces.server.trouble import say
from lianfang.kernel import clock

PHONES: Final = 500
TIMES: Final = 10.0
RAMP_PART: Final = 0.25  # of the overload's time, in which the rate grows from once to ten times capacity
CAPACITY_SECONDS: Final = 8.0
CAPACITY_LINES: Final = 40
FIRST_A_SECOND: Final = 300
FIRST_LINES: Final = 30
VIEWERS: Final = 50
VIEWED_EVERY: Final = 0.2
VIEWED_CALMLY_EVERY: Final = 2.0
SLOW: Final = 300
DRIP_SECONDS: Final = 1.0
PATIENCE_SECONDS: Final = 150.0
OK, BUSY = 200, 503

SLOW_HEADER: Final = b"GET /today HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: "
SLOW_BODY: Final = (
    b"POST /api/v1/reports HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer none\r\n"
    b"Content-Type: application/json\r\nContent-Length: 5000\r\n\r\n{"
)


@dataclass(slots=True)
class Books:
    """Answers by kind: corrections of answers, first answers, boards."""

    corrections: Book = field(default_factory=Book)
    firsts: Book = field(default_factory=Book)
    boards: Book = field(default_factory=Book)

    def all(self) -> tuple[Book, ...]:
        """The three of them."""
        return self.corrections, self.firsts, self.boards


async def storm(web: Served, crowd: Crowd, *, seconds: float) -> dict[str, Any]:
    """All figures of one run; `held` are the receipts by key, `run` what the keys begin with."""
    run = f"overload-{clock.now():%H%M%S%f}"
    world = World(web.port, crowd, SLOTS[0], run, Receipts())
    books = Books()
    await _prepared(world)
    firsts = [asyncio.create_task(one) for one in _first_answers(world, books.firsts)]
    found, capacity = await _capacity(world, web)
    figures = await _Course(world, capacity, seconds, Memory(web.pid), books).run()
    world.over.set()
    await asyncio.wait(firsts, timeout=PATIENCE_SECONDS)
    return {**found, **figures, "run": run, "held": world.receipts.held, **_open(world.receipts)}


async def _prepared(world: World) -> None:
    """Everybody with a phone has answered once, so that what they send later is a correction."""
    everybody = iter(range(PHONES))
    await asyncio.gather(*(steady(world, everybody, each=0.0, book=Book()) for _ in range(FIRST_LINES)))


def _first_answers(world: World, book: Book) -> list[Coroutine[Any, Any, Any]]:
    others = iter(range(PHONES, len(world.crowd.people)))
    each = FIRST_LINES / FIRST_A_SECOND
    return [steady(world, others, each=each, book=book) for _ in range(FIRST_LINES)]


async def _capacity(world: World, web: Served) -> tuple[dict[str, Any], float]:
    """Corrections a second when a few clients send without a pause, and the cores that web and database keep busy."""
    book, begin, before = Book(), time.perf_counter(), web.cpu()
    until = begin + CAPACITY_SECONDS
    a_line = PHONES // CAPACITY_LINES
    lines = [list(range(n * a_line, (n + 1) * a_line)) for n in range(CAPACITY_LINES)]
    await asyncio.gather(*(without_pause(world, people, until, book) for people in lines))
    busy = sum(web.cpu()) - sum(before)
    kept = [one for one in book.within(begin + 1, until) if one[1] == OK]
    capacity = len(kept) / (CAPACITY_SECONDS - 1)
    say(f"Capacity: {capacity:.0f} corrections a second.")
    return {"cores_busy_at_capacity": round(busy / (time.perf_counter() - begin), 2)}, capacity


class _Course:
    """The overload itself, and the calm after it."""

    def __init__(self, world: World, capacity: float, seconds: float, memory: Memory, books: Books) -> None:
        self._world = world
        self._capacity = capacity
        self._memory = memory
        self._books = books
        self._begin = time.perf_counter()
        self._held_from = self._begin + seconds * RAMP_PART
        self._end = self._begin + seconds
        self._mood = Mood(self._rate, PHONES)

    def _rate(self) -> float:
        """Tries a second that all phones together make at this moment."""
        done = (time.perf_counter() - self._begin) / (self._held_from - self._begin)
        return self._capacity * (1 + (TIMES - 1) * min(1.0, done))

    async def run(self) -> dict[str, Any]:
        """Storm, calm, and the figures of both."""
        phones = [
            asyncio.create_task(phone(self._world, person, self._mood, self._books.corrections))
            for person in range(PHONES)
        ]
        async with _going([self._memory.watch()]):
            async with _going([*self._viewers(VIEWED_EVERY), *self._slow()]):
                await asyncio.sleep(self._end - time.perf_counter())
            self._mood.patient = True
            async with _going(self._viewers(VIEWED_CALMLY_EVERY)):
                done, late = await asyncio.wait(phones, timeout=PATIENCE_SECONDS)
        for one in late:
            one.cancel()
        last = max((one.result() for one in done), default=self._end)
        return self._figures(last if not late else self._end + PATIENCE_SECONDS)

    def _viewers(self, every: float) -> list[Coroutine[Any, Any, Any]]:
        tokens = self._world.crowd.tokens
        asking = [_board(self._world.crowd.people[n][0], tokens[n % len(tokens)]) for n in range(VIEWERS)]
        return [viewer(self._world.port, one, self._mood, self._books.boards, every=every) for one in asking]

    def _slow(self) -> list[Coroutine[Any, Any, Any]]:
        beginnings = [SLOW_HEADER] * SLOW + [SLOW_BODY] * SLOW
        return [drip(self._world.port, beginning, every=DRIP_SECONDS) for beginning in beginnings]

    def _figures(self, last: float) -> dict[str, Any]:
        begin, end = self._held_from, self._end
        tries = self._books.corrections.within(begin, end)
        kept = [seconds * 1000 for _, status, seconds in tries if status == OK]
        refused = [seconds * 1000 for _, status, seconds in tries if status == BUSY] or [0.0]
        firsts = [seconds * 1000 for _, status, seconds in self._books.firsts.within(begin, end) if status == OK]
        span = end - begin
        return {
            "capacity_per_second": round(self._capacity, 1),
            "offered_per_second": round(len(tries) / span, 1),
            "goodput_per_second": round(len(kept) / span, 1),
            "p50_ms": round(percentile(kept, 50), 1),
            "p99_ms": round(percentile(kept, 99), 1),
            "refused_p50_ms": round(percentile(refused, 50), 1),
            "refused_p99_ms": round(percentile(refused, 99), 1),
            "first_answers_per_second": round(len(firsts) / span, 1),
            "first_answers_p99_ms": round(percentile(firsts, 99), 1),
            "all_receipts_s": round(last - self._end, 1),
            "calm_again_s": _calm_again(self._books, self._end),
            "rss_mib": self._memory.mib(),
            "rss_growth": self._memory.growth(),
            **self._shed(begin, end),
        }

    def _shed(self, begin: float, end: float) -> dict[str, Any]:
        boards, reports = self._books.boards, self._books.corrections
        first_board, first_report = boards.first(BUSY, self._begin), reports.first(BUSY, self._begin)
        return {
            "boards_refused_share": round(boards.share(BUSY, begin, end), 3),
            "corrections_refused_share": round(reports.share(BUSY, begin, end), 3),
            "first_answers_refused_share": round(self._books.firsts.share(BUSY, begin, end), 3),
            "connections_broken": sum(one[1] == HUNG_UP for book in self._books.all() for one in book.asked),
            "board_refused_first_s": round((first_report or end) - (first_board or end + 1), 2),
        }


def _calm_again(books: Books, end: float) -> int | None:
    """Whole seconds after the overload until a second in which everything asked was answered well; None if never."""
    for second in range(int(PATIENCE_SECONDS)):
        span = (end + second, end + second + 1)
        found = [one[1] for book in books.all() for one in book.within(*span)]
        if found and all(status == OK for status in found):
            return second
    return None


def _open(receipts: Receipts) -> dict[str, Any]:
    """What has no receipt yet, and what no further try would change: none is expected, so the first is shown."""
    refused = receipts.refused
    return {
        "without_receipt": len(receipts.open),
        "refused_for_good": len(refused),
        "for_instance": next(iter(refused), ""),
    }


def _board(unit: str, token: str) -> bytes:
    head = f"GET /api/v1/units/{unit}/board HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
    return f"{head}Accept: application/json\r\n\r\n".encode()


@asynccontextmanager
async def _going(work: list[Coroutine[Any, Any, Any]]) -> AsyncIterator[None]:
    """This goes on beside the block, and stops with it."""
    tasks = [asyncio.create_task(one) for one in work]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
