"""The outermost application served by granian (大门): takes bodies in within bounds, admits so many.

Slow senders wait here, in the event loop, where thousands cost little; Django's threads see only complete requests.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import closing
from functools import partial
from types import MappingProxyType
from typing import Final, Protocol

from lianfang.interfaces.server import answers, leash
from lianfang.interfaces.server.answers import Problem, Receive, Scope, Send
from lianfang.interfaces.server.gateway import WsgiApp, for_wsgi
from lianfang.interfaces.server.house import WIDTHS, House
from lianfang.interfaces.server.intake import Body, Limits, NotTaken, take_in
from lianfang.interfaces.server.lanes import Busy, Width
from lianfang.interfaces.server.outflow import Outflow
from lianfang.interfaces.server.sorting import Kind, kind_of

PageOf = Callable[[Scope, Problem], bytes | None]


class HotAnswer(Protocol):
    """What answers one hot address; `fullness` says from 0 to 1 how full its own queue is."""

    @property
    def fullness(self) -> float: ...

    def __call__(self, scope: Scope, body: Body, send: Send) -> Awaitable[bool]: ...


# Addresses answered here, without Django's way: (method, path) -> what answers, given the body already taken in, and
# says whether it did. For the few requests that come by the thousand before a deadline.
NOTHING_HOT: Final[Mapping[tuple[str, str], HotAnswer]] = MappingProxyType({})

log = logging.getLogger("lianfang.door")


def _for_programs(scope: Scope, problem: Problem) -> bytes | None:
    """No page: everybody gets the problem as programs do."""
    return None


class Door:
    """Serves a WSGI application to ASGI. Probes have their own lane: a full house must not look like a dead one."""

    def __init__(
        self, wsgi: WsgiApp, *, hot: Mapping[tuple[str, str], HotAnswer] = NOTHING_HOT, limits: Limits | None = None,
        widths: Mapping[Kind, Width] = WIDTHS, page_of: PageOf | None = None,
    ) -> None:  # fmt: skip
        self._hot = hot
        self._page_of = page_of or _for_programs
        self._limits = limits or Limits()
        self._reading = 0
        self._house = House(wsgi, widths, beside=self._hot_fullness)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request; other kinds of connection are not served."""
        if scope["type"] != "http":
            return
        self._reading += 1
        try:
            body = await take_in(scope, receive, self._limits)
        except NotTaken as refused:
            await answers.give(refused.problem, send, page=self._page_of(scope, refused.problem))
            return
        finally:
            self._reading -= 1
        with closing(body.file):
            await self._answer(scope, body, receive, send)

    def load(self) -> dict[str, int]:
        """Requests whose body is being read, that wait, that are worked on; per cent of reports' places taken."""
        return {"reading": self._reading, **self._house.in_flight(), "full": round(100 * self._house.load())}

    def _hot_fullness(self) -> float:
        return max((one.fullness for one in self._hot.values()), default=0.0)

    async def _answer(self, scope: Scope, body: Body, receive: Receive, send: Send) -> None:
        outflow = Outflow(send, receive)
        try:
            await self._pass_on(scope, body, receive, outflow)
            await outflow.finish()
        except Busy:
            await answers.give(answers.BUSY, send, page=answers.busy_page(scope))
        except Exception:
            # The last resort: whatever the application let through is logged here and answered without its details.
            log.exception("The application failed at %s %s", scope["method"], scope["path"])
            if not outflow.begun:
                await answers.give(answers.FAILED, send, page=self._page_of(scope, answers.FAILED))
        finally:
            outflow.close()

    async def _pass_on(self, scope: Scope, body: Body, receive: Receive, outflow: Outflow) -> None:
        kind = kind_of(scope["method"], scope["path"])
        since = asyncio.get_running_loop().time()
        self._house.admit(kind)
        hot = self._hot.get((scope["method"], scope["path"]))
        if hot is not None:
            with self._house.hot_share(scope):
                if await hot(scope, body, outflow.put):
                    return
        await self._house.work(kind, for_wsgi(scope, body, outflow, self.load), receive, outflow.put, since=since)


def build() -> Door:
    """The door before Django, for granian's `--factory`; its process ends with the one that started it."""
    leash.follow_parent()
    from lianfang.wsgi import application  # noqa: PLC0415  Django is loaded in the serving process only

    return Door(application, hot=_hot_addresses(), page_of=_page)


def _page(scope: Scope, problem: Problem) -> bytes | None:
    """What a person is shown; to be asked for when Django has been set up."""
    from lianfang.interfaces.web.errors import page_at_the_door  # noqa: PLC0415

    return page_at_the_door(scope, problem)


def _hot_addresses() -> Mapping[tuple[str, str], HotAnswer]:
    """What is answered in groups; to be asked for when Django has been set up."""
    from lianfang.capabilities.checkin.checks_together import receive_checks_together  # noqa: PLC0415
    from lianfang.capabilities.checkin.together import receive_together  # noqa: PLC0415
    from lianfang.interfaces.server.hot import Hot  # noqa: PLC0415
    from lianfang.interfaces.server.hot_reports import Reports  # noqa: PLC0415

    return {
        ("POST", "/api/v1/reports"): Hot(Reports(partial(receive_together, scripts={}))),
        ("POST", "/api/v1/roll-calls"): Hot(Reports(receive_checks_together)),
    }
