"""People and files for the import bench (导入测量的人与表): seeded, of nobody, 40 to a class, and what they answer."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

from stdnum.cn import ric

CLASS_SIZE: Final = 40
AREA: Final = "519999"  # of synthetic persons
_FIRST_BIRTH, _BIRTHS = date(2006, 1, 1), 4_000  # learners of a province, by day of birth
_SURNAMES: Final = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥东南西北金木水火土日月星云风雨雷山川"
_GIVEN: Final = "一二三四五六七八九十百千万春夏秋冬红橙黄绿青蓝紫松竹梅兰菊荷桃李杏枣麦禾苗田园江河湖海溪泉石玉珠铜铁锡"
HEADER: Final = (
    "单位代码", "姓名", "证件类型", "证件号码", "日期", "时段", "健康状况", "体温", "症状", "健康码", "填报时间",
    "备注",
)  # fmt: skip
ONE_BAD_IN: Final = 1_000  # rows
_IN_A_HUNDRED_UNWELL: Final = 1
_AT_A_TIME: Final = 100_000


@dataclass(frozen=True, slots=True)
class Pupil:
    """Somebody of the bench: the nth person, in the class with this code."""

    place: int
    name: str
    number: str
    code: str

    @property
    def id(self) -> UUID:
        """In the order of classes, as time-ordered numbers would be."""
        return UUID(int=(0x0190_0000_0000_7000_8000 << 48) + self.place)


def pupils(classes: Sequence[str], seed: int = 1) -> Iterator[Pupil]:
    """Everybody, class by class."""
    chance = random.Random(seed)  # noqa: S311  for repeatable measurements
    for place in range(len(classes) * CLASS_SIZE):
        birth = _FIRST_BIRTH + timedelta(days=place % _BIRTHS)
        start = f"{AREA}{birth:%Y%m%d}{place // _BIRTHS:03d}"
        name = chance.choice(_SURNAMES) + chance.choice(_GIVEN) + chance.choice(_GIVEN)
        yield Pupil(place, name, start + ric.calc_check_digit(start + "0"), classes[place // CLASS_SIZE])


def answers(people: Iterator[Pupil], day: date, *, seed: int = 2, bad: bool = True) -> Iterator[tuple[str, ...]]:
    """A row for each, one in a thousand of them wrong in one of several ways."""
    chance = random.Random(seed)  # noqa: S311
    for at, one in enumerate(people):
        fever = chance.random() * 100 < _IN_A_HUNDRED_UNWELL
        warm = f"{chance.randrange(373, 395) / 10}" if fever else f"{chance.randrange(359, 372) / 10}"
        row = [
            one.code, one.name, "居民身份证", one.number, str(day), "上午", "不适" if fever else "健康", warm,
            chance.choice(("咳嗽", "咽痛、咳嗽")) if fever else "无", "绿码",
            f"{day} 07:{chance.randrange(20, 60):02d}:{chance.randrange(60):02d}",
            "已联系家长" if fever else "",
        ]  # fmt: skip
        if bad and at % ONE_BAD_IN == ONE_BAD_IN - 1:
            _spoil(row, at // ONE_BAD_IN)
        yield tuple(row)


def _spoil(row: list[str], which: int) -> None:
    wrong = ((7, "365"), (3, row[3][:-1] + ("1" if row[3][-1] != "1" else "2")), (0, "没有这个班"), (4, "2199-01-01"))
    column, value = wrong[which % len(wrong)]
    row[column] = value


def write_csv(path: Path, rows: Iterator[tuple[str, ...]]) -> None:
    """A text table as programs export it."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        writer.writerows(rows)


def write_workbook(path: Path, rows: Iterator[tuple[str, ...]]) -> None:
    """A workbook as spreadsheets save it: texts kept once, temperatures as numbers."""
    from rustpy_xlsxwriter import FastExcel  # noqa: PLC0415  only for the bench's own files

    records = (
        {name: float(cell) if name == "体温" else cell or None for name, cell in zip(HEADER, row, strict=True)}
        for row in rows
    )
    FastExcel(str(path)).sheet("晨检", records, dedupe_strings=True).save()


def copied(rows: Iterator[tuple[object, ...]]) -> Iterator[bytes]:
    """Rows worded for COPY, many at a time."""
    out, count = io.StringIO(), 0
    for count, row in enumerate(rows, start=1):
        csv.writer(out).writerow(row)
        if count % _AT_A_TIME == 0:
            yield out.getvalue().encode()
            out = io.StringIO()
    yield out.getvalue().encode()
