"""A briefing on one printed page (日报 PDF), set by typst; needs a Chinese font on the machine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import typst

from lianfang.capabilities.upward.paper import chinese_fonts
from lianfang.domain.refusals import Refused
from lianfang.interfaces.briefing.sheet import Sheet

TEMPLATE: Final = Path(__file__).with_name("briefing.typ")


def as_paper(sheet: Sheet) -> bytes:
    """The bytes of a PDF of one page. Refused with `font.missing` where no font has Chinese characters."""
    made = compiler_of(sheet).compile(format="pdf")
    if not isinstance(made, bytes):
        raise TypeError("a briefing of several files")
    return made


def compiler_of(sheet: Sheet) -> typst.Compiler:
    """The document before it is a file; tests ask it what it holds."""
    fonts = chinese_fonts()
    if not fonts:
        raise Refused("font.missing", "file")
    drawn = sheet.as_json | {"fonts": list(fonts), "lang": sheet.language}
    return typst.Compiler(TEMPLATE, sys_inputs={"sheet": json.dumps(drawn, ensure_ascii=False, default=str)})
