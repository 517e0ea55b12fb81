"""Release (解除): what is still missing by name, the decision, the certificate's number, and what the guests said."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db.models import Max

from lianfang.capabilities.stays.models import Feedback, Stay
from lianfang.capabilities.stays.models.stay import FLOW, RELEASED
from lianfang.capabilities.stays.moves import check_moment, close, held
from lianfang.capabilities.stays.owed import words_of
from lianfang.capabilities.stays.roles import DECIDERS, RECEPTION
from lianfang.domain.observation.release import Missing, Observed, Tested, missing
from lianfang.domain.refusals import Problem, Refused
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.actions import action, store
from lianfang.kernel.audit.ops import record_all
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.places.models import Premises
from lianfang.kernel.readings.ops import owed, readings_of

BECAUSE = "released"


def still_missing(stay: Stay, at: datetime) -> list[Missing]:
    """Everything that stands in the way of a release at a moment."""
    day = at.astimezone(stay.unit.zone).date()
    return missing(
        stay.kept_terms, day=day, ends_on=stay.ends_on or day, observed=observed(stay, at), tested=tested(stay)
    )


def observed(stay: Stay, at: datetime) -> list[Observed]:
    """The readings owed so far, in their order; one out of range counts unless a second one was not."""
    first = {(one.day, one.slot): one for one in readings_of(stay) if one.second_of_id is None}
    second = {one.second_of_id: one for one in readings_of(stay) if one.second_of_id is not None}
    found = []
    for task in owed(stay).filter(excused="", opens_at__lte=at).order_by("opens_at"):
        if task.day is None:
            continue
        taken = first.get((task.day, task.slot))
        last = second.get(taken.pk, taken) if taken else None
        if taken is not None or (task.due_at is not None and task.due_at <= at) or _closes(stay, task.day, at):
            found.append(Observed(task.day, task.slot, taken is not None, bool(last and last.abnormal)))
    return found


def _closes(stay: Stay, day: date, at: datetime) -> bool:
    """On the day of the release its own reading is owed before it, even though its time is not over."""
    return day == at.astimezone(stay.unit.zone).date() == stay.ends_on


def tested(stay: Stay) -> list[Tested]:
    """The tests that the release waits for."""
    rows = stay.tests.filter(excused="").order_by("day", "number")
    return [Tested(words_of(one)[1], one.day, one.result) for one in rows]


@action("stay.released", by=DECIDERS, over="stay", facts=("at",))
def release(by: Actor, *, stay: Stay, at: datetime | None = None, travel: str = "") -> Stay:
    """Release somebody: refused with everything that is still missing; else a certificate gets its number."""
    return _release(by, stay, at or clock.now(), travel, field="")


@action("stays.released", by=DECIDERS, over="unit", facts=("unit", "at"))
def release_many(by: Actor, *, unit: Unit, stays: Sequence[Stay], at: datetime | None = None, travel: str = "") -> Unit:
    """Release several people by one decision: all of them, or nobody with everything that is missing."""
    moment = at or clock.now()
    foreign = [index for index, one in enumerate(stays) if one.unit_id != unit.pk]
    if foreign:
        raise Refused([Problem("scope", f"stays[{index}]") for index in foreign])
    problems: list[Problem] = []
    done = []
    for index, stay in sorted(enumerate(stays), key=lambda pair: pair[1].pk):
        try:
            done.append(_release(by, stay, moment, travel, field=f"stays[{index}]"))
        except Refused as refused:
            problems += refused.problems
    if problems:
        raise Refused(problems)
    record_all("stay.released", by=by, about=[(unit, stay, {"at": moment.isoformat()}) for stay in done])
    return unit


def _release(by: Actor, stay: Stay, at: datetime, travel: str, *, field: str) -> Stay:
    row = held(stay)
    check_moment(row, at)
    state = FLOW.after(row.state, "release")
    if lacking := still_missing(row, at):
        raise Refused([Problem(f"release.{one.code}", field or one.code, facts=one.facts) for one in lacking])
    row.state, row.onward = state, travel
    row.number = _next_number(row.unit)
    row.certificate = f"{row.unit.code}-{row.number:04d}"
    close(by, row, at=at, reason=BECAUSE)
    return store(row)


def _next_number(unit: Unit) -> int:
    """Certificates of a site count on; the premises are held, so that two releases get two numbers."""
    Premises.objects.select_for_update().filter(unit=unit).first()
    last = Stay.objects.filter(unit=unit).aggregate(last=Max("number"))["last"]
    return int(last or 0) + 1


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
