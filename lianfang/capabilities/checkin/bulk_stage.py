"""Staging plain answers (整批暂存): what rows say and who is meant, worded for COPY; numbers only by their index."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence

import polars as pl
from django.db import connection

from lianfang.capabilities.checkin.bulk import ROW, UNIT
from lianfang.capabilities.checkin.bulk_keep import Aside, Staged
from lianfang.domain.answers import AnswerDraft
from lianfang.domain.policy import Policy
from lianfang.domain.symptoms import calls_for_attention, is_fever
from lianfang.kernel.crypto import blind_index
from lianfang.kernel.crypto_together import blind_indexes_of
from lianfang.kernel.database.lane import Lane
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.reporting import bulk
from lianfang.kernel.scope import EVERYTHING, within

ROWS_A_PIECE = 100_000  # rows worded at a time
MOST_ALONE = 50_000  # rows that one connection stages; more are parted between two


def stage_answers(
    plain: pl.DataFrame, said: Sequence[tuple[AnswerDraft | None, Policy]], units: Mapping[int, Unit], key: str,
    lane: Lane | None = None,
) -> tuple[Staged, list[int]]:  # fmt: skip
    """Stage and place plain rows; what is staged, and the rows, ascending, whose person is not simply found.

    `plain` has the columns of `bulk.Understood`, `said` being the place in the list of drafts with the rules of their
    day. `key` names the sending; with a unit's code behind it, it is the key of the unit's receipt. With a `lane`,
    half of very many rows are staged there.
    """
    known = {n: (draft, is_fever(draft.temperature, policy)) for n, (draft, policy) in enumerate(said) if draft}
    phones = plain.filter(pl.col("phone").is_not_null()).select(ROW, "phone")
    words, first = _said(known), _parting(plain) if lane else None
    aside = Aside(lane, first) if lane and first else None
    left_over, rows = _staged_on(aside, words, plain)
    attention = [n for n, (draft, fever) in known.items() if _calls(draft, fever=fever)]
    return Staged(units, rows, attention, dict(phones.iter_rows()), key, aside=aside), left_over


def _parting(plain: pl.DataFrame) -> int | None:
    """The unit from whose number on the second half of the rows begins; None when they are few, or of one unit."""
    if plain.height <= MOST_ALONE:
        return None
    counts = plain.group_by(UNIT).len().sort(UNIT)
    later = counts.filter(pl.col("len").cum_sum() - pl.col("len") >= plain.height // 2)
    return later[UNIT][0] if 0 < later.height < counts.height else None


def _staged_on(aside: Aside | None, said: bytes, plain: pl.DataFrame) -> tuple[list[int], dict[int, int]]:
    if aside is None:
        return _stage(said, plain)
    later = pl.col(UNIT) >= aside.first
    waiting = aside.lane.start(_stage, said, plain.filter(later))
    left_over, rows = _stage(said, plain.filter(~later))
    more, others = waiting.result()
    return sorted(left_over + more), rows | others


def _stage(said: bytes, plain: pl.DataFrame) -> tuple[list[int], dict[int, int]]:
    """On this thread's connection: the rows whose person is not simply found, and how many are placed by unit."""
    with within(EVERYTHING), connection.cursor() as cursor:
        bulk.stage(cursor, said, _given(plain))
        return bulk.place(cursor), dict(bulk.rows_by_unit(cursor))


def _calls(draft: AnswerDraft, *, fever: bool) -> bool:
    return calls_for_attention(
        state=draft.state, fever=fever, symptoms=draft.symptoms, health_code=draft.health_code or ""
    )


def _said(known: Mapping[int, tuple[AnswerDraft, bool]]) -> bytes:
    rows = [
        (n, str(d.day), d.slot, d.state, None if d.temperature is None else str(d.temperature),
         "{" + ",".join(d.symptoms) + "}", fever, d.health_code or "")
        for n, (d, fever) in known.items()
    ]  # fmt: skip
    return _csv(pl.DataFrame(rows, schema=list(bulk.SAID), orient="row", infer_schema_length=None))


def _given(plain: pl.DataFrame) -> Iterator[bytes]:
    """Rows as `bulk.GIVEN` has them; numbers and phones only by their index."""
    for piece in plain.iter_slices(ROWS_A_PIECE):
        by_ref = piece["ref"].is_not_null()
        number = piece.select(pl.when(~by_ref).then("number")).to_series()
        yield _csv(piece.select(
            ROW, UNIT, "said", _indexes(number).alias("number_index"), "ref",
            pl.when(~by_ref).then("name").alias("name"), "note", "claimed_at",
            _phone_indexes(piece["phone"]).alias("phone_index"),
        ))  # fmt: skip


def _indexes(numbers: pl.Series) -> pl.Series:
    given = numbers.drop_nulls()
    found = [f"\\x{index.hex()}" for index in blind_indexes_of("id:resident", given)]
    return pl.repeat(None, len(numbers), dtype=pl.String, eager=True).scatter(numbers.is_not_null().arg_true(), found)


def _phone_indexes(phones: pl.Series) -> pl.Series:
    known = {phone: f"\\x{blind_index('phone', phone).hex()}" for phone in phones.drop_nulls().unique()}
    return phones.replace_strict(known, default=None, return_dtype=pl.String) if known else phones


def _csv(frame: pl.DataFrame) -> bytes:
    out = io.BytesIO()
    # Only quoted text may be empty: bare nothing is null to COPY.
    frame.write_csv(out, include_header=False, quote_style="non_numeric", null_value="")
    return out.getvalue()
