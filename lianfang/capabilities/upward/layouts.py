"""Layouts as data (报送格式): which items of the day's figures a recipient gets, in which order, under which words.

A layout comes with the product (`layouts/*.toml`) or is a row that a unit has written; code knows none of them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.utils.translation import get_language

from lianfang.capabilities.upward.models import SHAPES, LayoutRow
from lianfang.domain.parsing.text import one_line
from lianfang.domain.refusals import Problem, Refused
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.reporting.forms import DAILY, form_on
from lianfang.kernel.shapes import Entry, Member, said, up_to

SHIPPED = Path(__file__).resolve().parent / "layouts"
LANGUAGES = ("zh", "en")
LONGEST_HEAD = 40  # characters
BESIDES = ("unit", "day", "units_expected", "units_received", "units_missing", "remark")
"""What a layout may show besides the items of the form."""
LINE = Entry(
    {
        "item": Member(
            str, "fever", owed=True, more=up_to(LONGEST_HEAD) | said(f"item of the form, or {', '.join(BESIDES)}")
        ),
        "head": Member(str, "发热", owed=True, more=up_to(LONGEST_HEAD) | said("the words it stands under")),
    }
)


@dataclass(frozen=True, slots=True)
class Line:
    """One item and the words it stands under."""

    item: str
    head: str


@dataclass(frozen=True, slots=True)
class Layout:
    """What a recipient gets: `across` puts items side by side, `down` one below the other."""

    code: str
    title: str
    title_en: str
    language: str
    shape: str
    by_unit: bool
    form: str
    lines: tuple[Line, ...]

    def __str__(self) -> str:
        return self.title_en if self.title_en and get_language() == "en" else self.title


@lru_cache
def shipped() -> Mapping[str, Layout]:
    """The layouts that come with the product, by code."""
    read = (tomllib.loads(path.read_text("utf-8")) for path in sorted(SHIPPED.glob("*.toml")))
    return {found["layout"]["code"]: _layout(**found["layout"], lines=found["lines"]) for found in read}


def layout_named(unit: Unit, code: str) -> Layout:
    """A unit's own layout of this code, else the shipped one; an unknown code is refused with `choice.unknown`."""
    row = LayoutRow.objects.filter(unit=unit, code=code).first()
    if row is not None:
        return _layout(row.code, row.title, row.shape, row.lines, row.by_unit, row.form, row.language, row.title_en)
    if code not in shipped():
        raise Refused("choice.unknown", "layout", choices=tuple(codes_of(unit)))
    return shipped()[code]


def codes_of(unit: Unit) -> list[str]:
    """The codes of all layouts a unit may choose from."""
    return sorted({*shipped(), *LayoutRow.objects.filter(unit=unit).values_list("code", flat=True)})


def _layout(
    code: str, title: str, shape: str, lines: Iterable[Mapping[str, str]], by_unit: bool = False, form: str = DAILY,
    language: str = "zh", title_en: str = "",
) -> Layout:  # fmt: skip
    read = tuple(Line(one["item"], one["head"]) for one in lines)
    return Layout(code, title, title_en, language, shape, by_unit, form, read)


def check_layout(layout: Layout, on: date) -> None:
    """Refuse a layout that cannot be filled: every problem by the line it is in (`choice.unknown`, `required`)."""
    known = {item.code for item in form_on(layout.form, on).items} | set(BESIDES)
    problems = [
        Problem("choice.unknown", f"lines[{number}].item") for number, line in enumerate(layout.lines)
        if line.item not in known
    ]  # fmt: skip
    if not layout.lines:
        problems.append(Problem("required", "lines"))
    if layout.shape not in dict(SHAPES):
        problems.append(Problem("choice.unknown", "shape", facts={"choices": tuple(dict(SHAPES))}))
    if layout.language not in LANGUAGES:
        problems.append(Problem("choice.unknown", "language", facts={"choices": LANGUAGES}))
    if problems:
        raise Refused(problems)


def read_lines(raw: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Lines as given, `{"item", "head"}` each; another member or a missing one is refused by name."""
    problems = [Problem("field.unknown", f"lines[{number}].{name[:40]}")
                for number, line in enumerate(raw) for name in line if name not in LINE.members]  # fmt: skip
    found = []
    for number, line in enumerate(raw):
        texts = {name: one_line(line.get(name), f"lines[{number}].{name}") for name in ("item", "head")}
        problems += [Problem("required", f"lines[{number}].{name}") for name, text in texts.items() if not text]
        problems += [
            Problem("text.too_long", f"lines[{number}].{name}", facts={"high": LONGEST_HEAD})
            for name, text in texts.items() if len(text) > LONGEST_HEAD
        ]  # fmt: skip
        found.append(texts)
    if problems:
        raise Refused(problems)
    return found
