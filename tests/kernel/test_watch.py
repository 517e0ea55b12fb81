"""Taking readings (测温登记): a round at once, each reading once by its key, a second where the first asks for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from lianfang.domain.refusals import Refused
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import Person
from lianfang.kernel.policies.ops import policy_of
from lianfang.kernel.readings.given import Given
from lianfang.kernel.readings.models import Reading
from lianfang.kernel.readings.ops import Receipt, owe_readings, owed, readings_of, take, take_all, void
from lianfang.kernel.scope import EVERYTHING, within
from lianfang.kernel.tasks import ops as tasks
from tests import make
from tests.make import DAY, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def ward() -> tuple[Unit, list[Person]]:
    site = make.unit(make.root("P"), "S", "school")
    people = make.members(site, 3)
    with within(EVERYTHING):
        policy = policy_of(site, on=DAY)
        for person in people:
            owe_readings(site, person, person, since=at(6), last_day=DAY + timedelta(days=2), policy=policy)
    return site, people


def _given(person: Person, celsius: str = "36.5", **more: object) -> Given:
    known = {"key": f"r-{person.pk}", "person_id": person.pk, "day": DAY, "slot": "am", "at": at(8)}
    return Given(**{**known, "celsius": Decimal(celsius), **more})  # type: ignore[arg-type]


def _round(site: Unit, *given: Given, hour: int = 9) -> list[Receipt]:
    subjects = {person.pk: person for person in Person.objects.all()}
    entries = [(subjects[one.person_id], one) for one in given]
    with clock.at(at(hour)):
        return take_all(SYSTEM, unit=site, kind="stay", given=entries, policy=policy_of(site, on=DAY))


def test_a_round_settles_what_was_owed_and_names_who_is_left(ward: tuple[Unit, list[Person]]) -> None:
    site, people = ward
    with within(EVERYTHING):
        assert all(receipt.problem is None for receipt in _round(site, *(_given(one) for one in people[:2])))
        left = [one.person for one in tasks.Task.objects.filter(day=DAY, slot="am", settled_at=None)]
        assert left == [people[2]]
        done = owed(people[0]).get(day=DAY, slot="am")
        assert (done.settled_at, owed(people[0]).count()) == (at(8), 5)


def test_the_same_round_again_changes_nothing_and_another_content_under_a_key_is_refused(
    ward: tuple[Unit, list[Person]],
) -> None:
    site, people = ward
    with within(EVERYTHING):
        given = _given(people[0])
        (first,), (again,) = _round(site, given), _round(site, given)
        assert (again.reading_id, again.duplicate) == (first.reading_id, True)
        (other,) = _round(site, replace(given, celsius=Decimal("36.9")))
        assert other.problem is not None and other.problem.code == "key.reused"
        assert Reading.objects.count() == 1


def test_one_bad_entry_comes_back_with_its_reason_and_the_others_are_kept(ward: tuple[Unit, list[Person]]) -> None:
    site, (a, b, c) = ward
    with within(EVERYTHING):
        bad = [_given(a, "365"), _given(b), _given(c, at=at(8) + timedelta(days=1), day=DAY + timedelta(days=1))]
        codes = [receipt.problem and receipt.problem.code for receipt in _round(site, *bad)]
        assert codes == ["number.out_of_range", None, "date.in_future"]
        assert Reading.objects.count() == 1


def test_a_fever_asks_for_a_second_reading_which_is_no_reading_of_the_slot(ward: tuple[Unit, list[Person]]) -> None:
    site, (a, *_) = ward
    with within(EVERYTHING):
        (first,) = _round(site, _given(a, "37.6"))
        assert first.fever and first.wants_second
        (second,) = _round(site, _given(a, "36.8", key="second", at=at(8, 20)))
        assert not second.wants_second and second.problem is None
        (third,) = _round(site, _given(a, "36.8", key="third", at=at(8, 30)))
        assert third.problem is not None and third.problem.code == "reading.taken_already"
        assert [row.second_of_id for row in readings_of(a)] == [None, first.reading_id]


def test_a_reading_that_is_void_is_owed_again_and_stays_on_record(ward: tuple[Unit, list[Person]]) -> None:
    site, (a, *_) = ward
    with within(EVERYTHING):
        reading = _round(site, _given(a))[0].reading_id
        row = Reading.objects.get(pk=reading)
        with pytest.raises(Refused, match="required"):
            void(row, SYSTEM, " ")
        void(row, SYSTEM, "wrong person")
        assert owed(a).get(day=DAY, slot="am").settled_at is None
        (new,) = _round(site, _given(a, "36.9", key="new"))
        assert new.problem is None and Reading.objects.count() == 2


def test_a_reading_of_somebody_else_or_for_a_slot_that_is_not_owed_is_refused(ward: tuple[Unit, list[Person]]) -> None:
    site, (a, b, _) = ward
    with within(EVERYTHING), clock.at(at(9)):
        policy = policy_of(site, on=DAY)
        with pytest.raises(Refused, match=r"reading\.other_person"):
            take(SYSTEM, unit=site, kind="stay", subject=a, given=_given(b), policy=policy)
        for slot in ("noon", "pm"):
            with pytest.raises(Refused, match=r"reading\.not_owed"):
                take(SYSTEM, unit=site, kind="stay", subject=a, given=_given(a, slot=slot), policy=policy)
