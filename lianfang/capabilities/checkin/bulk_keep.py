"""Keeping very many answers (整批登记): staged, placed, and written unit by unit as one act, with what follows from it.

An answer that calls for attention leaves an event of its own, so that whoever has to hear of it does; the others leave
one event for the act, and a receipt for each unit.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import polars as pl
from django.db import connection

from lianfang.capabilities.checkin.actions import ANSWERERS
from lianfang.capabilities.checkin.bulk import ROW, UNIT
from lianfang.domain.answers import AnswerDraft
from lianfang.domain.policy import Policy
from lianfang.domain.refusals import Refused
from lianfang.domain.symptoms import calls_for_attention, is_fever
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.actions import action
from lianfang.kernel.audit.models import Event
from lianfang.kernel.crypto import blind_index, blind_indexes_of
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import Person
from lianfang.kernel.reporting import bulk
from lianfang.kernel.reporting.models import Answer
from lianfang.kernel.reporting.receipts import Claim, claim_together
from lianfang.kernel.scope import EVERYTHING, within

ROWS_A_PIECE = 100_000  # rows worded at a time
EVENTS_A_STATEMENT = 1_000
UNCOUNTED = "answer.recorded"


@dataclass(slots=True)
class Staged:
    """Plain answers that are staged and placed: how many rows by unit, and which sayings call for attention.

    `without` are rows that are refused or taken the ordinary way after all; `phones` are those given, by row.
    """

    units: Mapping[int, Unit]
    rows: dict[int, int]
    attention: list[int]
    phones: dict[int, str]
    key: str
    without: set[int] = field(default_factory=set)

    @property
    def count(self) -> int:
        """Rows that may be written."""
        return sum(self.rows.values()) - len(self.without)


def stage_answers(
    plain: pl.DataFrame, said: Sequence[tuple[AnswerDraft | None, Policy]], units: Mapping[int, Unit], key: str
) -> tuple[Staged, list[int]]:
    """Stage and place plain rows; what is staged, and the rows, ascending, whose person is not simply found.

    `plain` has the columns of `bulk.Understood`, `said` being the place in the list of drafts with the rules of their
    day. `key` names the sending; with a unit's code behind it, it is the key of the unit's receipt.
    """
    known = {n: (draft, is_fever(draft.temperature, policy)) for n, (draft, policy) in enumerate(said) if draft}
    phones = plain.filter(pl.col("phone").is_not_null()).select(ROW, "phone")
    with within(EVERYTHING), connection.cursor() as cursor:
        bulk.stage(cursor, _said(known), _given(plain))
        left_over = bulk.place(cursor)
        rows = dict(bulk.rows_by_unit(cursor))
    attention = [n for n, (draft, fever) in known.items() if _calls(draft, fever=fever)]
    return Staged(units, rows, attention, dict(phones.iter_rows()), key), left_over


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


def untold(staged: Staged, *, born_after: date, most: int) -> list[tuple[int, Unit, date]]:
    """(row, unit, birth date) of placed people born after a day of whom no notice to a guardian is on record."""
    with within(EVERYTHING), connection.cursor() as cursor:
        found = bulk.untold(cursor, born_after=born_after, most=most)
    return [(row, staged.units[unit], born) for row, unit, born in found]


def forget() -> None:
    """Drop what is staged."""
    with within(EVERYTHING), connection.cursor() as cursor:
        bulk.drop(cursor)


@action("answers.imported", by=ANSWERERS, over="unit", facts=("unit", "key", "rows"))
def import_answers(by: Actor, *, unit: Unit, among: Sequence[int], staged: Staged, key: str, rows: int) -> list[int]:
    """Keep the staged answers of some units as one act.

    `unit` is the one over the file, `among` are the numbers of the units, all that are staged from the first to the
    last of them, and `rows` is how many rows are meant. Returns the
    rows of people who have answered otherwise before, which are for the ordinary way.
    """
    units = {number: staged.units[number] for number in among}
    if not all(by.holds(ANSWERERS, one) for one in units.values()):
        raise Refused("scope", "unit")
    chosen = bulk.Among(min(among), max(among), sorted(staged.without))
    with within(EVERYTHING), connection.cursor() as cursor:
        otherwise = bulk.keep(cursor, units, chosen, sender_id=by.account_id, at=clock.now())
        chosen = replace(chosen, without=sorted({*staged.without, *otherwise}))
        _tell(cursor, by, staged, units, chosen)
        _fill_in_phones(cursor, staged, chosen)
        _acknowledge(cursor, by, staged, units)
    return otherwise


def _tell(cursor: object, by: Actor, staged: Staged, units: Mapping[int, Unit], among: bulk.Among) -> None:
    """An event for each answer that somebody has to hear of, as an answer leaves it that comes by itself."""
    at, label = clock.now(), Answer._meta.label_lower
    events = [
        Event(
            at=at, kind=UNCOUNTED, actor_id=by.account_id, actor_name=by.name[:60], unit=units[unit],
            subject=f"{label}:{unit}/{day}/{slot}/{person}", facts={"unit": units[unit].code},
        )
        for unit, day, slot, person in bulk.in_need(cursor, staged.attention, among)
    ]  # fmt: skip
    Event.objects.bulk_create(events, batch_size=EVENTS_A_STATEMENT)


def _fill_in_phones(cursor: object, staged: Staged, among: bulk.Among) -> None:
    """Keep the phones that came with answers of people of whom none was known."""
    if not staged.phones:
        return
    for row, person_id in bulk.without_phone(cursor, among):
        person = Person.objects.get(pk=person_id)
        person.phone = staged.phones[row]  # type: ignore[assignment]  # the setter seals
        person.save(update_fields=["phone_sealed", "phone_index"])


def _acknowledge(cursor: object, by: Actor, staged: Staged, units: Mapping[int, Unit]) -> None:
    claims = [
        Claim.of(by, f"{staged.key}-{one.code}", {"key": staged.key, "unit": one.code, "rows": staged.rows[number]},
                 unit=one, fingerprint="", notes=[])
        for number, one in units.items()
    ]  # fmt: skip
    claim_together(cursor, claims, kind="import")
