"""Indicators are counted into their register (成效指标计数): what records say, of how many, over which time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

from lianfang.capabilities.briefings.models import CountedIndicator
from lianfang.domain.outcomes import Outcome
from lianfang.domain.refusals import Refused
from lianfang.domain.roles import SUPERVISORS, Role
from lianfang.domain.small import Below
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.actions import action, store
from lianfang.kernel.briefing import outcomes
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.policies.ops import policy_of

COUNTERS: Final = (*SUPERVISORS, Role.ADMINISTRATOR)
PERIOD: Final = timedelta(days=365)
"""Over which indicators are counted unless asked otherwise: a way of showing them, no rule of an epidemic."""


@action("indicators.counted", by=COUNTERS, over="unit", facts=("unit", "since", "until"))
def count_indicators(by: Actor, *, unit: Unit, since: date, until: date) -> list[CountedIndicator]:
    """Count the outcome indicators of a unit and all below it from one day to another, both included.

    Refused: `date.order`, `date.in_future` (until), `indicators.none` where nobody was observed and no class held, and
    `indicators.unchanged` while every figure is as it was counted last.
    """
    check_period(unit, since, until)
    found = outcomes(unit, since, until)
    if not found:
        raise Refused("indicators.none", "until")
    made = keep(by, unit=unit, found=found)
    if not made:
        raise Refused("indicators.unchanged", "until")
    return made


def check_period(unit: Unit, since: date, until: date) -> None:
    """Refuse a period that ends before it begins (`date.order`) or after today (`date.in_future`)."""
    if until < since:
        raise Refused("date.order", "until", earlier=since.isoformat())
    if until > clock.today(unit.zone):
        raise Refused("date.in_future", "until")


def keep(by: Actor, *, unit: Unit, found: Iterable[Outcome]) -> list[CountedIndicator]:
    """Write down what differs from the last count of the same period; those that are new."""
    Unit.objects.select_for_update(no_key=True).get(pk=unit.pk)
    return [made for one in found if (made := _next(by, unit, one)) is not None]


def _next(by: Actor, unit: Unit, found: Outcome) -> CountedIndicator | None:
    same = CountedIndicator.objects.filter(unit=unit, code=found.code, since=found.since, until=found.until)
    before = same.order_by("-version").first()
    fewest = policy_of(unit, on=found.until).small_cell
    shown = found.shown(fewest)
    hidden = isinstance(shown, Below)
    made = CountedIndicator(
        unit=unit, code=found.code, since=found.since, until=found.until, version=before.version + 1 if before else 1,
        count=None if isinstance(shown, Below) else shown, below=shown.below if isinstance(shown, Below) else None,
        people=found.people, person_days=found.person_days, percent=None if hidden else found.percent(fewest),
        at=clock.now(), by=by.name[:60],
    )  # fmt: skip
    return None if before is not None and _figures(before) == _figures(made) else store(made)


def _figures(one: CountedIndicator) -> tuple[object, ...]:
    return one.count, one.below, one.people, one.person_days, one.percent
