"""Writing many events at once (批量记事): one each, as `record` does, in the transaction under way."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from uuid_utils.compat import uuid7

from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor

_INSERT = """
INSERT INTO audit_event (id, at, kind, actor_id, actor_name, unit_id, subject, facts, denied, handled_at)
SELECT id, %(at)s, kind, actor_id, actor_name, unit_id, subject, facts::jsonb, false,
       CASE WHEN settled THEN %(at)s::timestamptz END
  FROM unnest(%(id)s::uuid[], %(kind)s::text[], %(actor_id)s::bigint[], %(actor_name)s::text[], %(unit_id)s::bigint[],
              %(subject)s::text[], %(facts)s::text[], %(settled)s::boolean[])
    AS k(id, kind, actor_id, actor_name, unit_id, subject, facts, settled)
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
    cursor.execute(
        _INSERT,
        {
            "at": clock.now(),
            "id": [uuid7() for _ in noted],
            "kind": [one.kind for one in noted],
            "actor_id": [one.by.account_id for one in noted],
            "actor_name": [one.by.name[:60] for one in noted],
            "unit_id": [one.unit_id for one in noted],
            "subject": [one.subject for one in noted],
            "facts": [json.dumps(dict(one.facts)) for one in noted],
            "settled": [one.settled for one in noted],
        },
    )
