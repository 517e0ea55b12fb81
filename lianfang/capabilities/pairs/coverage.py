"""Whether every student from a risk area has an adult (重点地区学员结对覆盖): statuses held against pairs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from lianfang.capabilities.pairs.models import Pairing
from lianfang.domain.roles import SIGHTS
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import under
from lianfang.kernel.people.models import Membership, on_roster
from lianfang.kernel.registers.sight import children_out_of_sight
from lianfang.kernel.statuses import ops as statuses

LEARNER = "learner"


@dataclass(frozen=True, slots=True)
class Coverage:
    """Of the students from risk areas at a moment: how many there are, and those whom no adult looks after."""

    of: int
    without: tuple[Membership, ...]  # one a person, in the order of their names

    @property
    def covered(self) -> int:
        """How many have a responsible adult."""
        return self.of - len(self.without)

    def named_to(self, actor: Actor, unit: Unit) -> list[Membership]:
        """Those without an adult whose health the actor may know: a stay in a risk area is part of it."""
        if not actor.system and not any(SIGHTS[p.role].health for p in actor.posts if p.unit.covers(unit)):
            return []
        hidden = children_out_of_sight(actor)
        unseen: set[UUID] = set()
        if hidden is not None:
            unseen = set(hidden.filter(person__in=[one.person_id for one in self.without]))
        return [one for one in self.without if one.person_id not in unseen]


def coverage(unit: Unit, *, at: datetime) -> Coverage:
    """Everybody learning under the unit whose stay in a risk area counts, and who of them is in no pair that runs.

    A pair that begins later counts: whoever is in it cannot be given another adult.
    """
    day = at.astimezone(unit.zone).date()
    rows = Membership.objects.filter(
        under(unit, "unit__"), on_roster(day), kind=LEARNER, person__in=statuses.from_risk_areas(at=at)
    ).select_related("person", "unit")
    people = {one.person_id: one for one in rows.order_by("person__sort_key", "person_id", "since")}
    running = Pairing.objects.filter(person__in=list(people), ended_at__isnull=True, last_day__gte=day)
    paired = set(running.values_list("person_id", flat=True))
    return Coverage(len(people), tuple(one for number, one in people.items() if number not in paired))
