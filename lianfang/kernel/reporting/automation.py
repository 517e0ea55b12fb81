"""Noticing scripts (脚本识别): many alike answers of one sender within the pack's window are marked, never blocked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from lianfang.domain.policy import Policy
from lianfang.kernel import clock
from lianfang.kernel.database.columns import arrays, columns
from lianfang.kernel.scope import EVERYTHING, within

Pair = tuple[int, str]
"""A sender and what is the same in its answers."""
Scripts = dict[Pair, datetime]
"""Pairs that look like a script, and until when they do even if nothing more is sent."""
AT_ONCE = 8  # senders of one fingerprint that may be at work side by side without seeing each other
_ALIKE = f"""
SELECT k.sender_id, k.fingerprint, k.since, alike.how_many, alike.oldest
  FROM unnest({arrays(("bigint", "text", "timestamptz", "int"))}) AS k(sender_id, fingerprint, since, most)
 CROSS JOIN LATERAL (
       SELECT count(*) AS how_many, min(received_at) AS oldest FROM (
           SELECT r.received_at FROM reporting_receipt r
            WHERE r.sender_id = k.sender_id AND r.fingerprint = k.fingerprint AND r.received_at >= k.since
            ORDER BY r.received_at DESC LIMIT k.most) newest) alike
"""
# Rows that somebody else holds are left to them: to wait for them could be to wait for each other.
_MARK = """
UPDATE reporting_answer SET automated = true WHERE (unit_id, day, slot, person_id) IN (
    SELECT a.unit_id, a.day, a.slot, a.person_id
      FROM (SELECT DISTINCT unit_id FROM reporting_receipt
             WHERE sender_id = %(sender)s AND fingerprint = %(alike)s AND received_at >= %(since)s) r
      JOIN reporting_answer a ON a.unit_id = r.unit_id
     WHERE a.day >= %(day)s AND a.sender_id = %(sender)s AND a.received_at >= %(since)s AND NOT a.automated
       FOR UPDATE OF a SKIP LOCKED)
"""


def looks_automated(sender_id: int | None, fingerprint: str, policy: Policy) -> bool:
    """Whether this sender has sent so many identical answers within the pack's window that a script is likely.

    The receipt of the answer in question is on record already. The answers of the window are marked with it;
    marking is for quality, nobody is blocked or blamed.
    """
    with within(EVERYTHING), connection.cursor() as cursor:
        return bool(automated_together(cursor, [(sender_id, fingerprint, policy)]))


def automated_together(
    cursor: Any, sent: Iterable[tuple[int | None, str, Policy]], scripts: Scripts | None = None
) -> set[Pair]:
    """Which pairs of sender and fingerprint look like a script, as `looks_automated` says of each.

    `scripts` remembers from batch to batch until when a pair does in any case, so that it need not be asked for.
    """
    at, known = clock.now(), {} if scripts is None else scripts
    now: Counter[Pair] = Counter()
    policies: dict[Pair, Policy] = {}
    for sender, fingerprint, policy in sent:
        now[sender or 0, fingerprint] += 1
        policies[sender or 0, fingerprint] = policy
    found = {pair for pair in policies if pair in known and known[pair] >= at}
    # No more are counted than tell whether the limit has been passed just now; then the earlier answers are marked.
    rows = [
        (*pair, at - _window(policy), policy.automated_answers + now[pair] + AT_ONCE)
        for pair, policy in policies.items()
        if pair not in found
    ]
    for sender, alike, since, count, oldest in _asked(cursor, rows):
        pair, policy = (sender, alike), policies[sender, alike]
        if count >= policy.automated_answers:
            found.add(pair)
            known[pair] = oldest + _window(policy)
        if policy.automated_answers <= count < policy.automated_answers + now[pair] + AT_ONCE:
            _mark_earlier(cursor, sender, alike, since)
    return found


def _window(policy: Policy) -> timedelta:
    return timedelta(seconds=policy.automated_seconds)


def _asked(cursor: Any, rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    if not rows:
        return []
    cursor.execute(_ALIKE, columns(rows))
    found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def _mark_earlier(cursor: Any, sender: int, fingerprint: str, since: datetime) -> None:
    # Whatever time zone a unit is in, an answer is at most a day older than the day it is received on.
    day = since.date() - timedelta(days=1)
    cursor.execute(_MARK, {"sender": sender, "alike": fingerprint, "since": since, "day": day})
