"""Similar illness in one place (聚集性发病预警): three on one day or five within three days, by similar symptoms.

School rule (rules.md 3.3, src18): the same dormitory or class, similar cases. Raw absence is no signal: three absences
for three causes raise nothing. What is found depends only on which reports there are, never on the order in which they
came: more reports never take a finding away.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

SAME_DAY, SEVERAL_DAYS = "same_day", "several_days"


@dataclass(frozen=True, slots=True)
class Terms:
    """How many similar cases count: on one day, and over how many days in a row."""

    same_day: int
    several_days: int
    days: int

    @classmethod
    def of(cls, policy: Any) -> Terms:
        """The terms in force: `cluster_same_day`, `cluster_several_days`, `cluster_days`."""
        return cls(policy.cluster_same_day, policy.cluster_several_days, policy.cluster_days)


@dataclass(frozen=True, slots=True)
class Ill:
    """Somebody who was ill on a day, with the groups of symptoms that make it similar to others'."""

    person: str
    day: date
    groups: frozenset[str]


@dataclass(frozen=True, slots=True)
class Cluster:
    """Similar cases in one place: the group, by which rule and on which day the threshold was reached, since when,
    and everybody concerned with the first day of each."""

    group: str
    rule: str
    reached_on: date
    since: date
    people: Mapping[str, date]


def groups_of(symptoms: Iterable[str], *, fever: bool, known: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """The groups that these symptoms belong to; a measured fever is a symptom. Symptoms of no group alone make none."""
    seen = {*symptoms, *(("fever",) if fever else ())}
    return frozenset(code for code, members in known.items() if members & seen)


def find_clusters(reports: Iterable[Ill], terms: Terms) -> list[Cluster]:
    """The clusters of one place, at most one a group, in the order of their groups."""
    days: dict[str, dict[date, set[str]]] = {}
    for one in reports:
        for group in one.groups:
            days.setdefault(group, {}).setdefault(one.day, set()).add(one.person)
    found = (_cluster(group, by_day, terms) for group, by_day in sorted(days.items()))
    return [one for one in found if one is not None]


def _cluster(group: str, by_day: Mapping[date, set[str]], terms: Terms) -> Cluster | None:
    for day in sorted(by_day):
        window = [one for one in by_day if day - timedelta(days=terms.days) < one <= day]
        if rule := _rule(by_day, day, window, terms):
            return Cluster(group, rule, day, min(window), _people(by_day, min(window)))
    return None


def _rule(by_day: Mapping[date, set[str]], day: date, window: Iterable[date], terms: Terms) -> str:
    if len(by_day[day]) >= terms.same_day:
        return SAME_DAY
    together = set().union(*(by_day[one] for one in window))
    return SEVERAL_DAYS if len(together) >= terms.several_days else ""


def _people(by_day: Mapping[date, set[str]], since: date) -> dict[str, date]:
    first: dict[str, date] = {}
    for day in sorted(one for one in by_day if one >= since):
        for person in by_day[day]:
            first.setdefault(person, day)
    return first
