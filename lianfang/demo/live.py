"""The rest of the demonstration's afternoon (演示续演): played by the worker while the drill's clock runs.

Each step happens at most once, and only if nobody was quicker; a step whose time is long past does not happen at all.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from lianfang.capabilities.checkin.intake import receive_answer
from lianfang.capabilities.screening.actions import record_screening
from lianfang.demo import stage
from lianfang.demo.acts import report_zero
from lianfang.demo.script import moment
from lianfang.domain.refusals import Refused
from lianfang.domain.roles import REPORTERS
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor, actor_for
from lianfang.kernel.accounts.models import Grant
from lianfang.kernel.dues.models import REPORT, SCREENING
from lianfang.kernel.dues.ops import due_of
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import Person
from lianfang.kernel.people.ops import members
from lianfang.kernel.policies import demonstrations
from lianfang.kernel.reporting.models import Answer
from lianfang.kernel.scope import EVERYTHING, within

WAITS = timedelta(minutes=10)


def play() -> int:
    """Let happen what is due in the story now; how many steps changed something. Nothing outside the demonstration."""
    kept = demonstrations.current()
    if kept is None or kept.name != stage.NAME:
        return 0
    told, at = stage.told(), clock.now()
    return sum(_happens(step, told["day"], at) and _step(step) for step in told["live"])


def _happens(step: dict[str, Any], day: str, at: datetime) -> bool:
    begins = moment(day, step["at"])
    return begins <= at < begins + WAITS


def _step(step: dict[str, Any]) -> bool:
    day = date.fromisoformat(stage.told()["day"])
    with within(EVERYTHING):
        unit = Unit.objects.get(code=step["unit"])
        by = _reporter(unit)
    if by is None:
        return False
    try:
        answered = [_answer(by, unit, name, day) for name in step.get("answers", [])]
        reported = step.get("reports", True) and _report(by, unit, day, step.get("reason", ""))
    except Refused:  # somebody who explores has changed what the step needs; their story is the better one
        return False
    return any(answered) or reported


def _reporter(unit: Unit) -> Actor | None:
    """Whoever answers for the unit today."""
    at = clock.now()
    held = Grant.objects.filter(unit=unit, role__in=REPORTERS, since__lte=at, until__gt=at).select_related("account")
    grant = held.order_by("pk").first()
    return None if grant is None else actor_for(grant.account)


def _answer(by: Actor, unit: Unit, name: str, day: date) -> bool:
    """Somebody who was missing is reached by phone."""
    with within(EVERYTHING):
        person = Person.objects.filter(memberships__unit=unit, name=name).first()
        if person is None or Answer.objects.filter(unit=unit, day=day, slot="am", person_id=person.pk).exists():
            return False
    body = {"key": f"live-{person.pk}", "unit": unit.code, "day": str(day), "slot": "am", "state": "well"}
    with within(by.scope):
        receive_answer(by, {**body, "person": {"ref": str(person.pk)}}, channel="page", mode="phone")
    return True


def _report(by: Actor, unit: Unit, day: date, reason: str) -> bool:
    """The unit's zero report, unless it is in; and the day's screening with it."""
    with within(EVERYTHING):
        due, task = due_of(REPORT, unit, day), due_of(SCREENING, unit, day)
    if due is None or due.settled_at is not None:
        return False
    if task is not None and task.settled_at is None:
        with within(by.scope):
            record_screening(by, unit=unit, day=day, people=members(unit, day), findings={})
    report_zero(by, unit, day, reason)
    with within(EVERYTHING):
        again = due_of(REPORT, unit, day)
        return again is not None and again.settled_at is not None
