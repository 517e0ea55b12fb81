"""The days of an observation (留观天数): from when they count, when it ends at the earliest, what each day owes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from lianfang.domain.observation.terms import FROM_EXPOSURE, Terms


@dataclass(frozen=True, slots=True)
class TestDay:
    """A test that the rules ask for: on which day of the observation, and which day of the calendar that is."""

    number: int
    day: date


def counted_from(terms: Terms, *, admitted_on: date, last_exposure: date | None) -> date:
    """The day from which the days count; an exposure that nobody knows cannot make a stay shorter."""
    if last_exposure is None:
        return admitted_on
    if terms.count_from == FROM_EXPOSURE:
        return last_exposure
    return max(admitted_on, last_exposure)  # exposed again inside: the clock starts anew


def last_day(terms: Terms, *, admitted_on: date, last_exposure: date | None) -> date:
    """The first day on which release is possible: exposure on 01-28 and 14 days give 02-11."""
    began = counted_from(terms, admitted_on=admitted_on, last_exposure=last_exposure)
    return max(admitted_on, began + timedelta(days=terms.observation_days))


def day_number(began: date, day: date) -> int:
    """Which day of the observation it is; the day from which the days count is day 0."""
    return (day - began).days


def planned_tests(terms: Terms, *, began: date, admitted_on: date, ends_on: date) -> tuple[TestDay, ...]:
    """The tests that the rules ask for while somebody is here; days before the admission are no longer owed."""
    planned = (TestDay(number, began + timedelta(days=number)) for number in sorted(set(terms.test_days)))
    return tuple(one for one in planned if admitted_on <= one.day <= ends_on)
