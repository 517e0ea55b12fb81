"""Cross tables for page, API and file (交叉表): what was asked in an address, and words for what the table says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from lianfang.capabilities.burden.cross import (
    AT_LEAST,
    BELOW,
    COUNTY,
    DAY,
    GIVEN,
    KIND,
    MISSING,
    MOST_DAYS,
    NOT_ASKED,
    NOTHING,
    PREFECTURE,
    UNKNOWN,
    Cell,
    CrossTable,
    cross,
    fields_of,
)
from lianfang.capabilities.burden.cross_sql import NONE
from lianfang.capabilities.burden.models import RegisteredForm, in_language
from lianfang.capabilities.burden.periods import period_of
from lianfang.domain.parsing.dates import parse_day
from lianfang.kernel import clock
from lianfang.kernel.orgs.kinds import KINDS
from lianfang.kernel.orgs.models import Unit

WAYS: Mapping[str, Any] = {
    PREFECTURE: gettext_lazy("prefecture"), COUNTY: gettext_lazy("county"), BELOW: gettext_lazy("lower unit"),
    KIND: gettext_lazy("unit type"), DAY: gettext_lazy("day"),
}  # fmt: skip
STATE_WORDS: Mapping[str, Any] = {
    GIVEN: gettext_lazy("complete"), AT_LEAST: gettext_lazy("at least"), UNKNOWN: gettext_lazy("unknown"),
    NOT_ASKED: gettext_lazy("not asked"), MISSING: gettext_lazy("missing"), NOTHING: "",
}  # fmt: skip
FLAGS: Mapping[str, Any] = {"true": gettext_lazy("yes"), "false": gettext_lazy("no")}
ASKED = ("unit", "rows", "columns", "sum", "from", "to")
"""What an address may say of a cross table."""


def table_asked(form: RegisteredForm, unit: Unit, given: Mapping[str, str]) -> CrossTable:
    """The cross table that an address asks for; by prefecture and unit type over 30 days where it says nothing."""
    since, until = _days(form, unit, given)
    return cross(
        form, unit, since, until, rows=given.get("rows") or _usual(unit), columns=given.get("columns") or KIND,
        summed=given.get("sum") or "",
    )  # fmt: skip


def _usual(unit: Unit) -> str:
    return PREFECTURE if unit.kind == "province" else BELOW


def _days(form: RegisteredForm, unit: Unit, given: Mapping[str, str]) -> tuple[date, date]:
    """The days asked for; otherwise the last 30, or since the form began, or all that is asked once."""
    today = clock.today(unit.zone)
    begins = form.begins_on or today
    first = period_of(form.frequency, begins, begins).first
    usual = first if form.frequency == "once" else max(first, today - timedelta(days=MOST_DAYS - 1))
    since = parse_day(given["from"], "from", []) if given.get("from") else usual
    until = parse_day(given["to"], "to", []) if given.get("to") else max(since, today)
    widest = since + timedelta(days=MOST_DAYS - 1)
    return since, until if given.get("to") else min(until, widest)


def way_word(table: CrossTable, way: str) -> str:
    """What a way to divide is called."""
    if way in WAYS:
        return capfirst(str(WAYS[way]))
    return next((str(one) for one in fields_of(table.form) if one.code == way), way)


def labels(table: CrossTable, way: str, keys: tuple[str, ...]) -> dict[str, str]:
    """Key -> its word: the name of a unit, a kind of unit, a day, a choice."""
    if way in (PREFECTURE, COUNTY, BELOW):
        numbers = [int(key) for key in keys if key != NONE]
        found = {str(unit.pk): str(unit) for unit in Unit.objects.filter(pk__in=numbers)}
    elif way == KIND:
        found = {code: str(word) for code, word in KINDS}
    elif way == DAY:
        found = {}
    else:
        found = {**{code: str(word) for code, word in FLAGS.items()}, **_choices(table, way)}
    return {key: found.get(key) or _none(way, key) for key in keys}


def _choices(table: CrossTable, way: str) -> dict[str, str]:
    one = next((field for field in fields_of(table.form) if field.code == way), None)
    return {choice["code"]: in_language(choice["zh"], choice["en"]) for choice in (one.choices if one else ())}


def _none(way: str, key: str) -> str:
    if key != NONE:
        return key
    return str(_("in none of them")) if way in WAYS else pgettext("of a form", "no answer")


def figure(cell: Cell) -> Any:
    """A cell in one value, as a file holds it: a number, `≥n`, or the word for why there is none."""
    if cell.value is None:
        return str(STATE_WORDS[cell.state]) or None
    value = plain(cell.value)
    return f"≥{value}" if cell.state == AT_LEAST else value


def plain(value: Decimal) -> int | Decimal:
    """A sum as a whole number where it is one."""
    return int(value) if value == value.to_integral_value() else value.normalize()


def heads(table: CrossTable) -> list[str]:
    """The header of the table as a file."""
    words = labels(table, table.columns, table.column_keys)
    ends = [_("Total"), _("Missing"), _("Unknown"), _("Not asked")]
    return [way_word(table, table.rows), *_distinct(words[key] for key in table.column_keys), *map(str, ends)]


def _distinct(words: Iterator[str]) -> Iterator[str]:
    """Two units of one name get a number, so that no column is taken for another."""
    seen: dict[str, int] = {}
    for word in words:
        seen[word] = seen.get(word, 0) + 1
        yield word if seen[word] == 1 else f"{word} ({seen[word]})"


def lines(table: CrossTable) -> Iterator[list[Any]]:
    """The rows of the table as a file, the sums last."""
    words = labels(table, table.rows, table.row_keys)
    for row in table.row_keys:
        cells = [table.cell(row, column) for column in table.column_keys]
        yield [words[row], *map(figure, cells), *_ends(table.row_sums[row])]
    yield [str(_("Total")), *(figure(table.column_sums[column]) for column in table.column_keys), *_ends(table.total)]


def _ends(cell: Cell) -> list[Any]:
    return [figure(cell), cell.missing, cell.unknown, cell.not_asked]
