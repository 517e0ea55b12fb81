"""The rules of an observation site (隔离点规则)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from lianfang.domain.refusals import Refused
from lianfang.domain.site import controls, life, use
from lianfang.domain.site.milestones import outlook, projected
from lianfang.domain.site.rooms import READINESS, numbered

ZONE = ZoneInfo("Asia/Shanghai")
T0 = datetime(2020, 1, 30, 14, tzinfo=ZONE)
HOUR = timedelta(hours=1)
AT_18 = T0 + 4 * HOUR
PLANNED = 245


def test_I01_2020_03_20_is_day_51_of_2020_01_30():
    assert life.day_number(date(2020, 1, 30), date(2020, 3, 20)) == 51


def test_I01_the_last_admission_that_can_finish_14_days_by_03_20_is_on_03_06():
    assert life.last_admission(date(2020, 3, 20), observation_days=14) == date(2020, 3, 6)


@given(some.dates(date(2000, 1, 1), date(2100, 1, 1)), some.integers(0, 60))
def test_whoever_comes_on_the_last_day_finishes_on_the_closing_day_and_nobody_later_does(closing, days):
    last = life.last_admission(closing, observation_days=days)
    assert last + timedelta(days=days) == closing
    assert life.day_number(last, closing) == days + 1


def test_a_site_goes_from_designation_to_release_and_no_step_is_left_out():
    state = life.LIFE.start
    for move in ("convert", "open", "drain", "close", "disinfect", "release"):
        state = life.LIFE.after(state, move)
    assert state == life.RELEASED
    assert life.LIFE.allowed(state) == ()
    for early, move in ((life.OPEN, "release"), (life.CLOSED, "release"), (life.CLOSED, "open")):
        with pytest.raises(Refused):
            life.LIFE.after(early, move)


def _ready(*hours_and_counts: tuple[float, int]) -> list[datetime]:
    """So many rooms ready within each hour after T0, evenly."""
    return [T0 + HOUR * hour + HOUR * (n + 1) / count for hour, count in hours_and_counts for n in range(count)]


def test_I02_at_1800_with_201_ready_and_40_in_the_last_hour_it_projects_1906_and_warns():
    ready = _ready((0, 60), (1, 55), (2, 46), (3, 40))
    assert len(ready) == 201
    when = projected(ready, total=PLANNED, t0=T0, now=AT_18, window=HOUR)
    assert when == datetime(2020, 1, 30, 19, 6, tzinfo=ZONE)
    found = outlook(target=T0 + 5 * HOUR, actual=None, now=AT_18, projection=when, counted=True)
    assert (found.state, found.warns) == ("behind", True)


def test_I02_rooms_that_are_all_ready_need_no_projection():
    ready = _ready((0, 100), (1, 145))
    assert projected(ready, total=PLANNED, t0=T0, now=AT_18, window=HOUR) == T0 + 2 * HOUR
    assert outlook(target=T0 + 5 * HOUR, actual=T0 + 2 * HOUR, now=AT_18).state == "met"
    assert outlook(target=T0 + 5 * HOUR, actual=T0 + 6 * HOUR, now=AT_18).state == "met_late"


def test_where_nothing_moves_there_is_no_projection_and_a_warning():
    assert projected(_ready((0, 100)), total=PLANNED, t0=T0, now=AT_18, window=HOUR) is None
    assert outlook(target=T0 + 5 * HOUR, actual=None, now=AT_18, counted=True).state == "stalled"
    assert outlook(target=T0 + 5 * HOUR, actual=None, now=T0 + 6 * HOUR, counted=True).state == "over"
    assert outlook(target=T0 + 8 * HOUR, actual=None, now=AT_18).state == "ahead", "it is not counted: just not yet"


@given(some.lists(some.integers(1, 239), min_size=1, max_size=60), some.integers(61, 300))
def test_a_projection_never_lies_before_now_and_comes_sooner_the_more_is_ready(minutes, total):
    ready = [T0 + timedelta(minutes=one) for one in minutes]
    sooner = projected([*ready, AT_18], total=total, t0=T0, now=AT_18, window=HOUR)
    later = projected(ready, total=total, t0=T0, now=AT_18, window=HOUR)
    assert sooner is not None and sooner > AT_18
    assert later is None or later > sooner


def test_rooms_of_a_floor_are_numbered_along_the_walk():
    rooms = list(numbered("A", 3, first=9, count=3, walk=41))
    assert [room.code for room in rooms] == ["A309", "A310", "A311"]
    assert all(b.walk == a.walk + 1 for a, b in pairwise(rooms))


def test_a_room_that_somebody_left_is_cleaned_before_it_is_ready():
    assert READINESS.after("ready", "leave") == "cleaning"
    assert READINESS.after("cleaning", "ready") == "ready"
    with pytest.raises(Refused):
        READINESS.after("closed", "ready")


@pytest.mark.parametrize(
    ("owner", "state", "lets_open"),
    [("", "evidenced", False), ("王", "open", False), ("王", "evidenced", True), ("王", "verified", True),
     ("王", "breached", False)],
)  # fmt: skip
def test_I04_an_item_lets_the_site_open_with_owner_and_evidence_and_no_breach(owner, state, lets_open):
    assert controls.stands(owner, state) is lets_open


def test_I04_a_breach_lowers_the_state_until_it_is_verified_anew_by_somebody_else():
    state = controls.CONTROL.after("verified", "breach")
    with pytest.raises(Refused):
        controls.CONTROL.after(state, "verify")
    assert controls.CONTROL.after(controls.CONTROL.after(state, "evidence"), "verify") == "verified"
    with pytest.raises(Refused) as refused:
        controls.refuse_same_person(7, 7)
    assert refused.value.code == "same_person"
    controls.refuse_same_person(7, 8)


@pytest.mark.parametrize("purpose", ["meals", "staff", "supplies", "waste"])
def test_I05_a_guest_vehicle_carries_guests_and_nothing_else(purpose):
    use.refuse_wrong_use("guest", "guests", asset="V1")
    with pytest.raises(Refused) as refused:
        use.refuse_wrong_use("guest", purpose, asset="V1")
    assert refused.value.code == "asset.wrong_use"


def test_I05_no_two_classes_carry_the_same_thing():
    carried = [purpose for purposes in use.CARRIES.values() for purpose in purposes]
    assert sorted(carried) == sorted(use.PURPOSES)
