"""Writing events (记事) and naming what they are about."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import models

from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.audit.models import Event
from lianfang.kernel.orgs.models import Unit


def ref(row: object) -> str:
    """The one way to name a row: `app.model:key`."""
    if isinstance(row, models.Model):
        return f"{row._meta.label_lower}:{_key(row.pk)}"[:120]
    return str(row)[:120]


def _key(pk: object) -> str:
    return "/".join(str(part) for part in pk) if isinstance(pk, tuple) else str(pk)


def record(
    kind: str, *, by: Actor, unit: Unit | None, subject: object, facts: Mapping[str, Any], denied: bool = False
) -> Event:
    """Write one event down, in the transaction under way."""
    event = _event(kind, by=by, unit=unit, subject=subject, facts=facts, denied=denied)
    event.save(force_insert=True)
    return event


def record_all(kind: str, *, by: Actor, about: Iterable[tuple[Unit | None, object, Mapping[str, Any]]]) -> None:
    """Write many events of a kind down: each about a unit, a subject and its facts."""
    Event.objects.bulk_create(
        [_event(kind, by=by, unit=unit, subject=subject, facts=facts) for unit, subject, facts in about]
    )


def _event(
    kind: str, *, by: Actor, unit: Unit | None, subject: object, facts: Mapping[str, Any], denied: bool = False
) -> Event:
    return Event(
        at=clock.now(),
        kind=kind,
        actor_id=by.account_id,
        actor_name=by.name[:60],
        unit=unit,
        subject=ref(subject),
        facts=json.loads(json.dumps(dict(facts), default=str)),
        denied=denied,
    )
