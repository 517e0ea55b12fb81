"""Rows of a list on their way into the database (名单入库), many with one statement: sealed, indexed, masked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec
from django.db import connection
from uuid_utils.compat import uuid7

from lianfang.capabilities.verification.models import Entry, ReceivedList
from lianfang.capabilities.verification.rows import Case
from lianfang.kernel.crypto import blind_index
from lianfang.kernel.database.columns import arrays, columns
from lianfang.kernel.people.models import index_of_number

BATCH: Final = 5_000  # rows written by one statement
_COLUMNS: Final = {
    "id": "uuid", "row": "int", "key": "bytea", "name": "text", "birth": "date", "number_index": "bytea",
    "number_mask": "text", "number_tail": "text", "phone_mask": "text", "sealed": "text", "values": "jsonb",
}  # fmt: skip
_NAMES = ", ".join(f'"{name}"' for name in _COLUMNS)
_INSERT = f"""
INSERT INTO verification_entry (unit_id, theirs_id, list_id, {_NAMES})
SELECT %s, %s, %s, {_NAMES} FROM unnest({arrays(_COLUMNS.values())}) AS k({_NAMES})
"""


def store_cases(received: ReceivedList, cases: Sequence[Case]) -> None:
    """Store the cases of a list that is stored already."""
    with connection.cursor() as cursor:
        for n in range(0, len(cases), BATCH):
            rows = [_row(case) for case in cases[n : n + BATCH]]
            cursor.execute(_INSERT, [received.unit_id, received.theirs_id, received.pk, *columns(rows)])


def _row(case: Case) -> tuple[Any, ...]:
    entry_id = uuid7()
    return (
        entry_id, case.row, key_of(case), case.name, case.birth,
        index_of_number("resident", case.number) if case.is_numbered else None,
        case.number_mask, case.number_tail, case.phone_mask, Entry.sealed_values(entry_id, case.secrets),
        msgspec.json.encode(case.values).decode(),
    )  # fmt: skip


def key_of(case: Case) -> bytes:
    """The keyed hash by which the person of a row is known again in another run."""
    kind, text = case.who
    return blind_index(f"case:{kind}", text)
