"""Keeping very many answers (整批登记): staged, placed, and written unit by unit as one act, with what follows from it.

An answer that calls for attention leaves an event of its own, so that whoever has to hear of it does; the others leave
one event for the act, and a receipt for each unit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection

from lianfang.capabilities.checkin.actions import ANSWERERS
from lianfang.domain.refusals import Refused
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.actions import action
from lianfang.kernel.audit.together import Noted, record_together
from lianfang.kernel.database.lane import Lane
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import Person
from lianfang.kernel.reporting import bulk
from lianfang.kernel.reporting.models import Answer
from lianfang.kernel.reporting.receipts import Claim, claim_together
from lianfang.kernel.scope import EVERYTHING, within

if TYPE_CHECKING:  # loads polars
    from lianfang.capabilities.checkin.bulk_rows import PlacedRows

RECORDED = "answer.recorded"


@dataclass(frozen=True, slots=True)
class Aside:
    """Where some of the rows are written: those of units from this number on, on a connection of their own."""

    lane: Lane
    first: int


@dataclass(slots=True)
class Staged:
    """Plain answers whose people are found: how many rows by unit, and which sayings call for attention.

    `without` are rows that are refused or taken the ordinary way after all; `phones` are those given, by row.
    """

    units: Mapping[int, Unit]
    placed: PlacedRows
    rows: dict[int, int]
    attention: list[int]
    phones: dict[int, str]
    key: str
    without: set[int] = field(default_factory=set)
    aside: Aside | None = None

    @property
    def count(self) -> int:
        """Rows that may be written."""
        return sum(self.rows.values()) - len(self.without)


def untold(staged: Staged, *, born_after: date, most: int) -> list[tuple[int, Unit, date]]:
    """(row, unit, birth date) of placed people born after a day of whom no notice to a guardian is on record."""
    found = staged.placed.untold(born_after=born_after, most=most)
    return [(row, staged.units[unit], born) for row, unit, born in found]


def rows_about(staged: Staged, subjects: Sequence[tuple[int, date, str, UUID]]) -> list[int]:
    """Staged rows about one of these: unit, day, slot and person."""
    return staged.placed.about(subjects)


def forget() -> None:
    """Drop what is staged on this connection: it names people."""
    with within(EVERYTHING), connection.cursor() as cursor:
        bulk.drop(cursor)


@action("answers.imported", by=ANSWERERS, over="unit", facts=("unit", "key", "rows"))
def import_answers(by: Actor, *, unit: Unit, among: Sequence[int], staged: Staged, key: str, rows: int) -> list[int]:
    """Keep the staged answers of some units as one act.

    `unit` is the one over the file, `among` are the numbers of the units, all that are staged from the first to the
    last of them on the connection that this runs on, and `rows` is how many rows are meant. Returns the
    rows of people who have answered otherwise before, which are for the ordinary way.
    """
    if not among:
        return []
    units = {number: staged.units[number] for number in among}
    if not all(by.holds(ANSWERERS, one) for one in units.values()):
        raise Refused("scope", "unit")
    chosen = staged.placed.among(min(among), max(among), staged.without)
    with within(EVERYTHING), connection.cursor() as cursor:
        otherwise = _keep(cursor, by, chosen, units)
        chosen = chosen.without(otherwise)
        _tell(cursor, by, staged, units, chosen)
        _fill_in_phones(cursor, staged, chosen)
        _acknowledge(cursor, by, staged, units)
    return otherwise


def _keep(cursor: Any, by: Actor, chosen: PlacedRows, units: Mapping[int, Unit]) -> list[int]:
    """Keep and count the answers; the rows of people who have answered otherwise before."""
    at, counts = clock.now(), chosen.counts()
    held = bulk.hold(cursor, {one.place: units[one.place[0]] for one in counts})
    on_time = {place: held.checks.on_time(place, at) for place in held.places}
    return bulk.keep(
        cursor, held, chosen.said_as_csv(), chosen.as_csv(on_time), counts,
        once=chosen.once(), sender_id=by.account_id, at=at,
    )  # fmt: skip


def _tell(cursor: Any, by: Actor, staged: Staged, units: Mapping[int, Unit], chosen: PlacedRows) -> None:
    """An event for each answer that somebody has to hear of, as an answer leaves it that comes by itself."""
    label = Answer._meta.label_lower
    noted = [
        Noted(RECORDED, by, unit, f"{label}:{unit}/{day}/{slot}/{person}", {"unit": units[unit].code}, settled=False)
        for unit, day, slot, person in chosen.saying(staged.attention)
    ]
    if noted:
        record_together(cursor, noted)


def _fill_in_phones(cursor: Any, staged: Staged, chosen: PlacedRows) -> None:
    """Keep the phones that came with answers of people of whom none was known."""
    if not staged.phones:
        return
    people = chosen.people_of(staged.phones.keys())
    wanting = bulk.without_phone(cursor, list(people.values()))
    for row, person_id in people.items():
        if person_id in wanting:
            person = Person.objects.get(pk=person_id)
            person.phone = staged.phones[row]  # type: ignore[assignment]  # the setter seals
            person.save(update_fields=["phone_sealed", "phone_index"])


def _acknowledge(cursor: Any, by: Actor, staged: Staged, units: Mapping[int, Unit]) -> None:
    claims = [
        Claim.of(by, f"{staged.key}-{one.code}", {"key": staged.key, "unit": one.code, "rows": staged.rows[number]},
                 unit=one, fingerprint="", notes=[])
        for number, one in units.items()
    ]  # fmt: skip
    claim_together(cursor, claims, kind="import")
