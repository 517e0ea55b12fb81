"""The epoch of a node (节点纪元): a number that a restore raises, so that whoever is owed more than came back sees it.

It is the event `node.restored` in the restored database, the last of them counting; before any restore it is 0.
Restoring also ends every one-time link: what was sent out before may have been used since.
"""

from __future__ import annotations

import json
import time
from typing import Final

import psycopg
from uuid_utils.compat import uuid7

from lianfang.interfaces.server import roles
from lianfang.interfaces.server.backup_census import Census

KIND: Final = "node.restored"
_READ: Final = f"SELECT coalesce(max((facts->>'epoch')::bigint), 0) FROM audit_event WHERE kind = '{KIND}'"
_NOTE: Final = """
INSERT INTO audit_event (id, at, kind, actor_name, subject, facts, denied, handled_at)
VALUES (%s, now(), %s, 'restore', 'node', %s, false, now())
"""


def begin_epoch(restored: str, replaced: str, census: Census) -> int:
    """Writes the new epoch into the restored database, higher than any before it here or there, and returns it."""
    epoch = max(int(time.time()), epoch_of(restored) + 1, epoch_of(replaced) + 1)
    facts = {"epoch": epoch, "of": census.taken_at, "receipts": census.receipts, "newest": census.newest_receipt}
    with roles.connection(restored) as database, database.transaction():
        database.execute("DELETE FROM accounts_invitation WHERE used_at IS NULL")
        database.execute(_NOTE, [uuid7(), KIND, json.dumps(facts)])
    return epoch


def epoch_of(url: str) -> int:
    """The epoch of the database at `url`; 0 where none was ever restored, or there are no tables, or it is damaged."""
    try:
        with psycopg.connect(url, connect_timeout=roles.CONNECT_SECONDS) as database:
            row = database.execute(_READ).fetchone()
    except psycopg.Error:
        return 0
    return int(row[0]) if row else 0
