"""Who stayed in a risk area (风险地区): row D03, recomputed by version of the list, and restored."""

from __future__ import annotations

import time
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection

from lianfang.capabilities.risk_areas.actions import prefix_of, publish_areas, record_sojourn, refute_sojourn
from lianfang.capabilities.risk_areas.models import AreaList, Sojourn
from lianfang.capabilities.risk_areas.told import Told, record_sojourns
from lianfang.domain.refusals import Refused
from lianfang.interfaces.worker.sweep import Worker
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM, Actor
from lianfang.kernel.alerts.models import Alert
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import Person
from lianfang.kernel.scope import EVERYTHING, within
from lianfang.kernel.statuses.models import Status
from lianfang.kernel.statuses.ops import current
from tests import make
from tests.make import at

pytestmark = pytest.mark.django_db
COUNTY = {"code": "510104", "name": "示例县", "name_en": "Example county", "level": "medium"}
CITY = {"code": "420100", "name": "示例市", "name_en": "Example city", "level": "high"}


class Campus:
    """A university with a class, its officer and a class head."""

    def __init__(self) -> None:
        with clock.at(at(7)):
            self.unit: Unit = make.root("U", "university")
            self.klass: Unit = make.unit(self.unit, "K", "class")
            self.officer, self.head = make.actor(self.unit, "officer"), make.actor(self.klass, "class_head")

    def stayed(self, area: str, first: str, last: str = "", **more: Any) -> tuple[Person, Sojourn]:
        """A new member of the class who stayed there."""
        with clock.at(at(7, 30)):
            person = make.member(self.klass)
        return person, self.stay(person, area, first, last, **more)

    def stay(self, person: Person, area: str, first: str, last: str = "") -> Sojourn:
        with clock.at(at(8)), make.acting(self.head):
            until = date.fromisoformat(last) if last else None
            kept: Sojourn = record_sojourn(
                self.head, unit=self.klass, person=person, area=area, since=date.fromisoformat(first), until=until
            )
            return kept

    def publish(self, *entries: dict[str, str], when: tuple[int, ...] = (21,), by: Actor | None = None) -> AreaList:
        with clock.at(at(*when)), make.acting(by or self.officer):
            published: AreaList = publish_areas(by or self.officer, unit=self.unit, entries=entries, basis="公告")
        with clock.at(at(*when) + timedelta(minutes=1)):
            Worker().sweep()
        return published


def held(person: Person) -> list[Status]:
    with clock.at(at(23)), within(EVERYTHING):
        return current(person, "risk_area")


@pytest.fixture
def campus() -> Campus:
    return Campus()


def test_D03_each_sees_which_stay_and_which_version_of_the_list_caused_it(campus: Campus) -> None:
    campus.publish(CITY, when=(20,))
    person, stay = campus.stayed("510104", "2026-02-20", "2026-02-25")
    campus.publish(CITY, COUNTY)
    [one] = held(person)
    assert (one.value, one.rule) == ("yellow", "R-area")
    assert (one.facts["sojourn"], one.facts["list_version"]) == (str(stay.pk), 2)
    assert (one.facts["area_name"], one.facts["from"]) == ("示例县", "2026-02-20")


def test_D03_removing_the_area_restores_everybody_with_the_reason(campus: Campus) -> None:
    person, _ = campus.stayed("510104", "2026-02-20")
    other, _ = campus.stayed("420102", "2026-02-20")
    campus.publish(CITY, COUNTY)
    listed = campus.publish(CITY, when=(22,))
    assert held(person) == []
    assert [one.value for one in held(other)] == ["red"], "the other area stays listed, with all its counties"
    with within(EVERYTHING):
        [ended] = Status.objects.filter(person=person)
        listed.refresh_from_db()
    assert ended.until is not None and ended.ended_because == "R-area 2"
    assert (listed.concerned, listed.changed) == (1, 1)


def test_a_stay_before_the_look_back_or_still_ahead_does_not_count_and_one_that_goes_on_does(campus: Campus) -> None:
    before, _ = campus.stayed("510104", "2026-01-20", "2026-02-15")
    last, _ = campus.stayed("510104", "2026-01-20", "2026-02-16")
    going_on, _ = campus.stayed("510104", "2026-01-01")
    campus.publish(COUNTY)
    assert [len(held(one)) for one in (before, last, going_on)] == [0, 1, 1], "14 days before 03-02 is 02-16"


def test_an_area_that_stays_on_the_list_keeps_its_english_name(campus: Campus) -> None:
    campus.publish(COUNTY, when=(20,))
    again = campus.publish({"code": "510104", "name": "示例县", "level": "high"})
    with within(EVERYTHING):
        assert [one.name_en for one in again.areas.all()] == ["Example county"]


def test_the_higher_level_weighs_more(campus: Campus) -> None:
    person, _ = campus.stayed("510104", "2026-02-20")
    campus.stay(person, "420102", "2026-02-18", "2026-02-19")
    campus.publish(CITY, COUNTY)
    assert [one.value for one in held(person)] == ["red"]


def test_publishing_the_same_again_changes_nobodys_status(campus: Campus) -> None:
    person, _ = campus.stayed("510104", "2026-02-20")
    campus.publish(COUNTY)
    [before] = held(person)
    again = campus.publish(COUNTY, when=(22,))
    [after] = held(person)
    with within(EVERYTHING):
        again.refresh_from_db()
    assert (before.pk, again.changed) == (after.pk, 0)


def test_a_stay_recorded_or_refuted_later_is_weighed_at_once(campus: Campus) -> None:
    campus.publish(COUNTY, when=(7, 30))
    person, stay = campus.stayed("510104", "2026-02-20")
    with clock.at(at(8, 1)):
        Worker().sweep()
    assert len(held(person)) == 1
    with clock.at(at(9)), make.acting(campus.head):
        refute_sojourn(campus.head, sojourn=stay, reason="ticket of another")
    with clock.at(at(9, 1)):
        Worker().sweep()
    assert held(person) == []


def test_T04_a_corrected_fact_takes_the_stay_back_and_nothing_brings_the_status_again(campus: Campus) -> None:
    from lianfang.capabilities.objections.actions import correct_fact

    person, stay = campus.stayed("510104", "2026-02-20")
    campus.publish(COUNTY, when=(8, 30))
    with clock.at(at(7)):
        doctor = make.actor(campus.unit, "doctor")
    [status] = held(person)
    with clock.at(at(10)), make.acting(doctor):
        correct_fact(doctor, status=status, fact="area_name", right="邻县", reason="ticket")
    with clock.at(at(10, 1)):
        Worker().sweep()
    campus.publish(COUNTY, when=(22,))
    with within(EVERYTHING):
        stay.refresh_from_db()
    assert stay.refuted_because == "ticket"
    assert [one.value for one in held(person)] == ["clear"]


@pytest.mark.parametrize(
    ("entries", "places"),
    [
        ([{**COUNTY, "code": "51"}], {"entries[0].code": "area.code"}),
        ([COUNTY, COUNTY], {"entries[1].code": "choice.duplicate"}),
        ([{**COUNTY, "level": "deep"}], {"entries[0].level": "choice.unknown"}),
        ([{**COUNTY, "name": ""}], {"entries[0].name": "required"}),
        ([{**COUNTY, "colour": "x"}], {"entries[0].colour": "field.unknown"}),
    ],
)
def test_a_list_with_an_impossible_line_is_refused_by_its_place(campus: Campus, entries: Any, places: Any) -> None:
    with clock.at(at(9)), make.acting(campus.officer), pytest.raises(Refused) as refused:
        publish_areas(campus.officer, unit=campus.unit, entries=entries, basis="公告")
    assert {one.field: one.code for one in refused.value.problems} == places
    with within(EVERYTHING):
        assert not AreaList.objects.exists()


def test_a_list_ahead_of_time_or_before_the_one_in_force_is_refused(campus: Campus) -> None:
    campus.publish(COUNTY, when=(9,))
    for since, code in ((at(11), "date.in_future"), (at(8), "cross.order")):
        with clock.at(at(10)), make.acting(campus.officer), pytest.raises(Refused) as refused:
            publish_areas(campus.officer, unit=campus.unit, entries=[COUNTY], basis="公告", since=since)
        assert refused.value.code == code


@pytest.mark.parametrize(
    ("area", "first", "last", "code"),
    [
        ("x", "2026-02-01", "", "area.code"),
        ("510104", "2026-03-03", "", "date.in_future"),
        ("510104", "2026-02-02", "2026-02-01", "cross.order"),
    ],
)
def test_an_impossible_stay_is_refused(campus: Campus, area: str, first: str, last: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        campus.stayed(area, first, last)
    assert refused.value.code == code


def test_an_area_code_with_trailing_zeros_stands_for_everything_within() -> None:
    assert [prefix_of(code) for code in ("510000", "510100", "510104", "510104001000")] == [
        "51", "5101", "510104", "5101040010",
    ]  # fmt: skip


FILL = """
WITH people AS (
  INSERT INTO people_person (id, home_unit_id, name, sort_key, id_type, id_reason, number_sealed, phone_sealed)
  SELECT gen_random_uuid(), %(unit)s, '学生' || n, '', 'none', 'x', '', ''
    FROM generate_series(1, %(many)s) n RETURNING id
)
INSERT INTO people_membership (id, unit_id, person_id, kind, number, employer, boards, since, entered_at)
SELECT gen_random_uuid(), %(unit)s, id, 'learner', '', '', false, '2025-09-01', now() FROM people RETURNING person_id
"""


def weigh(campus: Campus, people: int, hit: int) -> tuple[AreaList, float]:
    """The list with the new county published, and the seconds that weighing everybody took; stays in one action."""
    with within(EVERYTHING), connection.cursor() as cursor:
        cursor.execute(FILL, {"unit": campus.klass.pk, "many": people})
        numbers = [row[0] for row in cursor.fetchall()]
    with clock.at(at(19)), make.acting(campus.head):
        areas = ["510104" if n < hit else f"51{105 + n % 800:04d}" for n in range(people)]
        told = [Told(one, area, date(2026, 2, 20)) for one, area in zip(numbers, areas, strict=True)]
        record_sojourns(campus.head, unit=campus.klass, entries=told, how_many=len(told))
    campus.publish(CITY, when=(20,))
    with clock.at(at(21)), within(EVERYTHING):
        listed = publish_areas(SYSTEM, unit=campus.unit, entries=[CITY, COUNTY], basis="公告")
    started = time.perf_counter()
    with clock.at(at(21)):
        Worker().sweep()
    seconds = time.perf_counter() - started
    with within(EVERYTHING):
        listed.refresh_from_db()
    return listed, seconds


def test_D03_at_21_a_county_is_added_and_1240_of_63000_people_are_recomputed_within_a_minute(campus: Campus) -> None:
    listed, seconds = weigh(campus, 63_000, 1_240)
    with within(EVERYTHING):
        holding = Status.objects.filter(until__isnull=True, rule="R-area", facts__list_version=2)
        assert (listed.concerned, listed.changed, holding.count()) == (1_240, 1_240, 1_240)
    assert seconds <= 60
    removed = campus.publish(CITY, when=(22,))
    with within(EVERYTHING):
        removed.refresh_from_db()
        assert (removed.concerned, removed.changed, holding.count()) == (0, 1_240, 0)


def test_people_with_an_account_are_told_that_their_status_has_changed(campus: Campus) -> None:
    from lianfang.kernel.accounts.models import Account

    person, _ = campus.stayed("510104", "2026-02-20")
    with within(EVERYTHING):
        Account.objects.create(handle="m", name="m", person_id=person.pk, created_at=at(7))
    campus.publish(COUNTY)
    with within(EVERYTHING):
        assert Alert.objects.filter(kind="status.changed").count() == 1


@pytest.mark.parametrize("act", ["still_holds", "ended"])
def test_T04_only_a_status_that_no_longer_holds_refutes_the_stay_behind_it(campus: Campus, act: str) -> None:
    from lianfang.capabilities.objections.actions import answer_objection, correct_fact, object_to_status

    person, stay = campus.stayed("510104", "2026-02-20")
    campus.publish(COUNTY, when=(8, 30))
    with clock.at(at(7)):
        doctor = make.actor(campus.unit, "doctor")
    [status] = held(person)
    with clock.at(at(10)), make.acting(doctor):
        if act == "ended":
            made = object_to_status(doctor, status=status, person=person, text="no")
            answer_objection(doctor, objection=made, outcome="ended", answer="other person")
        else:
            correct_fact(doctor, status=status, fact="from", right="2026-02-21", reason="ticket", holds=True)
    with clock.at(at(10, 1)):
        Worker().sweep()
    campus.publish(COUNTY, when=(22,))
    with within(EVERYTHING):
        stay.refresh_from_db()
    ended = act == "ended"
    assert (stay.refuted_because, [one.value for one in held(person)]) == (
        ("other person", []) if ended else ("", ["yellow"])
    )
