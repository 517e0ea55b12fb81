"""Plain names by the column (整列姓名): a few common Han characters, of which the one reader has nothing to say.

Everything else, also what might be a placeholder or a name in the wrong encoding, is left to `clean_name`.
"""

from __future__ import annotations

import polars as pl

_SHAPE = "^[\u4e00-\u9fa5]{2,4}$"
_OF_PLACEHOLDERS = "[同前左暂无無没未知不详道略空待定补匿姓本某测]"
"""Every word that stands where a name is missing holds one of these, or is no Han at all."""


def _leads_as_utf8() -> str:
    """Characters whose first GBK octet begins a character of UTF-8 that a misread name may be made of."""
    leads = {0xC2, *range(0xE3, 0xF1)}
    signs = (chr(code) for code in range(0x4E00, 0x9FA6))
    return "".join(sign for sign in signs if sign.encode("gbk")[0] in leads)


_MAYBE_MISREAD = f"^[{_leads_as_utf8()}]"


def plain_names(texts: pl.Series) -> pl.Series:
    """Of each text whether `clean_name` gives it back as it is, without a note; some that do are left out."""
    text = texts.str
    return text.contains(_SHAPE) & ~text.contains(_OF_PLACEHOLDERS) & ~text.contains(_MAYBE_MISREAD)
