"""Contacts on their way (密接转运): owed when a doctor decides, done when somebody has a room that is for it."""

from __future__ import annotations

from uuid import UUID

from lianfang.capabilities.cases.models import Case
from lianfang.capabilities.cases.transfers import arrived, owe_transfers
from lianfang.capabilities.stays.models import Isolated, Isolation, Manifest, Stay
from lianfang.capabilities.stays.models.isolation import SUSPECTED
from lianfang.kernel.audit.models import Event
from lianfang.reactions.about import key_of, unit_of


def owe_transfer_of_contacts(event: Event) -> None:
    """Contacts are kept by decision: each is to be transferred within the hours of the rules (rules.md 4.3)."""
    owe_transfers(Case.objects.select_related("unit").get(pk=key_of(event)[0]))


def note_arrival(event: Event) -> None:
    """Somebody was admitted to a site, or has a room of the isolation area: a transfer that was owed is done."""
    people = _who(event.subject.partition(":")[0], UUID(key_of(event)[0]))
    arrived(people, at=event.at, by=event.actor_name, where=str(unit_of(event.unit)))


def _who(model: str, key: UUID) -> list[UUID]:
    if model == Isolation._meta.label_lower:
        placed = Isolated.objects.filter(isolation=key, part=SUSPECTED)
        return list(placed.values_list("person_id", flat=True))
    of_list = Stay.objects.filter(manifest=key) if model == Manifest._meta.label_lower else Stay.objects.filter(pk=key)
    return list(of_list.filter(admitted_at__isnull=False).values_list("person_id", flat=True))
