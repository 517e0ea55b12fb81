"""Health monitoring at home after a release (居家健康监测): readings and tests by the rules of the stay."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Final

from lianfang.capabilities.stays.care import check_sample, given_of
from lianfang.capabilities.stays.models import HomeTest, HomeWatch, Stay
from lianfang.capabilities.stays.models.stay import RELEASED
from lianfang.capabilities.stays.owed import TEST
from lianfang.capabilities.stays.roles import WARD
from lianfang.domain.refusals import Refused
from lianfang.domain.roles import Role
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM, Actor
from lianfang.kernel.actions import action, store
from lianfang.kernel.audit.ops import ref
from lianfang.kernel.orgs.kinds import OFFICES
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import Membership, Person, on_roster
from lianfang.kernel.policies.ops import policy_of
from lianfang.kernel.readings import ops as readings
from lianfang.kernel.readings.models import HOME, Reading
from lianfang.kernel.scope import EVERYTHING, within
from lianfang.kernel.statuses import ops as statuses
from lianfang.kernel.statuses.sources import rests_on_rows
from lianfang.kernel.tasks import ops as tasks
from lianfang.kernel.tasks.models import Task

STATUS: Final = "home_watch"
RULE: Final = "R-home-watch"


def begin_home_watch(stay: Stay) -> HomeWatch | None:
    """Owe what the rules of the stay ask for after the release; nothing where they ask for nothing, or asked again."""
    terms, zone = stay.kept_terms, stay.unit.zone
    longest = max([terms.home_days, *terms.test_days_after])
    if stay.state != RELEASED or stay.ended_at is None or not longest or HomeWatch.objects.filter(stay=stay).exists():
        return None
    day = stay.ended_at.astimezone(zone).date()
    unit = _belongs_to(stay, day)
    watch = store(
        HomeWatch(
            unit=unit, stay=stay, person=stay.person, since=stay.ended_at, until=day + timedelta(days=longest),
            edition=stay.edition,
        )
    )  # fmt: skip
    tasks.owe_all([*_readings(watch, day, terms.home_days), *_tests(watch, day, terms.test_days_after)])
    _hold(watch, longest)
    return watch


def _belongs_to(stay: Stay, day: date) -> Unit:
    """The unit on whose roster somebody is; a traveller stays with the site."""
    here = Membership.objects.filter(on_roster(day), person=stay.person).exclude(unit=stay.unit)
    found = here.exclude(unit__kind__in=OFFICES).select_related("unit").order_by("-unit__path", "pk").first()
    return found.unit if found is not None else stay.unit


def _readings(watch: HomeWatch, day: date, home_days: int) -> list[Task]:
    if not home_days:
        return []
    policy, last = policy_of(watch.unit, on=day), day + timedelta(days=home_days)
    return readings.owed_tasks(
        watch.unit, watch.person, watch, since=watch.since, last_day=last, policy=policy,
        last_slots=policy.reading_slots,
    )  # fmt: skip


def _tests(watch: HomeWatch, day: date, numbers: Sequence[int]) -> Iterator[Task]:
    zone = watch.unit.zone
    for number in sorted(set(numbers)):
        on = day + timedelta(days=number)
        due = datetime.combine(on, time(23, 59, 59), zone)
        yield Task(
            unit=watch.unit, kind=TEST, subject=ref(watch), person=watch.person, day=on, number=number,
            name=f"解除后第 {number} 天检测", name_en=f"Test of day {number} after the release",
            opens_at=datetime.combine(on, time(0), zone), due_at=due, role=Role.DOCTOR,
        )  # fmt: skip


def _hold(watch: HomeWatch, days: int) -> None:
    until = datetime.combine(watch.until + timedelta(days=1), time(0), watch.unit.zone)
    statuses.give(
        unit=watch.unit, person=watch.person, kind=STATUS, value="home_monitoring", rule=RULE, edition=watch.edition,
        facts={"since": watch.since.isoformat(), "days": days, "until": watch.until.isoformat()}, since=watch.since,
        until=until, about=watch, by=SYSTEM,
    )  # fmt: skip


@action("home.measured", by=WARD, over="watch", oneself=True)
def measure_at_home(
    by: Actor, *, watch: HomeWatch, person: Person, key: str, celsius: Decimal | None = None,
    symptoms: Sequence[str] = (), slot: str = "", at: datetime | None = None, sure: bool = False,
) -> Reading:  # fmt: skip
    """Record a reading at home after the release, by the person or for them; one out of range asks for a second."""
    if watch.person_id != person.pk:
        raise Refused("scope", "watch")
    given, policy = given_of(
        watch.unit, person.pk, key=key, celsius=celsius, symptoms=symptoms, slot=slot, at=at, sure=sure
    )
    with within(EVERYTHING):  # somebody at home sees no tasks of the unit
        return readings.take(by, unit=watch.unit, kind=HOME, subject=watch, given=given, policy=policy)


@action("home.tested", by=WARD, over="watch", facts=("day", "result"))
def record_home_test(by: Actor, *, watch: HomeWatch, day: date, sampled_at: datetime, result: str) -> HomeTest:
    """Record the result of a test that is owed at home; a result that turns out otherwise is a further entry."""
    check_sample(result, sampled_at, since=watch.since)
    owed = tasks.of(watch, TEST).filter(day=day, excused="")
    if not owed.exists():
        raise Refused("test.not_owed", "day", day=day)
    tasks.settle_open(owed, at=clock.now(), by=by.name, note=result)
    return store(
        HomeTest(
            unit=watch.unit, watch=watch, person_id=watch.person_id, day=day, sampled_at=sampled_at, result=result,
            resulted_at=clock.now(), by=by.name[:60],
        )
    )  # fmt: skip


rests_on_rows(STATUS)
