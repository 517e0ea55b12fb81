"""The list a nurse walks (查房名单), as data: rooms in walking order, masked names, what is done; in few statements."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from lianfang.capabilities.stays.models import Stay
from lianfang.capabilities.stays.models.stay import HERE
from lianfang.domain.identity import mask_name
from lianfang.domain.parsing.choices import SLOTS
from lianfang.domain.policy import Policy
from lianfang.domain.readings import slot_at
from lianfang.interfaces.web.views.daily import language
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.places.models import BED, Occupancy, Place
from lianfang.kernel.places.ops import here
from lianfang.kernel.policies.ops import policy_of
from lianfang.kernel.readings.models import Reading
from lianfang.kernel.readings.ops import READING
from lianfang.kernel.tasks.models import Task


def list_of(unit: Unit, at: datetime) -> dict[str, Any]:
    """Everybody who is owed a reading in the slot of this moment, done or not."""
    policy, day = policy_of(unit, on=at.astimezone(unit.zone).date()), at.astimezone(unit.zone).date()
    slot = slot_at(at, policy, unit.zone)
    owed = Task.objects.filter(unit=unit, kind=READING, day=day, slot=slot, excused="", subject__startswith="stays.")
    by_subject = {task.subject: task for task in owed}
    beds = Occupancy.objects.filter(here(at), unit=unit, layer=BED, subject__in=by_subject).select_related("place")
    names = _names(unit, by_subject)
    waiting = _waiting(unit, day, slot)
    guests = [
        _guest(bed.place, by_subject[bed.subject], names, waiting)
        for bed in sorted(beds, key=lambda one: (one.place.walk, one.place.code, one.spot))
    ]
    return {
        "unit": unit.code, "site": str(unit), "day": str(day), "slot": slot,
        "slot_word": SLOTS.label(slot, language()), "limits": _limits(policy), "guests": guests,
        "now": at.isoformat(),  # a device knows nothing of a drill, and its clock may be wrong
    }  # fmt: skip


def _limits(policy: Policy) -> dict[str, str]:
    return {
        "min": str(policy.temperature_min), "max": str(policy.temperature_max), "low": str(policy.plausible_min),
        "high": str(policy.plausible_max), "fever": str(policy.fever_c),
    }  # fmt: skip


def _names(unit: Unit, subjects: Mapping[str, Task]) -> dict[str, str]:
    ids = [UUID(one.partition(":")[2]) for one in subjects]
    found = Stay.objects.filter(unit=unit, pk__in=ids, state=HERE).values_list("pk", "person__name")
    return {f"stays.stay:{pk}": mask_name(name) for pk, name in found}


def _waiting(unit: Unit, day: date, slot: str) -> set[str]:
    """Those of whom a second reading is asked for."""
    first = Reading.objects.filter(
        unit=unit, day=day, slot=slot, abnormal=True, second_of=None, voided_at=None, seconds__isnull=True
    )
    return set(first.values_list("subject", flat=True))


def _guest(place: Place, task: Task, names: Mapping[str, str], waiting: set[str]) -> dict[str, Any]:
    return {
        "stay": task.subject.partition(":")[2], "room": place.code, "building": place.building, "floor": place.floor,
        "name": names.get(task.subject, ""), "done": task.settled_at is not None, "second": task.subject in waiting,
        "note": task.note,
    }  # fmt: skip
