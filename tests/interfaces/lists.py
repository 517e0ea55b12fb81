"""Lists as schools keep them (测试名单), made for tests: numbers of nobody, CSV as spreadsheets write it, workbooks."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

import xlsxwriter
from stdnum.cn import ric

from lianfang.interfaces.exchange.imports import problems_of
from lianfang.kernel.audit.models import Event
from lianfang.kernel.files.models import Import
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import Membership
from lianfang.kernel.scope import EVERYTHING, within
from tests import make

Rows = Sequence[Sequence[Any]]


def number(n: int, *, year: int = 1990) -> str:
    """A resident number of nobody: area 519999, sequence 000, born on a day of `year`."""
    start = f"519999{year}{n % 12 + 1:02d}{n // 12 % 28 + 1:02d}000"
    return start + ric.calc_check_digit(start + "0")


def as_csv(rows: Rows, encoding: str = "gb18030") -> bytes:
    """A text table, in the encoding in which Chinese spreadsheets save it."""
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode(encoding)


def as_workbook(rows: Rows) -> bytes:
    """A workbook of one sheet; numbers are numbers, texts are texts."""
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content)
    sheet = book.add_worksheet("名单")
    for at, row in enumerate(rows):
        sheet.write_row(at, 0, ["" if cell is None else cell for cell in row])
    book.close()
    return content.getvalue()


def school(classes: int = 2) -> Unit:
    """A school with some classes named as schools name them: S1, S1-K1 高一（1）班, ..."""
    found = make.root("S1", "school", name="第一中学")
    for n in range(1, classes + 1):
        make.unit(found, f"S1-K{n}", "class", name=f"高一（{n}）班")
    return found


def everybody() -> dict[str, str]:
    """Who is on a roster, and of which unit."""
    with within(EVERYTHING):
        return {m.person.name: m.unit.code for m in Membership.objects.select_related("person", "unit")}


def accounted(kept: Import) -> tuple[int, int, int, int, int]:
    """(read, written, refused, held, blank), which always add up."""
    assert kept.read == kept.written + kept.refused + kept.held + kept.blank
    return kept.read, kept.written, kept.refused, kept.held, kept.blank


def places(kept: Import) -> list[tuple[int | None, str, str]]:
    """(row, column, code) of every problem, in the order of the file."""
    return [(p.row, p.column, p.code) for p in problems_of(kept)]


def events(kind: str) -> int:
    """How many acts of this kind are on record."""
    with within(EVERYTHING):
        return Event.objects.filter(kind=kind).count()
