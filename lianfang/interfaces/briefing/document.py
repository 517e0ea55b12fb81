"""A briefing as a text document (日报 DOCX), to be edited further by hand where an office wants that."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any, Final

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from lianfang.interfaces.briefing.sheet import Sheet

EAST_ASIAN: Final = "SimSun"  # every word processor has this one or puts its own in its place
MARGIN: Final = Mm(16)


def as_document(sheet: Sheet) -> bytes:
    """The bytes of a DOCX file: the paragraphs, then the table of figures."""
    document = opened(sheet.title, sheet.language)
    document.add_heading(sheet.title, level=0).alignment = WD_ALIGN_PARAGRAPH.CENTER
    document.add_paragraph(f"{sheet.unit}    {sheet.day}    {sheet.sub}")
    for part in sheet.parts:
        said = document.add_paragraph()
        said.add_run(part.title).bold = True
        said.add_run(f"  {part.paragraph}")
    written = document.add_paragraph()
    written.add_run(sheet.assessment_title).bold = True
    written.add_run(f"  {sheet.assessment} {sheet.assessed}")
    add_table(document, sheet.heads, [line.cells for line in sheet.lines])
    for text in sheet.foot:
        document.add_paragraph(text).runs[0].font.size = Pt(8)
    return saved(document)


def opened(title: str, language: str) -> Any:
    """An empty document with our page, letters and language; it names no author."""
    document = Document()
    style: Any = document.styles["Normal"]
    style.font.size = Pt(10)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), EAST_ASIAN)
    style.paragraph_format.space_after = Pt(4)
    for section in document.sections:
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = MARGIN
    core = document.core_properties
    core.title, core.author, core.comments, core.language = title, "", "", language
    return document


def add_table(document: Any, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A table with a head that is repeated on every page; all cells are text."""
    table = document.add_table(rows=1, cols=len(heads))
    table.style = "Table Grid"
    _fill(table.rows[0].cells, heads, bold=True)
    marked = table.rows[0]._tr.get_or_add_trPr()
    marked.append(marked.makeelement(qn("w:tblHeader"), {qn("w:val"): "true"}))
    for row in rows:
        _fill(table.add_row().cells, row, bold=False)


def saved(document: Any) -> bytes:
    """The document as a file."""
    content = io.BytesIO()
    document.save(content)
    return content.getvalue()


def _fill(cells: Sequence[Any], texts: Sequence[str], *, bold: bool) -> None:
    for cell, text in zip(cells, texts, strict=True):
        run = cell.paragraphs[0].add_run(str(text))
        run.bold, run.font.size = bold, Pt(8.5)
        cell.paragraphs[0].paragraph_format.space_after = Pt(0)
