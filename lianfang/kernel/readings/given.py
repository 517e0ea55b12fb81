"""A reading as it comes in (测温录入): what one device says of one person for one slot."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Given:
    """`key` is the client's own id of the reading; `sure` says that an unlikely value was looked at again."""

    key: str
    person_id: UUID
    day: date
    slot: str
    at: datetime
    celsius: Decimal | None
    symptoms: Collection[str] = ()
    body_site: str = ""
    sure: bool = False


def digest_of(subject: str, given: Given) -> str:
    """What a key stands for; the same key with something else in it is not the same reading."""
    content = [
        subject,
        str(given.person_id),
        str(given.day),
        given.slot,
        given.at.isoformat(),
        str(given.celsius),
        sorted(given.symptoms),
    ]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()
