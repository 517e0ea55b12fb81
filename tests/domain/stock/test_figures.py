"""Quantities, cards, lots, norms and dilution (物资数量), without a database."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianfang.domain.refusals import Refused
from lianfang.domain.stock.cards import ADJUSTMENT, ISSUE, OPENING, RECEIPT, Line, card, totals
from lianfang.domain.stock.dilution import kilograms_of, litres
from lianfang.domain.stock.norms import need
from lianfang.domain.stock.picking import Held, pick
from lianfang.domain.stock.quantity import Quantity, checked

DAY = date(2020, 2, 10)


def q(amount: int | str, measure: str = "piece") -> Quantity:
    return Quantity(Decimal(amount), measure)


def test_M01_pieces_and_kilograms_never_add_up():
    with pytest.raises(Refused) as refused:
        q(2080) + q(675, "kg")
    assert refused.value.code == "measure.mixed"
    with pytest.raises(TypeError):
        sum([q(1), q(2)])


def test_M01_five_lines_stay_five_totals():
    lines = [
        Line(item, OPENING, quantity)
        for item, quantity in [
            ("lunch_box", q(10000)), ("mask", q(2080)), ("hypochlorite", q(675, "kg")), ("alcohol", q(50, "kg")),
            ("nadcc", q(400, "bag")),
        ]
    ]  # fmt: skip
    assert len(totals(lines)) == 5
    assert totals(lines)["nadcc", "bag"] == q(400, "bag")


@given(st.lists(st.tuples(st.sampled_from([OPENING, RECEIPT, ISSUE, ADJUSTMENT]), st.integers(1, 99)), max_size=20))
def test_M01_opening_and_in_less_out_is_closing(moves):
    lines = [Line("mask", kind, q(-n if kind == ISSUE else n)) for kind, n in moves]
    closing = q(sum(int(one.quantity.amount) for one in lines))
    for cut in range(len(lines) + 1):
        assert card(lines[:cut], lines[cut:], closing).proved
    assert not card(lines, [], closing + q(1)).proved


def test_the_lot_that_expires_first_goes_first_and_an_expired_one_never():
    held = [
        Held("keeps", None, DAY, Decimal(5)), Held("late", date(2020, 6, 1), DAY, Decimal(5)),
        Held("soon", DAY, DAY, Decimal(5)), Held("expired", date(2020, 2, 9), DAY, Decimal(5)),
    ]  # fmt: skip
    found = pick(held, Decimal(12), on=DAY)
    assert found.takes == (("soon", Decimal(5)), ("late", Decimal(5)), ("keeps", Decimal(2)))
    assert pick([Held("new", None, DAY, Decimal(5))], Decimal(1), on=date(2020, 2, 9)).short == 1, "not there yet"
    short = pick(held, Decimal(18), on=DAY)
    assert (short.amount, short.short) == (15, 3)


def test_M03_a_norm_of_36000_with_30000_there_lacks_6000():
    found = need(heads=1200, per_head=Decimal(2), days=15, on_hand=q(30000))
    assert (found.needed, found.shortage, found.ready) == (q(36000), q(6000), False)
    assert need(heads=1200, per_head=Decimal(2), days=15, on_hand=q(36000)).ready


def test_acceptance_18_675_kilograms_of_5_percent_make_33750_litres():
    assert litres(kilograms=Decimal(675), percent=Decimal(5), mg_per_litre=Decimal(1000)) == 33_750


def test_bags_have_no_mass_until_somebody_says_the_grams():
    with pytest.raises(Refused) as refused:
        kilograms_of(Decimal(400), None)
    assert refused.value.code == "grams.unknown"
    assert kilograms_of(Decimal(400), Decimal(500)) == 200


@pytest.mark.parametrize("raw", ["-1", "0", "NaN", "Infinity", "1E+12", "0.0001"])
def test_an_amount_that_cannot_be_moved_is_refused(raw):
    with pytest.raises(Refused):
        checked(Decimal(raw))
