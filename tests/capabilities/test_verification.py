"""Two-way verification (双向校核): two lists, every difference owned, answered by both sides and closed (E01, E02)."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from fractions import Fraction

import pytest

from lianfang.capabilities.verification.actions import (
    agreement_rate,
    make_agreement,
    reopen_difference,
    sign_off,
)
from lianfang.capabilities.verification.models import Entry, Item, Link, ReceivedList, Run
from lianfang.demo.two_lists import AGREED, OURS_HEADS, THEIRS_HEADS, two_lists
from lianfang.domain.refusals import Refused
from lianfang.kernel import clock
from lianfang.kernel.audit.dispatch import dispatch
from lianfang.kernel.dues.models import DIFFERENCE, Due
from lianfang.kernel.scope import EVERYTHING, within
from lianfang.reactions import REACTIONS
from tests import make
from tests.exchanging import STORY, World
from tests.make import DAY, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    with clock.at(at(15)):
        yield World()


@pytest.fixture
def compared(world):
    lists = two_lists(DAY, STORY)
    return world, lists, world.exchange(lists)


def test_E01_forty_against_thirty_nine_give_33_4_3_2_and_nine_owned_differences(compared):
    world, lists, run = compared
    assert (len(lists.ours), len(lists.theirs)) == (40, 39)
    assert {name: run.counts[name] for name in STORY} == STORY
    assert run.counts["possible"] == 0 and run.counts["union"] == 42 and run.counts["new"] == 9
    items = world.items()
    assert Counter(item.klass for item in items) == {"conflict": 4, "only_ours": 3, "only_theirs": 2}
    assert all(item.state == "open" and item.due_at == clock.now() + timedelta(hours=24) for item in items)
    assert {item.klass: item.owner for item in items} == {
        "conflict": "ours", "only_ours": "theirs", "only_theirs": "ours"
    }  # fmt: skip
    assert [item.shown_number for item in items][:2] == ["V-0001", "V-0002"]


def test_E01_a_mistyped_digit_and_a_rare_character_are_found_to_be_the_same_people(compared):
    _, lists, run = compared
    with within(EVERYTHING):
        linked = set(Link.objects.filter(run=run).values_list("row_ours__row", flat=True))
    assert {lists.mistyped + 2, lists.rare + 2} <= linked


def test_E01_when_both_sides_confirm_none_is_open_and_all_42_agree(compared):
    world, _, run = compared
    with within(EVERYTHING):
        assert agreement_rate(run) == (Fraction(33, 42), Fraction(33, 42))
    for item in world.items():
        assert world.both(item).state == "settled"
    with within(EVERYTHING):
        assert agreement_rate(run) == (Fraction(33, 42), Fraction(42, 42))
        assert not Due.objects.filter(kind=DIFFERENCE, settled_at=None).exists()


def test_E01_the_same_files_again_give_no_new_difference_and_what_was_answered_stays_answered(compared):
    world, lists, _ = compared
    for item in world.items():
        world.both(item)
    again = world.exchange(lists)
    assert (again.counts["new"], again.counts["reopened"], again.counts["carried"]) == (0, 0, 9)
    assert again.number == 2 and not world.items(state="open")
    with within(EVERYTHING):
        assert ReceivedList.objects.count() == 2


def test_E01_each_side_owes_an_answer_by_the_next_day_at_the_same_time(compared):
    with within(EVERYTHING):
        dues = {(due.unit.code, due.line): due.due_at for due in Due.objects.filter(kind=DIFFERENCE)}
    due_at = clock.now() + timedelta(hours=24)
    assert dues == {("S1", "ours"): due_at, ("H1", "theirs"): due_at}


def test_E01_a_run_is_signed_by_both_sides_and_only_when_nothing_is_open(compared):
    world, _, run = compared
    with make.acting(world.officer), pytest.raises(Refused, match=r"verification\.open"):
        sign_off(world.officer, unit=world.school, run=run)
    for item in world.items():
        world.both(item)
    with make.acting(world.officer):
        assert sign_off(world.officer, unit=world.school, run=run).state == "done"
    with make.acting(world.liaison):
        assert sign_off(world.liaison, unit=world.health, run=run).state == "signed"
    with make.acting(world.liaison), pytest.raises(Refused, match=r"flow\.condition"):
        sign_off(world.liaison, unit=world.health, run=run)


def test_a_difference_reopened_after_both_have_signed_opens_the_run_again(compared):
    world, _, run = compared
    for item in world.items():
        world.both(item)
    with make.acting(world.officer):
        sign_off(world.officer, unit=world.school, run=run)
        reopen_difference(world.officer, unit=world.school, item=world.items()[0], reason="来信说明有误")
    with within(EVERYTHING):
        found = Run.objects.get(pk=run.pk)
    assert (found.state, found.signed_ours_at, found.signed_ours_by) == ("done", None, "")


def test_a_run_with_a_difference_that_waits_is_not_signed_yet(compared):
    world, _, run = compared
    last, *others = world.items()
    for item in others:
        world.both(item)
    with within(EVERYTHING):
        Item.objects.filter(pk=last.pk).update(state="waiting")
    with make.acting(world.officer), pytest.raises(Refused, match=r"verification\.open"):
        sign_off(world.officer, unit=world.school, run=run)


def test_one_person_signs_for_one_side_only(compared):
    world, _, run = compared
    for item in world.items():
        world.both(item)
    with make.acting(world.officer):
        sign_off(world.officer, unit=world.school, run=run)
    with within(EVERYTHING):
        Run.objects.filter(pk=run.pk).update(signed_ours_by=world.liaison.name)
        run.refresh_from_db()
    with make.acting(world.liaison), pytest.raises(Refused, match=r"difference\.second_person"):
        sign_off(world.liaison, unit=world.health, run=run)


def of(world: World, klass: str) -> Item:
    return next(item for item in world.items(klass=klass))


def test_a_difference_shows_what_differs_with_the_side_whose_value_is_proposed_and_masks_secrets(compared):
    world, _, _ = compared
    items = world.items(klass="conflict")
    assert {tuple(one["field"] for one in item.fields) for item in items} == {("status", "from_day"), ("status",)}
    assert {one["proposed"] for item in items for one in item.fields} == {"theirs"}
    assert all("id_no" in item.alike and "phone" in item.alike for item in items)
    with make.acting(world.officer):
        entry = Entry.objects.first()
        assert entry is not None and set(entry.number_mask[1:-2]) == {"*"}
        assert "id_no" not in entry.values and entry.opened()["id_no"] not in str(vars(entry))


def test_an_answered_difference_is_reopened_by_a_run_that_finds_other_values(compared):
    world, lists, _ = compared
    item = of(world, "conflict")
    world.both(item)
    with within(EVERYTHING):
        number = item.row_theirs.opened()["id_no"]
    moved = [(*row[:3], "出院", *row[4:]) if row[1] == number else row for row in lists.theirs]
    world.send("theirs", THEIRS_HEADS, moved, by=world.liaison)
    with clock.at(at(15, 1)):
        run = world.compare()
    again = world.items(pk=item.pk)[0]
    assert (again.state, again.number, again.verdict_ours, again.reopened) == ("open", item.number, "", 1)
    assert (run.counts["new"], run.counts["reopened"]) == (0, 1)


def test_a_difference_that_a_later_list_no_longer_has_is_closed_by_itself(compared):
    world, lists, _ = compared
    alone = lists.ours[-1]
    world.send("theirs", THEIRS_HEADS, [*lists.theirs, alone], by=world.liaison)
    with clock.at(at(15, 1)):
        run = world.compare()
    assert run.counts["gone"] == 1 and run.counts["only_ours"] == 2
    gone = world.items(state="gone")
    assert [item.klass for item in gone] == ["only_ours"] and gone[0].due_at is None


def test_two_people_who_were_said_not_to_be_the_same_are_not_matched_again(compared):
    world, lists, _ = compared
    item = of(world, "conflict")
    world.answer(world.officer, item, "not_same_person")
    world.answer(world.liaison, item, "not_same_person")
    run = world.exchange(lists)
    assert (run.counts["conflict"], run.counts["only_ours"], run.counts["only_theirs"]) == (3, 4, 3)


def test_an_agreement_names_its_fields_once_and_somebody_by_them(world):
    about = {"counterpart": "x", "purpose": "x", "basis": "x", "frequency": "daily", "unit": world.school}
    with make.acting(world.officer):
        for fields, said in (
            ([{"name": "status"}], "fields: agreement.names_nobody"),
            ([{"name": "name"}, {"name": "name"}], r"fields\[1\]: choice.duplicate"),
            ([{"name": "name", "columns": ["姓名"]}, {"name": "id_no", "columns": ["姓 名"]}], "choice.duplicate"),
            ([{"name": "name", "precedence": "both"}], "precedence: choice.unknown"),
            ([{"name": "name", "shown": True}], "field.unknown"),
        ):
            with pytest.raises(Refused, match=said):
                make_agreement(world.officer, fields=fields, **about)
        assert make_agreement(world.officer, fields=AGREED, **about).number == world.agreement.number + 1


def test_one_list_sent_by_both_sides_agrees_throughout(world):
    lists = two_lists(DAY, STORY)
    world.send("ours", OURS_HEADS, lists.ours)
    world.send("theirs", OURS_HEADS, lists.ours, by=world.liaison)
    run = world.compare()
    assert (run.counts["agree"], run.counts["new"]) == (40, 0)


def test_without_a_list_of_each_side_nothing_is_compared(world):
    world.send("ours", OURS_HEADS, two_lists(DAY, STORY).ours)
    with pytest.raises(Refused, match=r"theirs: list\.none"):
        world.compare()


def test_very_long_lists_are_compared_by_the_worker(world, monkeypatch):
    monkeypatch.setattr("lianfang.capabilities.verification.runs.AT_ONCE", 50)
    run = world.exchange(two_lists(DAY, STORY))
    assert run.state == "waiting" and not world.items()
    with within(EVERYTHING):
        dispatch(REACTIONS)
        done = Run.objects.get(pk=run.pk)
    assert done.state == "done" and done.counts["new"] == 9 == len(world.items())


def test_a_decision_that_two_are_one_person_links_them_in_the_next_run(world):
    lists = two_lists(DAY, STORY)
    run = world.exchange(lists)
    with within(EVERYTHING):
        link = Link.objects.filter(run=run, kind="conflict").first()
        item = Item.objects.get(row_ours=link.row_ours)
    world.both(item)
    again = world.exchange(lists)
    with within(EVERYTHING):
        assert Link.objects.filter(run=again, found_by="decision").count() == 1


def test_a_run_keeps_what_was_settled_of_it_and_is_no_longer_signed_once_a_later_one_took_over(compared):
    world, lists, first = compared
    for item in world.items()[:5]:
        world.both(item)
    second = world.exchange(lists)
    world.both(world.items(state="open")[0])
    with within(EVERYTHING):
        rates = [agreement_rate(Run.objects.get(pk=run.pk))[1] for run in (first, second)]
        over = Run.objects.get(pk=first.pk)
    assert rates == [Fraction(38, 42), Fraction(39, 42)]
    with make.acting(world.officer), pytest.raises(Refused, match=r"flow\.condition"):
        sign_off(world.officer, unit=world.school, run=over)


def test_somebody_twice_in_one_list_is_a_difference_of_that_side(world):
    lists = two_lists(DAY, STORY)
    world.send("ours", OURS_HEADS, lists.ours)
    world.send("theirs", THEIRS_HEADS, [*lists.theirs, lists.theirs[7]], by=world.liaison)
    run = world.compare()
    twice = world.items(klass="duplicate")
    assert [item.owner for item in twice] == ["theirs"] and twice[0].evidence["rows"] == [9, 41]
    assert (run.counts["duplicates_theirs"], run.counts["union"]) == (1, 42)
    world.answer(world.liaison, twice[0], "duplicate")
    assert world.answer(world.officer, twice[0], "duplicate").state == "settled"


def test_two_people_of_one_name_and_nothing_else_are_two_differences_in_every_run(world):
    lists = two_lists(DAY, STORY)
    nameless = [("张伟", "", "", "居家隔离", "2026-02-20", ""), ("张伟", "无", "", "集中隔离", "2026-02-21", "")]
    world.send("ours", OURS_HEADS, [*lists.ours, *nameless])
    world.send("theirs", THEIRS_HEADS, lists.theirs, by=world.liaison)
    found = world.compare()
    alone = found.counts["only_ours"] + found.counts["duplicates_ours"]
    assert alone == 5 and found.counts["new"] == len(world.items())
    assert found.counts["only_ours"] == len(world.items(klass="only_ours"))
    again = world.compare()
    assert (again.counts["new"], again.counts["gone"]) == (0, 0)
