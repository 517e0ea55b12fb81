"""Rules on windows (聚集性规则): so many people of one place with one syndrome within so many days.

Rules are data (syndrome, scope, days, people, action, deadline); this counts, by cumulative sums, in the order of the
reports. Clusters by similar symptoms of the people of one class are found in `domain.incidents.clusters`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lianfang.domain.refusals import Refused

Whole = NDArray[np.int64]
MOST_DAYS: Final = 366
_NEEDED: Final = ("code", "syndrome", "scope", "days", "minimum")
NOWHERE: Final = -1
_LARGEST: Final = 2**61
_SMALL: Final = 10_000_000


@dataclass(frozen=True, slots=True)
class Rule:
    """`minimum` people of one `scope` (class, dormitory, campus) with `syndrome` within `days` days in a row.

    `action` and `hours` say what is then done and within how many hours; `source` is where the rule stands.
    """

    code: str
    syndrome: str
    scope: str
    days: int
    minimum: int
    action: str = ""
    hours: int = 24
    source: str = ""


@dataclass(frozen=True, slots=True)
class Reports:
    """Reports in columns of one length: day numbers, syndromes, people, and the place of each by scope.

    People and places are numbers; a place of -1 is unknown and meets no rule of that scope.
    """

    days: Whole
    syndromes: NDArray[Any]
    people: Whole
    places: Mapping[str, Whole]


@dataclass(frozen=True, slots=True)
class Reached:
    """A run of days on which a rule held in one place: its first and last day, and the most people in a window."""

    rule: str
    place: int
    first_day: int
    last_day: int
    most: int


def rules_of(raw: Mapping[str, Any]) -> tuple[Rule, ...]:
    """The rules of a rule file's `rules` list. Refused `rule.wrong` (rule, missing)."""
    found = []
    for one in raw.get("rules", ()):
        missing = [name for name in _NEEDED if name not in one]
        if missing:
            raise Refused("rule.wrong", "rules", rule=str(one.get("code", "")), missing=", ".join(missing))
        found.append(_checked(Rule(**{name: one[name] for name in Rule.__dataclass_fields__ if name in one})))
    return tuple(found)


def reports_of(
    *, days: ArrayLike, syndromes: Sequence[str] | NDArray[Any], people: ArrayLike, places: Mapping[str, ArrayLike]
) -> Reports:
    """Columns made ready. Refused `series.not_numbers`, `series.short` when they are not of one length."""
    made = Reports(
        _column(days, "days"), np.asarray(syndromes), _column(people, "people"),
        {scope: _column(column, scope) for scope, column in places.items()},
    )  # fmt: skip
    columns: dict[str, NDArray[Any]] = {"syndromes": made.syndromes, "people": made.people, **made.places}
    for field, column in columns.items():
        if column.shape != made.days.shape:
            raise Refused("series.short", field, length=int(column.size), fewest=int(made.days.size))
    return made


def reached(reports: Reports, rules: Iterable[Rule]) -> list[Reached]:
    """Where and when the rules held, in the order of rules, places and days.

    A person counts once in a window, however often reported. One sort of the reports of each rule.
    """
    found: list[Reached] = []
    chosen: dict[str, NDArray[np.intp]] = {}
    for rule in rules:
        _checked(rule)
        if rule.scope not in reports.places:
            continue
        if rule.syndrome not in chosen:
            chosen[rule.syndrome] = np.flatnonzero(reports.syndromes == rule.syndrome)
        which = chosen[rule.syndrome]
        which = which[reports.places[rule.scope][which] != NOWHERE]
        if which.size:
            found += _held(rule, reports.days[which], reports.places[rule.scope][which], reports.people[which])
    return found


def _held(rule: Rule, days: Whole, places: Whole, people: Whole) -> list[Reached]:
    start = int(days.min())
    span = int(days.max()) - start + rule.days + 2
    place, names = _numbered(places)
    begins, ends = _firsts(place, people, days - start, rule.days, span)
    moments = np.sort(np.concatenate([begins * 2 + 1, ends * 2]))  # the odd ones begin
    at, counted = moments >> 1, np.cumsum((moments & 1) * 2 - 1)
    last = np.append(at[1:] != at[:-1], True)  # several changes of one day count together
    return _runs(rule, at[last], counted[last], names, span, start)


def _firsts(place: Whole, people: Whole, days: Whole, window: int, span: int) -> tuple[Whole, Whole]:
    """From when to when (place x span + day) each report is the first of its person in a window."""
    person, persons = _numbered(people)
    many = int(persons.size)
    if (int(place.max()) + 1) * many * span > _LARGEST:
        raise Refused("series.too_large", "days", value=span, series=1, position=1)
    order = np.sort((place * many + person) * span + days)
    whose, when = np.divmod(order, span)
    begins, ends = when.copy(), when + window
    again = whose[1:] == whose[:-1]
    begins[1:] = np.where(again, np.maximum(when[1:], ends[:-1]), when[1:])
    counts = begins < ends
    offset = (whose[counts] // many) * span
    return offset + begins[counts], offset + ends[counts]


def _numbered(names: Whole) -> tuple[Whole, Whole]:
    """Names as numbers from 0, and the name of each number; small ranges need no sorting."""
    low, high = int(names.min()), int(names.max())
    if high - low < _SMALL:
        return names - low, np.arange(low, high + 1)
    unique, number = np.unique(names, return_inverse=True)
    return number.astype(np.int64), unique


def _runs(rule: Rule, at: Whole, counted: Whole, names: Whole, span: int, start: int) -> list[Reached]:
    holds = np.concatenate([[False], counted >= rule.minimum, [False]])
    edges = np.flatnonzero(holds[1:] != holds[:-1])
    found = []
    for begin, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        place, day = divmod(int(at[begin]), span)
        last = int(at[end]) % span - 1  # the change at `end` ends it
        most = int(counted[begin:end].max())
        found.append(Reached(rule.code, int(names[place]), day + start, last + start, most))
    return found


def _checked(rule: Rule) -> Rule:
    for field, high in (("days", MOST_DAYS), ("minimum", 1_000_000)):
        value = getattr(rule, field)
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= high:
            raise Refused("number.out_of_range", field, low=1, high=high)
    return rule


def _column(values: ArrayLike, field: str) -> Whole:
    found = np.asarray(values)
    if found.size and not np.issubdtype(found.dtype, np.integer):
        raise Refused("series.not_numbers", field)
    return found.astype(np.int64)
