"""Which unit a sender means (单位识别): by code, or by a name only one unit has, and only within the sender's scope."""

from __future__ import annotations

from lianfang.domain.parsing.text import one_line
from lianfang.domain.refusals import Refused
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import Membership


def unit_named(by: Actor, given: object, *, field: str = "unit") -> Unit:
    """The unit of this code or name. Unknown and out of scope answer alike (`scope`)."""
    text = one_line(given, field)
    if not text:
        raise Refused("required", field)
    found = Unit.objects.filter(code=text).first() or _by_name(text, field)
    if found is None or not may_address(by, found):
        raise Refused("role.ended" if found is not None and by.held(found) else "scope", field)
    return found


def _by_name(name: str, field: str) -> Unit | None:
    same = list(Unit.objects.filter(name=name, closed_on__isnull=True)[:2])
    if len(same) > 1:
        raise Refused("unit.ambiguous", field)
    return same[0] if same else None


def may_address(by: Actor, unit: Unit) -> bool:
    """Whether the actor holds something over the unit, or is or answers for somebody who belongs to it."""
    if by.system or any(post.unit.covers(unit) for post in by.posts):
        return True
    return unit.pk in own_unit_ids(by)


def own_unit_ids(by: Actor) -> set[int]:
    """The units of oneself and one's wards."""
    persons = [one for one in (by.person_id, *by.wards) if one]
    if not persons:
        return set()
    return set(Membership.objects.filter(person_id__in=persons, until__isnull=True).values_list("unit_id", flat=True))
