"""Whose health one may see (可见范围): a child's is for guardian, class head and doctor only (T05; law art. 28)."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db.models import QuerySet

from lianfang.domain.roles import SIGHTS
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import Membership, Person
from lianfang.kernel.people.ops import is_member
from lianfang.kernel.policies.ops import Rules, policy_of


def sees_health(actor: Actor, person: Person, unit: Unit) -> bool:
    """Whether the actor may see the answers of this person in this unit."""
    if actor.system or actor.answers_for(person.pk):
        return True
    if not is_member(person.pk, unit, clock.today(unit.zone)):
        return False
    young = _is_child(person, unit)
    return any(_sees(post.role, young) for post in actor.posts if post.unit.covers(unit))


def _sees(role: str, young: bool) -> bool:
    sight = SIGHTS[role]  # type: ignore[index]
    return sight.health and (sight.children or not young)


def _is_child(person: Person, unit: Unit) -> bool:
    today = clock.today(unit.zone)
    return person.birth_date is not None and person.birth_date > _born_after(today, policy_of(unit, on=today).child_age)


def _born_after(today: date, years: int) -> date:
    try:
        return today.replace(year=today.year - years)
    except ValueError:  # 29 February
        return today.replace(year=today.year - years, day=28)


def children_out_of_sight(actor: Actor) -> QuerySet[Membership, UUID] | None:
    """The persons whose answers no role of the actor may show because they are children; None when there are none."""
    blind = [post for post in actor.posts if not SIGHTS[post.role].children]
    if actor.system or not blind:
        return None
    today = clock.now().date()
    limit = _born_after(today, Rules(today).of(blind[0].unit).child_age)
    seen = [post.unit.path for post in actor.posts if SIGHTS[post.role].children]
    hidden = Membership.objects.filter(person__birth_date__gt=limit)
    for path in seen:
        hidden = hidden.exclude(unit__path__startswith=path)
    return hidden.values_list("person_id", flat=True)
