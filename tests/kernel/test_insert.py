"""Rows written together (整批写入): the same rows as one by one, whatever stands in them."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from lianfang.kernel.database.insert import insert_all
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import Person
from lianfang.kernel.readings.models import Reading
from lianfang.kernel.scope import EVERYTHING, within
from lianfang.kernel.tasks.models import Task
from tests import make
from tests.make import DAY, at

pytestmark = pytest.mark.django_db


def _class() -> tuple[Unit, list[Person]]:
    unit = make.unit(make.unit(make.root("P"), "S", "school"), "K", "class")
    return unit, make.members(unit, 3)


def _reading(unit: Unit, person: Person, number: int, **more: Any) -> Reading:
    told: dict[str, Any] = {
        "person": person, "subject": f"x:{number}", "kind": "stay", "day": DAY, "slot": "am", "at": at(8, number),
        "celsius": Decimal("36.5"), "by": "护士", "key": f"key-{number}", "digest": "d", "received_at": at(9),
    }  # fmt: skip
    return Reading(unit=unit, **told | more)


def _values(row: Reading) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in Reading._meta.concrete_fields}


@pytest.mark.parametrize("odd", ["", "a,b{}\"\\'%s", "一\n二", "\x1e", "a\x1fb"])
def test_what_is_written_together_is_read_back_as_it_was(odd: str) -> None:
    unit, people = _class()
    rows = [
        _reading(unit, people[0], 1, symptoms=["cough", odd], body_site="ear", key=f"{odd}1"),
        _reading(unit, people[1], 2, celsius=None, by_id=7, fever=True, void_reason=odd, voided_at=at(10)),
        _reading(unit, people[2], 3, celsius=Decimal("37.25"), received_at=at(9) + timedelta(microseconds=1)),
    ]
    with within(EVERYTHING):
        insert_all(rows)
        assert [_values(one) for one in Reading.objects.order_by("subject")] == [_values(one) for one in rows]
        assert not any(one._state.adding for one in rows)


def test_many_take_one_statement_and_none_takes_none() -> None:
    unit, people = _class()
    with within(EVERYTHING), CaptureQueriesContext(connection) as asked:
        insert_all([])
        insert_all([_reading(unit, people[0], number) for number in range(40)])
    assert len(asked) == 1
    with within(EVERYTHING):
        assert Reading.objects.count() == 40


def test_what_is_there_already_refuses_all_or_is_left_out() -> None:
    unit, people = _class()

    def owed(*slots: str) -> list[Task]:
        return [
            Task(unit=unit, kind="reading", subject="x:1", person=people[0], day=DAY, slot=one, opens_at=at(6))
            for one in slots
        ]

    with within(EVERYTHING):
        insert_all(owed("am"))
        with pytest.raises(IntegrityError), transaction.atomic():
            insert_all(owed("am", "pm"))
        assert Task.objects.count() == 1
        insert_all(owed("am", "pm"), ignore_conflicts=True)
        assert sorted(Task.objects.values_list("slot", flat=True)) == ["am", "pm"]
