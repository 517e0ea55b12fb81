"""What a run has found (比对结果): each difference with the keys of its persons, its values, and who must answer."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from lianfang.capabilities.verification.fields import BEGINS, OURS, SECRET, THEIRS
from lianfang.capabilities.verification.linking import Side
from lianfang.capabilities.verification.models import (
    CONFLICT,
    DUPLICATE,
    ONLY_OURS,
    ONLY_THEIRS,
    POSSIBLE,
    Agreement,
    Entry,
    Run,
)
from lianfang.domain.identity import mask_number, mask_phone
from lianfang.kernel.crypto import blind_index

if TYPE_CHECKING:
    from lianfang.domain.linkage import Duplicates, Pair, Reconciliation


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference as this run sees it. `waits_until` lies in the future while it may yet come by itself."""

    klass: str
    keys: tuple[bytes, ...]
    owner: str
    row_ours: Entry | None = None
    row_theirs: Entry | None = None
    probability: float | None = None
    fields: Sequence[Mapping[str, Any]] = ()
    alike: Sequence[str] = ()
    evidence: Mapping[str, Any] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)
    waits_until: datetime | None = None
    place_id: int | None = None
    day: date | None = None
    ordinal: int = 0

    @property
    def key(self) -> bytes:
        """What makes it the same difference in every run: its class and its persons.

        `ordinal` tells apart those of people of whom nothing else is known that would.
        """
        persons = "|".join(key.hex() for key in self.keys)
        return blind_index("case:item", f"{self.klass}|{persons}" + (f"|{self.ordinal}" if self.ordinal else ""))

    @property
    def print(self) -> bytes:
        """What makes it another question than before: its values."""
        return blind_index("case:print", json.dumps(self.values, sort_keys=True, ensure_ascii=False))


def differences(agreement: Agreement, run: Run, ours: Side, theirs: Side, found: Reconciliation) -> list[Difference]:
    """All differences of a run, in the order of the rows."""
    mine = _alone(agreement, run, ours, found.only_ours, OURS)
    other = _alone(agreement, run, theirs, found.only_theirs, THEIRS)
    twice = [*_twice(ours, found.duplicates_ours, OURS), *_twice(theirs, found.duplicates_theirs, THEIRS)]
    return [*_pairs(agreement, ours, theirs, found), *mine, *other, *twice]


def _pairs(agreement: Agreement, ours: Side, theirs: Side, found: Reconciliation) -> Iterator[Difference]:
    for pair in found.pairs:
        if pair.kind in (CONFLICT, POSSIBLE):
            yield _pair(agreement, ours, theirs, found, pair)


def _pair(agreement: Agreement, ours: Side, theirs: Side, found: Reconciliation, pair: Pair) -> Difference:
    mine, other = ours.entries[pair.row_ours], theirs.entries[pair.row_theirs]
    a, b = _plain(ours, pair.row_ours), _plain(theirs, pair.row_theirs)
    differ = pair.conflicts if pair.kind == CONFLICT else [n for n in agreement.names if a.get(n) != b.get(n)]
    fields = [_field(agreement, name, a.get(name), b.get(name)) for name in differ]
    return Difference(
        klass=pair.kind, keys=(bytes(mine.key), bytes(other.key)), owner=_owner(pair.kind, fields), row_ours=mine,
        row_theirs=other, probability=pair.probability, fields=fields,
        alike=[name for name in agreement.names if name not in differ and a.get(name) and b.get(name)],
        evidence={"found_by": pair.found_by, "weight": round(pair.weight, 3), "why": _why(found, pair)},
        values={name: [a.get(name), b.get(name)] for name in differ},
    )  # fmt: skip


def _why(found: Reconciliation, pair: Pair) -> list[dict[str, Any]]:
    """What each field says about the two being one person: its level in words, its weight in bits."""
    return [{"field": one.field, "level": one.level, "weight": one.weight} for one in found.explain(pair)]


def _plain(side: Side, row: int) -> dict[str, str | None]:
    return {name: column[row] for name, column in side.listing.columns.items()}


def _field(agreement: Agreement, name: str, mine: str | None, other: str | None) -> dict[str, Any]:
    return {
        "field": name,
        "ours": shown(name, mine),
        "theirs": shown(name, other),
        "proposed": agreement.precedence.get(name, ""),
    }


def shown(name: str, value: str | None) -> str | None:
    """A value as it may be shown: secret ones masked."""
    if not value or name not in SECRET:
        return value
    if name == "id_no":
        return mask_number(value)
    return mask_phone(value) if name == "phone" else "*" * len(value)


def _owner(klass: str, fields: Iterable[Mapping[str, Any]]) -> str:
    """Of a conflict the side whose values are not the proposed ones; where no rule says so, ours begins."""
    proposed = {one["proposed"] for one in fields}
    return THEIRS if klass == CONFLICT and proposed == {OURS} else OURS


def _alone(agreement: Agreement, run: Run, side: Side, rows: Iterable[int], which: str) -> list[Difference]:
    """Only in our list: the other side says why, once its usual delay is over; only in theirs: we say why at once."""
    klass, owner = (ONLY_OURS, THEIRS) if which == OURS else (ONLY_THEIRS, OURS)
    found = []
    for row in rows:
        entry = side.entries[row]
        values = {name: value for name, value in _plain(side, row).items() if value and name not in SECRET}
        waits = _usual_delay(agreement, run, values) if which == OURS else None
        mine, other = (entry, None) if which == OURS else (None, entry)
        found.append(Difference(klass, (bytes(entry.key),), owner, mine, other, waits_until=waits))
    return found


def _usual_delay(agreement: Agreement, run: Run, values: Mapping[str, Any]) -> datetime | None:
    """Until when the other side's list may still be about to name the case; None when there is no such delay."""
    if not agreement.delay_days:
        return None
    days = [date.fromisoformat(values[name]) for name in BEGINS if values.get(name)]
    day = days[0] if days else (run.list_ours.day if run.list_ours else run.started_at.date())
    return datetime.combine(day + timedelta(days=agreement.delay_days + 1), time(0), agreement.unit.zone)


def _twice(side: Side, groups: Iterable[Duplicates], which: str) -> Iterator[Difference]:
    for group in groups:
        entries = sorted((side.entries[row] for row in group.rows), key=lambda entry: entry.row)
        keys = sorted({bytes(entry.key) for entry in entries})
        mine, other = (entries[0], None) if which == OURS else (None, entries[0])
        rows = [entry.row for entry in entries]
        marked = (which.encode(), *keys)
        evidence = {"rows": rows, "probability": round(group.probability, 6)}
        yield Difference(DUPLICATE, marked, which, mine, other, evidence=evidence, values={"n": len(rows)})
