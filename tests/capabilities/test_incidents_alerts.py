"""Similar illness (聚集性发病预警) in classes and rooms, and what follows by itself."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from lianfang.capabilities.checkin.intake import receive_answer
from lianfang.capabilities.incidents.actions import (
    assess_alert,
    grade_alert,
    report_cluster,
    settle_alert,
    verify_alert,
    watch_answers,
    watch_class,
)
from lianfang.capabilities.incidents.models import ClusterAlert
from lianfang.capabilities.incidents.watching import REPORT
from lianfang.domain.refusals import Refused
from lianfang.kernel import clock
from lianfang.kernel.alerts.models import Alert
from lianfang.kernel.audit.models import Event
from lianfang.kernel.people.models import Person
from lianfang.kernel.places.models import Place
from lianfang.kernel.places.ops import occupy
from lianfang.kernel.reporting.models import Answer
from lianfang.kernel.scope import EVERYTHING, within
from lianfang.kernel.tasks import ops as tasks
from tests import make
from tests.incidents_world import (
    World,
    answered,
    built,
    followed,
    pupils,
    raised,
    stopped,
)
from tests.make import DAY, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return built()


def refused(code: str):
    return pytest.raises(Refused, match=code)


# Similar illness (J05)


def look(world: World, day: date = DAY) -> list[ClusterAlert]:
    with clock.at(at(9, day=day)):
        return watch_class(world.klass, day)


def alerts() -> list[ClusterAlert]:
    with within(EVERYTHING):
        return list(ClusterAlert.objects.order_by("opened_at"))


def fevers(world: World) -> list[Person]:
    """Two, two and one similar fevers on three days, each looked at when it came in."""
    who = pupils(world, 8)
    for n, day in ((0, 0), (1, 0), (2, 1), (3, 1), (4, 2)):
        answered(world.klass, who[n], day=DAY + timedelta(days=day), symptoms=["fever"], celsius="37.9")
        look(world, DAY + timedelta(days=day))
    return who


def test_J05_two_two_and_one_open_one_alert_on_the_third_day_and_the_sixth_joins_it(world):
    who = fevers(world)
    (alert,) = alerts()
    third = DAY + timedelta(days=2)
    assert (alert.reached_on, alert.rule, alert.cases, alert.since) == (third, "several_days", 5, DAY)
    assert alert.report_due_at == at(9, day=third) + timedelta(hours=24)
    answered(world.klass, who[5], day=third, symptoms=["cough"])
    look(world, third)
    look(world, third)
    (alert,) = alerts()
    assert alert.cases == 6
    with within(EVERYTHING):
        assert Event.objects.filter(kind="cluster.found").count() == 1
        assert Event.objects.filter(kind="cluster.grown").count() == 1


def test_J05_three_absences_for_three_causes_raise_none(world):
    for person, symptom in zip(pupils(world, 3), (["fever"], ["vomiting"], ["rash"]), strict=True):
        answered(world.klass, person, symptoms=symptom)
    assert look(world) == []
    assert alerts() == []


@pytest.mark.parametrize("order", [(0, 1, 2, 3, 4), (4, 3, 2, 1, 0), (2, 4, 0, 3, 1)])
def test_J05_the_order_in_which_answers_come_in_does_not_matter(world, order):
    who, days = pupils(world, 5), (0, 0, 1, 1, 2)
    for n in order:
        answered(world.klass, who[n], day=DAY + timedelta(days=days[n]), symptoms=["fever"])
        look(world, DAY + timedelta(days=days[n]))
    (alert,) = alerts()
    assert (alert.cases, alert.since, alert.reached_on) == (5, DAY, DAY + timedelta(days=2))


def test_J05_an_alert_is_verified_assessed_graded_and_settled_each_with_its_time(world):
    fevers(world)
    (alert,) = alerts()
    third = DAY + timedelta(days=2)
    with make.acting(world.as_("doctor")) as who:
        with refused("flow.condition"):
            assess_alert(who, alert=alert, likelihood="likely", consequence="moderate")
        with clock.at(at(10, day=third)):
            alert = verify_alert(who, alert=alert, note="逐人核实")
        with clock.at(at(10, 20, day=third)):
            alert = assess_alert(who, alert=alert, likelihood="highly_likely", consequence="moderate")
        with clock.at(at(10, 30, day=third)):
            alert = grade_alert(who, alert=alert)
        assert (alert.grade, alert.report_due_at) == ("high", at(12, 30, day=third))
        with clock.at(at(11, day=third)):
            with refused("cluster.report_owed"):
                settle_alert(who, alert=alert, outcome="outbreak")
            report_cluster(who, task=tasks.of(alert, REPORT).get(number=1), note="电话并网报")
            alert = settle_alert(who, alert=alert, outcome="outbreak")
    assert (alert.verified_at, alert.assessed_at) == (at(10, day=third), at(10, 20, day=third))
    assert (alert.graded_at, alert.outcome_at) == (at(10, 30, day=third), at(11, day=third))
    with within(EVERYTHING):
        assert alert.incident is not None and alert.incident.kind == "cluster"


def test_J05_school_and_county_both_owe_the_report_in_time(world):
    fevers(world)
    (alert,) = alerts()
    with within(EVERYTHING):
        owed = {one.unit.code: (one.role, one.due_at) for one in tasks.of(alert, REPORT).select_related("unit")}
    due = at(9, day=DAY + timedelta(days=3))
    assert owed == {"S1-K1": ("doctor", due), "N1": ("officer", due)}


def test_J05_after_a_false_alarm_new_cases_raise_a_new_alert_and_the_old_ones_do_not(world):
    who = fevers(world)
    (alert,) = alerts()
    third = DAY + timedelta(days=2)
    with clock.at(at(12, day=third)), make.acting(world.as_("doctor")) as doctor:
        settle_alert(doctor, alert=alert, outcome="false_alarm", note="春游晒伤")
    assert look(world, third) == []
    more = [*who[5:8]]
    for person in more:
        answered(world.klass, person, day=third, symptoms=["fever"])
    (new,) = look(world, third)
    assert (new.rule, new.cases) == ("same_day", 3)
    assert len(alerts()) == 2


# What follows by itself (联动)


def test_J05_three_pupils_who_report_a_fever_raise_an_alert_and_the_doctor_and_the_county_hear_of_it(world):
    for person in pupils(world, 3):
        raw = make.answer(person, world.klass, state="unwell", temperature="38.2", symptoms=["fever"])
        with clock.at(at(8)), make.acting(world.as_("class_head")) as head:
            receive_answer(head, raw, channel="json")
    followed(at(8, 1))
    followed(at(8, 2))
    (alert,) = alerts()
    assert (alert.cases, alert.rule, alert.unit_id) == (3, "same_day", world.klass.pk)
    with within(EVERYTHING):
        told = set(Alert.objects.filter(kind="cluster.found").values_list("account_id", flat=True))
    assert told >= {world.as_(role).account_id for role in ("doctor", "class_head", "officer")}


def test_J05_a_dormitory_room_is_looked_at_across_classes(world):
    with clock.at(at(6)):
        other = make.unit(world.school, "S1-K2", "class")
    who = [*pupils(world, 2), make.member(other)]
    with within(EVERYTHING):
        room = Place.objects.create(unit=world.school, kind="dormitory_room", code="301", name="301", capacity=6)
        for n, person in enumerate(who):
            occupy(
                unit=world.school, place=room, layer="bed", person=person, spot=str(n), since=at(6) - timedelta(days=9)
            )
    for person, where in zip(who, (world.klass, world.klass, other), strict=True):
        answered(where, person, symptoms=["vomiting"])
    with clock.at(at(9)), within(EVERYTHING):
        watch_answers(Answer.objects.filter(day=DAY).select_related("unit"))
    (alert,) = alerts()
    assert (alert.place_id, alert.group, alert.cases) == (room.pk, "gastric", 3)


def test_J01_the_superior_hears_of_an_incident_when_it_is_reported_and_not_before(world):
    incident = raised(world, at(9))
    stopped(world, incident, "contained", at(9, 5))
    followed(at(9, 6))
    reported = Alert.objects.filter(kind="incident.reported")
    with within(EVERYTHING):
        assert not reported.exists()
    stopped(world, incident, "reported", at(9, 7))
    followed(at(9, 8))
    with within(EVERYTHING):
        assert [one.account_id for one in reported] == [world.as_("officer").account_id]
