"""What an event is about (事件所指): its row, its unit, its answers, and who is nearest."""

from __future__ import annotations

from collections.abc import Iterator

from lianfang.capabilities.checkin.models import ContactAttempt
from lianfang.domain.roles import Role
from lianfang.kernel.alerts.ops import holders, nearest_holders
from lianfang.kernel.audit.models import Event
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.reporting.models import Answer, RollCall


def key_of(event: Event) -> list[str]:
    """The parts of the key of the row that an event is about."""
    return event.subject.partition(":")[2].split("/")


def unit_of(unit: Unit | None) -> Unit:
    """The unit of an event that has one."""
    if unit is None:
        raise LookupError("an event without its unit")
    return unit


def answers_of(event: Event) -> Iterator[Answer]:
    """The answers that an answer, a class check or a call has left."""
    model, key = event.subject.partition(":")[0], key_of(event)
    if model == Answer._meta.label_lower:
        found = Answer.objects.filter(unit_id=key[0], day=key[1], slot=key[2], person_id=key[3])
    elif model == RollCall._meta.label_lower:
        found = Answer.objects.filter(unit_id=key[0], day=key[1], slot=key[2])
    else:
        called = ContactAttempt.objects.get(pk=key[0])
        found = Answer.objects.filter(
            unit=called.unit, day=called.day, slot=called.slot, person_id=called.person_id, mode="phone"
        )
    yield from found.select_related("unit")


def doctors_at_site(unit: Unit) -> list[int]:
    """The doctors of a site; where there is none, nurse and site manager as well as the nearest doctor above."""
    told = holders(unit, (Role.DOCTOR,))
    if not told:
        told = [*nearest(unit, Role.DOCTOR), *holders(unit, (Role.NURSE, Role.SITE_MANAGER))]
    return sorted(set(told))


def nearest(unit: Unit, role: Role) -> list[int]:
    """Who holds a role over the unit, or else over the nearest superior."""
    return nearest_holders(unit, (role,))
