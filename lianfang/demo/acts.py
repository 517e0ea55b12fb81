"""What people of a demonstration do (演示动作), each through the product's own door and in the actor's own scope."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from lianfang.capabilities.checkin.intake import receive_answer, receive_roll_call
from lianfang.capabilities.daily_report.intake import receive_bulletin, receive_report
from lianfang.capabilities.screening.actions import record_screening
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.ops import members
from lianfang.kernel.reporting.forms import DAILY, FLOOD, form_on
from lianfang.kernel.reporting.models import Tally
from lianfang.kernel.reporting.reports import prefilled
from lianfang.kernel.scope import within

CASES = ("fever", "confirmed", "isolated")


@dataclass(frozen=True, slots=True)
class Act:
    """Something that happens at a moment of the story."""

    at: datetime
    does: Callable[[], object]


def perform(acts: Iterable[Act]) -> int:
    """Let all of these happen, in the order of their moments; how many there were."""
    ordered = sorted(acts, key=lambda act: act.at)
    for act in ordered:
        with clock.at(act.at):
            act.does()
    return len(ordered)


def check_class(by: Actor, unit: Unit, day: date, exceptions: Sequence[dict[str, Any]] = ()) -> None:
    """One class check: everyone is well but these."""
    with within(by.scope):
        receive_roll_call(
            by,
            {
                "key": f"class-check-{unit.code}-{day}",
                "unit": unit.code,
                "day": str(day),
                "slot": "am",
                "observed_by": by.name,
                "exceptions": list(exceptions),
                "everyone_else": "well",
            },
            channel="page",
        )


def has_fever(person: UUID, temperature: str) -> dict[str, Any]:
    """An exception in a class check."""
    return {"person": str(person), "state": "unwell", "symptoms": ["fever"], "temperature": temperature}


def answer_well(by: Actor, unit: Unit, person: UUID, day: date) -> None:
    """Somebody is well today, said by oneself or by whoever answers for one."""
    with within(by.scope):
        receive_answer(
            by,
            {
                "key": f"answer-{person}-{day}",
                "unit": unit.code,
                "day": str(day),
                "slot": "am",
                "person": {"ref": str(person)},
                "state": "well",
            },
            channel="page",
        )


def screen(by: Actor, unit: Unit, day: date) -> None:
    """The screener has checked everybody through."""
    with within(by.scope):
        record_screening(by, unit=unit, day=day, people=members(unit, day), findings={})


def report_zero(by: Actor, unit: Unit, day: date, reason: str = "") -> None:
    """A zero report, which says who is there and who is not where the unit has people of its own."""
    with within(by.scope):
        body = {"unit": unit.code, "day": str(day), "nothing_to_report": True, "reason": reason}
        receive_report(by, {**body, "counts": _present(unit, day)}, channel="page")


def _present(unit: Unit, day: date) -> dict[str, int]:
    tally = Tally.objects.filter(unit=unit, day=day, slot="am", rostered__gt=0).first()
    if tally is None:
        return {}
    return {"expected": tally.rostered, "present": tally.answered, "absent": tally.rostered - tally.answered}


def report_fever(by: Actor, unit: Unit, day: date, people: int) -> None:
    """A report with one fever."""
    report_ill(by, unit, day, people, 1)


def report_ill(by: Actor, unit: Unit, day: date, people: int, ill: int) -> None:
    """A report with so many fevers: they stay away, and each is tested."""
    there = people - ill
    figures = {"expected": people, "present": there, "absent": ill, "fever": ill, "tested": ill, "confirmed": 0}
    with within(by.scope):
        receive_report(by, {"unit": unit.code, "day": str(day), "counts": figures}, channel="page")


def added_up(unit: Unit, day: date) -> dict[str, Any]:
    """What a superior is offered to sign: the sums of what came from below, a zero report when there is no case."""
    sums = prefilled(unit, form_on(DAILY, day), day)
    return {"nothing_to_report": not any(sums.get(code) for code in CASES), "counts": sums}


def send_up(by: Actor, unit: Unit, day: date) -> None:
    """Sign what came from below."""
    with within(by.scope):
        receive_report(by, {"unit": unit.code, "day": str(day), **added_up(unit, day)}, channel="page")


def send_bulletin(by: Actor, unit: Unit, day: date) -> None:
    """Sign what came from below together with the flood line (日报平安)."""
    with within(by.scope):
        line = {"nothing_to_report": True}
        body = {"unit": unit.code, "day": str(day), DAILY: added_up(unit, day), FLOOD: line}
        receive_bulletin(by, body, channel="page")
