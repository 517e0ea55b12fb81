"""Between the door and Django (网关): turns a taken-in request into WSGI and checks the headers that come back."""

from __future__ import annotations

import string
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final
from urllib.parse import quote, unquote_to_bytes

from lianfang.interfaces.server.answers import Scope
from lianfang.interfaces.server.intake import Body
from lianfang.interfaces.server.outflow import Outflow

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
WsgiApp = Callable[[Environ, StartResponse], Iterable[bytes]]

BODY: Final = "lianfang.body"
OUTFLOW: Final = "lianfang.outflow"
LOAD: Final = "lianfang.load"
FIRST_PRINTABLE: Final = " "
TAB: Final = "\t"
DELETE: Final = "\x7f"


class BadHeader(ValueError):
    """The application set a header that would break the answer apart; nothing of the answer is sent."""


def with_taken_body(app: WsgiApp) -> WsgiApp:
    """The same application: reads the body taken in, has its headers checked, and stops with its client."""

    def called(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        scope: Scope = environ["asgi.scope"]
        body: Body = scope[BODY]
        environ["wsgi.input"] = body.file
        environ["CONTENT_LENGTH"] = str(body.length)  # also of a body sent in chunks, which Django would not read
        environ["PATH_INFO"] = _path(scope)
        environ["wsgi.errors"] = sys.stderr
        environ[LOAD] = scope[LOAD]

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            for name, value in headers:
                _check(name, value)
            return start_response(status, headers, exc_info)

        return WhileHeard(app(environ, start), scope[OUTFLOW])

    return called


def for_wsgi(scope: Scope, body: Body, outflow: Outflow, load: Callable[[], dict[str, int]]) -> Scope:
    """The scope as the WSGI bridge needs it.

    A header whose name has an underscore could pose as one with a hyphen and is left out; cookies sent in several
    headers are one; a query of raw bytes is percent-encoded.
    """
    headers = [(name, value) for name, value in scope["headers"] if b"_" not in name and name != b"cookie"]
    cookies = [value for name, value in scope["headers"] if name == b"cookie"]
    if cookies:
        headers.append((b"cookie", b"; ".join(cookies)))
    query = quote(scope["query_string"], safe=string.printable).encode()
    extras = {BODY: body, OUTFLOW: outflow, LOAD: load}
    return {**scope, "path": "/", "headers": headers, "query_string": query, **extras}


class WhileHeard:
    """An answer's parts, as long as somebody is there to hear them."""

    def __init__(self, parts: Iterable[bytes], outflow: Outflow) -> None:
        self._parts = parts
        self._outflow = outflow

    def __iter__(self) -> Iterator[bytes]:
        for part in self._parts:
            if self._outflow.gone:
                return
            yield part

    def close(self) -> None:
        """Lets the application end its part, also when it was not read to its end."""
        getattr(self._parts, "close", lambda: None)()


def _path(scope: Scope) -> str:
    """The path as bytes in WSGI's sense, taken from what the client sent."""
    raw: bytes = scope["raw_path"]
    return unquote_to_bytes(raw.partition(b"?")[0]).decode("latin-1")


def _check(name: str, value: str) -> None:
    if any((mark < FIRST_PRINTABLE and mark != TAB) or mark == DELETE for mark in name + value):
        raise BadHeader(f"control character in the header {name!r}")
    try:
        value.encode("latin-1")
    except UnicodeEncodeError as failure:
        raise BadHeader(f"the header {name!r} does not fit into Latin-1") from failure
