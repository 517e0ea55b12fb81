"""What runs out is said in time (缺货预警): row M02, from the days of use to the order that the logistician owes."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from lianfang.capabilities.supplies.actions import issue_supplies, receive_supplies, register_item
from lianfang.capabilities.supplies.models import Shortage
from lianfang.capabilities.supplies.orders import propose_order, set_lead_time, withdraw_order
from lianfang.capabilities.supplies.outlook import outlook
from lianfang.capabilities.worklist.owed import own_tasks
from lianfang.domain.refusals import Refused
from lianfang.domain.roles import Role
from lianfang.interfaces.worker.sweep import Worker
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM, actor_for
from lianfang.kernel.accounts.models import Account
from lianfang.kernel.alerts.models import Alert
from lianfang.kernel.ledgers.models import Item
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.scope import EVERYTHING, within
from lianfang.kernel.tasks.models import Task
from tests import make
from tests.make import DAY, at

pytestmark = pytest.mark.django_db
Watched = tuple[Unit, Item, Account]


def used_daily(school: Unit, mask: Item, amounts: tuple[int, ...]) -> None:
    """The days before today on which masks were issued, the last of them yesterday."""
    for n, amount in enumerate(amounts):
        day = DAY - timedelta(days=len(amounts) - n)
        with clock.at(at(18, day=day)), within(EVERYTHING):
            issue_supplies(SYSTEM, unit=school, item=mask, quantity=Decimal(amount))


@pytest.fixture
def watched() -> Watched:
    """A school whose masks were used at 20 a day, 100 of them left, and its logistician."""
    with clock.at(at(8, day=DAY - timedelta(days=4))):
        school = make.root("S", "school")
        keeper = make.account(school, Role.LOGISTICIAN)
        with within(EVERYTHING):
            mask = register_item(SYSTEM, unit=school, code="mask", name="mask", measure="piece")
            receive_supplies(SYSTEM, unit=school, item=mask, quantity=Decimal(160), opening=True)
    used_daily(school, mask, (20, 20, 20))
    return school, mask, keeper


def swept(*when: int, day: date = DAY) -> None:
    with clock.at(at(*when, day=day)):
        Worker().sweep()


def to_order_of(keeper: Account) -> list[str]:
    with within(EVERYTHING):
        by = actor_for(keeper)
    with make.acting(by):
        return [task.name_en for task in own_tasks(by)]


def test_M02_the_logistician_owes_the_order_of_what_runs_out_once_until_it_is_ordered(watched: Watched) -> None:
    school, mask, keeper = watched
    swept(6, 30)
    swept(12)
    with clock.at(at(18)), within(EVERYTHING):
        issue_supplies(SYSTEM, unit=school, item=mask, quantity=Decimal(20))
    swept(6, 30, day=DAY + timedelta(days=1))
    with within(EVERYTHING):
        held = Shortage.objects.get()
        task = Task.objects.get(kind="to_order")
        assert Alert.objects.filter(account_id=keeper.pk, kind="stock.runs_out").count() == 1
    lasts_until = DAY + timedelta(days=4)
    assert (held.runs_out_on, held.warn_days, held.order_by) == (lasts_until, 7, DAY + timedelta(days=1))
    assert task.due_at == at(0, day=DAY + timedelta(days=2)), "by the end of the last day on which it still comes"
    with clock.at(at(9, day=DAY + timedelta(days=1))):
        assert to_order_of(keeper) == ["Order: mask"]
        with within(EVERYTHING):
            order = propose_order(SYSTEM, unit=school, item=mask, quantity=Decimal(300))
    swept(9, 1, day=DAY + timedelta(days=1))
    with within(EVERYTHING):
        held.refresh_from_db()
        assert (held.because, to_order_of(keeper)) == ("ordered", [])
    with clock.at(at(10, day=DAY + timedelta(days=1))), within(EVERYTHING):
        withdraw_order(SYSTEM, order=order, reason="too dear")
    swept(10, 1, day=DAY + timedelta(days=1))
    with clock.at(at(10, 2, day=DAY + timedelta(days=1))):
        assert to_order_of(keeper) == ["Order: mask"], "called off, it is owed again"


def test_M02_stock_that_comes_ends_the_warning_and_days_without_use_do_not(watched: Watched) -> None:
    school, mask, keeper = watched
    swept(6, 30)
    swept(6, 30, day=DAY + timedelta(days=3))
    with within(EVERYTHING):
        assert Shortage.objects.get().ended_at is None, "three days without use say nothing"
    used_daily(school, mask, (20, 20))
    with clock.at(at(9)), within(EVERYTHING):
        receive_supplies(SYSTEM, unit=school, item=mask, quantity=Decimal(500))
    swept(9, 1)
    with clock.at(at(9, 2)), within(EVERYTHING):
        assert (Shortage.objects.get().because, to_order_of(keeper)) == ("in_stock", [])


def test_M02_a_longer_delivery_time_of_an_item_warns_earlier(watched: Watched) -> None:
    school, mask, _keeper = watched
    with within(EVERYTHING), clock.at(at(6)):
        receive_supplies(SYSTEM, unit=school, item=mask, quantity=Decimal(100))
    swept(6, 30)
    with within(EVERYTHING), clock.at(at(7)):
        assert not Shortage.objects.exists(), "9 days are more than 7"
        class_store = make.unit(school, "S-K", "class")
        set_lead_time(SYSTEM, unit=school, item=mask, lead_days=8)
        assert outlook(class_store, mask, at=at(7)).warn_days == 11, "for those under the unit too"
        with pytest.raises(Refused) as refused:
            set_lead_time(SYSTEM, unit=school, item=mask, lead_days=400)
        assert refused.value.code == "number.out_of_range"
    swept(7, 1)
    with within(EVERYTHING):
        held = Shortage.objects.get()
    assert (held.warn_days, held.runs_out_on, held.order_by) == (11, DAY + timedelta(days=9), DAY + timedelta(days=1))
