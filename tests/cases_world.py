"""A campus in which somebody falls ill (病例小世界): bedroom, classroom, dining room, library."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from lianfang.capabilities.cases.actions import decide_contacts, open_case, propose_contacts
from lianfang.capabilities.cases.models import Case, Contact
from lianfang.domain.refusals import Refused
from lianfang.kernel.accounts.actor import Actor, actor_for
from lianfang.kernel.people.models import Person
from lianfang.kernel.places.models import BED, CLASSROOM, DINES, DINING, DORMITORY, SEAT, VENUE, VISIT, Place
from lianfang.kernel.places.ops import occupy
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.make import DAY, at

EVENING = at(22, 40)
"""The moment of journey J-14."""
LONG_AGO = at(8, day=date(2026, 2, 16))


class Campus:
    """A school with one class; the boarder has 3 room-mates, sits in a group of 9, and met 30 others."""

    def __init__(self, *, room_mates: int = 3, group: int = 8, others: int = 30) -> None:
        self.school = make.root("S", "school", "示例学校")
        self.klass = make.unit(self.school, "S-K1", "class", "一班")
        self.boarder = make.member(self.klass, "寄宿生")
        self.room_mates = make.members(self.klass, room_mates)
        self.group = make.members(self.klass, group)
        self.others = make.members(self.klass, others)
        self.account = make.account(self.school, "doctor")
        with within(EVERYTHING):
            self.doctor: Actor = actor_for(self.account)
            self._live_together()

    def _live_together(self) -> None:
        dormitory = self.place(DORMITORY, "D301", "3号楼301")
        classroom = self.place(CLASSROOM, "R1", "一号教室")
        library = self.place(VENUE, "LIB", "图书馆")
        for number, person in enumerate([self.boarder, *self.room_mates]):
            self.put(dormitory, BED, person, LONG_AGO, spot=f"B{number}")
        for person in (self.boarder, *self.group):
            self.put(classroom, SEAT, person, LONG_AGO, party="G1")
        for person in self.others[:20]:
            self.put(classroom, SEAT, person, LONG_AGO, party="G2")
        self.visit(library, self.boarder, 14, 16)
        for person in self.others[20:]:
            self.visit(library, person, 15, 17)

    def place(self, kind: str, code: str, name: str) -> Place:
        """A place of the school."""
        return Place.objects.create(unit=self.school, kind=kind, code=code, name=name, capacity=60)

    def put(self, place: Place, layer: str, person: Person, since: datetime, **more: Any) -> None:
        """Somebody at a place from a moment on."""
        spot = more.pop("spot", "")
        occupy(unit=self.school, place=place, layer=layer, person=person, spot=spot, since=since, **more)

    def visit(self, place: Place, person: Person, come: int, go: int, *, day: date = DAY - timedelta(days=1)) -> None:
        """Somebody at a place for some hours of a day."""
        self.put(place, VISIT, person, at(come, day=day), until=at(go, day=day))

    def dine(self, tables: dict[str, list[Person]]) -> Place:
        """People at the tables of a dining room since long ago."""
        room = self.place(DINING, "C1", "食堂")
        for party, people in tables.items():
            for person in people:
                self.put(room, DINES, person, LONG_AGO, party=party)
        return room

    def case(self, **more: Any) -> Case:
        """The boarder's case, 38.1 °C with a cough at 22:40."""
        given = {"date_onset": DAY, "symptoms": ["fever", "cough"], "celsius": Decimal("38.1")} | more
        return open_case(
            self.doctor, unit=self.school, person=given.pop("person", self.boarder), definition="fever_respiratory",
            source="reading", **given,
        )  # fmt: skip

    def proposed(self, case: Case) -> list[Contact]:
        """The contacts that the system proposes."""
        return propose_contacts(self.doctor, case=case)


def refused(code: str, call: Callable[..., Any], *args: Any, **given: Any) -> Refused:
    """The refusal with this code that a call ends in."""
    with pytest.raises(Refused) as caught, transaction.atomic():
        call(*args, **given)
    assert caught.value.code == code
    return caught.value


def kept(campus: Campus, how_many: int = 1) -> tuple[Case, list[Contact]]:
    """A case with this many contacts followed up."""
    case = campus.case()
    contacts = campus.proposed(case)[:how_many]
    return case, decide_contacts(campus.doctor, case=case, contacts=contacts, decision="keep", reason="同住")


__all__ = ["EVENING", "LONG_AGO", "Campus", "kept", "refused"]
