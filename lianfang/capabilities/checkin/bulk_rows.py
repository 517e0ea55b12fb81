"""Plain answers whose people were found (整批已定位行): a frame of rows beside a table of what they say."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

import polars as pl

from lianfang.capabilities.checkin.bulk import ROW, UNIT
from lianfang.kernel.reporting.bulk import ROWS, SAID, Alike
from lianfang.kernel.reporting.tally_together import Place

PERSON, UNTOLD = "person_id", "untold"
ROWS_A_PIECE = 100_000  # rows worded at a time
_WHEN = ("day", "slot")


@dataclass(frozen=True, slots=True)
class PlacedRows:
    """`frame` has `row`, `unit_id`, `said`, `person_id`, `note`, `claimed_at` and `untold`, by unit and row.

    `untold` is the birth date of somebody of whom no notice to a guardian is on record; `said` has the columns `SAID`.
    """

    frame: pl.DataFrame
    said: pl.DataFrame

    def rows_by_unit(self) -> dict[int, int]:
        """How many rows each unit has, in the order of units."""
        return dict(self.frame.group_by(UNIT).len().sort(UNIT).iter_rows())

    def among(self, first: int, last: int, without: Collection[int]) -> PlacedRows:
        """The rows of units from one number to another, but for the rows `without`."""
        chosen = self.frame.filter(pl.col(UNIT).is_between(first, last))
        return replace(self, frame=chosen).without(without)

    def without(self, rows: Collection[int]) -> PlacedRows:
        """All rows but these."""
        if not rows:
            return self
        left_out = pl.Series(ROW, list(rows), pl.UInt32).implode()
        return replace(self, frame=self.frame.filter(~pl.col(ROW).is_in(left_out)))

    def once(self) -> bool:
        """Whether no two rows are about the same person, day and slot of a unit."""
        return not self._with(*_WHEN).select(UNIT, PERSON, *_WHEN).is_duplicated().any()

    def counts(self) -> list[Alike]:
        """How many say the same, for the counters."""
        said = self.frame.group_by(UNIT, "said").len().join(self.said, on="said")
        alike = said.group_by(UNIT, *_WHEN, "state", "fever").agg(pl.col("len").sum())
        return [
            Alike((unit, day, slot), state, fever, many) for unit, day, slot, state, fever, many in alike.iter_rows()
        ]

    def said_as_csv(self) -> bytes:
        """What is said, worded for COPY."""
        return _csv(self.said)

    def as_csv(self, on_time: Mapping[Place, bool]) -> Iterator[bytes]:
        """The rows as `ROWS` has them, worded for COPY; `on_time` by place."""
        places = self._with(*_WHEN).join(_on_time(on_time), on=[UNIT, *_WHEN], how="left", maintain_order="left")
        for piece in places.iter_slices(ROWS_A_PIECE):
            yield _csv(piece.select(ROWS))

    def saying(self, said: Sequence[int]) -> list[tuple[int, date, str, UUID]]:
        """(unit, day, slot, person) of rows that say one of these, in the order of rows."""
        if not said:
            return []
        chosen = self._with(*_WHEN).filter(pl.col("said").is_in(list(said))).sort(ROW)
        return [
            (unit, day, slot, UUID(person)) for unit, day, slot, person in chosen.select(UNIT, *_WHEN, PERSON).rows()
        ]

    def people_of(self, rows: Collection[int]) -> dict[int, UUID]:
        """The people of these rows, by row, ascending."""
        chosen = self.frame.filter(pl.col(ROW).is_in(list(rows))).sort(ROW)
        return {row: UUID(person) for row, person in chosen.select(ROW, PERSON).iter_rows()}

    def about(self, subjects: Sequence[tuple[int, date, str, UUID]]) -> list[int]:
        """Rows about one of these (unit, day, slot, person), ascending."""
        if not subjects:
            return []
        named = [(unit, day, slot, str(person)) for unit, day, slot, person in subjects]
        schema = {UNIT: pl.Int64, "day": pl.Date, "slot": pl.String, PERSON: pl.String}
        wanted = pl.DataFrame(named, schema=schema, orient="row")
        return sorted(self._with(*_WHEN).join(wanted, on=[UNIT, *_WHEN, PERSON], how="semi")[ROW])

    def untold(self, *, born_after: date, most: int) -> list[tuple[int, int, date]]:
        """(row, unit, birth date) of those born after a day of whom no notice to a guardian is on record."""
        return self.frame.filter(pl.col(UNTOLD) > born_after).sort(ROW).head(most).select(ROW, UNIT, UNTOLD).rows()

    def _with(self, *columns: str) -> pl.DataFrame:
        """The frame with what its rows say."""
        return self.frame.join(self.said.select("said", *columns), on="said", how="left", maintain_order="left")


def said_table(rows: Sequence[tuple[object, ...]]) -> pl.DataFrame:
    """A table of what rows say, with the columns `SAID`; temperatures and symptoms as PostgreSQL reads them."""
    kinds = (pl.UInt32, pl.Date, pl.String, pl.String, pl.String, pl.String, pl.Boolean, pl.String)
    return pl.DataFrame(rows, schema=dict(zip(SAID, kinds, strict=True)), orient="row")


def _on_time(on_time: Mapping[Place, bool]) -> pl.DataFrame:
    schema = {UNIT: pl.Int64, "day": pl.Date, "slot": pl.String, "on_time": pl.Boolean}
    return pl.DataFrame([(*place, kept) for place, kept in on_time.items()], schema=schema, orient="row")


def _csv(frame: pl.DataFrame) -> bytes:
    out = io.BytesIO()
    # Only quoted text may be empty: bare nothing is null to COPY.
    frame.write_csv(out, include_header=False, quote_style="non_numeric", null_value="")
    return out.getvalue()
