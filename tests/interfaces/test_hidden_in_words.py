"""Words beside a hidden count (隐去的数与用词): whether one or several is not told by the grammar either."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from lianfang.domain.small import Small
from lianfang.interfaces.web.views.upward import _not_well


@pytest.mark.parametrize("count", [1, 2, 4])
def test_words_beside_a_hidden_count_are_the_same_whatever_it_is(count: int) -> None:
    with override("en"):
        assert _not_well(Small(count, fewest=5)) == "<5 people are not well"


def test_words_beside_a_shown_count_tell_one_from_several() -> None:
    with override("en"):
        assert [_not_well(Small(count)) for count in (1, 2)] == ["1 person is not well", "2 people are not well"]
