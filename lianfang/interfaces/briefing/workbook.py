"""A briefing as a workbook (日报 XLSX): the sentences, and the figures as numbers; text is never a formula."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any, Final

import xlsxwriter
from django.utils.translation import gettext as _
from django.utils.translation import override

from lianfang.interfaces.briefing.sheet import LOCALES, Line, Sheet

WIDE, MIDDLE, NARROW = 100, 36, 14  # characters of a column
_NEVER: Final = ("strings_to_formulas", "strings_to_numbers", "strings_to_urls")


def as_workbook(sheet: Sheet) -> bytes:
    """The bytes of an XLSX file with two sheets."""
    content = io.BytesIO()
    with override(LOCALES[sheet.language]), opened(content) as book:
        looks = looks_of(book)
        _text(book.add_worksheet(sheet.title), sheet, looks)
        _figures(book.add_worksheet(_("Figures")), sheet, looks)
    return content.getvalue()


@contextmanager
def opened(content: io.BytesIO) -> Iterator[Any]:
    """A workbook in memory in which no text is taken for anything else."""
    with xlsxwriter.Workbook(content, {"in_memory": True} | dict.fromkeys(_NEVER, False)) as book:
        yield book


def looks_of(book: Any) -> dict[str, Any]:
    """How titles, heads and cells look."""
    return {
        "title": book.add_format({"bold": True, "font_size": 16}),
        "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True}),
        "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
        "number": book.add_format({"num_format": "#,##0.###"}),
        "right": book.add_format({"align": "right"}),
    }


def write_row(page: Any, at: int, cells: Sequence[Any], looks: Any = None, number: Any = None) -> None:
    """One row: numbers as numbers, nothing as an empty cell, all else as text."""
    for column, value in enumerate(cells):
        if value is None or value == "":
            page.write_blank(at, column, None)
        elif isinstance(value, int | Decimal) and not isinstance(value, bool):
            page.write_number(at, column, value, number)
        else:
            page.write_string(at, column, str(value), looks)


def _text(page: Any, sheet: Sheet, looks: dict[str, Any]) -> None:
    page.set_column(0, 0, MIDDLE / 2)
    page.set_column(1, 1, WIDE)
    page.write_string(0, 0, sheet.title, looks["title"])
    write_row(page, 1, [sheet.unit, f"{sheet.day}    {sheet.sub}"], looks["wrap"])
    said = [(part.title, part.paragraph) for part in sheet.parts]
    said += [(sheet.assessment_title, f"{sheet.assessment} {sheet.assessed}".strip())]
    said += [("", one) for one in sheet.foot]
    for at, row in enumerate(said, start=3):
        write_row(page, at, row, looks["wrap"])
    page.fit_to_pages(1, 0)


def _figures(page: Any, sheet: Sheet, looks: dict[str, Any]) -> None:
    page.set_column(0, 0, NARROW)
    page.set_column(1, 1, MIDDLE)
    page.set_column(2, 5, NARROW)
    write_row(page, 0, [_("Section"), *sheet.heads], looks["head"])
    for at, line in enumerate(sheet.lines, start=1):
        write_row(page, at, _cells(line), looks["wrap"], looks["number"])
    page.freeze_panes(1, 0)
    page.fit_to_pages(1, 0)


def _cells(line: Line) -> list[Any]:
    value = line.value if line.number is None else line.number
    of = int(line.of.replace(",", "")) if line.of else None
    return [line.section, line.label, value, of, line.mean, line.change]
