"""The world of the demonstration "day" (演示世界): an academy of 12 divisions, and the province around it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from lianfang.capabilities.persons.actions import confirm_guardian
from lianfang.capabilities.responsibility.actions import name_responsible
from lianfang.capabilities.units.actions import change_unit, found_root, open_unit
from lianfang.demo.cast import Casting, appoint, appoint_all, member_account, member_accounts
from lianfang.domain.roles import Role
from lianfang.kernel.accounts.actor import SYSTEM, Actor, Post
from lianfang.kernel.accounts.models import Account
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.bulk import Admission, admit
from lianfang.kernel.people.models import Person
from lianfang.kernel.people.ops import sort_key
from lianfang.kernel.scope import EVERYTHING, within

Told = dict[str, Any]
SINCE = date(2020, 9, 1)
_ADULTS, _CHILD_SPAN = (22, 58), 1


@dataclass(slots=True)
class World:
    """Units by code, who reports for each, its people by name, and those who answer by themselves."""

    told: Told
    units: dict[str, Unit] = field(default_factory=dict)
    reporters: dict[str, Actor] = field(default_factory=dict)
    people: dict[str, list[tuple[str, UUID]]] = field(default_factory=dict)
    members: dict[UUID, Actor] = field(default_factory=dict)
    casting: Casting = field(default_factory=lambda: Casting("day"))


def build(told: Told) -> World:
    """Found the tree, enter the people, open the accounts; at the clock's time."""
    world = World(told)
    _tree(world)
    _rosters(world)
    _academy_accounts(world)
    _outside_accounts(world)
    _family(world)
    return world


def _tree(world: World) -> None:
    told = world.told
    with within(EVERYTHING):
        named = {name: told["province"][name] for name in ("code", "name", "name_en")}
        world.units["P"] = found_root(SYSTEM, kind="province", opened_on=SINCE, **named)
        for one in told["prefectures"]:
            _open(world, one, "P", "prefecture")
        for one in told["counties"]:
            _open(world, one, one["parent"], "county")
        _open(world, told["academy"], told["academy"]["parent"], "institute")
        for one in told["academy"]["divisions"]:
            _open(world, one, told["academy"]["code"], "division")
        for one in told["schools"]:
            _open(world, one, one["parent"], one["kind"])
            for n, code in enumerate(classes_of(one), start=1):
                klass = {"code": code, "name": f"{one['name']}（{n}）班", "name_en": f"{one['name_en']}, Class {n}"}
                _open(world, klass, one["code"], "class")


def classes_of(school: Told) -> list[str]:
    """The codes of a school's classes."""
    return [f"{school['code']}-K{n + 1}" for n in range(school.get("classes", 1))]


def _open(world: World, one: Told, parent: str, kind: str) -> None:
    unit = open_unit(
        SYSTEM, parent=world.units[parent], code=one["code"], name=one["name"], name_en=one["name_en"], kind=kind,
        opened_on=SINCE,
    )  # fmt: skip
    if one.get("phone"):
        change_unit(SYSTEM, unit=unit, name=unit.name, name_en=unit.name_en, phone=one["phone"])
    world.units[unit.code] = unit


def _rosters(world: World) -> None:
    for one in world.told["academy"]["divisions"]:
        named = [one["head"], *one.get("missing", []), *([one["fever"]] if "fever" in one else [])]
        _enter(world, one["code"], one.get("kind", "staff"), [*named, *[""] * (one["n"] - len(named))], _ADULTS)
    children = {child["class"]: child["name"] for child in world.told["guardian"]["children"]}
    for one in world.told["schools"]:
        for code in classes_of(one):
            ages = (one["age"], one["age"] + _CHILD_SPAN)
            named = [children[code]] if code in children else []
            _enter(world, code, "learner", [*named, *[""] * (world.told["pupils"] - len(named))], ages)


def _enter(world: World, code: str, kind: str, names: Iterable[str], ages: tuple[int, int]) -> None:
    unit = world.units[code]
    people: list[Admission] = []
    for number, name in enumerate(names, start=1):
        # A class head's first person is the head, who is staff also in a class of learners.
        what = "staff" if number == 1 and unit.kind == "division" else kind
        people.append(world.casting.admission(unit, what, SINCE, ages=ages, name=name, number=f"{code}{number:03d}"))
    with within(EVERYTHING):
        numbers = admit(people)
    world.people[code] = [(one.name, number) for one, number in zip(people, numbers, strict=True)]


def person_of(world: World, code: str, name: str) -> UUID:
    """The first person of that name on a unit's roster."""
    return next(number for known, number in world.people[code] if known == name)


def _academy_accounts(world: World) -> None:
    """Those on duty, a head for every division who is also its screener, and somebody with a phone."""
    told = world.told["academy"]
    school = world.units[told["code"]]
    for one in told["duty"]:
        account = appoint(one["handle"], one["name"], one["role"], school)
        if one["role"] == Role.DUTY_OFFICER:
            world.reporters[school.code] = _acting(account, Role.DUTY_OFFICER, school)
    for place, one in enumerate(sorted(told["divisions"], key=lambda one: "missing" not in one)):
        _division_head(world, one, "demo-screener" if place == 0 else f"screener-{one['code'].lower()}")
    member = told["member"]
    with within(EVERYTHING):
        chosen = Person.objects.get(pk=person_of(world, member["division"], member["person"]))
        member_account("demo-member", chosen)
    for one in told["divisions"]:
        if "missing" in one:
            heads = {person_of(world, one["code"], one["head"]), chosen.pk}
            world.members |= member_accounts([p for p in world.people[one["code"]] if p[1] not in heads])


def _division_head(world: World, one: Told, handle: str) -> None:
    unit = world.units[one["code"]]
    with within(EVERYTHING):
        head = Person.objects.get(pk=person_of(world, one["code"], one["head"]))
    account = appoint(handle, one["head"], Role.SCREENER, unit, person=head)
    world.reporters[one["code"]] = _acting(account, Role.SCREENER, unit)
    with within(EVERYTHING):
        name_responsible(SYSTEM, unit=unit, name=one["head"])


def _outside_accounts(world: World) -> None:
    told = world.told
    klass = world.units[told["class_head"]["class"]]
    head = appoint("demo-class-head", told["class_head"]["name"], Role.CLASS_HEAD, klass)
    for key in ("county", "prefecture", "province"):
        one = told[f"{key}_officer"]
        _officer(world, one["unit"], f"demo-{key}", one["name"])
    for one in [*told["prefectures"], *told["counties"]]:
        if one["code"] not in world.reporters:
            _officer(world, one["code"], f"office-{one['code'].lower()}", f"{one['name']}值班室")
    schools = [world.units[one["code"]] for one in told["schools"]]
    classes = [unit for unit in world.units.values() if unit.kind == "class" and unit.pk != klass.pk]
    world.reporters |= appoint_all(schools, Role.DUTY_OFFICER) | appoint_all(classes, Role.CLASS_HEAD)
    world.reporters[klass.code] = _acting(head, Role.CLASS_HEAD, klass)


def _officer(world: World, code: str, handle: str, name: str) -> None:
    account = appoint(handle, name, Role.OFFICER, world.units[code])
    world.reporters[code] = _acting(account, Role.OFFICER, world.units[code])


def _acting(account: Account, role: Role, unit: Unit) -> Actor:
    return Actor(account.pk, account.name, (Post(role, unit),), person_id=account.person_id)


def _family(world: World) -> None:
    """A guardian who answers for three children in two schools."""
    told = world.told["guardian"]
    children = [(world.units[c["class"]], person_of(world, c["class"], c["name"])) for c in told["children"]]
    first = children[0][0]
    with within(EVERYTHING):
        guardian = _guardian(world, first, told["name"])
        member_account("demo-guardian", guardian)
        for unit, number in children:
            confirm_guardian(SYSTEM, unit=unit, guardian=guardian, ward=Person.objects.get(pk=number))


def _guardian(world: World, unit: Unit, name: str) -> Person:
    """On no roster: a guardian belongs to the children, not to the school."""
    drawn = world.casting.admission(unit, "resident", SINCE, ages=(36, 45), name=name)
    guardian = Person(
        home_unit=unit, name=name, sort_key=sort_key(name), id_type=drawn.id_type, birth_date=drawn.birth_date
    )
    guardian.number = drawn.number  # type: ignore[assignment]
    guardian.phone = drawn.phone  # type: ignore[assignment]
    guardian.save(force_insert=True)
    return guardian
