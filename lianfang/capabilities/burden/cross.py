"""The cross table of a form (交叉表): two ways to divide what was filled in over up to 30 days, and what is not there.

Zero, missing, not asked and unknown are kept apart: a unit that gave 0, one that owed the form and sent none, one whose
version of the form did not ask the field, and one that left it blank.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from lianfang.capabilities.burden.cross_sql import NONE, Asked, Counted, count
from lianfang.capabilities.burden.models import CHOICE, FLAG, NUMBERS, UNITS, FormField, RegisteredForm
from lianfang.domain.refusals import Refused
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.scope import EVERYTHING, looking

PREFECTURE, COUNTY, BELOW, KIND, DAY = "prefecture", "county", "below", "kind", "day"
PLACES = (PREFECTURE, COUNTY, BELOW, KIND, DAY)
"""Ways to divide that every form has: beside them each choice and each yes-or-no of its own."""
MOST_DAYS = 30
MOST_CELLS = 20_000
AT_LEAST, GIVEN, UNKNOWN, NOT_ASKED, MISSING, NOTHING = (
    "at_least", "given", "unknown", "not_asked", "missing", "nothing",
)  # fmt: skip
STATES = (GIVEN, AT_LEAST, UNKNOWN, NOT_ASKED, MISSING, NOTHING)


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: the sum (or the forms, when no field is summed), and how many forms it is of and is not of."""

    value: Decimal | None = None  # None where nobody gave anything; a sum of zeros is 0
    filled: int = 0
    given: int = 0
    unknown: int = 0
    not_asked: int = 0
    missing: int = 0
    counts_forms: bool = False  # how many forms there are is known, whatever is missing

    @property
    def state(self) -> str:
        """How the figure is to be read; without any figure, why there is none."""
        if self.value is not None:
            return AT_LEAST if (self.unknown or self.missing) and not self.counts_forms else GIVEN
        if self.unknown:
            return UNKNOWN
        if self.not_asked:
            return NOT_ASKED
        return MISSING if self.missing else NOTHING

    def __add__(self, other: Cell) -> Cell:
        both = [one for one in (self.value, other.value) if one is not None]
        return Cell(
            sum(both, Decimal(0)) if both else None, self.filled + other.filled, self.given + other.given,
            self.unknown + other.unknown, self.not_asked + other.not_asked, self.missing + other.missing,
            self.counts_forms or other.counts_forms,
        )  # fmt: skip


EMPTY = Cell()


@dataclass(frozen=True, slots=True)
class CrossTable:
    """A cross table: keys in order, cells by (row, column), sums by row, by column, and of all."""

    form: RegisteredForm
    unit: Unit
    since: date
    until: date
    rows: str
    columns: str
    summed: FormField | None
    row_keys: tuple[str, ...]
    column_keys: tuple[str, ...]
    cells: Mapping[tuple[str, str], Cell]
    row_sums: Mapping[str, Cell] = field(default_factory=dict)
    column_sums: Mapping[str, Cell] = field(default_factory=dict)
    total: Cell = EMPTY

    def cell(self, row: str, column: str) -> Cell:
        """The cell; an empty one where nothing was owed and nothing came."""
        return self.cells.get((row, column), EMPTY)


def cross(
    form: RegisteredForm, unit: Unit, since: date, until: date, *, rows: str, columns: str, summed: str = ""
) -> CrossTable:
    """Divide what was filled in under `unit` by two ways; the caller has made sure that its figures may be seen.

    `summed` is a number of the form (added up) or a yes-or-no (counted); without it forms are counted. Refused:
    `choice.unknown` (rows, columns, sum), `form.cross_same`, `cross.order`, `range.too_wide`, `limit` (cells).
    """
    fields = fields_of(form)
    _check(fields, since, until, rows, columns)
    field_ = _summed(fields, summed)
    asked = Asked(
        form=form.code, slot=form.slot, units=form.answered_by == UNITS, path=unit.path, since=since, until=until,
        rows=rows, columns=columns, summed=summed, is_flag=bool(field_ and field_.kind == FLAG),
        versions=tuple(_versions(form, summed)),
    )  # fmt: skip
    with looking(EVERYTHING):
        cells = {(one.row, one.column): _cell(one, counts_forms=not summed) for one in count(asked)}
    if len(cells) > MOST_CELLS:
        raise Refused("limit", "columns", high=MOST_CELLS)
    return _table(CrossTable(form, unit, since, until, rows, columns, field_, (), (), cells))


def fields_of(form: RegisteredForm) -> list[FormField]:
    """The fields of all versions of a form, as the newest that was published has them."""
    rows = FormField.objects.filter(form__code=form.code, form__published_at__isnull=False)
    newest = {one.code: one for one in rows.order_by("form__version", "position")}
    return list(newest.values())


def dimensions(fields: Iterable[FormField]) -> list[str]:
    """By what a form can be divided."""
    return [*PLACES, *(one.code for one in fields if one.kind in (CHOICE, FLAG) and one.code not in PLACES)]


def sums(fields: Iterable[FormField]) -> list[FormField]:
    """What can be added up."""
    return [one for one in fields if one.kind in (*NUMBERS, FLAG)]


def _check(fields: Iterable[FormField], since: date, until: date, rows: str, columns: str) -> None:
    offered = dimensions(fields)
    for name, given in (("rows", rows), ("columns", columns)):
        if given not in offered:
            raise Refused("choice.unknown", name, choices=tuple(offered))
    if rows == columns:
        raise Refused("form.cross_same", "columns")
    if until < since:
        raise Refused("cross.order", "to", earlier=since.isoformat())
    if until - since >= timedelta(days=MOST_DAYS):
        raise Refused("range.too_wide", "from", high=MOST_DAYS)


def _summed(fields: Iterable[FormField], code: str) -> FormField | None:
    if not code:
        return None
    offered = {one.code: one for one in sums(fields)}
    if code not in offered:
        raise Refused("choice.unknown", "sum", choices=tuple(offered))
    return offered[code]


def _versions(form: RegisteredForm, code: str) -> Iterable[int]:
    """The versions that have the field; in the others it was not asked."""
    with_it = FormField.objects.filter(form__code=form.code, form__published_at__isnull=False, code=code)
    return with_it.values_list("form__version", flat=True)


def _cell(one: Counted, *, counts_forms: bool) -> Cell:
    value = Decimal(one.filled) if counts_forms else one.value if one.given else None
    return Cell(
        value, one.filled, one.given, one.asked - one.given, one.filled - one.asked, one.missing, counts_forms
    )  # fmt: skip


def _table(bare: CrossTable) -> CrossTable:
    """With its keys in order (a day as days go, the others by key; what has none last) and its sums."""
    row_sums: dict[str, Cell] = {}
    column_sums: dict[str, Cell] = {}
    total = EMPTY
    for (row, column), cell in bare.cells.items():
        row_sums[row] = row_sums.get(row, EMPTY) + cell
        column_sums[column] = column_sums.get(column, EMPTY) + cell
        total += cell
    return CrossTable(
        bare.form, bare.unit, bare.since, bare.until, bare.rows, bare.columns, bare.summed,
        tuple(sorted(row_sums, key=_place)), tuple(sorted(column_sums, key=_place)), bare.cells, row_sums, column_sums,
        total,
    )  # fmt: skip


def _place(key: str) -> tuple[bool, int, str]:
    return (key == NONE, int(key) if key.isdecimal() else 0, key)
