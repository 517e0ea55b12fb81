"""What a pack holds and how its research rows were made (说明), in both languages, inside the pack itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from lianfang.interfaces.after_action.parts import Period
from lianfang.interfaces.after_action.research import Extract

ZH: Final = """# 总结与资料：{unit}，{since} 至 {until}

全部内容由系统记录生成，没有手工填入的数字。

- report-zh.pdf、report-zh.docx、workbook-zh.xlsx：中文报告与工作簿
- report-en.pdf、report-en.docx、workbook-en.xlsx：英文报告与工作簿
- research/：去标识化科研数据（CSV，UTF-8）
- manifest.json：各文件的校验值

## 科研数据怎样去标识

1. 不含姓名、证件号、电话、住址、房间、班次、单位，也不含任何内部编号；行序按内容排列，不反映先后。
2. 年龄、日期、天数按下列粒度归并；所有列都视为准标识符：文件中任何一种取值组合至少有 {fewest} 行，
   因此按任何几列做交叉表，都不会出现 1 至 {last} 的格子。
3. 仍然落单的行不删除，与其他行合写：各行不同的列用更粗的粒度，再不行写作 *；合写的行不少于 {fewest} 行。
   合写的行只占少数；在各种写法中，取信息损失最小的一种。空格表示记录中没有该值。
4. 行数少于 {fewest} 的文件不列出任何一行。
5. 按日计数中，1 至 {last} 写作 <{fewest}；零照写为 0。与上级页面一致，为保护相邻单位的数，也可能写作更大的界值。

| 文件 | 记录 | 列出 | 其中合写 | 归并粒度，以及各列写作 * 的行数 |
| --- | --- | --- | --- | --- |
"""
EN: Final = """

# After-action pack: {unit}, {since} to {until}

Everything in here is made from records; no figure is typed in.

- report-en.pdf, report-en.docx, workbook-en.xlsx: the report and its workbook in English
- report-zh.pdf, report-zh.docx, workbook-zh.xlsx: the same in Chinese
- research/: de-identified research data (CSV, UTF-8)
- manifest.json: hashes of all files

## How research data are de-identified

1. No name, document number, phone, address, room, class or unit, and no key of the system; the rows are ordered by
   what they say, not by time.
2. Ages, dates and durations are made coarser as below. Every column counts as a quasi-identifier: each combination of
   values in a file is shared by at least {fewest} rows, so that no cross table by any of its columns has a cell
   from 1 to {last}.
3. Rows that still stood alone are not left out; they are written together with others, coarser in the columns in which
   these differ, or * where nothing else helps; at least {fewest} are written together, and few in all. Of these ways
   to write the file the one that gives up least is taken. An empty cell means that nothing is on record.
4. A file of fewer than {fewest} rows lists none.
5. In counts by day 1 to {last} is written <{fewest}; zero is 0. As on the pages of offices, a count may be said to be
   below a larger number to protect a neighbour's.

| file | on record | listed | written together | how coarse, and how many rows are * in each column |
| --- | --- | --- | --- | --- |
"""

COARSE: Final = {
    "age": (
        ("每 10 岁", "bands of 10 years"), ("每 20 岁", "bands of 20 years"), ("每 40 岁", "bands of 40 years"),
    ),
    "came": (("周", "week"), ("月", "month")),
    "began": (("周", "week"), ("月", "month")),
    "nights": (("夜", "nights"), ("每 7 夜", "bands of 7 nights"), ("每 14 夜", "bands of 14 nights")),
}  # fmt: skip
"""How each column is written at each of its steps; then follows `*`."""


def readme(period: Period, extracts: Iterable[Extract], *, fewest: int) -> str:
    """The text of README.md."""
    unit, known = period.unit, list(extracts)
    told = {"since": period.since, "until": period.until, "fewest": fewest, "last": fewest - 1}
    zh = ZH.format(unit=unit.name, **told) + "\n".join(_lines(known, "zh"))
    return zh + EN.format(unit=unit.name_en or unit.name, **told) + "\n".join(_lines(known, "en")) + "\n"


def _lines(extracts: Iterable[Extract], language: str) -> Iterator[str]:
    for one in extracts:
        coarse = ", ".join(
            f"{name}: {_coarse(name, level, language)}{_starred(one.stars[name], language)}"
            for name, level in one.levels.items()
        )
        yield f"| {one.name} | {one.total} | {len(one.rows)} | {one.together} | {coarse or '-'} |"


def _coarse(name: str, level: int, language: str) -> str:
    steps = COARSE.get(name, (("原值", "as it is"),))
    return "*" if level >= len(steps) else steps[level][language == "en"]


def _starred(many: int, language: str) -> str:
    """How many rows are `*`, in brackets; nothing where none is."""
    if not many:
        return ""
    return f" (* in {many})" if language == "en" else f"（* {many} 行）"
