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
    reveal_case,
    revealed,
    sign_off,
    undo_answer,
)
from lianfang.capabilities.verification.models import Entry, Item, Link, ReceivedList, Run, Step
from lianfang.capabilities.verification.register import Differences, Lists, Runs
from lianfang.capabilities.verification.waiting import wake
from lianfang.demo.two_lists import AGREED, OURS_HEADS, THEIRS_HEADS, two_lists
from lianfang.domain.refusals import Refused
from lianfang.domain.roles import Role
from lianfang.kernel import clock
from lianfang.kernel.alerts.models import Alert
from lianfang.kernel.audit.dispatch import dispatch
from lianfang.kernel.audit.models import Event
from lianfang.kernel.dues.models import DIFFERENCE, Due
from lianfang.kernel.registers.register import registers
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


def test_two_sides_that_answer_otherwise_leave_it_open_until_they_say_the_same(compared):
    world, _, _ = compared
    item = of(world, "conflict")
    assert world.answer(world.officer, item, "use_ours").owner == "theirs"
    disputed = world.answer(world.liaison, item, "use_theirs")
    assert (disputed.state, disputed.owner) == ("open", "ours")
    assert world.answer(world.officer, item, "use_theirs").state == "settled"


def test_field_by_field_names_every_field_and_is_the_same_answer_however_it_is_said(compared):
    world, _, _ = compared
    item = next(one for one in world.items(klass="conflict") if len(one.fields) == 2)
    with pytest.raises(Refused, match=r"chosen\.from_day: required"):
        world.answer(world.officer, item, "by_field", chosen={"status": "theirs"})
    world.answer(world.officer, item, "by_field", chosen={"status": "theirs", "from_day": "theirs"})
    assert world.answer(world.liaison, item, "use_theirs").state == "settled"


def test_an_answer_must_fit_the_class_and_one_that_puts_off_must_say_why(compared):
    world, _, _ = compared
    with pytest.raises(Refused, match=r"verdict\.unfit"):
        world.answer(world.officer, of(world, "only_ours"), "use_ours")
    with pytest.raises(Refused, match="note: required"):
        world.answer(world.officer, of(world, "conflict"), "later")


def test_sending_back_puts_it_to_the_other_side_and_a_note_for_later_changes_nothing(compared):
    world, _, _ = compared
    item = of(world, "conflict")
    back = world.answer(world.officer, item, "send_back", note="from_day is before the test")
    assert (back.state, back.owner) == ("sent_back", "theirs")
    later = world.answer(world.liaison, item, "later", note="asked the hospital")
    assert (later.state, later.owner, later.due_at) == (back.state, back.owner, back.due_at)


def test_one_person_does_not_answer_for_both_sides(compared):
    world, _, _ = compared
    both = make.account(world.school, Role.DUTY_OFFICER)
    with within(EVERYTHING):
        from lianfang.kernel.accounts.actor import Actor, Post, actor_for

        held = actor_for(both)
    doubled = Actor(held.account_id, held.name, (*held.posts, Post(Role.LIAISON, world.health)))
    item = of(world, "conflict")
    with make.acting(doubled):
        from lianfang.capabilities.verification.actions import answer_difference

        answer_difference(doubled, unit=world.school, item=item, verdict="use_theirs")
        with pytest.raises(Refused, match=r"difference\.second_person"):
            answer_difference(doubled, unit=world.health, item=item, verdict="use_theirs")


def test_ones_own_last_answer_can_be_taken_back_and_nobody_elses(compared):
    world, _, _ = compared
    item = of(world, "conflict")
    before = world.items(pk=item.pk)[0]
    world.answer(world.officer, item, "use_theirs")
    with make.acting(world.liaison), pytest.raises(Refused, match=r"difference\.not_own"):
        undo_answer(world.liaison, unit=world.health, item=item)
    with make.acting(world.officer):
        undone = undo_answer(world.officer, unit=world.school, item=item)
        assert (undone.state, undone.owner, undone.verdict_ours, undone.due_at) == (
            before.state, before.owner, "", before.due_at
        )  # fmt: skip
        with pytest.raises(Refused, match=r"flow\.condition"):
            undo_answer(world.officer, unit=world.school, item=item)
    world.both(item)
    with make.acting(world.liaison):
        assert undo_answer(world.liaison, unit=world.health, item=item).state == "open"


def test_a_settled_difference_is_reopened_with_a_reason_and_both_answer_anew(compared):
    world, _, _ = compared
    item = of(world, "only_theirs")
    world.both(item)
    with make.acting(world.officer), pytest.raises(Refused, match="reason: required"):
        reopen_difference(world.officer, unit=world.school, item=item, reason=" ")
    with make.acting(world.officer):
        again = reopen_difference(world.officer, unit=world.school, item=item, reason="the child was at home")
    assert (again.state, again.owner, again.reopened, again.verdict_theirs) == ("open", "theirs", 1, "")
    with within(EVERYTHING):
        acts = list(Step.objects.filter(item=item).order_by("at", "pk").values_list("act", flat=True))
    assert acts == ["opened", "answered", "settled", "reopened"]


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


def test_a_case_younger_than_the_other_sides_usual_delay_waits_and_then_is_asked_about():
    with clock.at(at(15)):
        world = World(delay_days=9)
        world.exchange(two_lists(DAY, STORY))
        young = world.items(klass="only_ours", state="waiting")
        assert len(young) == 3 and all(item.due_at is None and item.waits_until > clock.now() for item in young)
        assert not world.items(klass="only_theirs", state="waiting")
    later = max(item.waits_until for item in young)
    with clock.at(later - timedelta(seconds=1)), within(EVERYTHING):
        assert wake() < len(young)
    with clock.at(later), within(EVERYTHING):
        wake()
    assert not world.items(state="waiting")
    assert max(item.due_at for item in world.items(klass="only_ours")) == later + timedelta(hours=24)


def test_too_new_waits_once_more_as_long_as_usual(compared):
    world, _, _ = compared
    item = world.answer(world.liaison, of(world, "only_ours"), "too_new")
    assert (item.state, item.waits_until) == ("waiting", clock.now() + timedelta(days=1))


def test_the_liaison_sees_the_exchange_and_nothing_else(compared):
    world, _, run = compared
    other = make.unit(world.county, "S2", "school")
    stranger = make.actor(other, Role.DUTY_OFFICER)
    with make.acting(world.liaison):
        assert Differences.rows(world.liaison).count() == 9 and Runs.rows(world.liaison).get() == run
        elsewhere = [
            name
            for name, one in registers.items()
            if not one.__module__.startswith("lianfang.capabilities.verification") and one.rows(world.liaison).exists()
        ]
        assert elsewhere == []
    with make.acting(stranger):
        assert not Item.objects.exists() and not Run.objects.exists() and not Entry.objects.exists()
        assert not Differences.rows(stranger).exists()


def test_superiors_see_counts_of_runs_and_auditors_no_case(compared):
    world, _, run = compared
    auditor = make.actor(world.county, Role.AUDITOR)
    with make.acting(auditor):
        assert Runs.rows(auditor).get() == run and Lists.rows(auditor).count() == 2
        assert not Differences.rows(auditor).exists() and not Entry.objects.exists()


def test_showing_full_numbers_is_an_event_with_its_reason_and_without_the_numbers(compared):
    world, _, _ = compared
    item = of(world, "conflict")
    with make.acting(world.officer), pytest.raises(Refused, match="purpose: required"):
        reveal_case(world.officer, unit=world.school, item=item, purpose=" ")
    with make.acting(world.officer):
        shown = revealed(reveal_case(world.officer, unit=world.school, item=item, purpose="call the family"))
    assert len(shown["ours"]["id_no"]) == 18 and shown["ours"]["id_no"] == shown["theirs"]["id_no"]
    with within(EVERYTHING):
        event = Event.objects.get(kind="case.revealed")
    assert event.facts["purpose"] == "call the family" and shown["ours"]["id_no"] not in str(event.facts)


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


def _told(world: World, person: object, klass: object, state: str) -> None:
    from lianfang.capabilities.checkin.intake import receive_answer

    more = {} if state == "well" else {"symptoms": ["fever"], "temperature": "38.2"}
    head = make.actor(klass, Role.CLASS_HEAD)
    with make.acting(head):
        receive_answer(head, make.answer(person, klass, state=state, **more), channel="json")


def test_C08_a_corrected_answer_reopens_the_settled_difference_about_that_person(compared):
    world, _, _ = compared
    item = of(world, "conflict")
    with within(EVERYTHING):
        number = item.row_ours.opened()["id_no"]
    klass = make.unit(world.school, "S1-K1", "class")
    with clock.at(at(8)):
        person = make.member(klass, number=number)
        _told(world, person, klass, "well")
    world.both(item)
    with within(EVERYTHING):
        dispatch(REACTIONS)
    assert world.items(pk=item.pk)[0].state == "settled"
    _told(world, person, klass, "unwell")
    with within(EVERYTHING):
        dispatch(REACTIONS)
        assert Step.objects.filter(item=item).order_by("pk").last().act == "corrected"
        assert Alert.objects.filter(kind="difference.corrected").count() == 1
    again = world.items(pk=item.pk)[0]
    assert (again.state, again.owner, again.verdict_ours) == ("open", "ours", "")


def test_very_long_lists_are_compared_by_the_worker(world, monkeypatch):
    monkeypatch.setattr("lianfang.capabilities.verification.runs.AT_ONCE", 50)
    run = world.exchange(two_lists(DAY, STORY))
    assert run.state == "waiting" and not world.items()
    with within(EVERYTHING):
        dispatch(REACTIONS)
        done = Run.objects.get(pk=run.pk)
    assert done.state == "done" and done.counts["new"] == 9 == len(world.items())


def test_a_possible_match_takes_two_people_even_when_the_other_side_answers_by_letter():
    with clock.at(at(15)):
        world = World(theirs=None)
        world.send("ours", OURS_HEADS, two_lists(DAY, STORY).ours)
        world.send("theirs", THEIRS_HEADS, two_lists(DAY, STORY).theirs)
        world.compare()
        item = of(world, "conflict")
        with within(EVERYTHING):
            Item.objects.filter(pk=item.pk).update(klass="possible")
        world.answer(world.officer, item, "same_person")
        with pytest.raises(Refused, match=r"difference\.second_person"):
            world.answer(world.officer, item, "same_person", evidence="letter 12")
        assert world.answer(world.second, item, "same_person", evidence="letter 12").state == "settled"


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
