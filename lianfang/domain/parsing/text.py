"""Text and names as people type them (文字与姓名): trimmed, NFC, free of controls; what was understood is noted.

A note carries the code of the reason for which a stricter reader would have refused, so that one table words both.
"""

from __future__ import annotations

import re
import unicodedata

from lianfang.domain.refusals import Note, Refused

LINE_LENGTH = 200  # characters of one value that is not free text
NAME_LENGTH = 64  # characters; the longest registered names in use have about 30
MARKS_IN_A_ROW = 2  # combining marks on one letter; Vietnamese needs two

SPACES = " \t\r\n\u00a0\u1680\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
INVISIBLE = "\u00ad\u115f\u1160\u180e\u200b\u200c\u200d\u2060\u3164\ufeff\uffa0"
HAN = "\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
DOTS = "\u00b7\u2022\u2027\u2219\u22c5\u30fb\uff65"
DASHES = {0x2010: "-", 0x2011: "-"}

_ENDS = SPACES + INVISIBLE
SURROGATE = re.compile("[\ud800-\udfff]")
_HIDDEN = "\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufff9-\ufffb\U000e0000-\U000e007f"
_CONTROL = re.compile(f"[\x00-\x1f\x7f-\x9f{_HIDDEN}]")
_CONTROL_BETWEEN_LINES = re.compile(f"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f{_HIDDEN}]")
_INVISIBLE = re.compile(f"[{INVISIBLE}]")
_FULL_WIDTH = {0xFF01 + offset: chr(0x21 + offset) for offset in range(94)} | {0x3000: " "}
_FULL_WIDTH_LETTERS = {code: to for code, to in _FULL_WIDTH.items() if to.isalpha() or to in "'-. "}

_LETTER = f"[{HAN}\ue000-\uf8ff]"
_DOT_BETWEEN = re.compile(rf"(?<={_LETTER})\s*[.{DOTS}]\s*(?={_LETTER})")
_SPACE_BETWEEN = re.compile(rf"(?<={_LETTER})\s+(?={_LETTER})")
_USUAL_HAN = re.compile("[\u4e00-\u9fff]+")  # has no other form, no dot and no blank
_ONLY_HAN = re.compile(rf"[{HAN}\u00b7]+")
_NAME_SIGNS = " '\u2018\u2019-\u00b7."
# Words that stand where a name is missing, as whole values.
_PLACEHOLDER = re.compile(
    "同上|同前|同左|暂?[无無]|没有|无名|未知|不[详明]|不知道|略|空白?|待[定补]|匿名|姓名|本人|某某?|测试"
    "|n/a|none|null|nil|unknown|undefined|name|tbd|test|x{2,}",
    re.IGNORECASE,
)


def clean_text(
    raw: object, field: str, *, max_length: int, notes: list[Note], required: bool = False, multiline: bool = False
) -> str:
    """The text in NFC, without blanks at its ends; `""` when there is none. Free text (`multiline`) keeps its blanks.

    Refused: `type`, `required`, `text.control_character`, `text.lossy`, `text.too_long`.
    """
    text = unicodedata.normalize("NFC", one_line(raw, field, max_length=max_length, multiline=multiline))
    if required and not text:
        raise Refused("required", field)
    if len(text) > max_length:
        raise Refused("text.too_long", field, high=max_length)
    if text and text != raw:
        notes.append(Note("text.normalised", field, kept=text))
    return text


def one_line(raw: object, field: str, *, max_length: int = LINE_LENGTH, multiline: bool = False) -> str:
    """The text as given but for blanks at its ends; `""` for nothing. The first step of every parser of text."""
    if raw is None:
        return ""
    if not isinstance(raw, str):
        raise Refused("type", field, expected="text")
    text = raw.strip(_ENDS)
    if multiline and text:
        text = raw
    if len(text) > max_length:
        raise Refused("text.too_long", field, high=max_length)
    if text.isascii() and text.isprintable():
        return text
    if (_CONTROL_BETWEEN_LINES if multiline else _CONTROL).search(text):
        raise Refused("text.control_character", field)
    if SURROGATE.search(text):
        raise Refused("text.lossy", field)
    return text


def is_blank(raw: object) -> bool:
    """Whether nothing was given: absent, null, or only blanks. Blank is never zero."""
    return raw is None or (isinstance(raw, str) and not raw.strip(_ENDS))


def folded(text: str) -> str:
    """The same text with full-width signs and the decimal digits of any script as ASCII, for numbers and codes."""
    if text.isascii():
        return text
    text = text.translate(_FULL_WIDTH)
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)


def squeezed(text: str) -> str:
    """The text without any blank or invisible character, for codes that people write in groups."""
    return "".join((text if text.isascii() else _INVISIBLE.sub("", text)).split())


def shown_name(name: object) -> str:
    """A member's name that somebody sent, fit to be shown in an answer: printable and short."""
    return "".join(c if c.isprintable() else "?" for c in str(name)[:60])


def clean_name(raw: object, field: str, notes: list[Note]) -> str:
    """A person's name with one kind of middle dot and no blanks between Han characters.

    Refused: `required`, `text.placeholder`, `text.charset`, `field.masked`, `text.mojibake` and those of `clean_text`.
    Warned: `text.private_use`, `text.mojibake` (with `suggest`), where the name may still be right.
    """
    given = one_line(raw, field, max_length=NAME_LENGTH)
    name = _standard_name(given)
    if not name:
        raise Refused("required", field)
    _refuse_no_name(name, field)
    meant = misread(given)
    if not _is_name(name):
        raise Refused("text.mojibake", field, suggest=meant) if meant else Refused("text.charset", field)
    if meant:
        notes.append(Note("text.mojibake", field, kept=name, warning=True, facts={"suggest": meant}))
    if any(unicodedata.category(c) == "Co" for c in name):
        notes.append(Note("text.private_use", field, kept=name, warning=True))
    if name != raw:
        notes.append(Note("text.normalised", field, kept=name))
    return name


def _standard_name(text: str) -> str:
    if _USUAL_HAN.fullmatch(text):
        return text
    text = _INVISIBLE.sub("", text).translate(_FULL_WIDTH_LETTERS).translate(DASHES)
    text = unicodedata.normalize("NFC", text)
    text = _DOT_BETWEEN.sub("\u00b7", text)
    text = re.sub(f"[{DOTS}]", "\u00b7", text)
    return " ".join(_SPACE_BETWEEN.sub("", text).split())


def _refuse_no_name(name: str, field: str) -> None:
    if "*" in name or "\uff0a" in name:
        raise Refused("field.masked", field)
    signs_only = all(unicodedata.category(c)[0] in "PZ" or c in "~=+|^`" for c in name)
    if signs_only or _PLACEHOLDER.fullmatch(name):
        raise Refused("text.placeholder", field)


def _is_name(name: str) -> bool:
    marks = 0
    for c in name:
        kind = unicodedata.category(c)
        marks = marks + 1 if kind in ("Mn", "Mc") else 0
        letter = kind[0] == "L" or kind == "Co" or c == "\u3007"
        if marks > MARKS_IN_A_ROW or not (letter or marks or c in _NAME_SIGNS):
            return False
    return name[0] not in " -." and not unicodedata.category(name[0]).startswith("M")


def misread(text: str) -> str | None:
    """What a text says when its UTF-8 bytes were read as GBK or Windows-1252 (乱码), or None when they were not."""
    if text.isascii():
        return None
    for table in ("gbk", "cp1252"):
        try:
            meant = _whole_characters(text.rstrip("?\ufffd").encode(table)).decode("utf-8")
        except UnicodeError:
            continue
        if _ONLY_HAN.fullmatch(meant):
            return meant
    return None


def _whole_characters(octets: bytes) -> bytes:
    """Without the last two octets when they are what remains of a three-octet character and enough stands before."""
    return octets[:-2] if len(octets) >= 8 and len(octets) % 3 == 2 else octets  # noqa: PLR2004 three octets a character
