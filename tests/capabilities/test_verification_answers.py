"""Differences answered (差异办理): by both sides, taken back, reopened, waiting, and seen by whom."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lianfang.capabilities.verification.actions import (
    reopen_difference,
    reveal_case,
    revealed,
    undo_answer,
)
from lianfang.capabilities.verification.models import Entry, Item, Run, Step
from lianfang.capabilities.verification.register import Differences, Lists, Runs
from lianfang.capabilities.verification.waiting import wake
from lianfang.demo.two_lists import OURS_HEADS, THEIRS_HEADS, two_lists
from lianfang.domain.refusals import Refused
from lianfang.domain.roles import Role
from lianfang.kernel import clock
from lianfang.kernel.alerts.models import Alert
from lianfang.kernel.audit.dispatch import dispatch
from lianfang.kernel.audit.models import Event
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


def of(world: World, klass: str) -> Item:
    return next(item for item in world.items(klass=klass))


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
        assert elsewhere == ["imports"]
        assert {one.sender_id for one in registers["imports"].rows(world.liaison)} == {world.liaison.account_id}
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


def test_whoever_answers_on_either_side_is_told_once_of_new_differences(compared):
    world, lists, _ = compared
    world.exchange(lists)
    with within(EVERYTHING):
        dispatch(REACTIONS)
        told = set(Alert.objects.filter(kind="difference.opened").values_list("account_id", flat=True))
        assert Alert.objects.filter(kind="difference.opened").count() == len(told)
    assert told == {world.officer.account_id, world.second.account_id, world.liaison.account_id}
