"""A verification as a workbook (校核结果工作簿): summary, differences, possible matches, what is on one list only.

Rows are those that a person sees in the files, the header being row 1. Identity numbers, phones and addresses are
masked unless somebody asks for them (spec: C3 values leave the system only when opened).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from django.utils.translation import gettext as _

from lianfang.interfaces.exchange.writing import WorkbookWriter
from lianfang.interfaces.two_files.answer import Answer, Pair
from lianfang.interfaces.two_files.labels import label
from lianfang.interfaces.two_files.shown import counts, date_lines, errors, estimated, field_heads, field_rows
from lianfang.interfaces.two_files.side import Side
from lianfang.kernel.crypto import mask

MASKS: Final = {"id_no": "id_number", "phone": "phone", "address": "address"}
_WHO: Final = ("name", "surname", "given_name", "id_no")

Row = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Page:
    """One sheet: its name, its columns, and its rows."""

    name: str
    head: Sequence[str]
    rows: Iterator[Row]


def write_workbook(answer: Answer, path: Path, *, show_identifiers: bool = False) -> None:
    """Write all sheets into a new file."""
    first, *rest = _Pages(answer, show_identifiers).all()
    with WorkbookWriter(path, first.head, sheet=first.name) as writer:
        for row in first.rows:
            writer.row(row)
        for page in rest:
            writer.start_sheet(page.name, page.head)
            for row in page.rows:
                writer.row(row)


class _Pages:
    """The sheets of a verification."""

    def __init__(self, answer: Answer, show_identifiers: bool) -> None:
        self._answer, self._open = answer, show_identifiers
        self._ours, self._theirs = answer.ours, answer.theirs

    def all(self) -> Iterator[Page]:
        """The sheets in order."""
        yield Page(_("Summary"), [_("Two-way verification")], self._summary())
        yield self._differences()
        yield self._written_otherwise()
        yield self._possible()
        yield self._alone(_("Only on ours"), self._ours, self._answer.only_ours)
        yield self._alone(_("Only on theirs"), self._theirs, self._answer.only_theirs)
        yield self._duplicates()
        yield Page(_("Settings"), [_("Setting"), _("Value")], self._settings())

    def _summary(self) -> Iterator[Row]:
        answer = self._answer
        yield from counts(answer)
        yield from ([], *([line] for line in errors(answer)))
        yield from ([], field_heads(), *field_rows(answer), *([line] for line in date_lines(answer)))
        yield from ([], *([line] for line in estimated(answer)))

    def _differences(self) -> Page:
        """A row for each field of each linked pair that differs."""
        head = [_("Row of ours"), _("Row of theirs"), *self._names(self._who()), _("Field"), _("Ours"), _("Theirs")]
        return Page(_("Differences"), [*head, _("Probability")], self._differing())

    def _differing(self) -> Iterator[Row]:
        for pair in self._answer.of_kind("conflict"):
            who = [self._shown(self._ours, field, pair.ours) for field in self._who()]
            for field in pair.conflicts:
                sides = [self._shown(self._ours, field, pair.ours), self._shown(self._theirs, field, pair.theirs)]
                yield [*self._rows(pair), *who, label(field), *sides, round(pair.probability, 4)]

    def _written_otherwise(self) -> Page:
        """Linked rows whose name, number, birth date or sex is not the same: one of the two was written down wrong."""
        head = [_("Row of ours"), _("Row of theirs"), _("Field"), _("Ours"), _("Theirs"), _("Probability")]
        rows = (
            [
                *self._rows(pair), label(field), self._shown(self._ours, field, pair.ours),
                self._shown(self._theirs, field, pair.theirs), round(pair.probability, 4),
            ]
            for pair, field in self._answer.written_otherwise()
        )  # fmt: skip
        return Page(_("Written otherwise"), head, rows)

    def _possible(self) -> Page:
        fields = self._answer.shared
        names = [_("%(field)s (%(side)s)") % {"field": label(f), "side": s} for f in fields for s in self._sides()]
        head = [_("Row of ours"), _("Row of theirs"), _("Probability"), *names, _("Evidence in bits"), _("Held back")]
        return Page(_("Possible matches"), head, map(self._doubtful, self._answer.of_kind("possible")))

    def _doubtful(self, pair: Pair) -> Row:
        evidence = _(", ").join(f"{label(field)} {weight:+.1f}" for field, weight in pair.evidence)
        held = _("something contradicts") if pair.held else None
        return [*self._rows(pair), round(pair.probability, 4), *self._beside(pair), evidence or None, held]

    def _beside(self, pair: Pair) -> Iterator[str | None]:
        for field in self._answer.shared:
            yield self._shown(self._ours, field, pair.ours)
            yield self._shown(self._theirs, field, pair.theirs)

    def _alone(self, name: str, side: Side, rows: Sequence[int]) -> Page:
        fields = tuple(side.listing.columns)
        found = ([int(side.sheet_rows[row]), *(self._shown(side, f, row) for f in fields)] for row in rows)
        return Page(name, [_("Row"), *self._names(fields)], found)

    def _duplicates(self) -> Page:
        fields = self._answer.shared
        head = [_("Which list"), _("Person"), _("Row"), *self._names(fields)]
        return Page(_("Duplicates"), head, self._repeated(fields))

    def _repeated(self, fields: Sequence[str]) -> Iterator[Row]:
        groups = (self._answer.duplicates_ours, self._answer.duplicates_theirs)
        for title, side, of_side in zip(self._sides(), (self._ours, self._theirs), groups, strict=True):
            for number, rows in enumerate(of_side, start=1):
                for row in rows:
                    shown = (self._shown(side, field, row) for field in fields)
                    yield [title, number, int(side.sheet_rows[row]), *shown]

    def _settings(self) -> Iterator[Row]:
        settings = self._answer.settings
        yield _("Linked from a probability of"), settings.accept
        yield _("Possible from a probability of"), settings.review
        for title, side in zip(self._sides(), (self._ours, self._theirs), strict=True):
            yield title, side.path.name
            for field, at in side.recognised.columns.items():
                yield f"{title}: {label(field)}", side.recognised.shown(at)
            for at in side.recognised.unused:
                yield f"{title}: " + _("not used"), side.recognised.shown(at)
        if not self._open:
            yield _("Numbers, phones and addresses"), _("masked; --show-identifiers shows them")

    def _who(self) -> list[str]:
        return [field for field in _WHO if field in self._ours.listing]

    def _sides(self) -> tuple[str, str]:
        return _("Ours"), _("Theirs")

    def _rows(self, pair: Pair) -> list[int]:
        return [int(self._ours.sheet_rows[pair.ours]), int(self._theirs.sheet_rows[pair.theirs])]

    def _names(self, fields: Sequence[str]) -> list[str]:
        return [label(field) for field in fields]

    def _shown(self, side: Side, field: str, row: int) -> str | None:
        text = side.listing.text(field, row)
        return text if self._open or not text or field not in MASKS else mask(MASKS[field], text)
