"""Entering many people at once (批量建档): they are as if entered one by one, sealed and found by number and phone."""

from __future__ import annotations

from datetime import date

import pytest

from lianfang.kernel.crypto import blind_index
from lianfang.kernel.people.bulk import Admission, admit
from lianfang.kernel.people.models import Membership, Person
from lianfang.kernel.people.ops import by_number
from lianfang.kernel.scope import EVERYTHING, within
from tests import make

pytestmark = pytest.mark.django_db
BORN = date(2012, 5, 4)


def one(unit: int, number: str, **more: str) -> Admission:
    return Admission(
        unit_id=unit, kind="learner", name="张伟", id_type="passport" if number else "none", number=number,
        birth_date=BORN, since=make.DAY, **more,
    )  # fmt: skip


def test_people_entered_together_open_and_are_found_like_others():
    klass = make.root("K", "class")
    given = [one(klass.pk, "ZZ0000001", phone="+8619900000001", roster_number="7"), one(klass.pk, "")]
    with within(EVERYTHING):
        first, second = admit(given)
        person = Person.objects.get(pk=first)
        assert (person.number.open(), person.phone.open()) == ("ZZ0000001", "+8619900000001")
        assert (person.name, person.sort_key, person.birth_date) == ("张伟", "zhangwei zw", BORN)
        assert by_number("passport", "zz0000001") == person
        assert bytes(person.phone_index) == blind_index("phone", "199 0000 0001")
        other = Person.objects.get(pk=second)
        assert (other.number_sealed, other.number_index, other.phone_sealed) == ("", None, "")
        member = Membership.objects.get(person=first)
        assert (member.unit_id, member.number, member.since, member.until) == (klass.pk, "7", make.DAY, None)


def test_nobody_entered_is_nobody():
    with within(EVERYTHING):
        assert admit([]) == []
