"""Senders that do not give up (重试客户端): each repeats its answer, with its key, until it holds a receipt."""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count, cycle
from typing import Any

FIRST_PAUSE, LONGEST_PAUSE = 0.02, 0.5
PATIENCE_SECONDS = 180.0
ANSWER_SECONDS = 30.0
OK, CONFLICT, UNAVAILABLE = 200, 409, 503


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """One receipt, and when its last sending began and ended, monotonic."""

    key: str
    receipt: str
    began: float
    ended: float


@dataclass(slots=True)
class Ledger:
    """What the senders hold: receipts, and how often they were sent away or got no answer."""

    acknowledged: list[Acknowledged] = field(default_factory=list)
    unavailable: list[tuple[int, str]] = field(default_factory=list)  # status, Retry-After
    retries: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)
    given_up: list[str] = field(default_factory=list)
    # Without a reply nobody knows whether it arrived; such a key may be on record though nobody holds its receipt.
    sent: set[str] = field(default_factory=set)

    @property
    def receipts(self) -> dict[str, str]:
        """Key -> receipt."""
        return {one.key: one.receipt for one in list(self.acknowledged)}

    def recovery(self, killed_at: float) -> float | None:
        """Seconds from that moment to the end of the first sending that began after it and was acknowledged."""
        ended = [one.ended for one in list(self.acknowledged) if one.began > killed_at]
        return min(ended) - killed_at if ended else None


@dataclass(frozen=True, slots=True)
class Address:
    """Where to send, as whom, and for whom."""

    port: int
    world: dict[str, Any]


def answers(world: dict[str, Any], people: Sequence[str], **more: Any) -> Iterator[dict[str, Any]]:
    """Answers without end for these people, each with a key that its remark repeats."""
    places = [(day, slot, person) for day in world["days"] for slot in ("am", "pm") for person in people]
    for number, (day, slot, person) in zip(count(), cycle(places)):
        key = str(uuid.uuid4())
        warmth = f"36.{number % 9 + 1}"
        body = {"unit": world["unit"], "day": day, "slot": slot, "person": {"ref": person}, "state": "well"}
        yield {**body, "key": key, "temperature": warmth, "note": key, **more}


class Sender(threading.Thread):
    """One client with people of its own, so that it never waits for another; it ends after `most` or when stopped."""

    def __init__(self, address: Address, ledger: Ledger, people: Sequence[str], *, most: int = 0, **more: Any) -> None:
        super().__init__(daemon=True)
        self._address = address
        self._ledger = ledger
        self._bodies = answers(address.world, people, **more)
        self._most = most
        self._halt = threading.Event()
        self._connection: http.client.HTTPConnection | None = None

    def halt(self) -> None:
        """No further answer; the one under way is still carried through, unless nobody answers any more."""
        self._halt.set()

    def run(self) -> None:
        """Answer after answer."""
        for number, body in enumerate(self._bodies, start=1):
            if self._halt.is_set() or not self._carry_through(body) or number == self._most:
                return

    def _carry_through(self, body: dict[str, Any]) -> bool:
        self._ledger.sent.add(body["key"])
        pause, until = FIRST_PAUSE, time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            began = time.monotonic()
            status, answer = self._send(body)
            if status == OK:
                ended = time.monotonic()
                self._ledger.acknowledged.append(Acknowledged(body["key"], answer["receipt"], began, ended))
                return True
            if 400 <= status < 500:
                self._ledger.refused.append((status, json.dumps(answer)))
                return False
            self._ledger.retries += 1
            time.sleep(random.uniform(0, pause))  # noqa: S311  spreads senders, keeps no secret
            pause = min(2 * pause, LONGEST_PAUSE)
        self._ledger.given_up.append(body["key"])
        return False

    def _send(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Status and answer; status 0 when there was none."""
        headers = {"Authorization": f"Bearer {self._address.world['token']}", "Content-Type": "application/json"}
        try:
            if self._connection is None:
                self._connection = http.client.HTTPConnection("127.0.0.1", self._address.port, timeout=ANSWER_SECONDS)
            self._connection.request("POST", "/api/v1/reports", json.dumps(body), headers)
            given = self._connection.getresponse()
            answer = json.loads(given.read())
        except (OSError, http.client.HTTPException, ValueError):
            self._hang_up()
            return 0, {}
        if given.status == UNAVAILABLE:
            self._ledger.unavailable.append((given.status, given.headers.get("Retry-After", "")))
        return given.status, answer

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None


def senders(address: Address, ledger: Ledger, many: int, *, most: int = 0, **more: Any) -> list[Sender]:
    """So many senders, started, with the people shared out among them."""
    people = address.world["people"]
    made = [Sender(address, ledger, people[n::many], most=most, **more) for n in range(many)]
    for one in made:
        one.start()
    return made


def wait_for(made: Sequence[Sender], *, halt: bool = False) -> None:
    """Until all have ended."""
    for one in made:
        if halt:
            one.halt()
    for one in made:
        one.join(2 * PATIENCE_SECONDS)
        assert not one.is_alive()
