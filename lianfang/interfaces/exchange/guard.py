"""The first look at an uploaded file (初检): streaming, in the process that received it, before any reader sees it.

What the file says of itself is not believed: kind by its first bytes, size by counting, rows by a pass of our own.
"""

from __future__ import annotations

import codecs
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePath
from typing import AnyStr, BinaryIO

from lianfang.domain.refusals import Refused
from lianfang.interfaces.exchange.package import Begin, Package, Workbook
from lianfang.interfaces.exchange.sheet import Limits

SNIFFED = 4096  # bytes looked at to tell the kind
_CHUNK = 1 << 16
_LARGE_CHUNK = 1 << 20

_OTHER_KINDS = {  # first bytes of what people upload by mistake
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "xls",  # also a workbook with a password
    b"%PDF": "pdf",
    b"\x89PNG": "picture",
    b"\xff\xd8\xff": "picture",
    b"GIF8": "picture",
    b"RIFF": "picture",
    b"II*\0": "picture",
    b"MM\0*": "picture",
    b"Rar!": "archive",
    b"7z\xbc\xaf": "archive",
    b"\x1f\x8b": "archive",
}
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")  # two bytes a character, lower or higher first
_UTF8_MARK = b"\xef\xbb\xbf"
_TEXT_NAMES = frozenset({"", ".csv", ".tsv", ".txt", ".tab", ".prn"})
_LINE_NAMES = frozenset({".ndjson", ".jsonl"})


@dataclass(frozen=True, slots=True)
class Looked:
    """What the first look found: the kind ("workbook", "text" or "ndjson"), and the figures to agree with."""

    kind: str
    workbook: Workbook | None = None  # of a workbook
    lines: int = 0  # lines of text


def inspect(path: Path, filename: str, limits: Limits, begin: Begin | None = None) -> Looked:
    """Look at the whole file; `Refused` with `file.*` when it is not a table that may be read.

    `begin`, if given, may start the confined reading of a large workbook while its rows are still being counted.
    """
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(0)
        if size > limits.file_bytes:
            raise Refused("file.too_large", most_mib=limits.max_file_mib)
        head = file.read(SNIFFED)
        kind = _kind(head, PurePath(filename.replace("\\", "/")).suffix.lower())
        if kind == "workbook":
            return Looked(kind, workbook=Package(file, size, limits, _clock(limits)).inspect(begin))
        file.seek(0)
        return Looked(kind, lines=_count_lines(file, wide=head.startswith(_WIDE_MARKS)))


def _kind(head: bytes, suffix: str) -> str:
    """The kind of the content; the name may only agree with it."""
    if not head.removeprefix(_UTF8_MARK):
        raise Refused("file.empty")
    if head.startswith((b"PK\3\4", b"PK\5\6")):
        return "workbook"
    for mark, seen in _OTHER_KINDS.items():
        if head.startswith(mark):
            raise Refused("file.type", seen=seen)
    text = head.removeprefix(_UTF8_MARK).lstrip()
    if text.startswith(b"<"):
        raise Refused("file.type", seen="web_page")
    if suffix in _LINE_NAMES or (suffix in ("", ".json") and text.startswith(b"{")):
        return "ndjson"
    if suffix not in _TEXT_NAMES:
        raise Refused("file.type", seen="text")
    return "text"


def _clock(limits: Limits) -> Callable[[], None]:
    """A function that refuses once the allowed time is over."""
    end = time.monotonic() + limits.seconds

    def check_time() -> None:
        if time.monotonic() > end:
            raise Refused("file.too_large", most_seconds=limits.seconds)

    return check_time


def _count_lines(file: BinaryIO, wide: bool) -> int:
    """Lines ended by CR, LF or CRLF, the last one counting also without an end."""
    if not wide:
        return _count_ends(iter(partial(file.read, _LARGE_CHUNK), b""), b"\r", b"\n")
    decoder = codecs.getincrementaldecoder("utf-16")(errors="replace")
    return _count_ends((decoder.decode(piece) for piece in iter(partial(file.read, _CHUNK), b"")), "\r", "\n")


def _count_ends(pieces: Iterable[AnyStr], cr: AnyStr, lf: AnyStr) -> int:
    lines, last = 0, cr[:0]
    for piece in pieces:
        if piece:
            lines += piece.count(cr) + piece.count(lf) - piece.count(cr + lf)
            lines -= last == cr and piece[:1] == lf
            last = piece[-1:]
    return lines + (last not in (cr[:0], cr, lf))
