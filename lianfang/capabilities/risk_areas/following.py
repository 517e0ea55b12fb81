"""What follows when a list, a stay or a fact behind a status changes (名单与旅居史变动后的重算)."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from lianfang.capabilities.risk_areas.models import AreaList, Sojourn
from lianfang.capabilities.risk_areas.recompute import KIND, VALUES, Recomputed, recompute
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import under
from lianfang.kernel.people.models import Membership, on_roster
from lianfang.kernel.statuses.models import Status


def follow_list(listed: UUID | str) -> Recomputed:
    """Everybody under a published list, once; the list keeps how many it concerns and whose status changed.

    A list that another has replaced meanwhile changes nothing any more.
    """
    found = AreaList.objects.select_related("unit").get(pk=listed)
    if found.until is not None:
        return Recomputed(0, 0, 0, ())
    done = recompute(found, SYSTEM)
    found.recomputed_at, found.concerned, found.changed = clock.now(), done.concerned, len(done.people)
    found.save(update_fields=["recomputed_at", "concerned", "changed"])
    return done


def follow_person(person: UUID) -> list[UUID]:
    """One person, by every list in force where they belong; whose status changed."""
    lists = _lists_over(person)
    return list({one for listed in lists for one in recompute(listed, SYSTEM, people=[person]).people})


def follow_sojourn(sojourn: UUID | str) -> list[UUID]:
    """The person of a stay that was recorded or refuted."""
    return follow_person(Sojourn.objects.values_list("person_id", flat=True).get(pk=sojourn))


def follow_stays_under(unit: Unit) -> int:
    """Everybody under a unit who has a stay on record, in one pass a list in force over them; whose status changed."""
    stays = Sojourn.objects.filter(under(unit, "unit__"), refuted_at__isnull=True)
    people = list(stays.order_by().values_list("person_id", flat=True).distinct())
    in_force = AreaList.objects.filter(until__isnull=True).select_related("unit")
    near = [one for one in in_force if one.unit.covers(unit) or unit.covers(one.unit)]
    return sum(len(recompute(one, SYSTEM, people=people).people) for one in near)


def follow_correction(status: UUID | str) -> list[UUID]:
    """A reviewer has corrected a fact behind a status; unless it still holds, the stay behind it no longer counts."""
    found = Status.objects.get(pk=status)
    if found.kind != KIND or found.value in VALUES.values():
        return []
    return _refute(found, found.reason)


def follow_end(status: UUID | str, because: str) -> list[UUID]:
    """An objection has ended a status: the stay behind it no longer counts, and no list brings it back."""
    found = Status.objects.get(pk=status)
    return _refute(found, because) if found.kind == KIND else []


def _refute(status: Status, because: str) -> list[UUID]:
    wrong = Sojourn.objects.select_for_update().filter(pk=status.facts.get("sojourn"), refuted_at__isnull=True)
    wrong.update(refuted_at=clock.now(), refuted_because=because)
    return follow_person(status.person_id)


def _lists_over(person: UUID) -> Iterable[AreaList]:
    day = clock.now().date()
    paths = Membership.objects.filter(on_roster(day), person_id=person).values_list("unit__path", "unit__sector_path")
    known = [path for pair in paths for path in pair]
    in_force = AreaList.objects.filter(until__isnull=True).select_related("unit")
    return [one for one in in_force if any(path.startswith(one.unit.path) for path in known)]
