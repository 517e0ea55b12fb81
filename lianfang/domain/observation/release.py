"""What still stands in the way of a release (解除条件): a case, days, symptoms, readings and tests, each by name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from lianfang.domain.observation.terms import DAYS_COMPLETE, NO_SYMPTOMS, TESTS_NEGATIVE, Terms

NEGATIVE, POSITIVE, UNCLEAR, PENDING = "negative", "positive", "unclear", ""


@dataclass(frozen=True, slots=True)
class Observed:
    """One time of day at which a reading was owed: taken or not, and whether something was wrong."""

    day: date
    slot: str
    taken: bool
    abnormal: bool = False


@dataclass(frozen=True, slots=True)
class Tested:
    """One test that was asked for: by which name, for which day, and its result ("" while there is none)."""

    name: str
    day: date
    result: str = PENDING


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that stands in the way: `case`, `days`, `reading`, `symptoms` or `test`, with what names it."""

    code: str
    facts: dict[str, Any] = field(default_factory=dict)


def missing(
    terms: Terms, *, day: date, ends_on: date, observed: Sequence[Observed], tested: Sequence[Tested],
    case: bool = False,
) -> list[Missing]:  # fmt: skip
    """Everything that stands in the way of a release on `day`; `observed` are the slots owed so far, in their order.

    Whoever is a `case`, under investigation or found to be one, is not released from observation by any rules.
    """
    found: list[Missing] = [Missing("case")] if case else []
    if DAYS_COMPLETE in terms.conditions and day < ends_on:
        found.append(Missing("days", {"until": ends_on}))
    if NO_SYMPTOMS in terms.conditions:
        found += _readings(terms, observed)
    if TESTS_NEGATIVE in terms.conditions:
        found += _tests(tested)
    return found


def _readings(terms: Terms, observed: Sequence[Observed]) -> Iterator[Missing]:
    last = observed[-terms.free_readings :] if terms.free_readings else ()
    for one in last:
        if not one.taken:
            yield Missing("reading", {"day": one.day, "slot": one.slot})
        elif one.abnormal:
            yield Missing("symptoms", {"day": one.day, "slot": one.slot})


def _tests(tested: Sequence[Tested]) -> Iterator[Missing]:
    for one in tested:
        if one.result != NEGATIVE:
            yield Missing("test", {"test": one.name, "day": one.day, "result": one.result or "pending"})
