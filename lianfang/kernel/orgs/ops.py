"""Growing and changing the tree of units (建树、调整、合并), with the place each unit had on each day."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import connection, models
from django.db.models import F, Value
from django.db.models.functions import Concat, Substr

from lianfang.domain.refusals import Refused
from lianfang.kernel.orgs.models import Placement, Unit


def below(path: str) -> tuple[str, str]:
    """The bounds of everything at or under a slash-ended path: `low <= path < high`."""
    return path, path[:-1] + "0"


def under(unit: Unit, prefix: str = "") -> models.Q:
    """The condition on rows with `path` and `sector_path` that they lie at or under `unit`, on either line."""
    low, high = below(unit.path)
    return models.Q(**{f"{prefix}path__gte": low, f"{prefix}path__lt": high}) | models.Q(
        **{f"{prefix}sector_path__gte": low, f"{prefix}sector_path__lt": high}
    )


def unit_ids(count: int) -> list[int]:
    """Fresh unit numbers, so that a path can be written with the row."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('orgs_unit_id_seq') FROM generate_series(1, %s)", [count])
        return [row[0] for row in cursor.fetchall()]


def add_units(units: list[Unit]) -> list[Unit]:
    """Store units that come after their superiors in the list; fills in ids, paths and placements."""
    for unit, number in zip(units, unit_ids(len(units)), strict=True):
        unit.pk = number
        unit.path = (unit.parent.path if unit.parent else "") + f"{number}/"
        unit.sector_path = unit.sector_parent.path + f"{number}/" if unit.sector_parent else ""
    for unit in units:
        unit.clean_fields(exclude=["parent", "sector_parent"])
        if unit.closed_on is not None:  # the only constraint is about closing; asking the database costs a query each
            unit.validate_constraints()
    Unit.objects.bulk_create(units, batch_size=2000)
    Placement.objects.bulk_create([place for unit in units for place in _placements(unit)], batch_size=5000)
    return units


def _placements(unit: Unit) -> list[Placement]:
    places = [Placement(unit=unit, line="territory", parent=unit.parent, since=unit.opened_on)]
    if unit.sector_parent:
        places.append(Placement(unit=unit, line="sector", parent=unit.sector_parent, since=unit.opened_on))
    return places


def move(unit: Unit, parent: Unit, *, line: str, on: date, today: date) -> Unit:
    """Put `unit` under `parent` from `on`. A move in the future is written down and applied when its day comes."""
    if unit.covers(parent):
        raise Refused("unit.circular", "parent")
    Placement.objects.filter(unit=unit, line=line, until__isnull=True).update(until=on - timedelta(days=1))
    Placement.objects.create(unit=unit, line=line, parent=parent, since=on)
    if on <= today:
        _attach(unit, parent, line)
    return unit


def apply_moves(today: date) -> int:
    """Carry out the moves whose day has come; how many there were."""
    waiting = (
        Placement.objects.filter(since__lte=today, until__isnull=True, parent__isnull=False)
        .exclude(line="territory", unit__parent_id=F("parent_id"))
        .exclude(line="sector", unit__sector_parent_id=F("parent_id"))
    )
    moved = 0
    for place in waiting.select_related("unit", "parent"):
        current = place.unit.parent_id if place.line == "territory" else place.unit.sector_parent_id
        if place.parent is not None and current != place.parent_id:
            _attach(place.unit, place.parent, place.line)
            moved += 1
    return moved


def _attach(unit: Unit, parent: Unit, line: str) -> None:
    if line == "sector":
        unit.sector_parent, unit.sector_path = parent, f"{parent.path}{unit.pk}/"
        unit.save(update_fields=["sector_parent", "sector_path"])
        return
    old, new = unit.path, f"{parent.path}{unit.pk}/"
    unit.parent = parent
    unit.save(update_fields=["parent"])
    low, high = below(old)
    Unit.objects.filter(path__gte=low, path__lt=high).update(
        path=Concat(Value(new), Substr(F("path"), len(old) + 1), output_field=models.CharField())
    )
    unit.path = new


def at(unit: Unit, day: date) -> Unit:
    """The unit that answers for `unit` on `day`: itself, or what it was merged into."""
    seen = unit
    while not seen.open_on(day) and seen.merged_into is not None and (seen.closed_on or day) < day:
        seen = seen.merged_into
    return seen


def ancestors(unit: Unit) -> list[Unit]:
    """The unit's superiors by territory, the highest first."""
    ids = [int(part) for part in unit.path.split("/")[:-2]]
    found = Unit.objects.in_bulk(ids)
    return [found[i] for i in ids if i in found]
