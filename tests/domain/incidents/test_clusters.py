"""Similar illness in a class or room (聚集性发病), found whatever the order in which the reports came."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from lianfang.domain.incidents.clusters import SAME_DAY, SEVERAL_DAYS, Ill, Terms, find_clusters, groups_of

TERMS = Terms(same_day=3, several_days=5, days=3)
KNOWN = {"respiratory": frozenset({"fever", "cough"}), "gastric": frozenset({"vomiting"}), "rash": frozenset({"rash"})}
FIRST = date(2026, 3, 2)


def ill(person: str, day: int, *groups: str) -> Ill:
    return Ill(person, FIRST + timedelta(days=day), frozenset(groups or ("respiratory",)))


def test_J05_two_two_and_one_similar_fevers_on_three_days_are_a_cluster_on_the_third():
    reports = [ill("a", 0), ill("b", 0), ill("c", 1), ill("d", 1)]
    assert find_clusters(reports, TERMS) == []
    (found,) = find_clusters([*reports, ill("e", 2)], TERMS)
    assert (found.rule, found.reached_on, found.since) == (SEVERAL_DAYS, FIRST + timedelta(days=2), FIRST)
    assert set(found.people) == set("abcde")


def test_J05_three_alike_on_one_day_are_a_cluster_that_day():
    (found,) = find_clusters([ill("a", 0), ill("b", 0), ill("c", 0)], TERMS)
    assert (found.rule, found.reached_on, set(found.people)) == (SAME_DAY, FIRST, set("abc"))


def test_J05_three_absences_for_three_causes_are_none():
    assert find_clusters([ill("a", 0, "respiratory"), ill("b", 0, "gastric"), ill("c", 0, "rash")], TERMS) == []


def test_one_person_ill_for_days_is_one_case():
    assert find_clusters([ill("a", n) for n in range(5)], TERMS) == []


def test_five_over_four_days_are_none():
    assert find_clusters([ill("a", 0), ill("b", 1), ill("c", 2), ill("d", 3), ill("e", 3)], TERMS) == []


def test_a_headache_alone_makes_nobody_similar_and_a_measured_fever_is_a_symptom():
    assert groups_of(["headache"], fever=False, known=KNOWN) == frozenset()
    assert groups_of([], fever=True, known=KNOWN) == {"respiratory"}
    assert groups_of(["vomiting"], fever=True, known=KNOWN) == {"respiratory", "gastric"}


REPORTS = st.lists(
    st.builds(ill, st.sampled_from("abcdefgh"), st.integers(0, 9), st.sampled_from(["respiratory", "gastric"])),
    max_size=25,
)


@given(REPORTS, st.randoms())
def test_the_order_of_arrival_does_not_matter(reports, random):
    shuffled = list(reports)
    random.shuffle(shuffled)
    assert find_clusters(shuffled, TERMS) == find_clusters(reports, TERMS)


@given(REPORTS, REPORTS)
def test_more_reports_never_take_a_finding_away_nor_anybody_out_of_it(first, more):
    before = {one.group: one for one in find_clusters(first, TERMS)}
    after = {one.group: one for one in find_clusters([*first, *more], TERMS)}
    for group, found in before.items():
        assert after[group].reached_on <= found.reached_on
        assert after[group].since <= found.since
        assert set(found.people) <= set(after[group].people)


@given(REPORTS)
def test_there_is_at_most_one_a_group_and_it_keeps_its_own_terms(reports):
    found = find_clusters(reports, TERMS)
    assert len({one.group for one in found}) == len(found)
    for one in found:
        alike = [r for r in reports if one.group in r.groups]
        window = {r.person for r in alike if 0 <= (one.reached_on - r.day).days < 3}
        same = {r.person for r in alike if r.day == one.reached_on}
        assert len(same) >= 3 or len(window) >= 5
