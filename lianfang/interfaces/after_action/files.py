"""The report of a pack as PDF, DOCX and XLSX (报告文件), all from the same tables."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import typst
from django.utils.translation import gettext as _
from django.utils.translation import override
from docx.enum.text import WD_ALIGN_PARAGRAPH

from lianfang.capabilities.upward.paper import chinese_fonts
from lianfang.domain.refusals import Refused
from lianfang.interfaces.after_action.parts import Period, Table
from lianfang.interfaces.after_action.tables import tables
from lianfang.interfaces.after_action.timeline import timeline
from lianfang.interfaces.briefing.document import add_table, opened, saved
from lianfang.interfaces.briefing.sheet import LOCALES
from lianfang.interfaces.briefing.workbook import looks_of, write_row
from lianfang.interfaces.briefing.workbook import opened as opened_book
from lianfang.kernel import clock

TEMPLATE: Final = Path(__file__).with_name("report.typ")
WIDTH: Final = 24  # characters of a column
LONGEST_NAME: Final = 31  # characters of a sheet's name


@dataclass(frozen=True, slots=True)
class Report:
    """The report in one language."""

    language: str
    title: str
    unit: str
    days: str
    parts: tuple[Table, ...]
    foot: str


def report_of(period: Period, language: str) -> Report:
    """Everything that the report says, from records, in one language."""
    with override(LOCALES[language]):
        foot = _("Made from records at %(at)s; no figure is typed in.") % {"at": period.moment(clock.now())}
        return Report(
            language, _("After-action report"), str(period.unit), f"{period.since} – {period.until}",
            (*tables(period), timeline(period)), foot,
        )  # fmt: skip


def as_paper(report: Report) -> bytes:
    """The bytes of a PDF file. Refused with `font.missing` where no font has Chinese characters."""
    fonts = chinese_fonts()
    if not fonts:
        raise Refused("font.missing", "file")
    parts = [
        {"title": one.title, "says": one.says, "heads": one.heads, "rows": [_texts(row) for row in one.rows]}
        for one in report.parts
    ]
    drawn = {
        "title": report.title, "unit": report.unit, "days": report.days, "foot": report.foot, "parts": parts,
        "fonts": list(fonts), "lang": report.language,
    }  # fmt: skip
    made = typst.Compiler(TEMPLATE, sys_inputs={"sheet": json.dumps(drawn, ensure_ascii=False)}).compile(format="pdf")
    if not isinstance(made, bytes):
        raise TypeError("a report of several files")
    return made


def as_document(report: Report) -> bytes:
    """The bytes of a DOCX file."""
    document = opened(report.title, report.language)
    document.add_heading(report.title, level=0).alignment = WD_ALIGN_PARAGRAPH.CENTER
    document.add_paragraph(f"{report.unit}    {report.days}")
    for one in report.parts:
        document.add_heading(one.title, level=1)
        document.add_paragraph(one.says)
        if one.rows:
            add_table(document, one.heads, [_texts(row) for row in one.rows])
    document.add_paragraph(report.foot)
    return saved(document)


def as_workbook(report: Report) -> bytes:
    """The bytes of an XLSX file: a sheet a part, with all rows, numbers as numbers."""
    content = io.BytesIO()
    with opened_book(content) as book:
        looks = looks_of(book)
        for one in report.parts:
            page = book.add_worksheet(one.title[:LONGEST_NAME])
            page.set_column(0, len(one.heads) - 1, WIDTH)
            write_row(page, 0, one.heads, looks["head"])
            for at, row in enumerate(one.whole, start=1):
                write_row(page, at, row, looks["wrap"], looks["number"])
            page.freeze_panes(1, 0)
    return content.getvalue()


def _texts(row: Sequence[Any]) -> list[str]:
    return [_text(cell) for cell in row]


def _text(cell: Any) -> str:
    if cell is None or cell == "":
        return "—"
    if isinstance(cell, Decimal):
        return f"{cell.normalize():,f}"
    return f"{cell:,}" if isinstance(cell, int) else str(cell)
