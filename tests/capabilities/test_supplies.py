"""Stock, norms and orders (物资): every movement is on the ledger, a difference says why, somebody else approves."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connections

from lianfang.capabilities.supplies.actions import (
    accept_supplies,
    correct_entry,
    count_stock,
    issue_supplies,
    move_supplies,
    receive_supplies,
    register_item,
    set_grams,
    write_off,
)
from lianfang.capabilities.supplies.models import Order, Transfer
from lianfang.capabilities.supplies.orders import (
    approve_order,
    propose_order,
    readiness,
    receive_order,
    set_norm,
    withdraw_order,
)
from lianfang.capabilities.supplies.outlook import outlook
from lianfang.domain.refusals import Refused
from lianfang.domain.roles import Role
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.ledgers.models import Entry, Item
from lianfang.kernel.ledgers.reading import balance, balances, card_of, disagreeing
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.make import DAY, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def school(afternoon):
    return make.root("S", "school")


def item(unit, code="mask", measure="piece", how_many=100, **more) -> Item:
    found = register_item(SYSTEM, unit=unit, code=code, name=code, measure=measure)
    if how_many:
        receive_supplies(SYSTEM, unit=unit, item=found, quantity=Decimal(how_many), opening=True, **more)
    return found


def test_M01_the_five_lines_of_the_report_are_received_and_bags_have_no_mass_until_weighed(school):
    with within(EVERYTHING):
        for code, measure, amount in [
            ("lunch_box", "piece", 10000), ("mask", "piece", 2080), ("hypochlorite_5pct", "kg", 675),
            ("alcohol", "kg", 50), ("nadcc", "bag", 400),
        ]:  # fmt: skip
            item(school, code, measure, amount)
        nadcc = Item.objects.get(code="nadcc")
        assert nadcc.grams is None
        weighed = set_grams(SYSTEM, item=nadcc, grams=Decimal(500), chlorine_percent=Decimal(60))
        assert (weighed.grams, balance(school, weighed)) == (500, balance(school, nadcc))
        assert all(card_of(school, one.lot, since=DAY, until=DAY).proved for one in balances(school))


def test_a_code_is_one_item_and_a_measure_is_one_of_the_known(school):
    with within(EVERYTHING):
        item(school)
        for more, code in (
            ({"code": "mask", "measure": "piece"}, "item.exists"),
            ({"code": "x", "measure": "heap"}, "choice.unknown"),
        ):
            with pytest.raises(Refused) as refused:
                register_item(SYSTEM, unit=school, name="x", **more)
            assert refused.value.code == code


def test_what_is_sent_leaves_at_once_and_arrives_when_somebody_there_says_so(school):
    site = make.unit(school, "S-G", "site")
    with within(EVERYTHING):
        mask = item(school)
        lot = mask.lots.get()
        sent = move_supplies(SYSTEM, unit=school, lot=lot, quantity=Decimal(40), to=site, key="k")
        assert move_supplies(SYSTEM, unit=school, lot=lot, quantity=Decimal(40), to=site, key="k") == sent
        assert (balance(school, mask).amount, balance(site, mask).amount) == (60, 0)
        for received, reason, code in ((41, "", "number.out_of_range"), (38, "", "transfer.short")):
            with pytest.raises(Refused) as refused:
                accept_supplies(SYSTEM, transfer=sent, came=Decimal(received), reason=reason)
            assert refused.value.code == code
        done = accept_supplies(SYSTEM, transfer=sent, came=Decimal(38), reason="2 torn")
        assert (balance(site, mask).amount, done.missing) == (38, 2)
        with pytest.raises(Refused):
            accept_supplies(SYSTEM, transfer=sent, came=Decimal(38))
        assert disagreeing(school) == disagreeing(site) == []


def test_only_the_receiving_store_says_what_has_come(school):
    sites = [make.unit(school, code, "site") for code in ("G1", "G2")]
    keepers = [make.actor(one, Role.LOGISTICIAN) for one in sites]
    with within(EVERYTHING):
        lot = item(sites[0]).lots.get()
    with make.acting(keepers[0]):
        sent = move_supplies(keepers[0], unit=sites[0], lot=lot, quantity=Decimal(5), to=sites[1])
        with pytest.raises(Refused) as refused:
            accept_supplies(keepers[0], transfer=sent, came=Decimal(5))
        assert refused.value.code == "scope"
    with make.acting(keepers[1]):
        assert accept_supplies(keepers[1], transfer=Transfer.objects.get(), came=Decimal(5)).missing == 0


def test_a_count_and_a_correction_write_new_entries_only(school):
    with within(EVERYTHING):
        mask = item(school)
        lot = mask.lots.get()
        count_stock(SYSTEM, unit=school, lot=lot, counted=Decimal(90), reason="10 used without a note")
        (out,) = issue_supplies(SYSTEM, unit=school, item=mask, quantity=Decimal(30), purpose="ward")
        before = list(Entry.objects.order_by("pk").values_list("pk", "quantity"))
        correct_entry(SYSTEM, entry=out, quantity=Decimal(3), reason="typed a zero too many")
        write_off(SYSTEM, unit=school, lot=lot, quantity=Decimal(7), reason="wet")
        assert list(Entry.objects.order_by("pk").values_list("pk", "quantity"))[: len(before)] == before
        assert balance(school, mask).amount == 80
        card = card_of(school, lot, since=DAY, until=DAY)
    assert card.proved
    assert (card.opening, card.issued, card.adjusted, card.closing) == (100, 37, 17, 80)


def test_a_lot_that_was_never_here_cannot_be_counted_here(school):
    site = make.unit(school, "S-G", "site")
    with within(EVERYTHING):
        lot = item(school).lots.get()
        with pytest.raises(Refused) as refused:
            count_stock(SYSTEM, unit=site, lot=lot, counted=Decimal(1), reason="x")
    assert refused.value.code == "scope"


def test_M03_1200_people_need_36000_masks_and_only_this_line_is_not_ready(school):
    with within(EVERYTHING):
        mask, soap = item(school, how_many=30000), item(school, "soap", "bottle", 1000)
        set_norm(SYSTEM, unit=school, item=mask, phase="开学", per_head=Decimal(2), days=15, heads=1200)
        set_norm(SYSTEM, unit=school, item=soap, phase="开学", per_head=Decimal("0.01"), days=15, heads=1200)
        lines = {one.norm.item.code: one for one in readiness(school, on=DAY, phase="开学")}
        assert lines["mask"].need.needed.amount == 36000
        assert lines["mask"].need.shortage.amount == 6000
        assert (lines["mask"].need.ready, lines["soap"].need.ready) == (False, True)
        assert propose_order(SYSTEM, unit=school, item=mask, reason="norm").quantity == 6000
        with pytest.raises(Refused) as refused:
            propose_order(SYSTEM, unit=school, item=mask)
        assert refused.value.code == "order.nothing_short", "it is on order already"
        with pytest.raises(Refused) as refused:
            propose_order(SYSTEM, unit=school, item=soap)
    assert refused.value.code == "order.nothing_short"


def test_a_norm_without_a_number_of_people_takes_the_roster(school):
    klass = make.unit(school, "S-K1", "class")
    make.members(klass, 3)
    with within(EVERYTHING):
        mask = item(school, how_many=5)
        set_norm(SYSTEM, unit=school, item=mask, phase="p", per_head=Decimal(2), days=1)
        (line,) = readiness(school, on=DAY)
    assert (line.heads, line.need.shortage.amount) == (3, 1)


def test_an_order_is_approved_by_somebody_else_and_received_once(school):
    keeper, leader = make.actor(school, Role.SITE_MANAGER), make.actor(school, Role.LEADER)
    with within(EVERYTHING):
        mask = item(school)
    with make.acting(keeper):
        order = propose_order(keeper, unit=school, item=mask, quantity=Decimal(50), reason="reserve")
        with pytest.raises(Refused) as refused:
            approve_order(keeper, order=order)
        assert refused.value.code == "flow.own_request"
        with pytest.raises(Refused) as refused:
            receive_order(keeper, order=order, came=Decimal(50))
        assert refused.value.code == "flow.condition"
    with make.acting(leader):
        approve_order(leader, order=order)
    with make.acting(keeper):
        done = receive_order(keeper, order=order, came=Decimal(48), number="L9", expires_on=DAY + timedelta(days=90))
        assert (done.state, done.received, balance(school, mask).amount) == ("received", 48, 148)
        for again in (
            lambda: receive_order(keeper, order=order, came=Decimal(1)),
            lambda: withdraw_order(keeper, order=order, reason="x"),
        ):
            with pytest.raises(Refused):
                again()
        assert Order.objects.get().forecasts["drives"] == "burn_rate"


def test_masks_without_a_plan_are_forecast_by_the_days_on_record(school):
    with within(EVERYTHING):
        mask = item(school, at=at(8) - timedelta(days=9))
        for days in (3, 2, 1):
            issue_supplies(SYSTEM, unit=school, item=mask, quantity=Decimal(10), at=at(9) - timedelta(days=days))
        found = outlook(school, mask, at=clock.now())
        assert (found.burn.on, found.burn.days, found.burn.runs_out_on) == (
            DAY - timedelta(days=1),
            7,
            DAY + timedelta(days=6),
        )
        assert (found.plan.unknown, found.drives.basis, found.warns) == ("no_plan", "burn_rate", True)


def test_what_expires_is_not_counted_on(school):
    with within(EVERYTHING):
        mask = item(school, number="A", expires_on=DAY - timedelta(days=1), at=at(8) - timedelta(days=9))
        assert outlook(school, mask, at=clock.now()).burn.on_hand == 0
        with pytest.raises(Refused) as refused:
            issue_supplies(SYSTEM, unit=school, item=mask, quantity=Decimal(1))
    assert refused.value.code == "stock.short"


@pytest.mark.django_db(transaction=True)
def test_two_who_issue_the_last_boxes_at_once_never_take_more_than_there_are():
    with clock.at(at(8)):
        school = make.root("S", "school")
        with within(EVERYTHING):
            mask = item(school, how_many=10)

    def take(number: int) -> str:
        try:
            with clock.at(at(9)), within(EVERYTHING):
                issue_supplies(
                    SYSTEM, unit=Unit.objects.get(pk=school.pk), item=mask, quantity=Decimal(4), key=f"t{number}"
                )
        except Refused as refused:
            return refused.code
        finally:
            connections.close_all()
        return "done"

    with ThreadPoolExecutor(4) as pool:
        said = sorted(pool.map(take, range(4)))
    with within(EVERYTHING):
        assert said == ["done", "done", "stock.short", "stock.short"]
        assert balance(school, mask).amount == 2
        assert disagreeing(school) == []


def test_what_has_expired_is_not_taken_in_except_with_an_opening_balance(school):
    with within(EVERYTHING):
        masks, gone = item(school, how_many=0), at(9).date() - timedelta(days=1)
        with pytest.raises(Refused) as refused:
            receive_supplies(SYSTEM, unit=school, item=masks, quantity=Decimal(10), expires_on=gone)
        assert (refused.value.code, refused.value.problems[0].field) == ("lot.expired", "expires_on")
        receive_supplies(SYSTEM, unit=school, item=masks, quantity=Decimal(10), expires_on=gone + timedelta(days=1))
        receive_supplies(SYSTEM, unit=school, item=masks, quantity=Decimal(3), expires_on=gone, opening=True)
        assert balance(school, masks).amount == 13


def test_what_is_counted_in_pieces_moves_in_whole_numbers_and_a_litre_may_be_divided(school):
    with within(EVERYTHING):
        masks, bleach = item(school), item(school, code="bleach", measure="L")
        for act in (receive_supplies, issue_supplies):
            with pytest.raises(Refused) as refused:
                act(SYSTEM, unit=school, item=masks, quantity=Decimal("1.5"))
            assert (refused.value.code, refused.value.problems[0].field) == ("number.integer", "quantity")
        issue_supplies(SYSTEM, unit=school, item=bleach, quantity=Decimal("1.5"))
        assert (balance(school, masks).amount, balance(school, bleach).amount) == (100, Decimal("98.5"))
