"""An observation site from the order to its release (隔离点)."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from lianfang.capabilities.site.actions import (
    change_t0,
    close_site,
    designate_site,
    drain_site,
    open_site,
    start_conversion,
)
from lianfang.capabilities.site.clean_up import release_site, start_disinfection, tick_disinfected, unswept
from lianfang.capabilities.site.controls import (
    assign_control,
    fix_breach,
    give_evidence,
    report_breach,
    verify_control,
)
from lianfang.capabilities.site.milestones import (
    complete_first_batch,
    confirm_conversion,
    first_batch_arrived,
    name_blocker,
    standings,
)
from lianfang.capabilities.site.models import Breach, Milestone, Room, Site, Sweep, Trip
from lianfang.capabilities.site.rooms import (
    add_rooms,
    await_cleaning,
    mark_rooms_ready,
    note_missing_equipment,
    take_room_out,
)
from lianfang.capabilities.site.trips import add_asset, close_trip, start_trip
from lianfang.capabilities.stays.rooms import check_premises, free_rooms
from lianfang.domain.refusals import Refused
from lianfang.domain.site.life import day_number
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.audit.models import Event
from lianfang.kernel.places.models import Occupancy, Place, Premises
from lianfang.kernel.places.ops import occupy, vacate
from lianfang.kernel.scope import EVERYTHING, within
from lianfang.kernel.tasks.models import Task
from tests import make
from tests.site_world import FIRST_DAY, HOUR, T0, designated, fulfil, furnished, moved_in, on, opened

pytestmark = pytest.mark.django_db
CLOSING = date(2020, 3, 20)


def _code(refused: pytest.ExceptionInfo[Refused]) -> str:
    return refused.value.code


def _facts(refused: pytest.ExceptionInfo[Refused]) -> dict:
    return dict(refused.value.problems[0].facts)


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
        assert (_code(refused), _facts(refused)) == ("site.stays_longer", {"low": date(2020, 3, 24)})
        assert place.now().state == "open"
        with pytest.raises(Refused) as refused:
            drain_site(place.manager, site=place.site, closing_on=date(2020, 3, 10))
        assert _code(refused) == "date.out_of_window"


def test_a_site_with_somebody_in_it_is_not_closed_and_neither_is_one_with_a_booking():
    place = opened()
    _, spot = moved_in(place, place_rooms(place)[0], since=make.at(22, day=FIRST_DAY))
    with on(make.at(9, day=date(2020, 2, 20))):
        with pytest.raises(Refused) as refused:
            close_site(place.manager, site=place.site)
        assert (_code(refused), _facts(refused)["open"]) == ("site.not_empty", 1)
        vacate(spot, at=make.at(8, day=date(2020, 2, 20)))
    moved_in(place, place_rooms(place)[1], since=make.at(22, day=date(2020, 2, 25)))
    with on(make.at(9, day=date(2020, 2, 20))), pytest.raises(Refused) as refused:
        close_site(place.manager, site=place.site)
    assert _code(refused) == "site.not_empty"


def test_steps_out_of_order_are_refused_and_change_nothing():
    place = furnished()
    for act in (close_site, start_disinfection, release_site):
        with on(T0 + HOUR), pytest.raises(Refused) as refused:
            act(place.manager, site=place.site)
        assert _code(refused) == "flow.condition"
    with on(T0 + HOUR):
        assert place.now().state == "designated"
        assert start_conversion(place.manager, site=place.site).state == "converting"


def test_a_second_site_cannot_have_the_code_of_the_first():
    place = designated()
    with on(T0), pytest.raises(Refused) as refused:
        designate_site(SYSTEM, unit=place.school, code="SITE", name="又一个", rooms=3, t0=T0)
    assert _code(refused) == "unit.exists"
    with on(T0), pytest.raises(Refused) as refused:
        designate_site(SYSTEM, unit=place.school, code="NEXT", name="又一个", rooms=0, t0=T0)
    assert _code(refused) == "number.out_of_range"


def test_I01_in_draining_an_admission_on_03_06_can_still_finish_and_a_later_one_is_refused():
    place = opened()
    with on(make.at(9, day=date(2020, 3, 4))):
        drain_site(place.manager, site=place.site, closing_on=CLOSING)
        check_premises(place.site.unit, date(2020, 3, 6))
        with pytest.raises(Refused) as refused:
            check_premises(place.site.unit, date(2020, 3, 7))
    assert _code(refused) == "site.draining"


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
        assert _code(refused) == "date.order"


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
            assert _code(refused) == code
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
        assert (_code(refused), _facts(refused)["named"]) == ("code.taken", ["A202"])
        assert Place.objects.filter(unit=place.site.unit).count() == 4


def test_a_room_that_lacks_something_is_not_marked_ready_and_the_refusal_says_what():
    place = furnished(rooms=2)
    with on(T0 + HOUR):
        note_missing_equipment(place.crew, room=place.rooms[1], things=["bins"])
        with pytest.raises(Refused) as refused:
            mark_rooms_ready(place.crew, site=place.site, rooms=place.rooms)
        assert _code(refused) == "room.not_equipped"
        assert _facts(refused)["named"] == ["A102 (two bins with medical-waste bags)"]
        assert {room.readiness for room in place.rooms} == {"planned"}, "nothing half-written"
        note_missing_equipment(place.crew, room=place.rooms[1], things=[])
        mark_rooms_ready(place.crew, site=place.site, rooms=place.rooms)
        assert {room.readiness for room in place.rooms} == {"ready"}
        with pytest.raises(Refused) as refused:
            note_missing_equipment(place.crew, room=place.rooms[1], things=["gold"])
        assert _code(refused) == "choice.unknown"


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
        assert _code(refused) == "required"


def test_a_room_with_somebody_in_it_is_not_taken_out_and_is_cleaned_when_the_last_has_left():
    place = opened()
    room = place_rooms(place)[0]
    _, spot = moved_in(place, room, since=make.at(22, day=FIRST_DAY))
    with on(make.at(23, day=FIRST_DAY)):
        with pytest.raises(Refused) as refused:
            take_room_out(place.crew, room=room, readiness="cleaning")
        assert _code(refused) == "room.occupied"
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


# Four fives (I04).


def test_I04_a_site_does_not_open_while_one_of_twenty_items_lacks_owner_or_evidence_and_names_it():
    place = furnished()
    with on(T0 + HOUR):
        with pytest.raises(Refused) as refused:
            open_site(place.manager, site=place.site)
        assert _facts(refused)["open"] == 20
        fulfil(place, but=1)
        first = place.site.controls.get(number=1)
        assign_control(place.manager, control=first, owner="护士长")
        with pytest.raises(Refused) as refused:
            open_site(place.manager, site=place.site)
        assert (_code(refused), _facts(refused)) == ("site.controls_open", {"open": 1, "named": ["Medical gate"]})
        give_evidence(place.manager, control=first, evidence="排班表上墙")
        assert open_site(place.manager, site=place.site).state == "open"
        assert Premises.objects.get(unit=place.site.unit).state == "open"


def test_I04_staff_in_the_guest_lift_at_1012_lowers_lift_separation_until_verified_by_somebody_else():
    place = opened()
    with within(EVERYTHING):
        lift = place.site.controls.get(code="separate_lift")
    with on(make.at(10, 30, day=date(2020, 2, 3))):
        guard = make.actor(place.site.unit, "guard")
        verify_control(place.second, control=lift)
        told = report_breach(guard, control=lift, what="工作人员乘坐客梯", at=make.at(10, 12, day=date(2020, 2, 3)))
        lift.refresh_from_db()
        assert (told.control, lift.state) == (lift, "breached")
        with pytest.raises(Refused) as refused:
            give_evidence(place.manager, control=lift, evidence="没事")
        assert _code(refused) == "control.breach_open"
        with pytest.raises(Refused):
            verify_control(place.second, control=lift)
        fix_breach(place.manager, breach=told, fix="贴标识，重新培训，电梯消毒")
        with pytest.raises(Refused) as refused:
            verify_control(place.manager, control=lift)
        assert _code(refused) == "same_person"
        assert verify_control(place.second, control=lift).state == "verified"
        assert Breach.objects.get().verified_by == place.second.name


def test_I04_an_item_with_two_breaches_stays_breached_until_both_are_put_right():
    place = opened()
    with on(T0 + 2 * HOUR):
        food = place.site.controls.get(code="separate_food")
        first, second = (report_breach(place.crew, control=food, what=f"第 {n} 次") for n in (1, 2))
        fix_breach(place.manager, breach=first, fix="重新分餐")
        food.refresh_from_db()
        assert food.state == "breached"
        fix_breach(place.manager, breach=second, fix="重新分餐")
        food.refresh_from_db()
        assert food.state == "evidenced"
        with pytest.raises(Refused) as refused:
            fix_breach(place.manager, breach=first, fix="又一次")
        assert _code(refused) == "control.fixed_already"


# Dedicated assets (I05).


def test_I05_a_transfer_of_six_guests_is_closed_only_with_its_cleaning_and_never_carries_meals():
    place = opened()
    with on(T0 + 2 * HOUR):
        bus = add_asset(place.manager, site=place.site, kind="vehicle", code="V1", name="转运车", use="guest")
        with pytest.raises(Refused) as refused:
            start_trip(place.crew, asset=bus, purpose="meals")
        assert (_code(refused), Trip.objects.count()) == ("asset.wrong_use", 0)
        trip = start_trip(place.crew, asset=bus, purpose="guests", count=6, driver="司机甲")
        with pytest.raises(Refused) as refused:
            start_trip(place.crew, asset=bus, purpose="guests", count=1)
        assert _code(refused) == "asset.not_cleaned"
    with on(T0 + 4 * HOUR):
        with pytest.raises(Refused) as refused:
            close_trip(place.crew, trip=trip, ended_at=T0 + 3 * HOUR)
        assert (_code(refused), refused.value.problems[0].field) == ("trip.not_cleaned", "cleaned_at")
        with pytest.raises(Refused) as refused:
            close_trip(place.crew, trip=trip, ended_at=T0 + 3 * HOUR, cleaned_at=T0 + HOUR)
        assert _code(refused) == "date.order"
        closed = close_trip(place.crew, trip=trip, ended_at=T0 + 3 * HOUR, cleaned_at=T0 + 3 * HOUR)
        assert (closed.count, closed.cleaned_at) == (6, T0 + 3 * HOUR)
        with pytest.raises(Refused) as refused:
            close_trip(place.crew, trip=trip, cleaned_at=T0 + 4 * HOUR)
        assert _code(refused) == "trip.closed"
        start_trip(place.crew, asset=bus, purpose="guests", count=1)


def test_I05_the_database_has_one_open_trip_an_asset():
    place = opened()
    with on(T0 + 2 * HOUR):
        bus = add_asset(place.manager, site=place.site, kind="lift", code="L1", name="客梯", use="guest")
        start_trip(place.crew, asset=bus, purpose="guests")
        with pytest.raises(IntegrityError), transaction.atomic():
            Trip.objects.create(unit=place.site.unit, asset=bus, purpose="guests", started_at=T0 + 2 * HOUR)


# Terminal disinfection and release (H03).


def _closed(**more):
    place = opened(**more)
    with on(make.at(15, day=CLOSING)):
        close_site(place.manager, site=place.site)
        start_disinfection(place.manager, site=place.site)
    return place


def _tick(place, places, **more):
    how = {"crew": "专业消杀队", "agent": "含氯消毒剂", "mg_per_l": 1000, "minutes": 30, **more}
    return tick_disinfected(place.crew, site=place.site, places=places, **how)


def test_H03_a_site_of_245_rooms_is_released_when_each_and_the_common_zones_are_ticked_and_two_days_are_over():
    place = _closed(rooms=49, floors=5)
    with on(make.at(18, day=CLOSING)):
        everything = list(Place.objects.filter(unit=place.site.unit))
        assert len(everything) == 246
        hall = next(one for one in everything if one.kind == "zone")
        _tick(place, [one for one in everything if one != hall])
    with on(make.at(9, day=date(2020, 3, 22))):
        with pytest.raises(Refused) as refused:
            release_site(place.manager, site=place.site)
        assert (_code(refused), _facts(refused)) == ("site.not_disinfected", {"open": 1, "named": ["hall"]})
        _tick(place, [hall])
        released = release_site(place.manager, site=place.site, sampling="环境采样 20 份，阴性")
        assert (released.state, released.released_at) == ("released", make.at(9, day=date(2020, 3, 22)))
        assert Sweep.objects.count() == 246
        assert not unswept(released).exists()


def test_H03_a_site_is_not_released_before_two_days_of_disinfection():
    place = _closed()
    with on(make.at(18, day=date(2020, 3, 21))):
        _tick(place, list(Place.objects.filter(unit=place.site.unit)))
        with pytest.raises(Refused) as refused:
            release_site(place.manager, site=place.site)
        assert (_code(refused), _facts(refused)) == ("site.disinfection_days", {"low": date(2020, 3, 22)})


def test_H03_weak_or_short_disinfection_is_not_ticked_nor_is_a_place_twice_or_of_elsewhere():
    place = _closed()
    other = opened(code="OTHER", school=place.school)
    with on(make.at(18, day=CLOSING)):
        rooms = [room.place for room in place.rooms]
        for given, field in (({"mg_per_l": 500}, "mg_per_l"), ({"minutes": 20}, "minutes")):
            with pytest.raises(Refused) as refused:
                _tick(place, rooms, **given)
            assert (_code(refused), refused.value.problems[0].field) == ("number.out_of_range", field)
        _tick(place, rooms[:1])
        with pytest.raises(Refused) as refused:
            _tick(place, rooms)
        assert (_code(refused), _facts(refused)["named"]) == ("sweep.done", [rooms[0].code])
        with pytest.raises(Refused) as refused:
            _tick(place, [other.rooms[0].place])
        assert _code(refused) == "scope"
        assert Sweep.objects.count() == 1


def test_H03_between_closing_and_release_no_room_changes_and_the_premises_take_nobody():
    place = _closed()
    with on(make.at(18, day=CLOSING)):
        assert Premises.objects.get(unit=place.site.unit).state == "closed"
        assert {one.place.closed_on for one in place.rooms} == {CLOSING}
        assert free_rooms(place.site.unit, make.at(18, day=CLOSING)) == []
        with pytest.raises(Refused) as refused:
            check_premises(place.site.unit, CLOSING)
        assert _code(refused) == "site.not_open"
        with pytest.raises(Refused) as refused:
            mark_rooms_ready(place.crew, site=place.site, rooms=place.rooms)
        assert _code(refused) == "site.not_open"
        assert {one.readiness for one in Room.objects.filter(site=place.site)} == {"closed"}


def test_H03_the_database_gives_nobody_a_bed_in_a_closed_site_and_again_after_its_release():
    place = _closed()
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        moved_in(place, place_rooms(place)[0], since=make.at(18, day=CLOSING))
    assert "site_is_closed" in str(refused.value.__cause__.diag.constraint_name)
    with on(make.at(9, day=date(2020, 3, 22))):
        _tick(place, list(Place.objects.filter(unit=place.site.unit)))
        release_site(place.manager, site=place.site)
    moved_in(place, place_rooms(place)[0], since=make.at(10, day=date(2020, 3, 22)))


@pytest.mark.django_db(transaction=True)
def test_an_admission_and_the_closing_at_once_leave_nobody_in_a_closed_site():
    place = opened()
    room, who, came = place_rooms(place)[0], make.member(place.site.unit), make.at(14, day=CLOSING)
    ended: list[str] = []

    def admit() -> None:
        try:
            with within(EVERYTHING):
                occupy(unit=place.site.unit, place=room.place, layer="bed", person=who, spot="1", since=came)
            ended.append("admitted")
        except IntegrityError:
            ended.append("refused")
        finally:
            connection.close()

    other = threading.Thread(target=admit)
    with on(make.at(15, day=CLOSING)):
        close_site(place.manager, site=place.site)  # holds every room until the block ends
        other.start()
        other.join(timeout=1)
        assert ended == [], "it waits for the closing"
    other.join(timeout=20)
    with within(EVERYTHING):
        assert (ended, Occupancy.objects.count()) == (["refused"], 0)


def test_somebody_without_a_post_at_the_site_does_nothing_there():
    place = opened()
    stranger = make.actor(make.unit(place.school, "D1"), "site_manager")
    for act in (close_site, start_conversion):
        with on(T0 + 2 * HOUR), pytest.raises(Refused) as refused:
            act(stranger, site=place.site)
        assert _code(refused) == "scope"
    with within(EVERYTHING):
        assert Site.objects.get(pk=place.site.pk).state == "open"


def place_rooms(place) -> list[Room]:
    """The rooms, from outside any scope."""
    with within(EVERYTHING):
        return place.rooms
