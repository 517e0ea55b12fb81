"""The encoding of a text table (字符编码): by its mark, else strict UTF-8, else strict GB18030, always the whole file.

Nothing is guessed: bytes that are almost UTF-8, or that read better as another encoding, are refused with their place.
"""

from __future__ import annotations

import codecs
import re

from lianfang.domain.refusals import Problem, Refused

_LINE_END = re.compile(rb"\r\n|\r|\n")
_THREE_BYTES = re.compile(rb"[\xe0-\xef][\x80-\xbf]{2}")  # a Chinese character in UTF-8
_ASCII = bytes(range(128))
_HAN = re.compile("[\u3400-\u9fff]")
_NULS_IN_WIDE_TEXT = 10  # at least one byte in ten is NUL when two-byte text is mostly ASCII
_RARE_SHARE = 4  # one character in four outside GB 2312: this was not written as GB 18030


def decode(data: bytes) -> tuple[str, str]:
    """(text without its mark, "utf-8", "gb18030" or "utf-16"); `Refused("encoding")` with the row otherwise."""
    if data.startswith(codecs.BOM_UTF8):
        return _strict(data.removeprefix(codecs.BOM_UTF8), "utf-8"), "utf-8"
    if data.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise Refused("encoding", seen="utf-32")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _strict(data, "utf-16"), "utf-16"
    if data.count(0) * _NULS_IN_WIDE_TEXT > len(data):
        raise Refused("encoding", seen="utf-16")
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as wrong:
        if _is_mostly_utf8(data):
            raise _refused(data, wrong.start, "utf-8") from None
    return _gb18030(data), "gb18030"


def is_mojibake(text: str) -> bool:
    """Whether this is UTF-8 that somebody read as GBK: turned back, it is Chinese again (text.mojibake)."""
    if text.isascii():
        return False
    try:
        return bool(_HAN.search(text.encode("gb18030").decode("utf-8")))
    except UnicodeError:
        return False


def _strict(data: bytes, name: str) -> str:
    try:
        return data.decode(name)
    except UnicodeDecodeError as wrong:
        raise _refused(data, wrong.start, name) from None


def _gb18030(data: bytes) -> str:
    text = _strict(data, "gb18030")
    foreign = sum(not character.isascii() for character in text)
    rare = text.encode("gb2312", errors="replace").count(b"?") - text.count("?")
    if rare * _RARE_SHARE > foreign and _decodes(data, "big5"):
        raise Refused("encoding", seen="big5")
    return text


def _is_mostly_utf8(data: bytes) -> bool:
    """Whether most bytes beyond ASCII form UTF-8 characters: damaged UTF-8, which GB18030 would read as nonsense."""
    beyond = len(data.translate(None, _ASCII))
    return 2 * 3 * len(_THREE_BYTES.findall(data)) > beyond


def _decodes(data: bytes, name: str) -> bool:
    try:
        data.decode(name)
    except UnicodeDecodeError:
        return False
    return True


def _refused(data: bytes, at: int, seen: str) -> Refused:
    row = len(_LINE_END.findall(data[:at])) + 1
    return Refused(Problem("encoding", row=row, facts={"seen": seen}))
