"""Finding the people of plain answers (整批定位): rosters are fetched whole, and joined with the rows by column.

Numbers are compared by their index only. A row whose person is not found, or not in one way only, is left over.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import polars as pl
from django.db import connection

from lianfang.capabilities.checkin.bulk import ROW, UNIT
from lianfang.capabilities.checkin.bulk_keep import Aside, Staged
from lianfang.capabilities.checkin.bulk_rows import PERSON, UNTOLD, PlacedRows, said_table
from lianfang.domain.answers import AnswerDraft
from lianfang.domain.policy import Policy
from lianfang.domain.symptoms import calls_for_attention, is_fever
from lianfang.kernel.crypto_together import blind_indexes_of
from lianfang.kernel.database.columns import BETWEEN, NOTHING
from lianfang.kernel.database.lane import Lane
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.reporting.bulk import ROSTER, rosters
from lianfang.kernel.scope import EVERYTHING, within

MOST_ALONE = 50_000  # rows that one connection places and writes; more are parted between two
ROWS_AT_ONCE, UNITS_AT_ONCE = 50_000, 6_500  # of which the rosters are in memory
_PIECES = 3  # into which many more rows are cut, since each question for rosters costs something by itself
_KEPT = (ROW, UNIT, "said", PERSON, "note", "claimed_at", UNTOLD)
_ROSTER_KINDS = (
    pl.Int64, pl.String, pl.String, pl.String, pl.Date, pl.Date, pl.Boolean, pl.Date,
)  # fmt: skip


def stage_answers(
    plain: pl.DataFrame, said: Sequence[tuple[AnswerDraft | None, Policy]], units: Mapping[int, Unit], key: str,
    lane: Lane | None = None,
) -> tuple[Staged, list[int]]:  # fmt: skip
    """Place plain rows; what is ready to be kept, and the rows, ascending, whose person is not simply found.

    `plain` has the columns of `bulk.Understood`, `said` being the place in the list of drafts with the rules of their
    day. `key` names the sending; with a unit's code behind it, it is the key of the unit's receipt. With a `lane`,
    half of very many rows are placed there, and are to be written there.
    """
    known = {n: (draft, is_fever(draft.temperature, policy)) for n, (draft, policy) in enumerate(said) if draft}
    phones = plain.filter(pl.col("phone").is_not_null()).select(ROW, "phone")
    words, first = _said(known), _parting(plain) if lane else None
    aside = Aside(lane, first) if lane and first else None
    placed = PlacedRows(_placed_on(aside, words, plain), words)
    left_over = plain.select(ROW).join(placed.frame, on=ROW, how="anti")[ROW].sort().to_list()
    attention = [n for n, (draft, fever) in known.items() if _calls(draft, fever=fever)]
    rows = placed.rows_by_unit()
    return Staged(units, placed, rows, attention, dict(phones.iter_rows()), key, aside=aside), left_over


def _parting(plain: pl.DataFrame) -> int | None:
    """The unit from whose number on the second half of the rows begins; None when they are few, or of one unit."""
    if plain.height <= MOST_ALONE:
        return None
    counts = plain.group_by(UNIT).len().sort(UNIT)
    later = counts.filter(pl.col("len").cum_sum() - pl.col("len") >= plain.height // 2)
    return later[UNIT][0] if 0 < later.height < counts.height else None


def _placed_on(aside: Aside | None, said: pl.DataFrame, plain: pl.DataFrame) -> pl.DataFrame:
    if aside is None:
        return _placed(said, plain)
    later = pl.col(UNIT) >= aside.first
    waiting = aside.lane.start(_placed, said, plain.filter(later))
    first = _placed(said, plain.filter(~later))
    return pl.concat([first, waiting.result()])


def _placed(said: pl.DataFrame, plain: pl.DataFrame) -> pl.DataFrame:
    """The rows whose person is found, by unit and row, with the columns `_KEPT`."""
    given = plain.join(said.select("said", "day"), on="said", how="left", maintain_order="left")
    parts = [_among_rosters(_given(piece), _roster(piece)) for piece in _pieces(given)]
    if not parts:
        return _among_rosters(_given(given), _as_roster(""))
    return pl.concat(parts).sort(UNIT, ROW)


def _pieces(given: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """The rows of so many units at a time that their rosters can be held."""
    counts = given.group_by(UNIT).len().sort(UNIT).with_row_index()
    by_rows = (pl.col("len").cum_sum() - 1) // max(ROWS_AT_ONCE, given.height // _PIECES)
    pieces = counts.group_by(pl.col("index") // UNITS_AT_ONCE, by_rows.alias("rows"), maintain_order=True)
    bounds = pieces.agg(first=pl.col(UNIT).first(), last=pl.col(UNIT).last())
    for first, last in bounds.select("first", "last").rows():
        yield given.filter(pl.col(UNIT).is_between(first, last))


def _given(plain: pl.DataFrame) -> pl.DataFrame:
    """The rows with the index of their number, unless they name a person of the register."""
    number = plain.select(pl.when(pl.col("ref").is_null()).then("number")).to_series()
    return plain.with_columns(_indexes(number).alias("number_index"))


def _indexes(numbers: pl.Series) -> pl.Series:
    found = [index.hex() for index in blind_indexes_of("id:resident", numbers.drop_nulls())]
    if len(found) == len(numbers):
        return pl.Series(found, dtype=pl.String)
    return pl.repeat(None, len(numbers), dtype=pl.String, eager=True).scatter(numbers.is_not_null().arg_true(), found)


def _roster(plain: pl.DataFrame) -> pl.DataFrame:
    """The rosters of the units of these rows, as `ROSTER` has them."""
    days = plain["day"]
    first, last = days.min(), days.max()
    with within(EVERYTHING), connection.cursor() as cursor:
        return _as_roster(rosters(cursor, plain[UNIT].unique().to_list(), first, last))  # type: ignore[arg-type]


def _as_roster(text: str) -> pl.DataFrame:
    schema = dict(zip(ROSTER, _ROSTER_KINDS, strict=True))
    return pl.read_csv(
        text.encode(), has_header=False, schema=schema, separator=BETWEEN, eol_char=NOTHING, quote_char=None,
        raise_if_empty=False,
    )  # fmt: skip


def _among_rosters(given: pl.DataFrame, roster: pl.DataFrame) -> pl.DataFrame:
    """A document's holder, under the register's name or none; a person by number; a name that one membership bears."""
    there = roster.filter(~pl.col("merged"))
    same_name = pl.col("name").is_null() | (pl.col("name") == pl.col("name_right"))
    by_number = _meeting(given.filter(pl.col("number_index").is_not_null()), there, "number_index").filter(same_name)
    by_ref = _meeting(given.filter(pl.col("ref").is_not_null()), there.with_columns(ref=PERSON), "ref")
    named = given.filter(pl.col("number_index").is_null() & pl.col("ref").is_null())
    by_name = _meeting(named, roster, UNIT, "name").filter(pl.len().over(ROW) == 1)
    once = (found.unique(ROW, keep="first") for found in (by_number, by_ref))
    return pl.concat([found.select(_KEPT) for found in (*once, by_name)])


def _meeting(given: pl.DataFrame, roster: pl.DataFrame, *keys: str) -> pl.DataFrame:
    """The rows with each member of their unit's roster of the day who agrees with them in the keys."""
    both = given.join(roster.with_columns(on_roster_of=UNIT), on=keys, how="inner")
    on_roster = (pl.col("since") <= pl.col("day")) & (pl.col("until").is_null() | (pl.col("until") >= pl.col("day")))
    return both.filter((pl.col(UNIT) == pl.col("on_roster_of")) & on_roster)


def _calls(draft: AnswerDraft, *, fever: bool) -> bool:
    return calls_for_attention(
        state=draft.state, fever=fever, symptoms=draft.symptoms, health_code=draft.health_code or ""
    )


def _said(known: Mapping[int, tuple[AnswerDraft, bool]]) -> pl.DataFrame:
    return said_table([
        (n, d.day, d.slot, d.state, None if d.temperature is None else str(d.temperature),
         "{" + ",".join(d.symptoms) + "}", fever, d.health_code or "")
        for n, (d, fever) in known.items()
    ])  # fmt: skip
