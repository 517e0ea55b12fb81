"""Patrols (巡查): each point is looked at once a round; what is not in order becomes an incident of the patrol's kind.

Row J06: a flood patrol of six points logs one hazard, which runs through the same tasks, photos and closing as any
other incident, under another kind; nothing of it is counted as illness.
"""

from __future__ import annotations

from collections.abc import Sequence

from lianfang.capabilities.incidents.duties import LEADS, RESPONDERS
from lianfang.capabilities.incidents.models import Patrol, PatrolCheck, PatrolPoint, PatrolRound
from lianfang.capabilities.incidents.opening import begin
from lianfang.capabilities.incidents.shipped import kinds
from lianfang.domain.refusals import Refused
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.actions import action, store
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.places.models import Place


@action("patrol.planned", by=LEADS, over="unit", facts=("unit", "name", "kind"))
def plan_patrol(by: Actor, *, unit: Unit, name: str, kind: str, points: Sequence[Place]) -> Patrol:
    """Plan a patrol: the points in walking order, and the kind of hazard that is looked for."""
    known = kinds().get(kind)
    if known is None or not known.hazard:
        raise Refused("choice.unknown", "kind", choices=[one.code for one in kinds().values() if one.hazard])
    if not points:
        raise Refused("required", "points")
    if any(not unit.covers(one.unit) for one in points):
        raise Refused("scope", "points")
    patrol = store(Patrol(unit=unit, name=name.strip(), kind=kind))
    PatrolPoint.objects.bulk_create(
        PatrolPoint(unit=unit, patrol=patrol, place=place, number=number) for number, place in enumerate(points, 1)
    )
    return patrol


@action("patrol.checked", by=RESPONDERS, over="patrol", facts=("fine",))
def check_point(by: Actor, *, patrol: Patrol, place: Place, fine: bool, note: str = "") -> PatrolCheck:
    """Look at one point of a patrol: in order, or a hazard, which opens an incident of the patrol's kind."""
    held = Patrol.objects.select_for_update(of=("self",)).select_related("unit").get(pk=patrol.pk)
    points = set(held.points.values_list("place_id", flat=True))
    if place.pk not in points:
        raise Refused("scope", "place")
    if not fine and not note.strip():
        raise Refused("required", "note")
    walk = _round(by, held)
    if walk.checks.filter(place=place).exists():
        raise Refused("patrol.checked", "place")
    incident = None if fine else begin(by, held.unit, held.kind, place=place, note=note)
    check = store(
        PatrolCheck(
            unit=held.unit, round=walk, place=place, fine=fine, note=note.strip()[:300], at=clock.now(),
            by=by.name[:60], incident=incident,
        )
    )  # fmt: skip
    if walk.checks.count() == len(points):
        walk.finished_at = clock.now()
        store(walk)
    return check


def _round(by: Actor, patrol: Patrol) -> PatrolRound:
    """The round under way, or a new one."""
    under_way = patrol.rounds.filter(finished_at__isnull=True).first()
    return under_way or store(PatrolRound(unit=patrol.unit, patrol=patrol, began_at=clock.now(), by=by.name[:60]))
