"""Workbooks made by hand (手工工作簿) for the tests of reading: sound ones, and ones no program would write."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
SHEET = "xl/worksheets/sheet1.xml"

HEADER = ("姓名", "证件号码", "日期", "体温")
PERSON = ("张伟", "11010519491231002X", "2026-03-02", "36.5")

CONTENT_TYPES = (
    f'<Types xmlns="{PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/></Types>'
)
STYLES = (
    f'<styleSheet xmlns="{MAIN}"><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/></numFmts>'
    '<cellXfs count="4"><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="31"/><xf numFmtId="20"/></cellXfs>'
    "</styleSheet>"
)
DAY, CHINESE_DAY, HOUR = 1, 2, 3  # styles


def text(reference: str, value: str) -> str:
    """A cell of text."""
    return f'<c r="{reference}" t="inlineStr"><is><t>{value}</t></is></c>'


def number(reference: str, value: object, style: int = 0) -> str:
    """A cell with a number as it is written."""
    return f'<c r="{reference}" s="{style}"><v>{value}</v></c>'


def row(at: int, *cells: str, more: str = "") -> str:
    """A row of the sheet's data."""
    return f'<row r="{at}"{more}>{"".join(cells)}</row>'


def texts(at: int, values: Iterable[str]) -> str:
    """A row of text cells from column A on."""
    return row(at, *(text(f"{chr(ord('A') + index)}{at}", value) for index, value in enumerate(values)))


def sheet_xml(*rows: str, before: str = "", after: str = "") -> str:
    """The XML of a sheet with these rows."""
    return f'<worksheet xmlns="{MAIN}">{before}<sheetData>{"".join(rows)}</sheetData>{after}</worksheet>'


def good_rows(count: int = 1) -> list[str]:
    """A header and this many rows of one person."""
    return [texts(1, HEADER), *(texts(at, PERSON) for at in range(2, count + 2))]


def parts(sheet: str, *, shared: str = "", book: str = "", names: Mapping[str, str] | None = None) -> dict[str, str]:
    """The parts of a workbook of one sheet; `names` adds other parts or replaces these."""
    relation = f'<Relationship Id="rId1" Type="{OFFICE}'
    found = {
        "[Content_Types].xml": CONTENT_TYPES,
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships">{relation}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">{book}'
        '<sheets><sheet name="日报" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">{relation}/worksheet" '
        'Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/styles.xml": STYLES,
    }
    if shared:
        found["xl/sharedStrings.xml"] = f'<sst xmlns="{MAIN}">{shared}</sst>'
    return found | {SHEET: sheet} | dict(names or {})


def packed(content: Mapping[str, str | bytes]) -> bytes:
    """These parts as a zip file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in content.items():
            archive.writestr(name, part)
    return out.getvalue()


def workbook(*rows: str, before: str = "", after: str = "", shared: str = "", book: str = "") -> bytes:
    """A workbook of one sheet with these rows."""
    return packed(parts(sheet_xml(*rows, before=before, after=after), shared=shared, book=book))


def formatted_empty_rows() -> bytes:
    """Two rows of data and 120,000 rows that hold nothing but a format (FL-024)."""
    empty = (f'<row r="{at}"><c r="A{at}" s="1"/></row>' for at in range(4, 120_000))
    return workbook(*good_rows(2), *empty)


def inflate_spaces() -> bytes:
    """400 MB of spaces between the rows, in 0.4 MB (FL-023)."""
    out = io.BytesIO()
    rows = sheet_xml(*good_rows(1)).encode()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts("").items():
            if name != SHEET:
                archive.writestr(name, part)
        with archive.open(SHEET, "w", force_zip64=True) as entry:
            entry.write(rows.removesuffix(b"</worksheet>"))
            for _ in range(400):
                entry.write(b" " * (1 << 20))
            entry.write(b"</worksheet>")
    return out.getvalue()


def many_entries() -> bytes:
    """3,000 entries, none of them a sheet (FL-027)."""
    return packed({f"xl/media/{at:04}.bin": b"" for at in range(3_000)})


MADE: Mapping[str, Callable[[], bytes]] = {
    "files/formatted_empty_rows.xlsx": formatted_empty_rows,
    "files/inflate_spaces.xlsx": inflate_spaces,
    "files/many_entries.xlsx": many_entries,
}


def put(folder: Path, content: bytes, name: str = "table.xlsx") -> Path:
    """A file of this content."""
    path = folder / name
    path.write_bytes(content)
    return path
