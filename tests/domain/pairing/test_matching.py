"""Who looks after whom (结对)."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianfang.domain.pairing.matching import pair, room_left
from lianfang.domain.refusals import Refused


def test_D02_nine_adults_look_after_thirty_seven_people_five_each_at_most():
    found = pair(range(37), "ABCDEFGHI", cap=5)
    loads = Counter(one.responsible for one in found)
    assert len(found) == 37
    assert sorted(loads.values()) == [4] * 8 + [5]
    assert all(one.backup != one.responsible for one in found)


def test_D02_forty_six_people_are_one_too_many_and_the_shortage_is_said():
    with pytest.raises(Refused) as refused:
        pair(range(46), "ABCDEFGHI", cap=5)
    assert refused.value.code == "pairs.too_few_adults"
    assert refused.value.problems[0].facts == {"short": 1, "adults": 1}


def test_one_adult_alone_has_no_backup():
    with pytest.raises(Refused) as refused:
        pair(["p"], ["a"], cap=5)
    assert refused.value.code == "pairs.no_backup"


@given(
    people=st.integers(0, 60),
    adults=st.integers(2, 12),
    cap=st.integers(0, 8),
    held=st.lists(st.integers(0, 10), min_size=12, max_size=12),
)
def test_everybody_is_paired_whenever_there_is_room_and_nobody_beyond_the_cap(people, adults, cap, held):
    names = list(range(adults))
    loads = dict(zip(names, held, strict=False))
    if people > room_left(names, cap, loads):
        with pytest.raises(Refused) as refused:
            pair(range(people), names, cap=cap, loads=loads)
        short = refused.value.problems[0].facts["short"]
        assert short == people - sum(max(0, cap - loads[one]) for one in names)
        return
    found = pair(range(people), names, cap=cap, loads=loads)
    given_to = Counter(one.responsible for one in found)
    assert [one.person for one in found] == list(range(people))
    assert all(loads[one] + given_to[one] <= cap for one in given_to)
    assert all(one.responsible != one.backup for one in found)


@given(people=st.integers(0, 60), adults=st.integers(2, 12))
def test_fresh_adults_differ_by_one_person_at_most_and_backups_by_few(people, adults):
    found = pair(range(people), range(adults), cap=60)
    loads = Counter(one.responsible for one in found)
    each = [loads[one] for one in range(adults)]
    assert max(each) - min(each) <= 1
    backs = Counter(one.backup for one in found)
    stands = [backs[one] for one in range(adults)]
    assert max(stands) - min(stands) <= 2
