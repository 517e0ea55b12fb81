"""The lanes behind the door (分级通道): reports first, one's own page next, boards and lists last.

Load is how full the reports' places are. When it rises, boards and lists are refused first, then pages, reports last:
nobody may miss a deadline because somebody else is looking on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from http.cookies import CookieError, SimpleCookie
from types import MappingProxyType
from typing import Final

from a2wsgi import WSGIMiddleware

from lianfang.interfaces.server.answers import AsgiApp, Receive, Scope, Send
from lianfang.interfaces.server.gateway import WsgiApp, with_taken_body
from lianfang.interfaces.server.group import MOST_WAITING
from lianfang.interfaces.server.intake import header
from lianfang.interfaces.server.lanes import FAIR_PART, Busy, Lane, Shares, Width
from lianfang.interfaces.server.sorting import Kind
from lianfang.kernel.database.bounds import Bounds, bounds

# Of the threads 70, 20 and 10 in a hundred, with at least two for boards, so that one long export does not stop them.
# Each holds a database connection: with two processes and their groups well under the hundred that the server has.
WIDTHS: Final[Mapping[Kind, Width]] = MappingProxyType(
    {
        "reports": Width(threads=6, queue=40, seconds=1.5),  # and then its work, so that two seconds are enough
        "own": Width(threads=3, queue=24, seconds=2.0),
        "wide": Width(threads=2, queue=16, seconds=2.0),
        "probes": Width(threads=1, queue=8, seconds=2.0),
    }
)
BOUNDS: Final[Mapping[Kind, Bounds]] = MappingProxyType(
    {
        "reports": Bounds(statement=15, idle=10),
        "own": Bounds(statement=5, idle=10),
        "wide": Bounds(statement=60, idle=120),  # a file of a million rows is checked within its transaction
        "probes": Bounds(statement=2, idle=10),
    }
)
# From this part of the reports' places on, others are refused at once.
REFUSED_FROM: Final[Mapping[Kind, float]] = MappingProxyType({"wide": 0.70, "own": 0.85})
SESSION: Final = "sessionid"


class House:
    """The lanes, the threads that work in them, and who is refused for the sake of whom."""

    def __init__(
        self, wsgi: WsgiApp, widths: Mapping[Kind, Width] = WIDTHS, *, beside: Callable[[], float] = lambda: 0.0
    ) -> None:
        self._ways = {kind: _Way(wsgi, width, BOUNDS[kind]) for kind, width in widths.items()}
        self._beside = beside
        self._hot_shares = Shares(MOST_WAITING // FAIR_PART)

    def load(self) -> float:
        """How full the way of reports is, from 0 to 1: its lane, or what lies beside it (the groups' queues)."""
        return max(self._ways["reports"].lane.fullness, self._beside())

    def in_flight(self) -> dict[str, int]:
        """Requests that wait for a thread, and that are worked on."""
        lanes = [way.lane for way in self._ways.values()]
        return {"waiting": sum(lane.waiting for lane in lanes), "working": sum(lane.working for lane in lanes)}

    def admit(self, kind: Kind) -> None:
        """Raises Busy when this kind has to stand back for reports."""
        if kind in REFUSED_FROM and self.load() >= REFUSED_FROM[kind]:
            raise Busy

    def hot_share(self, scope: Scope) -> AbstractContextManager[None]:
        """One place of its sender in the groups' queues. Raises Busy on entering when the sender has too many."""
        return self._hot_shares.of(sender_of(scope))

    async def work(self, kind: Kind, scope: Scope, receive: Receive, send: Send, *, since: float) -> None:
        """The application's answer, from a thread of the lane; it came `since`, by the loop's clock. Raises Busy."""
        way = self._ways[kind]
        async with way.lane.place(sender_of(scope) if kind == "reports" else None, since=since):
            bounds.set(way.bounds)  # travels with the context into the thread, to the connection it may open
            await way.app(scope, receive, send)


class _Way:
    """A lane, the threads that work in it, and the bounds of their database connections."""

    def __init__(self, wsgi: WsgiApp, width: Width, of_database: Bounds) -> None:
        self.lane = Lane(width)
        self.bounds = of_database
        self.app: AsgiApp = WSGIMiddleware(with_taken_body(wsgi), workers=width.threads)  # type: ignore[assignment,arg-type]


def sender_of(scope: Scope) -> bytes:
    """What tells senders apart without asking who they are: the token, else the session; all others are one."""
    token = header(scope, b"authorization")
    return token or _session(header(scope, b"cookie"))


def _session(cookies: bytes) -> bytes:
    try:
        found = SimpleCookie(cookies.decode("latin-1")).get(SESSION)
    except CookieError:
        return b""
    return found.value.encode("latin-1") if found else b""
