"""Two lists put beside each other (双向核对): classes, conflicts, decisions, and what is never joined in silence."""

from __future__ import annotations

import pytest

from lianfang.domain.linkage import Listing, Ruling, Settings, dedupe, link, reconcile
from tests.domain.linkage.people import Person, classes, listing, number_of, one, people

TWIN: Person = {"birth": "2012-03-04", "unit": "S01-101", "phone": "19900001111", "sex": "女"}


def changed(person: Person, **values: str | None) -> Person:
    return {**person, **values}


def test_E01_forty_and_thirty_nine_rows_give_nine_differences() -> None:
    everybody = people(42)
    ours = everybody[:40]
    theirs = everybody[:33] + [changed(row, onset="2026-04-20") for row in everybody[33:37]] + everybody[40:]
    wrong = str(theirs[5]["id_no"])
    theirs[5] = changed(theirs[5], id_no=f"{wrong[:16]}{(int(wrong[16]) + 1) % 10}{wrong[17:]}")
    theirs[6] = changed(theirs[6], name="𬭎" + str(theirs[6]["name"])[1:])
    found = reconcile(listing(ours), listing(theirs))
    assert classes(found) == (33, 4, 0, 3, 2)
    assert [pair.conflicts for pair in found.pairs if pair.kind == "conflict"] == [("onset",)] * 4
    assert found.only_ours == (37, 38, 39)
    assert found.only_theirs == (37, 38)


def test_a_pair_is_explained_field_by_field() -> None:
    rows = people(30)
    found = reconcile(listing(rows), listing(rows))
    evidence = {one.field: one for one in found.explain(found.pairs[3])}
    assert evidence["id_no"].level == "equal" and evidence["id_no"].weight > 5
    assert sum(one.weight for one in evidence.values()) == pytest.approx(found.pairs[3].weight, abs=0.1)
    assert found.model.fields["birth"].levels[0] == "equal"
    assert 0 < found.model.prior < 1


def test_a_pair_says_by_which_rule_it_was_found() -> None:
    rows = people(20)
    theirs = [*rows[:10], *(changed(row, id_no=None) for row in rows[10:])]
    found_by = [pair.found_by for pair in reconcile(listing(rows), listing(theirs)).pairs]
    assert found_by == ["identity number"] * 10 + ["name, birth date and sex"] * 10


def test_a_masked_number_agrees_on_what_it_shows() -> None:
    rows = people(60)
    theirs = [
        changed(row, id_no=f"{str(row['id_no'])[:4]}{'*' * 8}{str(row['id_no'])[12:]}", phone=None) for row in rows
    ]
    assert classes(reconcile(listing(rows), listing(theirs))) == (60, 0, 0, 0, 0)


def test_dates_within_the_tolerance_agree() -> None:
    rows = people(12)
    theirs = [changed(row, onset="2026-03-15") for row in rows]
    ours = [changed(row, onset="2026/3/14") for row in rows]
    assert reconcile(listing(ours), listing(theirs)).counts.conflict == 12
    assert reconcile(listing(ours), listing(theirs), Settings(date_tolerance_days=1)).counts.agree == 12


def test_only_the_columns_asked_for_are_compared() -> None:
    rows = people(12)
    theirs = [changed(row, onset="2026-05-01", unit="S09") for row in rows]
    assert reconcile(listing(rows), listing(theirs), Settings(compare=("unit",))).pairs[0].conflicts == ("unit",)
    assert reconcile(listing(rows), listing(theirs), Settings(compare=())).counts.agree == 12


def test_a_value_that_only_one_side_gives_is_no_conflict() -> None:
    rows = people(6)
    theirs = [changed(row, onset=None) for row in rows[:3]] + [changed(row, onset="不详") for row in rows[3:]]
    assert reconcile(listing(rows), listing(theirs)).counts.agree == 6


def test_rows_of_one_person_inside_a_list_are_one_and_share_the_pair() -> None:
    rows = people(40)
    ours = [*rows, changed(rows[4], phone=None)]
    found = reconcile(listing(ours), listing(rows))
    assert [one.rows for one in found.duplicates_ours] == [(4, 40)]
    assert found.duplicates_ours[0].probability >= 0.95
    assert (40, 4) in found.row_pairs() and (4, 4) in found.row_pairs()
    assert found.counts.agree == 40


def test_dedupe_gives_the_groups_of_one_list() -> None:
    rows = people(50)
    groups = dedupe(listing([*rows, *rows[:5]]))
    assert [group.rows for group in groups] == [(at, 50 + at) for at in range(5)]
    assert all(group.probability > 0.95 for group in groups)


def test_link_gives_the_pairs_of_rows() -> None:
    rows = people(20)
    assert link(listing(rows), listing(rows[::-1])) == [(at, 19 - at) for at in range(20)]


def test_decided_as_one_person_is_one_person() -> None:
    rows = people(20)
    ours, theirs = listing([*rows[:10], {"name": "李明"}]), listing([*rows[:10], {"name": "张芳"}])
    assert classes(reconcile(ours, theirs)) == (10, 0, 0, 1, 1)
    found = reconcile(ours, theirs, rulings=[Ruling(10, 10, same=True)])
    assert classes(found) == (11, 0, 0, 0, 0)
    assert (found.pairs[-1].found_by, found.pairs[-1].probability) == ("decision", 1.0)


def test_decided_as_two_persons_is_two_persons() -> None:
    rows = people(20)
    found = reconcile(listing(rows), listing(rows), rulings=[Ruling(3, 3, same=False)])
    assert classes(found) == (19, 0, 0, 1, 1)
    assert (3, 3) not in found.row_pairs()


def test_a_decision_about_a_row_that_is_not_there_is_an_error() -> None:
    with pytest.raises(IndexError):
        reconcile(listing(people(2)), listing(people(2)), rulings=[Ruling(2, 0, same=True)])


def test_twins_are_never_joined_without_people() -> None:
    others = people(30)
    first: Person = {**TWIN, "name": "李大明"}
    second: Person = {**TWIN, "name": "李小芳"}
    found = reconcile(listing([*others, first]), listing([*others, second]))
    assert classes(found)[:3] == (30, 0, 1)
    assert found.pairs[-1].held
    both = reconcile(listing([*others, first, second]), listing([*others, second, first]))
    assert {(pair.row_ours, pair.row_theirs) for pair in both.pairs[-2:]} == {(30, 31), (31, 30)}
    assert both.counts.duplicates_ours == 0


def test_twins_with_numbers_of_their_own_are_two_persons_however_near_the_numbers_are() -> None:
    first: Person = {**TWIN, "name": "李大明", "id_no": number_of("2012-03-04", 12)}
    second: Person = {**TWIN, "name": "李大鸣", "id_no": number_of("2012-03-04", 22)}
    found = reconcile(listing([*people(30), first]), listing([*people(30), second]))
    assert (30, 30) not in found.row_pairs()


def test_siblings_who_share_a_phone_are_two_persons() -> None:
    first: Person = {"name": "李大明", "phone": "19900001111", "unit": "S01-101", "birth": "2012-03-04"}
    second: Person = {"name": "李小芳", "phone": "19900001111", "unit": "S01-101", "birth": "2010-09-30"}
    found = reconcile(listing([*people(30), first, second]), listing([*people(30), second]))
    assert found.counts.duplicates_ours == 0
    assert (31, 30) in found.row_pairs() and (30, 30) not in found.row_pairs()


def test_a_number_of_somebody_else_does_not_join() -> None:
    others = people(30)
    theirs = [*others[:29], changed(others[29], name="欧阳丽娜", birth="1985-01-01", phone=None, unit=None)]
    found = reconcile(listing(others), listing(theirs))
    assert (29, 29) not in found.row_pairs()


def test_two_equally_good_partners_are_left_to_people() -> None:
    same: Person = {"name": "李明", "birth": "2012-03-04", "sex": "女"}
    both = [changed(same, id_no=number_of("2012-03-04", at)) for at in (2, 14)]
    found = reconcile(listing([*people(30), same]), listing([*people(30), *both]))
    assert [pair.kind for pair in found.pairs if pair.row_ours == 30] == ["possible"]
    assert found.pairs[-1].probability == pytest.approx(0.5, abs=0.05)


def test_expected_errors_are_those_of_the_probabilities() -> None:
    rows = people(100)
    found = reconcile(listing(rows[:80]), listing(rows[20:]))
    accepted = [pair.probability for pair in found.pairs if pair.kind != "possible"]
    assert found.expected_errors.false_accepted == pytest.approx(sum(1 - chance for chance in accepted))
    assert found.expected_errors.false_accepted < 0.01 * len(accepted)


def test_thresholds_out_of_order_are_an_error() -> None:
    with pytest.raises(ValueError, match="review"):
        Settings(accept=0.5, review=0.6)


def test_progress_is_told() -> None:
    told: list[str] = []
    reconcile(one(name="李明"), one(name="李明"), progress=lambda step, _done, _of: told.append(step))
    assert told == ["read", "compare", "match", "report", "report"]


def test_columns_of_different_lengths_are_an_error() -> None:
    with pytest.raises(ValueError, match="lengths"):
        Listing({"name": ["a"], "birth": []})


def test_twins_written_down_with_one_number_are_left_to_people() -> None:
    number = number_of("2012-03-04", 12)
    first: Person = {**TWIN, "name": "李大明", "id_no": number}
    second: Person = {**TWIN, "name": "李小芳", "id_no": number}
    groups = dedupe(listing([*people(40), first, second]))
    assert groups == ()
    found = reconcile(listing([*people(40), first, second]), listing([*people(40), first]))
    assert (40, 40) in found.row_pairs() and (41, 40) not in found.row_pairs()


def test_twins_who_share_a_character_are_left_to_people() -> None:
    first: Person = {**TWIN, "name": "李凤诗"}
    second: Person = {**TWIN, "name": "李凤英"}
    assert dedupe(listing([*people(40), first, second])) == ()


def test_swapped_names_are_found() -> None:
    names = ("peter", "jack", "thomas", "eric", "john", "nichol", "robert", "simon")
    rows: list[Person] = [
        {"surname": f"{name}son", "given_name": f"{name[::-1]}a", "birth": f"19{80 + at}-05-{10 + at}"}
        for at, name in enumerate(names)
    ]
    back: list[Person] = [
        {**row, "surname": row["given_name"], "given_name": row["surname"]} for row in rows[:2]
    ] + rows[2:]
    columns = ("surname", "given_name", "birth")
    found = reconcile(listing(rows, columns), listing(back, columns))
    assert found.row_pairs() == [(at, at) for at in range(8)]
    assert found.explain(found.pairs[0])[0].level == "swapped"


def test_a_name_in_pinyin_and_one_in_traditional_characters_are_found() -> None:
    rows: list[Person] = [{**row, "id_no": None} for row in people(40)]
    ours: list[Person] = [*rows, {"name": "张伟华", "birth": "2011-05-06", "unit": "S01-101", "sex": "男"}]
    for name in ("張偉華", "Zhang Weihua", "weihua zhang", "章维华"):
        theirs: list[Person] = [*rows, {**ours[-1], "name": name}]
        assert (40, 40) in reconcile(listing(ours), listing(theirs)).row_pairs()


def test_a_number_of_fifteen_digits_meets_the_one_of_eighteen() -> None:
    rows: list[Person] = [{**row, "phone": None} for row in people(60)]
    old: list[Person] = [
        {**row, "id_no": str(row["id_no"])[:6] + str(row["id_no"])[8:17], "birth": None} for row in rows[:5]
    ]
    found = reconcile(listing(rows), listing([*old, *rows[5:]]))
    assert [pair for pair in found.row_pairs() if pair[0] < 5] == [(at, at) for at in range(5)]
