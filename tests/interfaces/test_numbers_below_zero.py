"""A number below zero (负数) on a form is told that it must be at least 0, not that it is no number."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.template.loader import get_template
from django.test import RequestFactory
from django.utils.translation import override

from lianfang.domain.refusals import Refused
from lianfang.domain.stock.quantity import checked
from lianfang.interfaces.web.views.training_acts import count_in
from lianfang.interfaces.web.views.training_spots import _metres
from lianfang.interfaces.wording import sentence
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.kinds import Asked, kind_of


def test_a_whole_number_below_zero_is_refused_for_its_bound_and_a_word_for_what_it_is():
    given = (("-5", "number.out_of_range"), ("\u22125", "number.out_of_range"), ("five", "number.format"))
    for raw, code in given:
        with pytest.raises(Refused) as refused:
            count_in(RequestFactory().post("/", {"mg_l": raw}), "mg_l")
        assert (refused.value.code, refused.value.problems[0].field) == (code, "mg_l")


def test_metres_below_zero_are_refused_for_their_bound():
    with pytest.raises(Refused) as refused:
        _metres("-0.5")
    assert (refused.value.code, dict(refused.value.problems[0].facts)) == ("number.out_of_range", {"low": 0})


@pytest.mark.parametrize("raw", ["-5", "\u22125", "\uff0d5", "\u20135"])
@pytest.mark.parametrize("kind", [int, Decimal])
def test_every_kind_of_number_below_zero_is_told_that_it_is_0_or_more(kind: type, raw: str):
    for lang, said in (("en", "must be at least 0."), ("zh-hans", "至少应为 0。")):
        with override(lang), pytest.raises(Refused) as refused:
            kind_of(kind).read(Asked(SYSTEM, "form", "quantity", required=True), raw)
        with override(lang):
            assert sentence(refused.value.problems[0]).endswith(said)


def test_what_is_moved_is_more_than_nothing_and_says_so():
    with override("en"), pytest.raises(Refused) as refused:
        checked(Decimal(0))
    with override("en"):
        assert sentence(refused.value.problems[0]).endswith("must be more than 0.")


@pytest.mark.parametrize("name", ["cases", "training", "training_spots", "incidents"])
def test_what_is_no_persons_health_is_headed_status(name: str):
    source = get_template(f"pages/{name}.html").template.source
    assert '{% translate "State" %}' not in source and '{% translate "Status" %}' in source


def test_calls_of_an_incident_do_not_stand_under_nudges_alone():
    assert '{% translate "Calls and nudges" %}' in get_template("pages/today.html").template.source
