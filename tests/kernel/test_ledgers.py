"""Stock moves by entries that are only added (出入库), never below zero, once for each key."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from lianfang.domain.refusals import Refused
from lianfang.domain.stock.cards import OPENING
from lianfang.kernel import clock
from lianfang.kernel.ledgers.models import Balance, Entry, Item
from lianfang.kernel.ledgers.ops import Act, correct, count, issue, item_of, lose, move_in, move_out, receive
from lianfang.kernel.ledgers.reading import balance, balances, card_of, disagreeing, totals, uses
from lianfang.kernel.scope import EVERYTHING, Scope, within
from tests import make
from tests.make import DAY

pytestmark = pytest.mark.django_db
FIVE = [
    ("lunch_box", "piece", 10000), ("mask", "piece", 2080), ("hypochlorite_5pct", "kg", 675), ("alcohol", "kg", 50),
    ("nadcc", "bag", 400),
]  # fmt: skip


def act(reason: str = "", key: str = "", *, at=None) -> Act:
    return Act(by="logistician", at=at or clock.now(), reason=reason, key=key)


@pytest.fixture
def school(afternoon):
    return make.root("S", "school")


def item(unit, code: str = "mask", measure: str = "piece") -> Item:
    return Item.objects.create(unit=unit, code=code, name=code, measure=measure)


def test_M01_five_lines_keep_their_measures_and_each_lot_proves_its_card(school):
    with within(EVERYTHING):
        for code, measure, amount in FIVE:
            receive(school, item(school, code, measure), Decimal(amount), act=act(), kind=OPENING)
        issue(school, item_of(school, "mask"), Decimal(80), act=act())
        found = totals(Entry.objects.select_related("item"))
        cards = [card_of(school, one.lot, since=DAY, until=DAY) for one in balances(school)]
    assert {code: str(quantity) for (code, _), quantity in found.items()} == {
        "lunch_box": "10000 piece", "mask": "2000 piece", "hypochlorite_5pct": "675 kg", "alcohol": "50 kg",
        "nadcc": "400 bag",
    }  # fmt: skip
    assert all(one.proved for one in cards)
    assert [(one.opening, one.issued, one.closing) for one in cards if one.issued] == [(2080, 80, 2000)]


def test_what_expires_first_goes_first_and_what_has_expired_stays(school):
    with within(EVERYTHING):
        mask = item(school)
        for number, days in (("B", 30), ("A", 3), ("OLD", -1)):
            receive(school, mask, Decimal(10), act=act(), number=number, expires_on=DAY + timedelta(days=days))
        done = issue(school, mask, Decimal(12), act=act())
        assert [(one.lot.number, one.quantity) for one in done.entries] == [("A", -10), ("B", -2)]
        with pytest.raises(Refused) as refused:
            issue(school, mask, Decimal(9), act=act())
    assert refused.value.code == "stock.short"
    assert refused.value.problems[0].facts["on_hand"] == "8"


def test_stock_is_never_negative_even_past_the_product(school):
    with within(EVERYTHING):
        receive(school, item(school), Decimal(5), act=act())
        for statement in (
            "UPDATE ledgers_balance SET quantity = -1",
            "UPDATE ledgers_balance SET quantity = quantity - 6",
        ):
            with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)


@pytest.mark.parametrize("statement", ["UPDATE ledgers_entry SET quantity = 1", "DELETE FROM ledgers_entry"])
def test_nobody_changes_or_deletes_an_entry(school, statement):
    with within(EVERYTHING):
        receive(school, item(school), Decimal(5), act=act())
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    with within(Scope(paths=(school.path,))), pytest.raises(DatabaseError), transaction.atomic():
        connection.cursor().execute(statement)


def test_the_same_key_moves_once_and_another_content_under_it_is_refused(school):
    with within(EVERYTHING):
        mask = item(school)
        first = receive(school, mask, Decimal(5), act=act(key="one"))
        assert receive(school, mask, Decimal(5), act=act(key="one")) == first
        assert (
            issue(school, mask, Decimal(2), act=act(key="two")).entries
            == issue(school, mask, Decimal(2), act=act(key="two")).entries
        )
        with pytest.raises(Refused) as refused:
            receive(school, mask, Decimal(6), act=act(key="one"))
        assert refused.value.code == "key.reused"
        assert balance(school, mask).amount == 3


def test_a_count_that_disagrees_needs_a_reason_and_becomes_an_adjustment(school):
    with within(EVERYTHING):
        mask = item(school)
        lot = receive(school, mask, Decimal(100), act=act()).lot
        with pytest.raises(Refused) as refused:
            count(school, lot, Decimal(97), act=act())
        assert refused.value.code == "count.differs"
        assert balance(school, mask).amount == 100, "nothing was written"
        count(school, lot, Decimal(97), act=act("3 torn", key="c"))
        count(school, lot, Decimal(97), act=act("3 torn", key="c"))
        count(school, lot, Decimal(97), act=act())
        assert balance(school, mask).amount == 97
        kinds = list(Entry.objects.order_by("pk").values_list("kind", "quantity", "reason"))
    assert kinds[1:] == [("count", 0, "3 torn"), ("adjustment", -3, "3 torn"), ("count", 0, "")]


def test_a_correction_is_a_new_entry_and_the_day_it_corrects_uses_the_right_amount(school):
    with within(EVERYTHING):
        mask = item(school)
        receive(school, mask, Decimal(100), act=act(at=clock.now() - timedelta(days=2)))
        (wrong,) = issue(school, mask, Decimal(60), act=act(at=clock.now() - timedelta(days=1))).entries
        correct(wrong, Decimal(6), act=act("typed twice"))
        assert (Entry.objects.get(pk=wrong.pk).quantity, balance(school, mask).amount) == (-60, 94)
        correct(wrong, Decimal(7), act=act("counted again"))
        assert uses(school, mask, since=date.min, until=DAY) == {DAY - timedelta(days=1): 7}
        assert disagreeing(school) == []
        with pytest.raises(Refused) as refused:
            correct(wrong, Decimal(7), act=act("again"))
        assert refused.value.code == "entry.unchanged"
        with pytest.raises(Refused) as refused:
            correct(wrong, Decimal(108), act=act("too many"))
    assert refused.value.code == "stock.short"


def test_a_receipt_cannot_be_corrected_below_what_has_been_issued(school):
    with within(EVERYTHING):
        mask = item(school)
        came = receive(school, mask, Decimal(100), act=act())
        issue(school, mask, Decimal(90), act=act())
        with pytest.raises(Refused) as refused:
            correct(came, Decimal(50), act=act("half came"))
        assert refused.value.code == "stock.short"
        assert balance(school, mask).amount == 10


def test_what_leaves_one_store_comes_to_another_with_its_lot(school):
    site = make.unit(school, "S-G", "site")
    with within(EVERYTHING):
        mask = item(school)
        lot = receive(school, mask, Decimal(100), act=act(), number="L7", expires_on=DAY).lot
        move_out(school, lot, Decimal(40), act=act())
        move_in(site, lot, Decimal(40), act=act())
        lose(site, lot, Decimal(1), act=act("wet"))
        assert [balance(where, mask).amount for where in (school, site)] == [60, 39]
        assert item_of(site, "mask") == mask, "a site uses the words of its school"


@pytest.mark.parametrize(
    ("quantity", "at", "code"),
    [
        ("0", 0, "number.out_of_range"),
        ("-5", 0, "number.out_of_range"),
        ("0.0001", 0, "number.precision"),
        ("1", 1, "date.in_future"),
    ],
)
def test_what_cannot_be_moved_is_refused_and_nothing_is_written(school, quantity, at, code):
    with within(EVERYTHING):
        mask = item(school)
        with pytest.raises(Refused) as refused:
            receive(school, mask, Decimal(quantity), act=act(at=clock.now() + timedelta(minutes=at)))
        assert refused.value.code == code
        assert not Entry.objects.exists()
        assert not Balance.objects.exists()


def test_one_sees_the_stock_of_ones_own_units_only(school):
    sites = [make.unit(school, code, "site") for code in ("G1", "G2")]
    with within(EVERYTHING):
        mask = item(school)
        for site in sites:
            receive(site, mask, Decimal(5), act=act())
    with within(Scope(paths=(sites[0].path,))):
        assert {one.unit.code for one in Entry.objects.select_related("unit")} == {"G1"}
        assert {one.unit.code for one in Balance.objects.select_related("unit")} == {"G1"}
        with pytest.raises(DatabaseError), transaction.atomic():
            receive(sites[1], mask, Decimal(5), act=act())
