"""Where two values differ (逐字差异): the signs to be marked, in both, so that nobody has to compare by eye."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher
from typing import Final

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

UNKNOWN: Final = "—"
GAP: Final = "\N{OPEN BOX}"
_LIKE: Final = 0.6  # values less like each other than this are other values, and marked whole

Span = tuple[str, bool]
"""A piece of a value, and whether it differs from the other side's."""


def spans(mine: str, other: str) -> tuple[list[Span], list[Span]]:
    """Both values in pieces; values that have little in common are one piece that differs."""
    if mine == other:
        return [(mine, False)], [(other, False)]
    if not mine or not other or SequenceMatcher(None, mine, other, autojunk=False).ratio() < _LIKE:
        return [(mine or UNKNOWN, True)], [(other or UNKNOWN, True)]
    first, last = _common(mine, other), _common(mine[::-1], other[::-1])
    last = min(last, len(mine) - first, len(other) - first)
    return _cut(mine, first, last), _cut(other, first, last)


def _common(mine: str, other: str) -> int:
    """How many signs both begin with."""
    return next((n for n, (a, b) in enumerate(zip(mine, other, strict=False)) if a != b), min(len(mine), len(other)))


def _cut(value: str, first: int, last: int) -> list[Span]:
    """Begin, middle and end; one run of signs is easier on the eye than many. A middle that is empty shows as a gap."""
    end = len(value) - last
    pieces = [(value[:first], False), (value[first:end] or GAP, True), (value[end:], False)]
    return [piece for piece in pieces if piece[0]]


def marked(mine: str, other: str) -> tuple[SafeString, SafeString]:
    """Both values with what differs marked. Values that differ only in what is hidden are marked and say so."""
    if mine == other:
        return _hidden(mine), _hidden(other)
    left, right = spans(mine, other)
    return _written(left), _written(right)


def _hidden(value: str) -> SafeString:
    return format_html("<mark>{}</mark> <small>{}</small>", value or UNKNOWN, _("differs where hidden"))


def _written(pieces: Iterable[Span]) -> SafeString:
    return format_html_join("", "{}", ((_piece(text, differs=differs),) for text, differs in pieces))


def _piece(text: str, *, differs: bool) -> SafeString:
    return format_html("<mark>{}</mark>", text) if differs else format_html("{}", text)
