"""Two made lists of pupils (虚构名单) for the tests of `lianfang verify`: 33 agree, 4 differ, 3 and 2 stand alone."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

from lianfang.domain.linkage.numbers import check_digit
from lianfang.interfaces.exchange.writing import WorkbookWriter

HEADER = ("姓名", "性别", "证件号码", "出生日期", "联系电话", "学校", "发病日期")
_SURNAMES, _GIVEN = "赵钱孙李周吴郑王冯陈褚卫蒋沈", "甲乙丙丁戊己庚辛壬癸子丑寅卯"
_FIRST = date(2012, 1, 5)

Person = list[str]


def number(of: int) -> str:
    """A number that is nobody's: an area that does not exist and the sequence 000."""
    body = f"519999{_FIRST + timedelta(days=11 * of):%Y%m%d}000"
    return body + check_digit(body)


def person(of: int, *, onset: date = date(2026, 3, 2)) -> Person:
    """A made pupil; every one has another name, birth date, number and phone."""
    name = _SURNAMES[of % 14] + _GIVEN[of // 14 % 14] + _GIVEN[(3 * of) % 14]
    born = (_FIRST + timedelta(days=11 * of)).isoformat()
    return [
        name,
        "女",
        number(of),
        born,
        f"1990000{1000 + 7 * of}",
        f"S{of % 3:02}",
        (onset + timedelta(of % 9)).isoformat(),
    ]


OURS = [person(of) for of in range(40)]
THEIRS = [
    *(person(of) for of in range(33)),
    *(person(of, onset=date(2026, 3, 12)) for of in range(33, 37)),
    *(person(of) for of in (50, 51)),
]
COUNTS = {"agree": 33, "conflict": 4, "possible": 0, "only_ours": 3, "only_theirs": 2}


def text(rows: Sequence[Sequence[str]], *, header: Sequence[str] = HEADER, between: str = ",") -> str:
    """The table as text."""
    written = io.StringIO()
    csv.writer(written, delimiter=between, lineterminator="\n").writerows([header, *rows])
    return written.getvalue()


def as_text(path: Path, rows: Sequence[Sequence[str]], *, encoding: str = "utf-8", **how) -> Path:
    """The table in a file of this encoding."""
    path.write_bytes(text(rows, **how).encode(encoding))
    return path


def as_workbook(path: Path, rows: Sequence[Sequence], *, header: Sequence[str] = HEADER) -> Path:
    """The table in a workbook."""
    with WorkbookWriter(path, header) as writer:
        for row in rows:
            writer.row(row)
    return path
