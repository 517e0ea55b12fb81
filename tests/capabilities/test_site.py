"""An observation site from the order to its release (隔离点)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils.translation import override

from lianfang.capabilities.site.actions import (
    change_t0,
    close_site,
    designate_site,
    drain_site,
    start_conversion,
)
from lianfang.capabilities.site.clean_up import release_site, start_disinfection
from lianfang.capabilities.site.milestones import (
    complete_first_batch,
    confirm_conversion,
    first_batch_arrived,
    name_blocker,
    standings,
)
from lianfang.capabilities.site.models import Milestone
from lianfang.capabilities.site.rooms import (
    add_rooms,
    await_cleaning,
    mark_rooms_ready,
    note_missing_equipment,
    take_room_out,
)
from lianfang.capabilities.stays.rooms import check_premises, free_rooms
from lianfang.domain.refusals import Refused
from lianfang.domain.site.life import day_number
from lianfang.interfaces.wording import sentence
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.audit.models import Event
from lianfang.kernel.places.models import Place, Premises
from lianfang.kernel.places.ops import vacate
from lianfang.kernel.scope import EVERYTHING, within
from lianfang.kernel.tasks.models import Task
from tests import make
from tests.site_world import (
    FIRST_DAY,
    HOUR,
    T0,
    code_of,
    designated,
    facts_of,
    furnished,
    moved_in,
    on,
    opened,
    place_rooms,
)

pytestmark = pytest.mark.django_db
CLOSING = date(2020, 3, 20)


# The life of a site (I01).


def test_I01_a_site_is_designated_with_its_unit_its_twenty_items_and_its_three_milestones():
    place = designated(rooms=245)
    with within(EVERYTHING):
        assert (place.site.unit.kind, place.site.unit.parent, place.site.state) == ("site", place.school, "designated")
        assert place.site.controls.count() == 20
        assert place.site.milestones.count() == 3
        assert Premises.objects.get(unit=place.site.unit).state == "preparing"


def test_I01_from_designation_to_closing_it_is_51_days_and_the_last_admission_is_03_06():
    place = opened()
    with on(make.at(9, day=date(2020, 3, 4))):
        drain_site(place.manager, site=place.site, closing_on=CLOSING)
        premises = Premises.objects.get(unit=place.site.unit)
        assert (premises.state, premises.accepts_until) == ("draining", date(2020, 3, 6))
    with on(make.at(15, day=CLOSING)):
        closed = close_site(place.manager, site=place.site)
        assert day_number(closed.designated_on, closed.closed_on) == 51
        assert Premises.objects.get(unit=place.site.unit).closed_on == CLOSING


def test_the_days_of_an_observation_come_from_the_rules_in_force():
    place = opened()
    make.rules(place.school, observation_days=10)
    with on(make.at(9, day=date(2020, 3, 4))):
        assert drain_site(place.manager, site=place.site, closing_on=CLOSING).accepts_until == date(2020, 3, 10)


def test_a_site_is_not_drained_towards_a_day_on_which_somebody_still_stays():
    place = opened()
    moved_in(place, place_rooms(place)[0], since=make.at(22, day=date(2020, 3, 10)))
    with on(make.at(9, day=date(2020, 3, 11))):
        with pytest.raises(Refused) as refused:
            drain_site(place.manager, site=place.site, closing_on=CLOSING)
        assert (code_of(refused), facts_of(refused)) == ("site.stays_longer", {"low": date(2020, 3, 24)})
        assert place.now().state == "open"
        with pytest.raises(Refused) as refused:
            drain_site(place.manager, site=place.site, closing_on=date(2020, 3, 10))
        assert code_of(refused) == "date.out_of_window"


def test_a_site_with_somebody_in_it_is_not_closed_and_neither_is_one_with_a_booking():
    place = opened()
    _, spot = moved_in(place, place_rooms(place)[0], since=make.at(22, day=FIRST_DAY))
    with on(make.at(9, day=date(2020, 2, 20))):
        with pytest.raises(Refused) as refused:
            close_site(place.manager, site=place.site)
        assert (code_of(refused), facts_of(refused)["open"]) == ("site.not_empty", 1)
        vacate(spot, at=make.at(8, day=date(2020, 2, 20)))
    moved_in(place, place_rooms(place)[1], since=make.at(22, day=date(2020, 2, 25)))
    with on(make.at(9, day=date(2020, 2, 20))), pytest.raises(Refused) as refused:
        close_site(place.manager, site=place.site)
    assert code_of(refused) == "site.not_empty"


def test_steps_out_of_order_are_refused_and_change_nothing():
    place = furnished()
    for act in (close_site, start_disinfection, release_site):
        with on(T0 + HOUR), pytest.raises(Refused) as refused:
            act(place.manager, site=place.site)
        assert code_of(refused) == "flow.condition"
    with on(T0 + HOUR):
        assert place.now().state == "designated"
        assert start_conversion(place.manager, site=place.site).state == "converting"


def test_a_second_site_cannot_have_the_code_of_the_first():
    place = designated()
    with on(T0), pytest.raises(Refused) as refused:
        designate_site(SYSTEM, unit=place.school, code="SITE", name="又一个", rooms=3, t0=T0)
    assert code_of(refused) == "unit.exists"
    with on(T0), pytest.raises(Refused) as refused:
        designate_site(SYSTEM, unit=place.school, code="NEXT", name="又一个", rooms=0, t0=T0)
    assert code_of(refused) == "number.out_of_range"


def test_I01_in_draining_an_admission_on_03_06_can_still_finish_and_a_later_one_is_refused():
    place = opened()
    with on(make.at(9, day=date(2020, 3, 4))):
        drain_site(place.manager, site=place.site, closing_on=CLOSING)
        check_premises(place.site.unit, date(2020, 3, 6))
        with pytest.raises(Refused) as refused:
            check_premises(place.site.unit, date(2020, 3, 7))
    assert code_of(refused) == "site.draining"


# Milestones against T0 (I02).


def _ready_in_steps(place, *steps: tuple[int, int]) -> None:
    """(minutes after T0, how many rooms then) one after the other."""
    with within(EVERYTHING):
        left = place.rooms
    for minutes, count in steps:
        with on(T0 + timedelta(minutes=minutes)):
            mark_rooms_ready(place.crew, site=place.site, rooms=left[:count])
        left = left[count:]


def test_I02_the_clock_of_a_site_of_245_rooms_from_T0_to_the_conversion():
    place = furnished(rooms=49, floors=5)
    _ready_in_steps(place, (60, 60), (120, 60), (180, 41), (210, 20), (240, 20))
    with on(T0 + 4 * HOUR):
        rooms = standings(place.now(), now=T0 + 4 * HOUR)[0]
        assert (rooms.done, rooms.total, rooms.outlook.state) == (201, 245, "behind")
        assert rooms.outlook.projected == make.at(19, 6, day=FIRST_DAY)
        assert rooms.outlook.target == make.at(19, day=FIRST_DAY)
    with on(T0 + 5 * HOUR):
        left = [room for room in place.rooms if room.ready_at is None]
        mark_rooms_ready(place.crew, site=place.site, rooms=left)
    with on(T0 + 8 * HOUR):
        first_batch_arrived(place.site.unit, at=T0 + 8 * HOUR, count=62, by=SYSTEM)
    with on(T0 + 48 * HOUR):
        confirm_conversion(place.manager, site=place.site, evidence="三区两通道验收")
        found = standings(place.now(), now=T0 + 48 * HOUR)
        assert [(one.outlook.state, one.outlook.actual) for one in found] == [
            ("met", make.at(19, day=FIRST_DAY)),
            ("met", make.at(22, day=FIRST_DAY)),
            ("met", make.at(14, day=date(2020, 2, 1))),
        ]
        assert [one.done for one in found] == [245, 62, None]


def test_I02_a_room_less_than_planned_is_not_all_rooms():
    place = furnished(rooms=3)
    _ready_in_steps(place, (60, 2))
    with on(T0 + 2 * HOUR):
        assert Milestone.objects.get(site=place.site, key="rooms_ready").actual_at is None
        mark_rooms_ready(place.crew, site=place.site, rooms=place.rooms[2:])
        assert Milestone.objects.get(site=place.site, key="rooms_ready").value == 3


def test_I02_another_T0_moves_the_targets_asks_a_reason_and_leaves_an_event():
    place = furnished()
    with on(T0 + HOUR):
        leader = make.actor(place.school, "leader")
        change_t0(leader, site=place.site, t0=T0 - HOUR, reason="指挥部通知更早")
        assert standings(place.now(), now=T0 + HOUR)[0].outlook.target == T0 + 4 * HOUR
        event = Event.objects.get(kind="site.t0_changed")
        assert event.facts["reason"] == "指挥部通知更早"
        complete_first_batch(place.manager, site=place.site, count=2)
        with pytest.raises(Refused) as refused:
            change_t0(leader, site=place.site, t0=T0 + 2 * HOUR, reason="x")
        assert code_of(refused) == "date.order"


def test_a_second_batch_does_not_move_the_first_and_a_batch_elsewhere_is_nothing():
    place = furnished()
    with on(T0 + 3 * HOUR):
        first_batch_arrived(place.site.unit, at=T0 + 2 * HOUR, count=2, by=SYSTEM)
        first_batch_arrived(place.site.unit, at=T0 + 3 * HOUR, count=9, by=SYSTEM)
        first_batch_arrived(place.school, at=T0 + 3 * HOUR, count=9, by=SYSTEM)
        met = Milestone.objects.get(site=place.site, key="first_batch")
        assert (met.actual_at, met.value) == (T0 + 2 * HOUR, 2)
        assert Event.objects.filter(kind="site.first_batch_in").count() == 1


def test_a_milestone_is_not_met_in_the_future_nor_before_T0_and_names_what_is_in_its_way():
    place = furnished()
    with on(T0 + HOUR):
        for at, code in ((T0 + 2 * HOUR, "date.in_future"), (T0 - HOUR, "date.order")):
            with pytest.raises(Refused) as refused:
                confirm_conversion(place.manager, site=place.site, evidence="x", at=at)
            assert code_of(refused) == code
        waiting = Milestone.objects.get(site=place.site, key="converted")
        assert name_blocker(place.manager, milestone=waiting, blocker="缺隔断板").blocker == "缺隔断板"


# Rooms.


def test_rooms_are_numbered_on_after_those_there_are_and_never_twice():
    place = furnished(rooms=2, floors=2)
    with on(T0):
        assert [room.place.code for room in place.rooms] == ["A101", "A102", "A201", "A202"]
        assert [room.place.walk for room in place.rooms] == [1, 2, 3, 4]
        with pytest.raises(Refused) as refused:
            add_rooms(place.manager, site=place.site, building="A", floor=2, first=2, count=2)
        assert (code_of(refused), facts_of(refused)["named"]) == ("code.taken", ["A202"])
        with override("en"):
            assert sentence(refused.value.problems[0]).startswith("These rooms are there already: A202.")
        assert Place.objects.filter(unit=place.site.unit).count() == 4


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [({"building": "A 1"}, "building.letters", "building"), ({"capacity": 0}, "number.out_of_range", "capacity")],
)
def test_a_building_that_cannot_be_a_code_and_rooms_without_a_bed_are_refused_for_what_they_are(given, code, field):
    place = furnished(rooms=1, floors=1)
    wanted = {"building": "B", "floor": 1, "first": 1, "count": 1, "capacity": 1, **given}
    with on(T0), pytest.raises(Refused) as refused:
        add_rooms(place.manager, site=place.site, **wanted)
    assert (code_of(refused), refused.value.problems[0].field) == (code, field)


def test_a_room_that_lacks_something_is_not_marked_ready_and_the_refusal_says_what():
    place = furnished(rooms=2)
    with on(T0 + HOUR):
        note_missing_equipment(place.crew, room=place.rooms[1], things=["bins"])
        with pytest.raises(Refused) as refused:
            mark_rooms_ready(place.crew, site=place.site, rooms=place.rooms)
        assert code_of(refused) == "room.not_equipped"
        assert facts_of(refused)["named"] == ["A102 (two bins with medical-waste bags)"]
        assert {room.readiness for room in place.rooms} == {"planned"}, "nothing half-written"
        note_missing_equipment(place.crew, room=place.rooms[1], things=[])
        mark_rooms_ready(place.crew, site=place.site, rooms=place.rooms)
        assert {room.readiness for room in place.rooms} == {"ready"}
        with pytest.raises(Refused) as refused:
            note_missing_equipment(place.crew, room=place.rooms[1], things=["gold"])
        assert code_of(refused) == "choice.unknown"


def test_a_ready_room_is_open_to_the_kernel_and_one_in_repair_is_not():
    place = opened()
    with on(T0 + 2 * HOUR):
        room = place.rooms[0]
        assert (room.place.opened_on, room.place.closed_on) == (FIRST_DAY, None)
        take_room_out(place.crew, room=room, readiness="repair", reason="水管漏水")
        assert place.rooms[0].place.closed_on == FIRST_DAY
        mark_rooms_ready(place.crew, site=place.site, rooms=[room])
        assert place.rooms[0].place.closed_on is None
        with pytest.raises(Refused) as refused:
            take_room_out(place.crew, room=room, readiness="repair")
        assert code_of(refused) == "required"


def test_a_room_with_somebody_in_it_is_not_taken_out_and_is_cleaned_when_the_last_has_left():
    place = opened()
    room = place_rooms(place)[0]
    _, spot = moved_in(place, room, since=make.at(22, day=FIRST_DAY))
    with on(make.at(23, day=FIRST_DAY)):
        with pytest.raises(Refused) as refused:
            take_room_out(place.crew, room=room, readiness="cleaning")
        assert code_of(refused) == "room.occupied"
        await_cleaning(room.place_id)
        assert place.rooms[0].readiness == "ready", "somebody is still in"
    with on(make.at(9, day=date(2020, 2, 13))):
        vacate(spot, at=make.at(8, day=date(2020, 2, 13)))
        await_cleaning(room.place_id)
        assert (place.rooms[0].readiness, place.rooms[0].place.closed_on) == ("cleaning", date(2020, 2, 13))
        owed = Task.objects.get(place=room.place)
        assert (owed.kind, owed.role, owed.settled_at) == ("disinfection", "crew", None)
        mark_rooms_ready(place.crew, site=place.site, rooms=[room])
        owed.refresh_from_db()
        assert owed.settled_by == place.crew.name


def test_a_planned_room_takes_nobody_until_it_is_ready():
    place = furnished(rooms=1)
    with on(T0 + HOUR):
        assert free_rooms(place.site.unit, T0 + HOUR) == []
        assert place.rooms[0].place.closed_on == FIRST_DAY
        mark_rooms_ready(place.crew, site=place.site, rooms=place.rooms)
        assert place.rooms[0].place.closed_on is None
        assert [one.code for one in free_rooms(place.site.unit, T0 + HOUR)] == ["A101"]
