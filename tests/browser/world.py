"""The world of the pages (页面的小世界): two counties on one day, each journey with units and people of its own."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from lianfang.capabilities.checkin.intake import receive_answer, receive_roll_call
from lianfang.capabilities.daily_report.intake import receive_report
from lianfang.capabilities.persons.actions import register_person
from lianfang.capabilities.units.actions import change_unit
from lianfang.domain.answers import PersonRef
from lianfang.domain.identity import Identity
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM, Actor, actor_for
from lianfang.kernel.accounts.models import Account
from lianfang.kernel.accounts.ops import new_account
from lianfang.kernel.dues.ops import open_day
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import Person
from lianfang.kernel.policies import drills
from lianfang.kernel.reporting.tally import open_tallies
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.make import DAY, at

YESTERDAY = DAY - timedelta(days=1)
CLASS_SIZE, MISSING, WITHOUT_ACCOUNT = 48, 12, 3
SCHOOLS, SILENT = 12, 3
# For the day's report, a board that refreshes itself, a report with a gap; the last for a division's own report.
INSTITUTES = {"YL": "云岭学院", "BD": "北坡学院", "HX": "湖心学院", "ZX": "竹溪学院"}
DIVISIONS = ("办公室", "教务处", "科研处", "总务处", "学生处")
MEMBERS = ("well", "unwell", "scriptless", "offline", "earlier", "refused", "neighbour", "shell", "reader", "light")


@dataclass(slots=True)
class World:
    """Units by their code, accounts by their handle, people by theirs."""

    units: dict[str, Unit] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)

    def actor(self, handle: str) -> Actor:
        """Somebody of this world, with the roles in force now."""
        with within(EVERYTHING):
            return actor_for(self.accounts[handle])


def built() -> World:
    """The world as it stands at the end of the day: whoever is to be missing is missing."""
    world = World()
    with clock.at(at(6, day=date(2026, 2, 20))):
        _counties(world)
        _class(world)
        _phones(world)
        for code in INSTITUTES:
            _institute(world, code)
    _open_days()
    _answers(world)
    _reports(world)
    return world


def set_clock(hour: int, minute: int = 0, *, day: date = DAY) -> None:
    """From here on the product shows this time of the day, and the clock goes on from there."""
    with within(EVERYTHING):
        drills.start(at(hour, minute, day=day), "test")


def report_nothing(world: World, handle: str, code: str, moment: tuple[int, int]) -> None:
    """A unit's zero report, by whoever signs for it."""
    with clock.at(at(*moment)), make.acting(world.actor(handle)) as signer:
        receive_report(signer, {"unit": code, "day": str(DAY), "nothing_to_report": True}, channel="json")


def check_class(world: World, handle: str, code: str, moment: tuple[int, int]) -> None:
    """A class check in which everybody is well."""
    raw = {
        "key": f"roll-{code}-{DAY}",
        "unit": code,
        "day": str(DAY),
        "slot": "am",
        "exceptions": [],
        "everyone_else": "well",
    }
    with clock.at(at(*moment)), make.acting(world.actor(handle)) as head:
        receive_roll_call(head, {**raw, "observed_by": head.name}, channel="json")


def _counties(world: World) -> None:
    province = make.root("P", "province", "示例省")
    prefecture = make.unit(province, "P1", "prefecture", "甲市")
    for code, name in (("N1", "乙县"), ("N2", "丙县")):
        world.units[code] = make.unit(prefecture, code, "county", name)
        _account(world, code, "officer", f"officer-{code.lower()}")
    for n in range(1, SCHOOLS + 1):
        code = f"S{n:02d}"
        world.units[code] = make.unit(world.units["N1"], code, "school", f"第{n}小学")
        _account(world, code, "duty_officer", f"duty-{code.lower()}")


def _class(world: World) -> None:
    """A school with a class of 48 and one whose people have accounts, and everybody who has a duty there."""
    school = world.units["SC"] = make.unit(world.units["N2"], "SC", "school", "云岭中学")
    with within(EVERYTHING):
        change_unit(SYSTEM, unit=school, name=school.name, name_en=school.name_en, phone="15400000000")
    for n, name in ((1, "高一（1）班"), (2, "高一（2）班")):
        world.units[f"SC-K{n}"] = make.unit(school, f"SC-K{n}", "class", name)
        _account(world, f"SC-K{n}", "class_head", f"head-{n}")
    for role in ("duty_officer", "administrator", "doctor"):
        _account(world, "SC", role, role)
    for n in range(CLASS_SIZE):
        world.people[f"pupil-{n}"] = pupil(world.units["SC-K1"], n)
    for n in range(CLASS_SIZE - MISSING, CLASS_SIZE - WITHOUT_ACCOUNT):
        _own_account(world, f"pupil-{n}")


def pupil(unit: Unit, n: int) -> Person:
    """Somebody on a roster who can be called: name, document and phone are numbered."""
    identity = Identity(kind="passport", number=f"E9{n:07d}", birth_date=None, sex=None)
    who = PersonRef(
        id_type="passport", identity=identity, id_reason="", name=f"学员{n:02d}", phone=f"154{n:08d}", birth_date=None,
        guardian_notice=None, ref="",
    )  # fmt: skip
    with within(EVERYTHING):
        entered = register_person(SYSTEM, unit=unit, who=who, kind="learner", since=date(2026, 2, 20))
    person: Person = entered.person
    return person


def _phones(world: World) -> None:
    """Members who check in themselves, each for one test; the reader has done so."""
    for n, name in enumerate(MEMBERS):
        world.people[name] = pupil(world.units["SC-K2"], 100 + n)
        _own_account(world, name)


def _institute(world: World, code: str) -> None:
    institute = world.units[code] = make.unit(world.units["N2"], code, "institute", INSTITUTES[code])
    _account(world, code, "duty_officer", f"duty-{code.lower()}")
    for n, name in enumerate(DIVISIONS, 1):
        division = f"{code}-D{n}"
        world.units[division] = make.unit(institute, division, "division", name)
        make.members(world.units[division], 4, kind="staff")
        _account(world, division, "screener", f"screener-{division.lower()}")


def _account(world: World, code: str, role: str, handle: str) -> None:
    account = world.accounts[handle] = make.account(world.units[code], role, handle)
    with within(EVERYTHING):
        account.phone = f"1541000{account.pk:04d}"
        account.save()


def _own_account(world: World, name: str) -> None:
    with within(EVERYTHING):
        account = world.accounts[name] = new_account(f"own-{name}", world.people[name].name)
        account.person_id = world.people[name].pk
        account.save()


def _open_days() -> None:
    for day in (YESTERDAY, DAY):
        with clock.at(at(6, day=day)), within(EVERYTHING):
            open_day(day)
            open_tallies(day)


def _answers(world: World) -> None:
    """Of the class of 48 all but 12 have answered; one of them is not well."""
    klass = world.units["SC-K1"]
    for n in range(CLASS_SIZE - MISSING):
        ill = {"state": "unwell", "temperature": "37.9", "symptoms": ["fever"]} if n == 0 else {}
        with clock.at(at(8, n)), make.acting(world.actor("head-1")) as head:
            receive_answer(head, make.answer(world.people[f"pupil-{n}"], klass, **ill), channel="json")
    with clock.at(at(7, 10)), make.acting(world.actor("reader")) as reader:
        answer = make.answer(world.people["reader"], world.units["SC-K2"], temperature="36.4")
        receive_answer(reader, answer, channel="form")


def _reports(world: World) -> None:
    """In one county nine schools of twelve have reported; in each institute the last division has not."""
    for n in range(1, SCHOOLS - SILENT + 1):
        report_nothing(world, f"duty-s{n:02d}", f"S{n:02d}", (16, n))
    for institute in INSTITUTES:
        for n in range(1, len(DIVISIONS)):
            code = f"{institute}-D{n}"
            check_class(world, f"screener-{code.lower()}", code, (9, 30))
            report_nothing(world, f"screener-{code.lower()}", code, (16, 2))
