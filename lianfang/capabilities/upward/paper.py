"""A copy on paper (PDF 报表), set by typst from a template; needs a Chinese font on the machine."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import typst
from django.utils.translation import override

from lianfang.capabilities.upward.wording import across, foot, locale_of
from lianfang.domain.refusals import Refused

TEMPLATE = Path(__file__).resolve().parent / "paper.typ"
CHINESE: Final = (
    "Noto Sans CJK SC", "Source Han Sans SC", "Noto Serif CJK SC", "Source Han Serif SC", "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei", "Microsoft YaHei", "SimSun", "PingFang SC",
)  # fmt: skip
UNKNOWN = "—"


@lru_cache
def chinese_fonts() -> tuple[str, ...]:
    """The fonts of this machine that have Chinese characters, the best first; empty when there is none."""
    installed = set(typst.Fonts().families())
    return tuple(name for name in CHINESE if name in installed)


def as_paper(sheet: Mapping[str, Any]) -> bytes:
    """The bytes of a PDF file that shows this sheet. Refused with `font.missing` where no font has the characters."""
    fonts = chinese_fonts()
    if not fonts:
        raise Refused("font.missing", "file")
    with override(locale_of(sheet)):
        heads, rows = across(sheet)
        drawn = {
            **{name: sheet[name] for name in ("title", "recipient", "unit", "day")},
            "heads": heads, "rows": [[_text(cell) for cell in row] for row in rows], "foot": foot(sheet),
            "fonts": list(fonts), "lang": sheet["language"],
        }  # fmt: skip
    compiler = typst.Compiler(TEMPLATE, sys_inputs={"sheet": json.dumps(drawn, ensure_ascii=False)})
    found = compiler.compile(format="pdf")
    if not isinstance(found, bytes):
        raise TypeError("a paper of several files")
    return found


def _text(cell: Any) -> str:
    return UNKNOWN if cell is None or cell == "" else str(cell)
