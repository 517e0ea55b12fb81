"""The twenty items of a site and what is dedicated to it (四个五、专用设施)."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from lianfang.capabilities.site.actions import (
    open_site,
)
from lianfang.capabilities.site.controls import (
    assign_control,
    fix_breach,
    give_evidence,
    report_breach,
    verify_control,
)
from lianfang.capabilities.site.models import Breach, Trip
from lianfang.capabilities.site.trips import add_asset, close_trip, start_trip
from lianfang.domain.refusals import Refused
from lianfang.kernel.places.models import Premises
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.site_world import (
    HOUR,
    T0,
    code_of,
    facts_of,
    fulfil,
    furnished,
    on,
    opened,
)

pytestmark = pytest.mark.django_db
CLOSING = date(2020, 3, 20)


# Four fives (I04).


def test_I04_a_site_does_not_open_while_one_of_twenty_items_lacks_owner_or_evidence_and_names_it():
    place = furnished()
    with on(T0 + HOUR):
        with pytest.raises(Refused) as refused:
            open_site(place.manager, site=place.site)
        assert facts_of(refused)["open"] == 20
        fulfil(place, but=1)
        first = place.site.controls.get(number=1)
        assign_control(place.manager, control=first, owner="护士长")
        with pytest.raises(Refused) as refused:
            open_site(place.manager, site=place.site)
        assert (code_of(refused), facts_of(refused)) == ("site.controls_open", {"open": 1, "named": ["Medical gate"]})
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
        assert code_of(refused) == "control.breach_open"
        with pytest.raises(Refused):
            verify_control(place.second, control=lift)
        fix_breach(place.manager, breach=told, fix="贴标识，重新培训，电梯消毒")
        with pytest.raises(Refused) as refused:
            verify_control(place.manager, control=lift)
        assert code_of(refused) == "same_person"
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
        assert code_of(refused) == "control.fixed_already"


# Dedicated assets (I05).


def test_I05_a_transfer_of_six_guests_is_closed_only_with_its_cleaning_and_never_carries_meals():
    place = opened()
    with on(T0 + 2 * HOUR):
        bus = add_asset(place.manager, site=place.site, kind="vehicle", code="V1", name="转运车", use="guest")
        with pytest.raises(Refused) as refused:
            start_trip(place.crew, asset=bus, purpose="meals")
        assert (code_of(refused), Trip.objects.count()) == ("asset.wrong_use", 0)
        trip = start_trip(place.crew, asset=bus, purpose="guests", count=6, driver="司机甲")
        with pytest.raises(Refused) as refused:
            start_trip(place.crew, asset=bus, purpose="guests", count=1)
        assert code_of(refused) == "asset.not_cleaned"
    with on(T0 + 4 * HOUR):
        with pytest.raises(Refused) as refused:
            close_trip(place.crew, trip=trip, ended_at=T0 + 3 * HOUR)
        assert (code_of(refused), refused.value.problems[0].field) == ("trip.not_cleaned", "cleaned_at")
        with pytest.raises(Refused) as refused:
            close_trip(place.crew, trip=trip, ended_at=T0 + 3 * HOUR, cleaned_at=T0 + HOUR)
        assert code_of(refused) == "date.order"
        closed = close_trip(place.crew, trip=trip, ended_at=T0 + 3 * HOUR, cleaned_at=T0 + 3 * HOUR)
        assert (closed.count, closed.cleaned_at) == (6, T0 + 3 * HOUR)
        with pytest.raises(Refused) as refused:
            close_trip(place.crew, trip=trip, cleaned_at=T0 + 4 * HOUR)
        assert code_of(refused) == "trip.closed"
        start_trip(place.crew, asset=bus, purpose="guests", count=1)


def test_I05_the_database_has_one_open_trip_an_asset():
    place = opened()
    with on(T0 + 2 * HOUR):
        bus = add_asset(place.manager, site=place.site, kind="lift", code="L1", name="客梯", use="guest")
        start_trip(place.crew, asset=bus, purpose="guests")
        with pytest.raises(IntegrityError), transaction.atomic():
            Trip.objects.create(unit=place.site.unit, asset=bus, purpose="guests", started_at=T0 + 2 * HOUR)
