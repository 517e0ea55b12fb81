"""Resident numbers by the column (整列证件号码): which cells are valid as they stand, and the birth dates they say.

Region and birth date are judged by `domain.identity`, once for each that occurs; only the check digit of ISO 7064
MOD 11-2 is reckoned by the column. A cell that is not accepted here is not refused: the one reader decides.
"""

from __future__ import annotations

from datetime import date

import polars as pl
from stdnum.cn import ric

from lianfang.domain.identity import parse_identity
from lianfang.domain.refusals import Refused

_SHAPE = "^[0-9]{17}[0-9X]$"
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # ISO 7064 MOD 11-2, first digit first
_CHECKS = "10X98765432"  # the check digit by the remainder
_SAMPLE_REGION, _SAMPLE_BIRTH, _SEQUENCE = "110101", "20000101", "000"


def valid_numbers(texts: pl.Series, *, today: date) -> pl.Series:
    """Of each text whether it is a valid resident number that is written as it is kept; null is none."""
    shaped = texts.str.contains(_SHAPE).fill_null(False)
    likely = texts.filter(shaped)
    right = (
        likely.str.slice(0, 6).is_in(_regions(likely, today))
        & likely.str.slice(6, 8).is_in(_births(likely, today))
        & _checked(likely)
    )
    at = shaped.arg_true()
    return pl.repeat(False, len(texts), eager=True).scatter(at.filter(right), True) if len(at) else shaped


def _regions(numbers: pl.Series, today: date) -> list[str]:
    """The areas among them that a number may begin with."""
    return [area for area in numbers.str.slice(0, 6).unique() if _is_valid(area, _SAMPLE_BIRTH, today)]


def _births(numbers: pl.Series, today: date) -> list[str]:
    """The birth dates among them that are days on which somebody living may be born."""
    return [birth for birth in numbers.str.slice(6, 8).unique() if _is_valid(_SAMPLE_REGION, birth, today)]


def _is_valid(area: str, birth: str, today: date) -> bool:
    start = f"{area}{birth}{_SEQUENCE}"
    try:
        parse_identity("resident", start + ric.calc_check_digit(start + "0"), "", [], today=today)
    except (Refused, ValueError):
        return False
    return True


def _checked(numbers: pl.Series) -> pl.Series:
    digits = numbers.str.slice(0, 17).cast(pl.Int64)
    rest = digits
    remainder = pl.zeros(len(numbers), pl.Int64, eager=True)
    for weight in reversed(_WEIGHTS):
        tens = rest // 10
        remainder = remainder + (rest - tens * 10) * weight
        rest = tens
    wanted = (remainder % 11).replace_strict(dict(enumerate(_CHECKS)), return_dtype=pl.String)
    return numbers.str.slice(17, 1) == wanted
