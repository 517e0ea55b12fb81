"""The header of a table (表头): which row holds it, what its columns are called, which rows under it are no data."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from lianfang.domain.parsing.columns import looks_like_signature_or_total
from lianfang.interfaces.exchange.sheet import Cell
from lianfang.interfaces.exchange.wire import Line

MOST_TITLES = 5  # rows above the header
Merge = tuple[int, int, int, int]  # first row, first column, last row, last column

_ZERO_WIDTH = re.compile("[\u200b-\u200d\u2060\ufeff]")
_WHITE = re.compile(r"\s+")
_WHITE_BESIDE_HAN = re.compile(r"(?<=[^\x00-\x7f]) | (?=[^\x00-\x7f])|(?<=[(\[]) | (?=[)\]])")
_UNIT = re.compile(r"[(\[](?:°?C|摄氏度|度|人|名|次|岁|天|小时|分钟|%|必填|选填|可选|\*)[)\]]$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Header:
    """`names` by column; `row` is the header's (last) row as a person sees it; `after` counts the lines up to it."""

    names: tuple[str, ...]
    row: int
    after: int
    titles: int = 0  # rows above it that were passed over
    seen: frozenset[Cell] = frozenset()  # its cells as written, and as cleaned


def find_header(lines: Sequence[Line], merges: Sequence[Merge] = ()) -> Header:
    """The header of these lines: the first row that is no title, together with the next one if cells span both."""
    at = 0
    while at < MOST_TITLES and at + 1 < len(lines) and _is_title(lines[at], lines[at + 1]):
        at += 1
    upper = lines[at]
    if _spans_two_rows(upper.number, merges) and at + 1 < len(lines) and lines[at + 1].number == upper.number + 1:
        names = _two_row_names(upper, lines[at + 1], merges)
        return Header(names, upper.number + 1, at + 2, at, _seen(names, upper, lines[at + 1]))
    names = tuple(clean_name(_text(cell)) for cell in upper.cells)
    return Header(names, upper.number, at + 1, at, _seen(names, upper))


def clean_name(text: str) -> str:
    """A column name without line breaks, idle spaces, marks for required columns and units: " 体温\\n(℃) " is 体温."""
    name = _ZERO_WIDTH.sub("", unicodedata.normalize("NFKC", text))
    name = _WHITE_BESIDE_HAN.sub("", _WHITE.sub(" ", name)).strip()
    while (shorter := _UNIT.sub("", name.strip("* :")).strip()) not in (name, ""):
        name = shorter
    return name


def is_header_again(line: Line, header: Header) -> bool:
    """Whether a row repeats the header (row.is_header)."""
    if next((cell for cell in line.cells if cell is not None), None) not in header.seen:
        return False
    names = tuple(clean_name(_text(cell)) for cell in line.cells[: len(header.names)])
    return names == header.names[: len(names)] and any(names)


def is_no_data(line: Line) -> bool:
    """Whether a row is a total or a signature, told by the words it begins with (row.not_data)."""
    first = next((cell for cell in line.cells if cell is not None), None)
    return isinstance(first, str) and looks_like_signature_or_total([first])


def _seen(names: tuple[str, ...], *lines: Line) -> frozenset[Cell]:
    return frozenset(names).union(*(line.cells for line in lines)) - {None, ""}


def _is_title(line: Line, following: Line) -> bool:
    """One cell alone above a row of several, or a line of labels ("单位：…") above a row twice as full."""
    filled, below = _filled(line), _filled(following)
    if filled == 1:
        return below > 1
    labels = any(isinstance(cell, str) and (":" in cell or "：" in cell) for cell in line.cells)
    return labels and 2 * filled <= below


def _filled(line: Line) -> int:
    return sum(cell is not None for cell in line.cells)


def _spans_two_rows(row: int, merges: Sequence[Merge]) -> bool:
    """Whether cells that begin in this row reach down into the next one, or lie over groups of its columns."""
    return any(
        first == row and (last == row + 1 or (last == row and right > left)) for first, left, last, right in merges
    )


def _two_row_names(upper: Line, lower: Line, merges: Sequence[Merge]) -> tuple[str, ...]:
    """The lower name of each column, or the upper one over both rows; equal names are told apart by their group."""
    width = max(len(upper.cells), len(lower.cells))
    groups = [clean_name(_text(cell)) for cell in _padded(upper, width)]
    for first, left, _, right in merges:
        if first == upper.number:
            groups[left : right + 1] = [groups[left]] * len(groups[left : right + 1])
    names = [clean_name(_text(cell)) for cell in _padded(lower, width)]
    return tuple(
        group + name if names.count(name) > 1 or not name else name for group, name in zip(groups, names, strict=True)
    )


def _padded(line: Line, width: int) -> tuple[Cell, ...]:
    return line.cells + (None,) * (width - len(line.cells))


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    return cell.isoformat() if isinstance(cell, date) else str(cell)
