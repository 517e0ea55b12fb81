"""A small site without Django (样板站点) for the tests of the door: each address shows one behaviour."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Iterator
from typing import Any

from lianfang.interfaces.server import leash
from lianfang.interfaces.server.door import Door
from lianfang.interfaces.server.gateway import LOAD, Environ, StartResponse
from lianfang.interfaces.server.house import WIDTHS

PIECE = b"x" * 65536
PIECES = 400


def page(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """Echoes what arrived, or misbehaves as its address says."""
    behaviour = BEHAVIOURS.get(environ["PATH_INFO"], echo)
    return behaviour(environ, start_response)


def echo(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """What the application saw, as JSON."""
    body = environ["wsgi.input"].read()
    seen: dict[str, Any] = {name: value for name, value in environ.items() if isinstance(value, str)}
    seen |= {
        "length": len(body),
        "begins": body[:20].decode("latin-1"),
        "load": environ[LOAD](),
        "process": os.getpid(),
    }
    return answer(start_response, "application/json", json.dumps(seen).encode())


def answer(start_response: StartResponse, kind: str, body: bytes) -> list[bytes]:
    """A complete answer."""
    start_response("200 OK", [("Content-Type", kind), ("Content-Length", str(len(body)))])
    return [body]


def healthz(_environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """Well."""
    return answer(start_response, "application/json", b'{"status":"ok"}')


def broken_header(_environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """A download name with a line break in it."""
    start_response("200 OK", [("Content-Disposition", 'attachment; filename="a\r\nSet-Cookie: x=1"')])
    return [b"never"]


def fails(_environ: Environ, _start_response: StartResponse) -> Iterable[bytes]:
    """An error that the application let through."""
    raise LookupError("a secret detail")


def long(_environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """A long download, made piece by piece."""
    start_response("200 OK", [("Content-Type", "text/plain")])
    return (PIECE for _ in range(PIECES))


def breaks_off(_environ: Environ, start_response: StartResponse) -> Iterator[bytes]:
    """A download that fails in the middle."""
    start_response("200 OK", [("Content-Type", "text/plain")])
    yield from (PIECE, PIECE, PIECE)
    raise LookupError("a secret detail")


def waits(_environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """Holds its thread longer than anybody is left waiting for one."""
    time.sleep(WIDTHS["wide"].seconds + 0.5)
    return answer(start_response, "text/plain", b"done")


BEHAVIOURS = {
    "/healthz": healthz,
    "/broken-header": broken_header,
    "/fails": fails,
    "/long": long,
    "/breaks-off": breaks_off,
    "/waits": waits,
}


def build() -> Door:
    """The door before this site, for granian's `--factory`."""
    leash.follow_parent()
    return Door(page)
