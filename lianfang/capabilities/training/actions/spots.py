"""Markers at gathering spots (一米线): enter a spot, look at its marker every week, repair what is worn."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal

from lianfang.capabilities.training.models import MARKER_KINDS, Marker, MarkerCheck
from lianfang.capabilities.training.models.spots import MISSING, OK, REPAIRED, WORN
from lianfang.capabilities.training.roles import CLEANERS, HOSTS
from lianfang.domain.refusals import Refused
from lianfang.domain.roles import Role
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.actions import action, store
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.places.models import SPOT, Place
from lianfang.kernel.policies.ops import policy_of
from lianfang.kernel.tasks import ops as tasks
from lianfang.kernel.tasks.models import Task

CHECK, REPAIR = "check", "repair"
SEEN = (OK, WORN, MISSING)


@action("spot.registered", by=HOSTS, over="unit", facts=("unit", "code", "kind"))
def register_spot(
    by: Actor, *, unit: Unit, code: str, name: str, kind: str, spacing_m: Decimal, name_en: str = "",
    visible: bool = True,
) -> Marker:  # fmt: skip
    """Enter a spot where people gather and the marker there; its first check is owed today.

    Refused: `choice.unknown` (kind), `choice.duplicate` (code).
    """
    if kind not in dict(MARKER_KINDS):
        raise Refused("choice.unknown", "kind", choices=tuple(dict(MARKER_KINDS)))
    if Place.objects.filter(unit=unit, kind=SPOT, code=code).exists():
        raise Refused("choice.duplicate", "code")
    walk = Place.objects.filter(unit=unit, kind=SPOT).count() + 1
    place = store(Place(unit=unit, kind=SPOT, code=code, name=name, name_en=name_en, walk=walk))
    marker = store(Marker(unit=unit, place=place, kind=kind, spacing_m=spacing_m, visible=visible))
    _owe_check(marker, clock.today(unit.zone))
    return marker


@action("marker.checked", by=CLEANERS, over="marker", facts=("marker", "result"))
def check_marker(by: Actor, *, marker: Marker, result: str, evidence: str = "") -> MarkerCheck:
    """Say how the marker at a spot is; worn or missing opens a repair. The next check is owed a week later.

    Refused: `choice.unknown` (result), `required` (evidence) where it is not in order.
    """
    if result not in SEEN:
        raise Refused("choice.unknown", "result", choices=SEEN)
    if result != OK and not evidence.strip():
        raise Refused("required", "evidence")
    check = _record(by, marker, result, evidence)
    for task in tasks.of(marker, CHECK).filter(settled_at=None):
        tasks.settle(task, at=check.at, by=by.name, note=result)
    policy = policy_of(marker.unit, on=check.day)
    _owe_check(marker, check.day + timedelta(days=policy.marker_check_days))
    if result != OK and not open_repair(marker):
        tasks.owe(
            marker.unit, REPAIR, check, name=f"修复标识：{marker.place.name}", place=marker.place, role=Role.CREW,
            name_en=f"Repair the marker: {marker.place.name_en or marker.place.name}",
            due_at=_end_of(marker, check.day + timedelta(days=policy.marker_check_days)),
        )  # fmt: skip
    return check


@action("marker.repaired", by=CLEANERS, over="marker", facts=("marker",))
def repair_marker(by: Actor, *, marker: Marker, evidence: str) -> MarkerCheck:
    """Write the repair of a marker down, with what shows it; the next weekly check looks at it again.

    Refused: `flow.condition` when no repair is open, `required` (evidence).
    """
    waiting = open_repair(marker)
    if not waiting:
        raise Refused("flow.condition", "marker", state="no_repair", move="repair")
    if not evidence.strip():
        raise Refused("required", "evidence")
    done = _record(by, marker, REPAIRED, evidence)
    for task in waiting:
        tasks.settle(task, at=done.at, by=by.name, note=evidence)
    return done


def open_repair(marker: Marker) -> list[Task]:
    """The repairs of a marker that are not done."""
    checks = [f"{MarkerCheck._meta.label_lower}:{pk}" for pk in marker.checks.values_list("pk", flat=True)]
    return list(Task.objects.filter(kind=REPAIR, subject__in=checks, settled_at=None, excused=""))


def _record(by: Actor, marker: Marker, result: str, evidence: str) -> MarkerCheck:
    held = Marker.objects.select_for_update(of=("self",)).get(pk=marker.pk)
    today = clock.today(marker.unit.zone)
    check = store(
        MarkerCheck(
            unit=marker.unit,
            marker=held,
            day=today,
            at=clock.now(),
            result=result,
            evidence=evidence,
            by=by.name[:60],
            by_id=by.account_id,
        )
    )
    held.state, held.checked_on = result, today
    held.save(update_fields=["state", "checked_on"])
    return check


def _owe_check(marker: Marker, day: date) -> None:
    tasks.owe(
        marker.unit, CHECK, marker, day=day, name=f"查看标识：{marker.place.name}", place=marker.place, role=Role.CREW,
        name_en=f"Look at the marker: {marker.place.name_en or marker.place.name}",
        opens_at=datetime.combine(day, time(), marker.unit.zone), due_at=_end_of(marker, day),
    )  # fmt: skip


def _end_of(marker: Marker, day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), marker.unit.zone)
