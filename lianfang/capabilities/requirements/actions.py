"""What may be done with requirements (要求清单办理): sets imported, items added, owned, closed by evidence."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

from django.db.models import Max

from lianfang.capabilities.requirements.models import Requirement
from lianfang.capabilities.requirements.sets import set_named
from lianfang.domain.refusals import Refused
from lianfang.domain.requirements import DONE, OVERDUE
from lianfang.domain.roles import Role
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.actions import action, store
from lianfang.kernel.orgs.models import Unit

KEEPERS = (Role.ADMINISTRATOR, Role.LEADER, Role.OFFICER, Role.SITE_MANAGER)
"""Whoever runs a unit or a site takes a set over and gives its items their owners."""
CLOSERS = (*KEEPERS, Role.DUTY_OFFICER)


@action("requirements.imported", by=KEEPERS, over="unit", facts=("unit", "collection"))
def import_set(by: Actor, *, unit: Unit, collection: str) -> Unit:
    """Take a set of requirements over for a unit; items whose text the source does not give come as placeholders.

    Refused: `choice.unknown`, `requirements.empty` for a list that a unit writes itself, `requirements.imported`.
    """
    found = set_named(collection)
    if not found.items:
        raise Refused("requirements.empty", "collection")
    Unit.objects.select_for_update(of=("self",)).get(pk=unit.pk)
    if Requirement.objects.filter(unit=unit, collection=collection).exists():
        raise Refused("requirements.imported", "collection")
    for number, (text, text_en) in enumerate(found.items, start=1):
        store(Requirement(unit=unit, collection=collection, number=number, text=text, text_en=text_en))
    return unit


@action("requirement.added", by=KEEPERS, over="unit", facts=("unit", "collection", "text"))
def add_requirement(
    by: Actor, *, unit: Unit, collection: str, text: str, owner: str = "", due_on: date | None = None
) -> Requirement:
    """Add an item to a set: a key task is written down as it was given."""
    set_named(collection)
    Unit.objects.select_for_update(of=("self",)).get(pk=unit.pk)
    last = Requirement.objects.filter(unit=unit, collection=collection).aggregate(last=Max("number"))["last"] or 0
    row = Requirement(unit=unit, collection=collection, number=last + 1, text=text, owner=owner, due_on=due_on)
    return store(row)


@action("requirement.assigned", by=KEEPERS, over="item", facts=("item", "owner", "due_on"))
def assign_requirement(
    by: Actor, *, item: Requirement, owner: str, due_on: date | None = None, text: str = ""
) -> Requirement:
    """Give an item its owner and its day; a placeholder may be given its text."""
    row = _open(item)
    row.owner, row.due_on, row.text = owner, due_on or row.due_on, text or row.text
    return store(row)


@action("requirement.closed", by=CLOSERS, over="item", facts=("item", "evidence"))
def close_requirement(by: Actor, *, item: Requirement, evidence: str) -> Requirement:
    """Close an item with what shows that it is done. Refused `required` without it, `requirement.closed`."""
    row = _open(item)
    if not evidence.strip():
        raise Refused("required", "evidence")
    row.evidence, row.closed_at, row.closed_by = evidence, clock.now(), by.name[:60]
    return store(row)


def _open(item: Requirement) -> Requirement:
    row = Requirement.objects.select_for_update(of=("self",)).select_related("unit").get(pk=item.pk)
    if row.closed_at is not None:
        raise Refused("requirement.closed", "item")
    return row


@dataclass(frozen=True, slots=True)
class Standing:
    """How a unit stands: items in all, done, overdue, and placeholders whose text nobody has entered."""

    items: int
    done: int
    overdue: int
    placeholders: int


def standing(unit: Unit, today: date) -> Standing:
    """The figures of a unit's page."""
    rows = list(Requirement.objects.filter(unit=unit))
    states = Counter(one.state(today) for one in rows)
    return Standing(len(rows), states[DONE], states[OVERDUE], sum(not one.text for one in rows))
