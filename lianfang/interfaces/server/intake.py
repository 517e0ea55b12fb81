"""Takes in a request's body (接收正文) with bounds on size, time and pace, before Django is busy with it."""

from __future__ import annotations

import asyncio
import io
import shutil
import tempfile
from dataclasses import dataclass, field
from typing import IO, Final

from lianfang.interfaces.server import answers
from lianfang.interfaces.server.answers import Problem, Receive, Scope

MIB: Final = 1024 * 1024
LARGEST_BODY: Final = 10 * MIB
LARGEST_UPLOAD: Final = 20 * MIB
FRAME_OF_UPLOAD: Final = MIB
KEPT_IN_MEMORY: Final = 64 * 1024
BODY_SECONDS: Final = 10.0
SLOWEST_BYTES_PER_SECOND: Final = 64 * 1024
SILENCE_SECONDS: Final = 5.0
WORTH_SWALLOWING: Final = 64 * MIB
UPLOAD_TYPE: Final = b"multipart/form-data"


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one body: `seconds` are free; after them `pace` bytes a second on average must have come."""

    body: int = LARGEST_BODY
    upload: int = LARGEST_UPLOAD + FRAME_OF_UPLOAD
    seconds: float = BODY_SECONDS
    pace: int = SLOWEST_BYTES_PER_SECOND
    silence: float = SILENCE_SECONDS

    def largest(self, scope: Scope) -> int:
        """Bytes this request may carry: files more than JSON."""
        return self.upload if header(scope, b"content-type").lower().startswith(UPLOAD_TYPE) else self.body

    def patience(self, elapsed: float, received: int) -> float:
        """Seconds to wait for the next piece; none left when the body is behind its pace."""
        return min(self.silence, max(self.seconds, received / self.pace) - elapsed)


class NotTaken(Exception):
    """The body was not taken in; `problem` is the answer."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


@dataclass(slots=True)
class Body:
    """A body taken in whole: a file at its beginning, in memory while it is small, and its length in bytes."""

    file: IO[bytes] = field(default_factory=io.BytesIO)
    length: int = 0

    def add(self, piece: bytes, largest: int) -> None:
        """Counts every byte, keeps none beyond `largest`."""
        before, self.length = self.length, self.length + len(piece)
        if self.length > largest:
            return
        if before <= KEPT_IN_MEMORY < self.length:
            self._onto_the_disk()
        self.file.write(piece)

    def _onto_the_disk(self) -> None:
        onto = tempfile.TemporaryFile()  # noqa: SIM115  closed by whoever closes the body
        self.file.seek(0)
        shutil.copyfileobj(self.file, onto)
        self.file = onto


async def take_in(scope: Scope, receive: Receive, limits: Limits) -> Body:
    """Reads the body to its end. Raises NotTaken: too large, too slow, cut short, or the client has gone.

    A body that is too large is swallowed as long as that is cheap, since most clients read the answer only when they
    have sent everything; one that is declared to be huge is answered at once.
    """
    largest = limits.largest(scope)
    if (_declared(scope) or 0) > WORTH_SWALLOWING:
        raise NotTaken(answers.too_large(largest))
    body = Body()
    try:
        await _fill(body, receive, limits, largest)
        _check(scope, body, largest)
    except OSError:
        body.file.close()
        raise NotTaken(answers.BUSY) from None  # no room on the disk for it
    except BaseException:
        body.file.close()
        raise
    body.file.seek(0)
    return body


def header(scope: Scope, name: bytes) -> bytes:
    """The first value of a header, empty when there is none; names come in small letters."""
    for found, value in scope["headers"]:
        if found == name:
            return value  # type: ignore[no-any-return]
    return b""


async def _fill(body: Body, receive: Receive, limits: Limits, largest: int) -> None:
    clock = asyncio.get_running_loop().time
    began = clock()
    more = True
    while more:
        try:
            async with asyncio.timeout(limits.patience(clock() - began, body.length)):
                message = await receive()
        except TimeoutError:
            raise NotTaken(answers.TOO_SLOW if body.length <= largest else answers.too_large(largest)) from None
        if message["type"] == "http.disconnect":
            raise NotTaken(answers.CUT_SHORT)
        body.add(message.get("body", b""), largest)
        if body.length > WORTH_SWALLOWING:
            raise NotTaken(answers.too_large(largest))
        more = message.get("more_body", False)


def _declared(scope: Scope) -> int | None:
    value = header(scope, b"content-length")
    return int(value) if value.isdigit() else None


def _check(scope: Scope, body: Body, largest: int) -> None:
    if body.length > largest:
        raise NotTaken(answers.too_large(largest))
    if _declared(scope) not in {None, body.length}:
        raise NotTaken(answers.CUT_SHORT)
