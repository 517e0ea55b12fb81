"""Writing a synthetic province into the database (落库): units, then people, in batches that do not grow with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import TypeVar

from django.db.models import Count

from lianfang.demo.hands import share_out
from lianfang.demo.population import PersonSeed, Province, UnitSeed
from lianfang.kernel.orgs.kinds import OFFICES
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import add_units, under
from lianfang.kernel.people.bulk import Admission, admit
from lianfang.kernel.people.models import Membership
from lianfang.kernel.scope import EVERYTHING, within

UNITS_AT_ONCE = 2000
PEOPLE_AT_ONCE = 2000
_NO_DOCUMENT = "学籍号登记，暂无证件"
Tell = Callable[[str], None]
Thing = TypeVar("Thing")


@dataclass(slots=True)
class _Places:
    """What later rows need of the units that are written: superiors whole, of the others number and opening day."""

    people_answer: bool
    superiors: dict[str, Unit] = field(default_factory=dict)
    rosters: dict[str, tuple[int, date]] = field(default_factory=dict)


def settle(province: Province, tell: Tell | None = None, *, people_answer: bool = True) -> Unit:
    """Write the whole province; its root. Raises IntegrityError where its codes or numbers are taken.

    `people_answer` says whether people answer every day in their classes, or their schools only send figures.
    """
    tell, places = tell or (lambda _: None), _Places(people_answer)
    written = 0
    for seeds in _batches(province.units(), UNITS_AT_ONCE):
        written += len(_write_units(seeds, places))
        tell(f"{written:,} units")
    share_out(lambda hand, hands: _write_people(province, places, tell, hand, hands))
    return next(unit for unit in places.superiors.values() if unit.parent is None)


def _batches(things: Iterable[Thing], size: int) -> Iterator[list[Thing]]:
    rest = iter(things)
    while batch := list(islice(rest, size)):
        yield batch


def _write_units(seeds: list[UnitSeed], places: _Places) -> list[Unit]:
    units = [_unit(seed, places) for seed in seeds]
    with within(EVERYTHING):
        add_units(units)
    for seed, unit in zip(seeds, units, strict=True):
        if seed.keeps_roster:
            places.rosters[seed.code] = (unit.pk, seed.opened_on)
    return units


def _write_people(province: Province, places: _Places, tell: Tell, hand: int, hands: int) -> int:
    """Every hand draws everybody, which is quick, and writes its own share, which is not."""
    written = 0
    for number, people in enumerate(_batches(province.people(), PEOPLE_AT_ONCE)):
        if number % hands == hand:
            with within(EVERYTHING):
                written += len(admit([_admission(seed, places) for seed in people]))
            tell(f"{written * hands:,} people or so")
    return written


def _unit(seed: UnitSeed, places: _Places) -> Unit:
    unit = Unit(
        code=seed.code,
        name=seed.name_zh,
        name_en=seed.name_en,
        kind=seed.kind_in_tree,
        parent=places.superiors[seed.parent] if seed.parent else None,
        sector_parent=places.superiors[seed.sector_parent] if seed.sector_parent else None,
        # Offices send what they have added up; the sector's node only looks on.
        reports=seed.reports or (seed.kind_in_tree in OFFICES and seed.kind != "sector"),
        keeps_roster=seed.keeps_roster and places.people_answer,
        opened_on=seed.opened_on,
    )
    if seed.kind != "class":
        places.superiors[seed.code] = unit
    return unit


def _admission(seed: PersonSeed, places: _Places) -> Admission:
    unit_id, opened_on = places.rosters[seed.unit]
    return Admission(
        unit_id=unit_id,
        kind=seed.kind,
        name=seed.name,
        id_type=seed.id_type,
        number=seed.id_number,
        birth_date=seed.birth_date,
        since=opened_on,
        phone=f"+86{seed.phone}",
        roster_number=seed.number,
        id_reason="" if seed.id_number else _NO_DOCUMENT,
        boards=seed.boarding,
    )


def counted(root: Unit) -> dict[str, int]:
    """What the database holds under a root: units of each kind, units that report first-hand, and people."""
    units = Unit.objects.filter(under(root))
    kinds = units.order_by().values_list("kind").annotate(n=Count("pk"))
    people = Membership.objects.filter(under(root, "unit__"), until__isnull=True)
    first_hand = units.filter(reports=True).exclude(kind__in=OFFICES)
    return {**dict(kinds), "reporting": first_hand.count(), "people": people.values("person_id").distinct().count()}


def planned(province: Province) -> dict[str, int]:
    """The same, as the plan of the province has it."""
    kinds: dict[str, int] = {}
    reporting = 0
    for seed in province.units():
        kinds[seed.kind_in_tree] = kinds.get(seed.kind_in_tree, 0) + 1
        reporting += seed.reports
    return {**kinds, "reporting": reporting, "people": province.learners + province.staff}
