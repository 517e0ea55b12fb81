"""Places in which classes are held (教学、住宿、就餐场所): entered one by one or many alike."""

from __future__ import annotations

from lianfang.capabilities.training.roles import HOSTS
from lianfang.domain.refusals import Refused
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.actions import action, store
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.places.models import CLASSROOM, DINING, DORMITORY, ZONE, Place

KINDS = (CLASSROOM, DORMITORY, DINING, ZONE)
MOST_ALIKE = 500  # rooms of one act


@action("place.added", by=HOSTS, over="unit", facts=("unit", "kind", "code"))
def add_place(
    by: Actor, *, unit: Unit, kind: str, code: str, name: str, ordinary: int = 1, furniture: int = 0,
    name_en: str = "", building: str = "", floor: int | None = None,
) -> Place:  # fmt: skip
    """Enter a classroom, dormitory room, dining room or zone: its places in ordinary use, its desks or tables."""
    _refuse_kind(kind)
    walk = Place.objects.filter(unit=unit, kind=kind).count() + 1
    return store(
        Place(
            unit=unit,
            kind=kind,
            code=code,
            name=name,
            name_en=name_en,
            capacity=ordinary,
            furniture=furniture,
            building=building,
            floor=floor,
            walk=walk,
        )
    )


@action("places.added", by=HOSTS, over="unit", facts=("unit", "kind", "prefix", "how_many"))
def add_places(
    by: Actor, *, unit: Unit, kind: str, prefix: str, name: str, how_many: int, ordinary: int = 1,
    furniture: int = 0, name_en: str = "", building: str = "",
) -> list[Place]:  # fmt: skip
    """Enter many alike, numbered on: `T-` makes T-1, T-2, ... Refused `limit` beyond 500 at once."""
    _refuse_kind(kind)
    if not 1 <= how_many <= MOST_ALIKE:
        raise Refused("limit", "how_many", high=MOST_ALIKE)
    before = Place.objects.filter(unit=unit, kind=kind).count()
    rows = [
        Place(
            unit=unit,
            kind=kind,
            code=f"{prefix}{n}",
            name=f"{name}{n}",
            name_en=f"{name_en} {n}" if name_en else "",
            capacity=ordinary,
            furniture=furniture,
            building=building,
            walk=before + n,
        )
        for n in range(1, how_many + 1)
    ]
    taken = set(Place.objects.filter(unit=unit, kind=kind, code__in=[row.code for row in rows]).values_list("code"))
    if taken:
        raise Refused("choice.duplicate", "prefix")
    for row in rows[:1]:
        row.full_clean(validate_unique=False)
    return Place.objects.bulk_create(rows)


def _refuse_kind(kind: str) -> None:
    if kind not in KINDS:
        raise Refused("choice.unknown", "kind", choices=KINDS)
