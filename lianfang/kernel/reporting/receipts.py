"""Receipts (回执): a sending is acknowledged once; again, with the same content, it gets the same answer."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from lianfang.domain.refusals import Refused
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.reporting.models import Receipt
from lianfang.kernel.scope import EVERYTHING, within


def digest(content: Any) -> str:
    """SHA-256 over the parsed, normalised values, whatever the order in which they were sent."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


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


def complete(receipt: Receipt, *, state: str, notes: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    """Fill in what the sender is told, and keep it with the receipt: `receipt, key, hash, received_at, state`."""
    receipt.answer = {
        "receipt": str(receipt.id),
        "key": receipt.key,
        "hash": receipt.hash,
        "received_at": receipt.received_at.astimezone(receipt.unit.zone).isoformat() if receipt.unit else "",
        "state": state,
        "notes": notes or [],
    }
    with within(EVERYTHING):
        Receipt.objects.filter(sender_id=receipt.sender_id, key=receipt.key).update(answer=receipt.answer)
    return dict(receipt.answer)
