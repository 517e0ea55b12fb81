"""A copy as a workbook (XLSX 报表): plain, with the words of its recipient; text is never a formula."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _
from django.utils.translation import override

from lianfang.capabilities.upward.wording import across, foot, locale_of

NARROW, WIDE = 14, 28  # characters of a column
_NEVER = ("strings_to_formulas", "strings_to_numbers", "strings_to_urls")


def as_workbook(sheet: Mapping[str, Any]) -> bytes:
    """The bytes of an XLSX file that shows this sheet."""
    content = io.BytesIO()
    with (
        override(locale_of(sheet)),
        xlsxwriter.Workbook(content, {"in_memory": True} | dict.fromkeys(_NEVER, False)) as book,
    ):
        page = book.add_worksheet(str(_("Figures")))
        _fill(page, sheet, _looks(book))
    return content.getvalue()


def _looks(book: Any) -> dict[str, Any]:
    box = {"border": 1, "align": "center", "valign": "vcenter", "text_wrap": True}
    return {
        "title": book.add_format({"bold": True, "font_size": 16, "align": "center"}),
        "head": book.add_format({**box, "bold": True}),
        "cell": book.add_format(box),
        "plain": book.add_format({"text_wrap": False}),
    }


def _fill(page: Any, sheet: Mapping[str, Any], looks: Mapping[str, Any]) -> None:
    heads, rows = across(sheet)
    width = max(len(heads), 2)
    page.merge_range(0, 0, 0, width - 1, "", looks["title"])
    page.write_string(0, 0, sheet["title"], looks["title"])
    page.write_string(1, 0, _line(sheet), looks["plain"])
    _row(page, 2, heads, looks["head"])
    for at, row in enumerate(rows, start=3):
        _row(page, at, row, looks["cell"])
    for at, text in enumerate(foot(sheet), start=4 + len(rows)):
        page.write_string(at, 0, text, looks["plain"])
    page.set_column(0, 0, WIDE)
    page.set_column(1, width - 1, NARROW)
    page.fit_to_pages(1, 0)


def _line(sheet: Mapping[str, Any]) -> str:
    return "    ".join((sheet["recipient"], sheet["unit"], sheet["day"]))


def _row(page: Any, at: int, values: list[Any], look: Any) -> None:
    for column, value in enumerate(values):
        if isinstance(value, bool | str):
            page.write_string(at, column, str(value), look)
        elif value is None:
            page.write_blank(at, column, None, look)  # unknown is empty, zero is 0
        else:
            page.write_number(at, column, value, look)
