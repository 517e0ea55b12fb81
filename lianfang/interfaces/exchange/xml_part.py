"""One pass over an XML part of a workbook (部件扫描), with no document type, no long tokens and no deep nesting.

The parser bundled with Python 3.11.7 predates the limits of expat 2.6, so the limits are kept here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from xml.parsers import expat

from lianfang.domain.refusals import Refused

MOST_DEPTH = 256  # elements within elements; a sheet nests about eight
MOST_NAMES = 20_000  # different names of elements and attributes; a workbook uses some hundreds
MOST_TOKEN = 1 << 20  # bytes of one tag
MOST_TAGS = 14_000_000  # opening and closing; two million cells of text have twelve million

Attributes = dict[str, str]
_TRUE = frozenset({"1", "true", "on"})


class _ByLocalName(dict[str, Callable[..., None] | None]):
    """Handlers by element name, whatever prefix the writer of the file has chosen."""

    def __missing__(self, name: str) -> Callable[..., None] | None:
        self[name] = found = self.get(name.rpartition(":")[2])
        return found


class XmlPart:
    """A pass that calls handlers by local name: `opens` with the attributes, `closes` and `text` as they come."""

    def __init__(self, part: str, *, times: int = 1) -> None:
        self.part = part
        self._most_tags = MOST_TAGS * times
        self._fed = self._tags = 0
        self.depth = 0
        self.opens = _ByLocalName()
        self.closes = _ByLocalName()
        self._names: dict[str, str] = {}
        self.parser: Any = expat.ParserCreate(intern=self._names)
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._open
        self.parser.EndElementHandler = self._close
        self.parser.StartDoctypeDeclHandler = self._refuse_document_type

    def read(self, pieces: Iterable[bytes]) -> None:
        """Parse the whole part; `Refused` when it is not well formed or asks for too much."""
        for piece in pieces:
            self.feed(piece)
        self.finish()

    def feed(self, piece: bytes) -> None:
        """Parse what comes next; refusals as for `read`."""
        try:
            self.parser.Parse(piece, False)
        except expat.ExpatError:
            raise self._damaged() from None
        self._fed += len(piece)
        self._tags += piece.count(b"<")
        self._check(self._fed, self._tags)

    def finish(self) -> None:
        """Nothing more comes."""
        try:
            self.parser.Parse(b"", True)
        except expat.ExpatError:
            raise self._damaged() from None

    def _damaged(self) -> Refused:
        return Refused("file.damaged", part=self.part, reason="xml")

    def _check(self, fed: int, tags: int) -> None:
        if tags > self._most_tags:
            raise Refused("file.too_large", part=self.part, most_tags=self._most_tags)
        if fed - max(self.parser.CurrentByteIndex, 0) > MOST_TOKEN or len(self._names) > MOST_NAMES:
            raise Refused("file.structure", part=self.part, reason="xml_size")

    def _open(self, name: str, attributes: Attributes) -> None:
        self.depth += 1
        if self.depth > MOST_DEPTH:
            raise Refused("file.structure", part=self.part, reason="xml_depth")
        handler = self.opens[name]
        if handler:
            handler(attributes)

    def _close(self, name: str) -> None:
        self.depth -= 1
        handler = self.closes[name]
        if handler:
            handler()

    def _refuse_document_type(self, *_: object) -> None:
        raise Refused("file.structure", part=self.part, reason="document_type")


def is_true(value: str | None) -> bool:
    """Whether an attribute says yes (its absence says no)."""
    return value in _TRUE
