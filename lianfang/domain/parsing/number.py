"""Readings and counts as people write them (体温与人数): one regular expression, exact decimals, never rounded."""

from __future__ import annotations

import re
from decimal import Decimal

from lianfang.domain.parsing.text import folded, one_line
from lianfang.domain.policy import Policy
from lianfang.domain.refusals import Note, Refused

LARGEST_COUNT = 2**31 - 1  # a PostgreSQL integer
PLACES = 2  # decimals a thermometer or a laboratory gives; 37.25 is kept, never rounded across the fever line
DIGITS_TO_SUGGEST = 6  # more digits than that were not a slipped decimal point

# Sign, whole part, decimals after . , 。 · or 度 (36度5), exponent as spreadsheets print it, unit.
_READING = re.compile(
    r"(?P<sign>[+-]?)(?P<whole>[0-9]{1,12})(?:(?:[.,\u3002\uff61\u00b7]|度(?=[0-9]))(?P<part>[0-9]{1,150}))?"
    r"(?:[eE](?P<exponent>[+-]?[0-9]{1,2}))?(?P<unit>\s*(?:℃|[°º]\s?[Cc]|摄氏度|度|[Cc]))?"
)
_PLAIN = re.compile(r"-?(?:0|[1-9][0-9]{0,11})(?:\.[0-9]{1,150})?")
_FAHRENHEIT = re.compile(r".*[0-9]\s*(?:℉|[°º]?\s?[Ff]|华氏度)")
_COUNT = re.compile(r"[+]?([0-9]{1,18})\s*(人|名|个|例|位|次)?")
_NONE = frozenset({"无", "零", "没有"})
_MINUS = str.maketrans("\u2212\u2013\ufe63", "---")  # what keyboards and word processors make of a minus


def parse_temperature(raw: object, field: str, policy: Policy, notes: list[Note]) -> Decimal:
    """A body temperature in °C, exactly as read, with at most two decimals.

    Refused: `required`, `type`, `number.format`, `number.unit`, `number.out_of_range` (with `low`, `high` and, where a
    decimal point slipped, `suggest`), `number.precision`. Warned: `number.implausible`.
    """
    value = parse_measure(raw, field, notes, low=policy.temperature_min, high=policy.temperature_max)
    if not policy.plausible_min <= value <= policy.plausible_max:
        facts = {"low": str(policy.plausible_min), "high": str(policy.plausible_max)}
        notes.append(Note("number.implausible", field, kept=value, warning=True, facts=facts))
    return value


def parse_measure(raw: object, field: str, notes: list[Note], *, low: Decimal, high: Decimal) -> Decimal:
    """A decimal between two bounds, with at most two decimals; refusals as for `parse_temperature`."""
    value = _number(raw, field, notes)
    if not low <= value <= high:
        suggest = _point_moved(value, low, high)
        bounds = {"low": str(low)} if value < low and high >= LARGEST_COUNT else {"low": str(low), "high": str(high)}
        raise Refused("number.out_of_range", field, **bounds, **({"suggest": suggest} if suggest else {}))
    return _exact(value, field)


def _number(raw: object, field: str, notes: list[Note]) -> Decimal:
    if isinstance(raw, (int, float, Decimal)) and not isinstance(raw, bool):
        return _finite(raw, field)
    text = one_line(raw, field)
    if not text:
        raise Refused("required", field)
    value = _written(folded(text).translate(_MINUS), field)
    if not _PLAIN.fullmatch(str(raw)):
        unit = text[-1].isalpha() or text[-1] in "度℃"
        notes.append(Note("number.unit" if unit else "number.format", field, kept=value))
    return value


def _finite(raw: int | float | Decimal, field: str) -> Decimal:
    value = Decimal(repr(raw)) if isinstance(raw, float) else Decimal(raw)
    if not value.is_finite():
        raise Refused("number.format", field)
    return value


def _written(text: str, field: str) -> Decimal:
    found = _READING.fullmatch(text)
    if not found:
        raise Refused("number.unit" if _FAHRENHEIT.fullmatch(text) else "number.format", field)
    part = found["sign"] + found["whole"] + "." + (found["part"] or "")
    return Decimal(f"{part}E{found['exponent'] or 0}")


def _exact(value: Decimal, field: str) -> Decimal:
    """The value with at most two decimals, refused when digits that count stand behind them."""
    written = format(value, "f")
    beyond = written.partition(".")[2][PLACES:]
    if beyond.strip("0"):
        raise Refused("number.precision", field, high=PLACES)
    return Decimal(written[: len(written) - len(beyond)])


def _point_moved(value: Decimal, low: Decimal, high: Decimal) -> str | None:
    """What was probably meant when the decimal point was lost or moved: 365 and 3.65 are 36.5."""
    if len(value.as_tuple().digits) > DIGITS_TO_SUGGEST or not -1 <= value.adjusted() <= DIGITS_TO_SUGGEST:
        return None
    meant = (value.scaleb(places) for places in (-1, 1, -2))
    return next((format(m, "f") for m in meant if low <= m <= high), None)


def parse_count(raw: object, field: str, notes: list[Note], *, channel: str) -> int:
    """A whole number from 0 to 2,147,483,647; `channel` is "json", "text" or "form".

    Refused: `required` (blank is not zero), `type`, `number.format` (also digit grouping), `number.integer`,
    `number.out_of_range`. The words 无 and 零 are an explicit zero and noted.
    """
    if isinstance(raw, (int, float, Decimal)) and not isinstance(raw, bool):
        return _whole(_finite(raw, field), field)
    text = one_line(raw, field)
    if not text:
        raise Refused("required", field)
    plain = folded(text).translate(_MINUS)
    found = _COUNT.fullmatch(plain)
    if not found and text not in _NONE:
        return _whole(_signed(plain, field), field)
    value = _whole(Decimal(found[1]), field) if found else 0
    if channel == "json" or str(raw) != str(value):
        notes.append(Note("number.unit" if found and found[2] else "number.format", field, kept=value))
    return value


def _signed(text: str, field: str) -> Decimal:
    """A number that is no count, read only to say why; `1,240` is grouping and never taken for a decimal."""
    if not re.fullmatch(r"[+-]?[0-9]{1,40}(?:\.[0-9]{1,40})?", text):
        raise Refused("number.format", field)
    return Decimal(text)


def _whole(value: Decimal, field: str) -> int:
    if value < 0:
        raise Refused("number.out_of_range", field, low=0)
    if value > LARGEST_COUNT:
        raise Refused("number.out_of_range", field, high=LARGEST_COUNT)
    if value != int(value):
        raise Refused("number.integer", field)
    return int(value)
