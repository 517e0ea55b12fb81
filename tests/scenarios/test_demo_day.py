"""The demonstration "day" (演示日): the state a newcomer finds at 16:18, who one may be, and what still happens."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from django.db import transaction

from lianfang.demo import live, stage
from lianfang.demo.acts import report_zero
from lianfang.demo.script import moment
from lianfang.domain.refusals import Refused
from lianfang.interfaces.commands.first_start import prepare
from lianfang.interfaces.worker.sweep import Worker
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import actor_for
from lianfang.kernel.accounts.models import Account
from lianfang.kernel.accounts.ops import grant, new_account
from lianfang.kernel.dues.models import REPORT, Due
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import Guardianship, Membership, Person
from lianfang.kernel.policies import demonstrations, drills
from lianfang.kernel.reporting.board import Board, board
from lianfang.kernel.reporting.forms import DAILY, form_on
from lianfang.kernel.reporting.models import Answer, UnitReport
from lianfang.kernel.reporting.tally import differences
from lianfang.kernel.scope import EVERYTHING, within

TODAY = date(2021, 8, 6)


@pytest.fixture(scope="module")
def loaded(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    """The demonstration, loaded once for this module."""
    with django_db_blocker.unblock(), transaction.atomic():
        stage.load(Worker().sweep)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def on_stage(loaded: None) -> Iterator[None]:
    """Whatever a test changes is undone."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def seen(code: str) -> Board:
    with within(EVERYTHING):
        return board(Unit.objects.get(code=code), form_on(DAILY, TODAY), TODAY)


def play_at(local: str) -> int:
    with clock.at(moment(TODAY, local)):
        return live.play()


def settled(code: str) -> bool:
    with within(EVERYTHING):
        return Due.objects.get(unit__code=code, kind=REPORT, day=TODAY, line="territory").settled_at is not None


def test_at_1618_eight_of_twelve_divisions_are_in_and_one_was_sent_back(on_stage):
    board_ = seen("YL")
    assert (board_.counts.expected, board_.counts.received, board_.counts.returned) == (12, 8, 1)
    assert {due.unit.code for due in board_.missing} == {"D03", "D08", "D09", "D11"}
    with clock.at(moment(TODAY, "16:18")):
        now = seen("YL")
    assert (now.counts.not_yet, now.counts.missing, now.counts.overdue) == (4, 4, 0)
    assert next(row for row in board_.rows if row.unit.code == "D11").due.returned_at == moment(TODAY, "16:02")


def test_260_of_265_people_have_answered_and_one_has_a_fever(on_stage):
    people = seen("YL").people
    assert (people.rostered, people.answered, people.unknown, people.fever) == (265, 260, 5, 1)
    with within(EVERYTHING):
        assert differences(TODAY) == []
        silent = Membership.objects.filter(unit__parent__code="YL").exclude(unit__code__in=_checked())
        names = silent.exclude(person_id__in=Answer.objects.filter(day=TODAY).values("person_id"))
        assert set(names.values_list("person__name", flat=True)) == {"林海燕", "郭永康", "王雨桐", "孙泽宇", "谭凤英"}


def _checked() -> list[str]:
    return [row.unit.code for row in seen("YL").rows if row.people.unknown == 0]


def test_the_clock_shows_1618_and_runs_on(on_stage):
    drills.follow()
    try:
        assert moment(TODAY, "16:18") <= clock.now() < moment(TODAY, "16:25")
    finally:
        clock.run_ahead_by(timedelta(0))


def test_seven_days_of_history_went_up_to_the_province_as_signed(on_stage):
    days = [TODAY - timedelta(days=n) for n in range(1, 8)]
    with within(EVERYTHING):
        signed = UnitReport.objects.filter(unit__code="P", form=DAILY).order_by("-day")
        assert list(signed.values_list("day", flat=True)[:7]) == days
        assert signed.count() == 28
        late = Due.objects.filter(
            unit__parent__code="YL", kind=REPORT, day__lt=TODAY, settled_at__gt=moment(TODAY, "00:00")
        )
        assert not late.exists()
        owed = Due.objects.filter(kind=REPORT, day__lt=TODAY)
        assert owed.filter(settled_at__isnull=True).count() == 0
        # The strip of the property services: z z l r z z l, oldest first.
        strip = Due.objects.filter(unit__code="D11", kind=REPORT, day__in=days).order_by("day")
        assert [due.settled_at > due.due_at for due in strip] == [False, False, True, False, False, False, True]
        assert [due.zero for due in strip] == [True, True, True, False, True, True, True]


def test_every_role_has_somebody_to_be_and_nobody_has_a_password(on_stage):
    people = {one.handle: one for one in stage.demo_accounts()}
    assert list(people) == [
        "demo-duty", "demo-leader", "demo-doctor", "demo-admin", "demo-screener", "demo-member", "demo-class-head",
        "demo-county", "demo-prefecture", "demo-province", "demo-guardian", "demo-health",
        "demo-manager", "demo-site-doctor", "demo-nurse-1", "demo-kitchen", "demo-stores", "demo-guest",
    ]  # fmt: skip
    assert people["demo-duty"].path == "/board/YL" and people["demo-class-head"].path == "/classes/S01-K1"
    assert people["demo-member"].path == people["demo-guardian"].path == "/check-in"
    assert not any(account.has_usable_password() for account in Account.objects.all())


def test_the_guardian_answers_for_three_children(on_stage):
    with within(EVERYTHING):
        guardian = Account.objects.get(handle="demo-guardian")
        wards = Guardianship.objects.filter(guardian_id=guardian.person_id).values("ward")
        assert Person.objects.filter(pk__in=wards).count() == 3
        assert len(actor_for(guardian).wards) == 3


def test_the_demonstration_may_be_entered_only_as_long_as_nobody_real_is_in_it(on_stage):
    assert stage.is_demo()
    with within(EVERYTHING):
        grant(new_account("somebody", "某某"), "officer", Unit.objects.get(code="P"), lasts=timedelta(days=1))
    assert not stage.is_demo()
    assert stage.demo_accounts() == []
    assert demonstrations.has_real_grants()


def test_a_role_given_by_somebody_of_the_demonstration_does_not_end_it(on_stage):
    with within(EVERYTHING):
        admin = Account.objects.get(handle="demo-admin")
        unit = Unit.objects.get(code="D01")
        grant(new_account("tried-out", "试用"), "screener", unit, lasts=timedelta(days=1), by=admin)
    assert stage.is_demo()


def test_starting_again_says_how_to_enter_and_loads_nothing_twice(on_stage):
    with within(EVERYTHING):
        before = UnitReport.objects.count()
    lines = prepare("day")
    assert any("/demo" in line for line in lines) and any("demo-duty" in line for line in lines)
    with within(EVERYTHING):
        assert UnitReport.objects.count() == before


def test_a_demonstration_is_refused_where_there_is_any_account(on_stage):
    with pytest.raises(Refused, match=r"demo\.not_empty"):
        demonstrations.begin("day")


# The rest of the afternoon.


def test_the_story_goes_on_step_by_step_and_each_step_once(on_stage):
    assert play_at("16:19") == 0 and not settled("D09")
    assert play_at("16:20") == 1 and settled("D09")
    assert play_at("16:21") == 0
    assert play_at("16:26") >= 3 and settled("D11")
    assert seen("YL").people.unknown == 2
    assert play_at("16:29") >= 1 and settled("D03")
    assert play_at("16:31") >= 1
    counts = seen("YL").counts
    assert (counts.received, counts.on_time, counts.late) == (12, 11, 1)
    with within(EVERYTHING):
        again = UnitReport.objects.get(unit__code="D11", day=TODAY, current=True)
    assert again.revision == 2 and again.reason


def test_nothing_is_played_when_the_clock_is_past(on_stage):
    assert play_at("18:00") == 0
    assert not settled("D09")


def test_somebody_who_was_quicker_is_not_played_over(on_stage):
    with within(EVERYTHING):
        unit = Unit.objects.get(code="D09")
        screener = actor_for(Account.objects.get(handle="screener-d09"))
    with clock.at(moment(TODAY, "16:19")):
        with within(EVERYTHING):
            screener = actor_for(Account.objects.get(handle="screener-d09"))
        report_zero(screener, unit, TODAY)
    assert play_at("16:20") == 0
    with within(EVERYTHING):
        assert UnitReport.objects.filter(unit=unit, day=TODAY).count() == 1


def test_a_database_that_is_no_demonstration_is_never_played_in(on_stage):
    with within(EVERYTHING):
        grant(new_account("somebody", "某某"), "officer", Unit.objects.get(code="P"), lasts=timedelta(days=1))
    assert play_at("16:20") == 0
    assert not settled("D09")
