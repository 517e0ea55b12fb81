"""People with phones before a deadline (截止前的手机): impatient at first, patient afterwards, never giving up."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count, cycle
from typing import Any, Final

from lianfang.bench.crowd import READINGS, Crowd
from lianfang.bench.lines import HUNG_UP, Answer, Book, Line
from lianfang.bench.load import post
from lianfang.kernel import clock

FIRST_PAUSE_SECONDS: Final = 1.0
LONGEST_PAUSE_SECONDS: Final = 30.0
LOOK_SECONDS: Final = 0.5
OK: Final = 200
TRY_AGAIN: Final = frozenset({HUNG_UP, 408, 500, 502, 503, 504})


@dataclass(slots=True)
class Mood:
    """What drives the phones: how many tries a second all of them make together, and whether they heed what is said."""

    rate: Callable[[], float]
    phones: int
    patient: bool = False

    async def rest(self, answer: Answer, tries: int, began: float) -> None:
        """From a try that began then to the next one: a time drawn evenly up to a bound, so that no two keep step."""
        if self.patient:
            await asyncio.sleep(self._asked_for(answer, tries))
            return
        turn = random.uniform(0, 2) - (time.perf_counter() - began) * self._turns()  # noqa: S311  spreads load
        while turn > 0 and not self.patient:
            step = min(LOOK_SECONDS, turn / self._turns())  # the rate grows while one waits
            await asyncio.sleep(step)
            turn -= step * self._turns()

    def _turns(self) -> float:
        return self.rate() / self.phones

    def _asked_for(self, answer: Answer, tries: int) -> float:
        if answer.retry_after:
            return answer.retry_after
        return random.uniform(0, min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2**tries))  # noqa: S311


@dataclass(slots=True)
class Receipts:
    """What the clients hold: the receipt of each key, the keys still without one, and the refusals that were final."""

    held: dict[str, str] = field(default_factory=dict)
    open: set[str] = field(default_factory=set)
    refused: list[str] = field(default_factory=list)

    def settle(self, key: str, answer: Answer) -> bool:
        """Whether this key needs no further try."""
        if answer.status in TRY_AGAIN:
            return False
        self.open.discard(key)
        if answer.status == OK:
            self.held[key] = json.loads(answer.body)["receipt"]
        else:
            self.refused.append(answer.body.decode()[:300])
        return True


@dataclass(frozen=True, slots=True)
class World:
    """Where the phones send, as whom, and what they write down."""

    port: int
    crowd: Crowd
    slot: str
    run: str  # marks the keys of this run
    receipts: Receipts
    over: asyncio.Event = field(default_factory=asyncio.Event)  # set when no further errand is to be begun
    numbers: Iterator[int] = field(default_factory=count)

    def errand(self, person: int) -> tuple[str, bytes]:
        """Another answer of one person, unlike the one before: its key and the request."""
        number = next(self.numbers)
        key = f"{self.run}-{number:08d}"
        body = self._body(person, key, READINGS[number % len(READINGS)])
        self.receipts.open.add(key)
        return key, post("/api/v1/reports", body, self.crowd.tokens[person % len(self.crowd.tokens)])

    def _body(self, person: int, key: str, reading: str) -> bytes:
        unit, kind, id_number, name = self.crowd.people[person]
        body: dict[str, Any] = {
            "key": key, "unit": unit, "day": str(self.crowd.day), "slot": self.slot,
            "person": {"id_type": kind, "id_number": id_number, "name": name}, "temperature": reading,
            "symptoms": ["none"], "health_code": "green", "reported_at": clock.now().isoformat(), "note": "",
        }  # fmt: skip
        return json.dumps(body, ensure_ascii=False).encode()


async def phone(world: World, person: int, mood: Mood, book: Book) -> float:
    """Answers again and again while the crowd is impatient, then brings the last one home; the moment of that."""
    line = Line(world.port)
    await mood.rest(Answer(OK), 0, time.perf_counter())
    while True:
        key, request = world.errand(person)
        await _bring_home(line, key, request, world.receipts, mood, book)
        if mood.patient:
            line.close()
            return time.perf_counter()


async def _bring_home(line: Line, key: str, request: bytes, receipts: Receipts, mood: Mood, book: Book) -> None:
    settled, tries = False, 0
    while not settled:
        began = time.perf_counter()
        answer = await line.ask(request, book)
        settled = receipts.settle(key, answer)
        tries = 0 if settled else tries + 1
        if not (settled and mood.patient):
            await mood.rest(answer, tries, began)


async def steady(world: World, people: Iterator[int], *, each: float, book: Book) -> None:
    """One of those who bring first answers, one every so many seconds, until nobody is left or it is over."""
    line, mood = Line(world.port), Mood(lambda: 1.0, 1, patient=True)
    for person in people:
        if world.over.is_set():
            break
        began = time.perf_counter()
        key, request = world.errand(person)
        await _bring_home(line, key, request, world.receipts, mood, book)
        await asyncio.sleep(max(0.0, began + each - time.perf_counter()))
    line.close()


async def without_pause(world: World, people: list[int], until: float, book: Book) -> None:
    """One connection that corrects one answer after the other as fast as it is served: together they find capacity."""
    line, patient = Line(world.port), Mood(lambda: 1.0, 1, patient=True)
    for person in cycle(people):
        if time.perf_counter() >= until:
            break
        key, request = world.errand(person)
        await _bring_home(line, key, request, world.receipts, patient, book)
    line.close()


async def viewer(port: int, request: bytes, mood: Mood, book: Book, *, every: float) -> None:
    """Somebody who opens a board again and again; patient, they wait as long as they are asked to."""
    line = Line(port)
    while True:
        answer = await line.ask(request, book)
        await asyncio.sleep(max(every, answer.retry_after if mood.patient else 0.0))
