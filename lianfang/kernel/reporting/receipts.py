"""Receipts (回执): a sending is acknowledged once; again, with the same content, it gets the same answer."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from uuid_utils.compat import uuid7

from lianfang.domain.refusals import Refused
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.database.columns import arrays, columns
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.reporting.models import Receipt
from lianfang.kernel.scope import EVERYTHING, within


def digest(content: Any) -> str:
    """SHA-256 over the parsed, normalised values, whatever the order in which they were sent."""
    return hashlib.sha256(msgspec.json.encode(content, order="sorted", enc_hook=str)).hexdigest()


def claim(by: Actor, key: str, content: Any, *, kind: str, unit: Unit, fingerprint: str = "") -> tuple[Receipt, bool]:
    """Take the sender's key for this content; whether it is new. Other content under the key is `key.reused`.

    A second copy waits here until the first has committed or failed; a refusal rolls the claim back,
    so it does not use the key up.
    """
    receipt = Receipt(
        sender_id=by.account_id or 0,
        key=key,
        unit=unit,
        kind=kind,
        hash=digest(content),
        fingerprint=fingerprint,
        received_at=clock.now(),
        answer={},
    )
    with within(EVERYTHING):
        Receipt.objects.bulk_create([receipt], ignore_conflicts=True)
        kept = Receipt.objects.get(sender_id=receipt.sender_id, key=key)
    if kept.hash != receipt.hash:
        raise Refused("key.reused", "key")
    return kept, kept.id == receipt.id


@dataclass(frozen=True, slots=True)
class Claim:
    """A sending that takes its key: what it holds, and what its sender is told when it is kept."""

    sender_id: int
    key: str
    unit: Unit
    hash: str
    fingerprint: str
    id: UUID
    answer: dict[str, Any]

    @classmethod
    def of(
        cls, by: Actor, key: str, content: Any, *, unit: Unit, fingerprint: str, notes: list[dict[str, Any]]
    ) -> Claim:
        """The claim of a sending that is to be acknowledged with these notes."""
        number, kept = uuid7(), digest(content)
        told = said(number, key, kept, received_at=clock.now().astimezone(unit.zone), state="received", notes=notes)
        return cls(by.account_id or 0, key, unit, kept, fingerprint, number, told)


_CLAIM = f"""
INSERT INTO reporting_receipt (sender_id, key, id, unit_id, kind, hash, fingerprint, received_at, answer)
SELECT k.sender_id, k.key, k.id, k.unit_id, %s, k.hash, k.fingerprint, %s, k.answer::jsonb
  FROM unnest({arrays(("bigint", "text", "uuid", "bigint", "text", "text", "text"))})
    AS k(sender_id, key, id, unit_id, hash, fingerprint, answer)
    ON CONFLICT DO NOTHING RETURNING sender_id, key
"""
_KEPT = f"""
SELECT r.sender_id, r.key, r.hash, r.answer FROM reporting_receipt r
  JOIN unnest({arrays(("bigint", "text"))}) AS k(sender_id, key) USING (sender_id, key)
"""
_GIVE_BACK = f"""
DELETE FROM reporting_receipt r USING unnest({arrays(("bigint", "text"))}) AS k(sender_id, key)
 WHERE r.sender_id = k.sender_id AND r.key = k.key
"""


def claim_together(cursor: Any, claims: Sequence[Claim], *, kind: str) -> dict[tuple[int, str], dict[str, Any] | None]:
    """Take the keys of many sendings: None for those that are new, the answer given before for the same content.

    A key that was used for other content is left out: the ordinary way says so. No two of the claims share a key.
    """
    ordered = sorted(claims, key=lambda one: (one.sender_id, one.key))  # two batches never wait for each other
    rows = [
        (one.sender_id, one.key, one.id, one.unit.id, one.hash, one.fingerprint, _as_text(one.answer))
        for one in ordered
    ]
    cursor.execute(_CLAIM, [kind, clock.now(), *columns(rows)])
    new = set(cursor.fetchall())
    found: dict[tuple[int, str], dict[str, Any] | None] = dict.fromkeys(new)
    if len(new) < len(ordered):
        hashes = {(one.sender_id, one.key): one.hash for one in ordered if (one.sender_id, one.key) not in new}
        cursor.execute(_KEPT, columns(list(hashes)))
        kept = {(sender, key): (hash_, json.loads(told)) for sender, key, hash_, told in cursor.fetchall()}
        found |= {key: told for key, (hash_, told) in kept.items() if hash_ == hashes[key] and told}
    return found


def _as_text(told: Mapping[str, Any]) -> str:
    return msgspec.json.encode(told).decode()


def give_back(cursor: Any, keys: Sequence[tuple[int, str]]) -> None:
    """Give keys back that were taken a moment ago, in the same transaction."""
    if keys:
        cursor.execute(_GIVE_BACK, columns(keys))


def said(
    number: UUID, key: str, kept: str, *, received_at: datetime | None, state: str, notes: list[dict[str, Any]]
) -> dict[str, Any]:
    """What a sender is told: `receipt, key, hash, received_at, state, notes`."""
    return {
        "receipt": str(number),
        "key": key,
        "hash": kept,
        "received_at": received_at.isoformat() if received_at else "",
        "state": state,
        "notes": notes,
    }


def complete(receipt: Receipt, *, state: str, notes: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    """Fill in what the sender is told, and keep it with the receipt: `receipt, key, hash, received_at, state`."""
    at = receipt.received_at.astimezone(receipt.unit.zone) if receipt.unit else None
    receipt.answer = said(receipt.id, receipt.key, receipt.hash, received_at=at, state=state, notes=notes or [])
    with within(EVERYTHING):
        Receipt.objects.filter(sender_id=receipt.sender_id, key=receipt.key).update(answer=receipt.answer)
    return dict(receipt.answer)
