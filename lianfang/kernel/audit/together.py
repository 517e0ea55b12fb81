"""Writing many events at once (批量记事): one each, as `record` does, in the transaction under way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from uuid_utils.compat import uuid7

from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.database.columns import arrays, columns

_INSERT = f"""
INSERT INTO audit_event (id, at, kind, actor_id, actor_name, unit_id, subject, facts, denied, handled_at)
SELECT id, %s, kind, actor_id, actor_name, unit_id, subject, facts::jsonb, false, handled_at
  FROM unnest({arrays(("uuid", "text", "bigint", "text", "bigint", "text", "text", "timestamptz"))})
    AS k(id, kind, actor_id, actor_name, unit_id, subject, facts, handled_at)
"""


@dataclass(frozen=True, slots=True)
class Noted:
    """One event to write; `settled` when nothing follows from it, so that nobody has to look at it again."""

    kind: str
    by: Actor
    unit_id: int
    subject: str
    facts: Mapping[str, str]
    settled: bool


def record_together(cursor: Any, noted: Sequence[Noted]) -> None:
    """Write these events down, in the transaction under way."""
    at = clock.now()
    rows = [
        (
            uuid7(), one.kind, one.by.account_id, one.by.name[:60], one.unit_id, one.subject,
            msgspec.json.encode(one.facts).decode(), at if one.settled else None,
        )
        for one in noted
    ]  # fmt: skip
    cursor.execute(_INSERT, [at, *columns(rows)])
