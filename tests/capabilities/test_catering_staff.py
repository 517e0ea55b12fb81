"""Meals of staff (员工用餐): row M07, counted at the cut-off as a drop point of its own, apart from the guests."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from lianfang.capabilities.catering.actions import fix_list, serve_meals, set_diet
from lianfang.capabilities.catering.models import Delivery
from lianfang.capabilities.catering.plan import meals_served
from lianfang.capabilities.catering.sittings import late_changes, ordered
from lianfang.capabilities.catering.staff import set_staff_meal
from lianfang.capabilities.supplies.outlook import outlook
from lianfang.domain.meals.lists import by_drop
from lianfang.domain.refusals import Refused
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.ledgers.reading import balance
from lianfang.kernel.scope import EVERYTHING, within
from lianfang.kernel.tasks.models import Task
from tests import kitchen
from tests.kitchen import moment

pytestmark = pytest.mark.django_db
DAY = date(2020, 2, 6)


def test_M07_staff_on_the_list_at_the_cut_off_are_a_drop_point_of_their_own_beside_the_guests() -> None:
    site = kitchen.site()
    kitchen.arrive(site, kitchen.rooms(site, 12), kitchen.people(site, 12), moment(DAY - timedelta(days=1), 15))
    staff = kitchen.people(site, 5)
    item = kitchen.boxes(site, 100, moment(DAY, 1))
    with within(EVERYTHING), clock.at(moment(DAY, 8)):
        set_diet(SYSTEM, unit=site, person=staff[4], diet="halal")
        for one in staff[:4]:
            set_staff_meal(SYSTEM, unit=site, colleague=one, meal="lunch", post="护士站")
        set_staff_meal(SYSTEM, unit=site, colleague=staff[0], meal="dinner")
        set_staff_meal(SYSTEM, unit=site, colleague=staff[3], meal="lunch", eats=False)
        set_staff_meal(SYSTEM, unit=site, colleague=staff[4], meal="lunch", post="门岗")
        seen = outlook(site, item, at=clock.now())
        assert seen.present.assumptions["guests"] == 12, "staff are no guests"
        assert seen.present.by_day[0].used == 12 * 3 + 4 + 1
    with within(EVERYTHING), clock.at(moment(DAY, 10, 40)):
        set_staff_meal(SYSTEM, unit=site, colleague=staff[3], meal="lunch", post="门岗")
    with within(EVERYTHING), clock.at(moment(DAY, 10, 50)):
        sitting = fix_list(SYSTEM, unit=site, day=DAY, meal="lunch")
        assert by_drop(ordered(sitting))["staff"] == {"normal": 3, "halal": 1}, "the list as it stood at 10:30"
        assert Delivery.objects.get(sitting=sitting, drop="staff").quantity == 4
        assert Task.objects.filter(kind="delivery", name="送餐至员工用餐点").count() == 1
        late = late_changes(sitting, at=clock.now())
        assert [(one.portion.drop, one.portion.room, one.number) for one in late] == [("staff", "门岗", 1)]
    with within(EVERYTHING), clock.at(moment(DAY, 12, 30)):
        done = serve_meals(SYSTEM, unit=site, day=DAY, meal="lunch")
        assert (done.served, done.staff) == (12, 5)
        assert balance(site, item).amount == 83
        assert meals_served(site) == 12, "meals of guests"
        with pytest.raises(Refused) as refused:
            set_staff_meal(SYSTEM, unit=site, colleague=staff[0], meal="tea")
    assert refused.value.code == "choice.unknown"
