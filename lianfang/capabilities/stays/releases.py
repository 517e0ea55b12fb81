"""Release (解除): what is still missing by name, the decision, the certificate's number, and what the guests said."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import TypeVar

from django.db.models import Max

from lianfang.capabilities.stays.models import Feedback, LabTest, Stay
from lianfang.capabilities.stays.models.stay import FLOW, RELEASED
from lianfang.capabilities.stays.moves import check_moment, close, held_all
from lianfang.capabilities.stays.owed import subject_of, words_of
from lianfang.capabilities.stays.roles import DECIDERS, RECEPTION
from lianfang.domain.observation.release import Missing, Observed, Tested, missing
from lianfang.domain.refusals import Problem, Refused
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.actions import action, store
from lianfang.kernel.audit.ops import record_all
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.places.models import Premises
from lianfang.kernel.policies.ops import policy_of
from lianfang.kernel.readings.models import Reading
from lianfang.kernel.readings.ops import READING
from lianfang.kernel.statuses import ops as statuses
from lianfang.kernel.tasks.models import Task

BECAUSE = "released"
Row = TypeVar("Row")
Key = TypeVar("Key")


def still_missing(stay: Stay, at: datetime) -> list[Missing]:
    """Everything that stands in the way of a release at a moment."""
    return _Records([stay], at).missing(stay)


class _Records:
    """What decides on the release of some people at a moment, read at once: readings taken and owed, and tests."""

    def __init__(self, stays: Sequence[Stay], at: datetime) -> None:
        self._at = at
        subjects = [subject_of(one) for one in stays]
        taken = Reading.objects.filter(subject__in=subjects, voided_at=None).order_by("at", "pk")
        owing = Task.objects.filter(kind=READING, subject__in=subjects, excused="", opens_at__lte=at)
        tests = LabTest.objects.filter(stay__in=stays, excused="").order_by("day", "number")
        self._cases = statuses.cases_among([one.person_id for one in stays], at=at)
        self._taken = _grouped(taken, lambda one: one.subject)
        self._owed = _grouped(owing.order_by("opens_at"), lambda one: one.subject)
        self._tests = _grouped(tests, lambda one: one.stay_id)

    def missing(self, stay: Stay) -> list[Missing]:
        """Everything that stands in the way of one of them."""
        day = self._at.astimezone(stay.unit.zone).date()
        # The tests that the release waits for.
        tested = [Tested(words_of(one)[1], one.day, one.result) for one in self._tests.get(stay.pk, [])]
        ends_on = stay.ends_on or day
        observed, case = self._observed(stay), stay.person_id in self._cases
        return missing(stay.kept_terms, day=day, ends_on=ends_on, observed=observed, tested=tested, case=case)

    def _observed(self, stay: Stay) -> list[Observed]:
        """The readings owed so far, in their order; one out of range counts unless a second one was not."""
        taken = self._taken.get(subject_of(stay), [])
        first = {(one.day, one.slot): one for one in taken if one.second_of_id is None}
        second = {one.second_of_id: one for one in taken if one.second_of_id is not None}
        found = []
        for task in self._owed.get(subject_of(stay), []):
            if task.day is None:
                continue
            there = first.get((task.day, task.slot))
            last = second.get(there.pk, there) if there else None
            if there is not None or self._is_over(task, stay):
                found.append(Observed(task.day, task.slot, there is not None, bool(last and last.abnormal)))
        return found

    def _is_over(self, task: Task, stay: Stay) -> bool:
        """On the day of the release its own reading is owed before it, even though its time is not over."""
        if task.due_at is not None and task.due_at <= self._at:
            return True
        return task.day == self._at.astimezone(stay.unit.zone).date() == stay.ends_on


def _grouped(rows: Iterable[Row], by: Callable[[Row], Key]) -> dict[Key, list[Row]]:
    found: dict[Key, list[Row]] = {}
    for row in rows:
        found.setdefault(by(row), []).append(row)
    return found


@action("stay.released", by=DECIDERS, over="stay", facts=("at",))
def release(by: Actor, *, stay: Stay, at: datetime | None = None, travel: str = "") -> Stay:
    """Release somebody: refused with everything that is still missing; else a certificate gets its number."""
    return _release(by, [stay], at or clock.now(), travel, name=lambda _, code: code)[0]


@action("stays.released", by=DECIDERS, over="unit", facts=("unit", "at"))
def release_many(by: Actor, *, unit: Unit, stays: Sequence[Stay], at: datetime | None = None, travel: str = "") -> Unit:
    """Release several people by one decision: all of them, or nobody with everything that is missing."""
    moment = at or clock.now()
    foreign = [index for index, one in enumerate(stays) if one.unit_id != unit.pk]
    if foreign:
        raise Refused([Problem("scope", f"stays[{index}]") for index in foreign])
    done = _release(by, stays, moment, travel, name=lambda index, _: f"stays[{index}]")
    record_all("stay.released", by=by, about=[(unit, stay, {"at": moment.isoformat()}) for stay in done])
    return unit


def _release(
    by: Actor, stays: Sequence[Stay], at: datetime, travel: str, *, name: Callable[[int, str], str]
) -> list[Stay]:
    """Release people of one site, all or nobody. `name` says which field a thing that is missing stands in."""
    if not stays:
        return []
    rows = held_all(stays)
    records, problems = _Records(list(rows.values()), at), []
    unit = stays[0].unit
    policy = policy_of(unit, on=at.astimezone(unit.zone).date())
    for index, stay in sorted(enumerate(stays), key=lambda pair: pair[1].pk):
        row = rows[stay.pk]
        try:
            check_moment(row, at, policy)
            row.state, row.onward = FLOW.after(row.state, "release"), travel
        except Refused as refused:
            problems += refused.problems
            continue
        lacking = records.missing(row)
        problems += [Problem(f"release.{one.code}", name(index, one.code), facts=one.facts) for one in lacking]
    if problems:
        raise Refused(problems)
    _number(list(rows.values()))
    close(by, list(rows.values()), at=at, reason=BECAUSE)
    return list(rows.values())


def _number(rows: Sequence[Stay]) -> None:
    """Certificates of a site count on; the premises are held, so that two releases get two numbers."""
    unit = rows[0].unit
    Premises.objects.select_for_update().filter(unit=unit).first()
    last = Stay.objects.filter(unit=unit).aggregate(last=Max("number"))["last"]
    for number, row in enumerate(rows, start=int(last or 0) + 1):
        row.number, row.certificate = number, f"{unit.code}-{number:04d}"


@action("feedback.recorded", by=RECEPTION, over="stay", facts=("form",))
def record_feedback(by: Actor, *, stay: Stay, text: str, form: str = "") -> Feedback:
    """Record what a party said or gave when it left, once a party: a pennant, a letter, a word."""
    if stay.state != RELEASED:
        raise Refused("flow.condition", "state", state=stay.state, move="record_feedback")
    party = f"{stay.manifest_id or ''}/{stay.party}" if stay.party else str(stay.pk)
    if Feedback.objects.filter(unit=stay.unit, party=party[:80]).exists():
        raise Refused("feedback.given", "stay")
    return store(
        Feedback(unit=stay.unit, party_kind=stay.party_kind, party=party[:80], form=form, text=text, at=clock.now())
    )
