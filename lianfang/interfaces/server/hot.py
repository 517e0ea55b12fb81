"""Answers that come by the thousand before a deadline (高峰通道): kept in groups, one commit for many.

The parser, the rules and the tables are those of the ordinary way; whatever is not plain is handed on to it untouched.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from lianfang.interfaces.server.answers import Scope, Send
from lianfang.interfaces.server.group import Group
from lianfang.interfaces.server.intake import Body

BEARER: Final = "Bearer "
JSON_TYPES: Final = frozenset({"application/json", "application/json; charset=utf-8", "application/json;charset=utf-8"})
MOST_REMEMBERED: Final = 2_000
log = logging.getLogger("lianfang.hot")


@dataclass(frozen=True, slots=True)
class Sent:
    """One request as far as the group needs it: whose, what, and the language in which notes are read."""

    secret: str
    body: bytes
    language: str


Together = Callable[[Sequence[Sent]], Sequence[bytes | None]]


class Hot:
    """One hot address. Called with a request whose body was taken in; says whether it has answered it."""

    def __init__(self, together: Together) -> None:
        self.group: Group[Sent, bytes | None] = Group(together)
        self._ordinary: dict[int, None] = {}  # by hash: a mistaken one costs a little time only

    @property
    def fullness(self) -> float:
        """How full the group's queue is, from 0 to 1."""
        return self.group.fullness

    async def __call__(self, scope: Scope, body: Body, send: Send) -> bool:
        """True when the request was answered; False when the ordinary way is to be taken. Raises lanes.Busy."""
        sent = _plain(scope, body)
        told = await self._told(sent) if sent is not None else None
        if told is None:
            body.file.seek(0)
            return False
        await send({"type": "http.response.start", "status": 200, "headers": _headers(scope, len(told))})
        await send({"type": "http.response.body", "body": told})
        return True

    async def _told(self, sent: Sent) -> bytes | None:
        """What the group says; what it handed on before goes the ordinary way at once.

        Whoever is refused there for want of room sends the same again: that must not keep the group from first answers.
        """
        mark = hash(sent)
        if mark in self._ordinary:
            return None
        told = await self.group.ask(sent)
        if told is None:
            if len(self._ordinary) >= MOST_REMEMBERED:
                del self._ordinary[next(iter(self._ordinary))]
            self._ordinary[mark] = None
        return told


def _plain(scope: Scope, body: Body) -> Sent | None:
    """The request, when nothing about its frame is unusual; else the ordinary way looks closer."""
    headers = dict(scope["headers"])
    secret = headers.get(b"authorization", b"").decode("latin-1")
    if scope["query_string"] or len(headers) < len(scope["headers"]) or not secret.startswith(BEARER):
        return None
    if headers.get(b"content-type", b"").decode("latin-1").lower() not in JSON_TYPES:
        return None
    if b"content-encoding" in headers or b"cookie" in headers or not _is_ours(headers.get(b"host", b"")):
        return None
    language = headers.get(b"accept-language", b"").decode("latin-1")
    return Sent(secret.removeprefix(BEARER).strip(), body.file.read(), language)


_ours: dict[bytes, bool] = {}
_MOST_HOSTS: Final = 1_000


def _is_ours(host: bytes) -> bool:
    """Whether requests for this host are answered here, by Django's own rule."""
    if host not in _ours:
        from django.conf import settings  # noqa: PLC0415  the door is built before Django is set up
        from django.http.request import split_domain_port, validate_host  # noqa: PLC0415

        if len(_ours) >= _MOST_HOSTS:
            _ours.clear()
        domain, _ = split_domain_port(host.decode("latin-1"))
        _ours[host] = bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)
    return _ours[host]


_FIXED: Final = (
    (b"content-type", b"application/json"),
    (b"cache-control", b"no-store"),
    (b"vary", b"Accept, Accept-Language, Authorization, Cookie"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
)


def _headers(scope: Scope, length: int) -> list[tuple[bytes, bytes]]:
    return [*_FIXED, (b"content-length", str(length).encode())]


def as_bytes(told: Mapping[str, Any]) -> bytes:
    """A receipt as it travels."""
    return msgspec.json.encode(told)
