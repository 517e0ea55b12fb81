"""Small answers the door gives by itself (门口应答), as problem+json, before any page or session is looked at."""

from __future__ import annotations

import json
import random
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any, Final

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]

SOONEST_SECONDS: Final = 5
LATEST_SECONDS: Final = 30


@dataclass(frozen=True, slots=True)
class Problem:
    """An HTTP status and the `code` and `title` of contract section 3; `closes`: the connection is of no more use."""

    status: int
    code: str
    title: str
    closes: bool = False


TOO_SLOW: Final = Problem(408, "http.slow", "The body came too slowly", closes=True)
CUT_SHORT: Final = Problem(400, "http.framing", "The body is shorter than declared", closes=True)
BUSY: Final = Problem(503, "limit", "Busy; please try again")
FAILED: Final = Problem(500, "failed", "Something went wrong here")


def too_large(most: int) -> Problem:
    """A body of more bytes than this address takes; says how many it takes."""
    return Problem(413, "body.too_large", f"The body is too large: at most {most:,} bytes", closes=True)


# Made without Django and without a language asked for: while it is busy, a refusal has to cost nothing.
BUSY_PAGE: Final = (
    "<!doctype html><meta charset=utf-8><title>503</title>"
    "<p lang=zh>正忙，未收下，请稍后再试。<p lang=en>Busy: nothing was taken. Please try again soon."
).encode()


def busy_page(scope: Scope) -> bytes | None:
    """The page for a person when there is no room; None for programs."""
    accepted = next((value for name, value in scope["headers"] if name == b"accept"), b"")
    return BUSY_PAGE if b"text/html" in accepted and not scope["path"].startswith("/api/") else None


async def give(problem: Problem, send: Send, *, page: bytes | None = None) -> None:
    """Sends the answer whole, to a person as a page if there is one.

    A busy one says when to come back, at a random moment so that not all come at once.
    """
    told = {"status": problem.status, "code": problem.code, "title": problem.title, "errors": []}
    body = json.dumps(told).encode() if page is None else page
    kind = "application/problem+json" if page is None else "text/html; charset=utf-8"
    headers = _headers(problem, kind, len(body))
    await send({"type": "http.response.start", "status": problem.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _headers(problem: Problem, kind: str, length: int) -> list[tuple[bytes, bytes]]:
    headers: Mapping[str, str] = {
        "content-type": kind,
        "content-length": str(length),
        "cache-control": "no-store",
        **({"connection": "close"} if problem.closes else {}),
        **({"retry-after": str(_when())} if problem is BUSY else {}),
    }
    return [(name.encode(), value.encode()) for name, value in headers.items()]


def _when() -> int:
    return random.randint(SOONEST_SECONDS, LATEST_SECONDS)  # noqa: S311  spreads load, keeps no secret
