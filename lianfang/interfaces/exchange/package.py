"""Inside a workbook (工作簿): which sheet is the table, which others there are, how its days count; nothing is read."""

from __future__ import annotations

import posixpath
from array import array
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import BinaryIO

from lianfang.domain.refusals import Refused
from lianfang.interfaces.exchange.archive import Entry, entries_of, unpack
from lianfang.interfaces.exchange.grid import Grid, SharedTexts, SheetScan
from lianfang.interfaces.exchange.sheet import Limits
from lianfang.interfaces.exchange.xml_part import Attributes, XmlPart, is_true

MOST_SHEETS = 256
_WORKBOOK = "xl/workbook.xml"
_RELATIONS = "xl/_rels/workbook.xml.rels"
_ROOT_RELATIONS = "_rels/.rels"
_SHARED_TEXTS = "xl/sharedstrings.xml"


@dataclass(frozen=True, slots=True)
class Listed:
    """A sheet as the workbook lists it; `part` is "" for one that is no table (a chart sheet)."""

    name: str
    hidden: bool
    part: str


@dataclass(frozen=True, slots=True)
class Only:
    """The one sheet of a workbook, when it is large: it is read while this process still counts it."""

    name: str
    from_1904: bool
    unpacked: int  # bytes of its part


Begin = Callable[[Only], None]


@dataclass(frozen=True, slots=True)
class Workbook:
    """The sheet to read and its figures, and the names of the sheets with values that are not read."""

    name: str
    grid: Grid
    hidden_sheets: tuple[str, ...]
    other_sheets: tuple[str, ...]
    from_1904: bool  # days count from 1904 instead of 1900
    stale_formulas: bool  # the writer says that its results need calculating


class _WorkbookPart(XmlPart):
    """`xl/workbook.xml`: sheets in order as (name, state, relation), the date system, whether results are current."""

    def __init__(self, part: str) -> None:
        super().__init__(part)
        self.sheets: list[tuple[str, str, str]] = []
        self.from_1904 = self.stale_formulas = False
        self.opens.update({"sheet": self._sheet, "workbookPr": self._properties, "calcPr": self._calculation})

    def _sheet(self, attributes: Attributes) -> None:
        relation = next((value for name, value in attributes.items() if name.rpartition(":")[2] == "id"), "")
        self.sheets.append((attributes.get("name", ""), attributes.get("state", "visible"), relation))

    def _properties(self, attributes: Attributes) -> None:
        self.from_1904 = is_true(attributes.get("date1904"))

    def _calculation(self, attributes: Attributes) -> None:
        # A program that writes formulas without calculating them leaves 0 or nothing and asks for it on loading.
        self.stale_formulas = attributes.get("calcMode") == "manual" or is_true(attributes.get("fullCalcOnLoad"))


class _RelationsPart(XmlPart):
    """A list of relations: id to (kind, target)."""

    def __init__(self, part: str) -> None:
        super().__init__(part)
        self.targets: dict[str, tuple[str, str]] = {}
        self.opens["Relationship"] = self._relation

    def _relation(self, attributes: Attributes) -> None:
        if attributes.get("TargetMode", "Internal") == "Internal":
            kind = attributes.get("Type", "").rpartition("/")[2]
            self.targets[attributes.get("Id", "")] = (kind, attributes.get("Target", ""))


LARGE = 2 << 20  # bytes of a part from which it is worth trying whether it is written plainly


class Package:
    """The opened container of a workbook; every part is unpacked and counted, every XML part is parsed."""

    def __init__(self, file: BinaryIO, size: int, limits: Limits, check_time: Callable[[], None]) -> None:
        self._file, self._limits, self._check_time = file, limits, check_time
        self._entries = entries_of(file, size, limits)

    def inspect(self, begin: Begin | None = None) -> Workbook:
        """Look at every part; `Refused` when the workbook is not what it says or holds no table.

        `begin` is called when only the rows are left to be counted, if there is but one sheet and that a large one.
        """
        self._require_workbook()
        book = _WorkbookPart(_WORKBOOK)
        self._parse(book)
        listed = self._listed(book)
        sheets = {sheet.part for sheet in listed}
        self._pass_over({_WORKBOOK, _SHARED_TEXTS} | sheets)
        if begin and len(listed) == 1 and sheets != {""} and self._entries[listed[0].part].unpacked >= LARGE:
            begin(Only(listed[0].name, book.from_1904, self._entries[listed[0].part].unpacked))
        grids = self._grids(listed)
        chosen = _chosen(listed, grids)
        others = [sheet for sheet in listed if sheet.part in grids and sheet is not chosen and grids[sheet.part].rows]
        return Workbook(
            name=chosen.name,
            grid=grids[chosen.part],
            hidden_sheets=tuple(sheet.name for sheet in others if sheet.hidden),
            other_sheets=tuple(sheet.name for sheet in others if not sheet.hidden),
            from_1904=book.from_1904,
            stale_formulas=book.stale_formulas,
        )

    def _require_workbook(self) -> None:
        names = self._entries.keys()
        if _WORKBOOK not in names:
            raise Refused("file.type", seen=_seen(names))
        if not {_ROOT_RELATIONS, _RELATIONS} <= names:
            raise Refused("file.structure", reason="relations")
        root = _RelationsPart(_ROOT_RELATIONS)
        self._parse(root)
        mains = {_resolved("", target).lower() for kind, target in root.targets.values() if kind == "officeDocument"}
        if mains != {_WORKBOOK}:
            raise Refused("file.structure", reason="relations")

    def _listed(self, book: _WorkbookPart) -> list[Listed]:
        relations = _RelationsPart(_RELATIONS)
        self._parse(relations)
        listed = [self._sheet(*sheet, relations.targets) for sheet in book.sheets]
        parts = [sheet.part for sheet in listed if sheet.part]
        names = {sheet.name for sheet in listed}
        if not listed or len(listed) > MOST_SHEETS or len(set(parts)) < len(parts) or len(names) < len(listed):
            raise Refused("file.structure", reason="sheets")
        return listed

    def _sheet(self, name: str, state: str, relation: str, targets: dict[str, tuple[str, str]]) -> Listed:
        kind, target = targets.get(relation, ("", ""))
        if kind != "worksheet" and kind:
            return Listed(name, hidden=True, part="")
        part = _resolved("xl", target).lower()
        if part not in self._entries:
            raise Refused("file.structure", reason="sheet_missing", sheet=name)
        return Listed(name, hidden=state != "visible", part=part)

    def _pass_over(self, known: set[str]) -> None:
        """Unpack what the table does not need, too: its size is what it says, and no part has a document type."""
        for name, entry in self._entries.items():
            if name in known:
                continue
            if name.endswith((".xml", ".rels")):
                self._parse(XmlPart(name))
            else:
                _exhaust(self._unpack(entry))

    def _grids(self, listed: Iterable[Listed]) -> dict[str, Grid]:
        shared = self._shared_texts()
        grids = {}
        for sheet in listed:
            if sheet.part:
                large = self._entries[sheet.part].unpacked >= LARGE
                grids[sheet.part] = (large and self._plain_grid(sheet.part, shared)) or self._grid(sheet.part, shared)
        return grids

    def _grid(self, part: str, shared: array[int]) -> Grid:
        scan = SheetScan(part, shared, self._limits)
        self._parse(scan)
        return scan.grid

    def _plain_grid(self, part: str, shared: array[int]) -> Grid | None:
        """The figures of a large sheet in a fraction of the time, if it is written plainly."""
        from lianfang.interfaces.exchange.plain_sheet import NotPlain, PlainSheet  # noqa: PLC0415  loads polars

        scan = SheetScan(part, shared, self._limits)
        try:
            PlainSheet(scan, shared, self._limits).read(self._unpack(self._entries[part]))
        except NotPlain:
            return None
        return scan.grid

    def _shared_texts(self) -> array[int]:
        if _SHARED_TEXTS not in self._entries:
            return array("I")
        if self._entries[_SHARED_TEXTS].unpacked >= LARGE and (plain := self._plain_texts()):
            return plain
        texts = SharedTexts(_SHARED_TEXTS)
        self._parse(texts)
        return texts.lengths

    def _plain_texts(self) -> array[int] | None:
        from lianfang.interfaces.exchange.plain_sheet import NotPlain, PlainTexts  # noqa: PLC0415  loads polars

        try:
            return PlainTexts(XmlPart(_SHARED_TEXTS)).read(self._unpack(self._entries[_SHARED_TEXTS]))
        except NotPlain:
            return None

    def _parse(self, part: XmlPart) -> None:
        part.read(self._unpack(self._entries[part.part]))

    def _unpack(self, entry: Entry) -> Iterable[bytes]:
        return unpack(self._file, entry, self._check_time)


def _chosen(listed: list[Listed], grids: dict[str, Grid]) -> Listed:
    """The first visible sheet that holds a table, or else the first visible one that holds anything."""
    visible = [sheet for sheet in listed if sheet.part and not sheet.hidden and grids[sheet.part].rows]
    if not visible:
        raise Refused("file.no_rows")
    chosen = next((sheet for sheet in visible if grids[sheet.part].is_table), visible[0])
    if excess := grids[chosen.part].excess:
        raise Refused(excess)
    return chosen


def _resolved(folder: str, target: str) -> str:
    """The part a relation in this folder points at."""
    return posixpath.normpath(posixpath.join("/" + folder, target)).lstrip("/")


def _seen(names: Iterable[str]) -> str:
    """What kind of archive this is, for the sentence that says how to save it."""
    for name in names:
        if name == "xl/workbook.bin":
            return "xlsb"
        if name.startswith("word/"):
            return "docx"
        if name == "content.xml":
            return "ods"
    return "zip"


def _exhaust(pieces: Iterable[bytes]) -> None:
    for _ in pieces:
        pass
