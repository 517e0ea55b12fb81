"""What the briefing says of people (日报: 人员、症状): who answered, of whom nothing is known, and new symptoms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Final

from django.db import connection

from lianfang.domain.amounts import Amount, AtLeast
from lianfang.domain.briefing.figures import Figure
from lianfang.domain.briefing.trends import WEEK, published, trend_of
from lianfang.domain.small import bound_now
from lianfang.kernel.briefing import Asked, briefed, newly_ill_bounds
from lianfang.kernel.orgs.ops import below
from lianfang.kernel.reporting.models import Answer

# Somebody is newly ill on a day when no answer of the day before said so; one person counts once a day.
_NEW: Final = """
SELECT a.day, count(DISTINCT a.person_id), count(DISTINCT a.person_id) FILTER (WHERE a.fever)
  FROM reporting_answer a JOIN orgs_unit u ON u.id = a.unit_id
 WHERE a.day BETWEEN %(first)s AND %(last)s AND u.path >= %(low)s AND u.path < %(high)s
   AND (a.fever OR a.symptoms <> '{}' OR a.state = 'unwell') AND a.counted
   AND NOT EXISTS (SELECT FROM reporting_answer b
        WHERE b.unit_id = a.unit_id AND b.day = a.day - 1 AND b.person_id = a.person_id
          AND (b.fever OR b.symptoms <> '{}' OR b.state = 'unwell') AND b.counted)
 GROUP BY a.day
"""
_COLUMNS: Final = ("symptoms.unwell", "symptoms.fever")


@briefed("people")
def people(asked: Asked) -> Iterator[Figure]:
    """Of how many people something is known today; "unknown" is never "well"."""
    heads = asked.board(asked.day).people
    if not heads.rostered:
        return
    yield Figure("people.answered", heads.answered, heads.expected, measure="person")
    yield Figure("people.unknown", heads.unknown, heads.expected, measure="person")
    yield Figure("people.excused", heads.excused, heads.rostered, measure="person")


@briefed("symptoms")
def symptoms(asked: Asked) -> Iterator[Figure]:
    """New symptoms of the day with their seven-day mean and its change, and the fevers among them."""
    if not asked.board(asked.day).people.rostered:
        return
    days = [asked.day - timedelta(days=back) for back in reversed(range(2 * WEEK))]
    found = _new(asked, days[0])
    bounds = {"symptoms.unwell": newly_ill_bounds(asked.unit, days), "symptoms.fever": [0] * len(days)}
    for number, code in enumerate(_COLUMNS):
        amounts = [_amount(asked, day, found.get(day, (0, 0))[number]) for day in days]
        beside = [_bound(amount, one, asked.fewest) for amount, one in zip(amounts, bounds[code], strict=True)]
        value = published(amounts[-1], fewest=asked.fewest, bound=beside[-1])
        trend = None if amounts[-1] is None else trend_of(amounts, fewest=asked.fewest, bounds=beside)
        yield Figure(code, value, asked.board(asked.day).people.expected, measure="person", trend=trend)


@briefed("quality")
def automated(asked: Asked) -> Iterator[Figure]:
    """Answers that came alike and within seconds; nothing is said where there are none."""
    given = Answer.objects.filter(asked.within(), day=asked.day)
    found = given.filter(automated=True).count()
    if found:
        yield Figure("quality.automated", found, given.count(), measure="answer")


def _new(asked: Asked, first: date) -> dict[date, Sequence[int]]:
    low, high = below(asked.unit.path)
    with connection.cursor() as cursor:
        cursor.execute(_NEW, {"first": first, "last": asked.day, "low": low, "high": high})
        return {day: counts for day, *counts in cursor.fetchall()}


def _bound(amount: Amount, bound: int, fewest: int) -> int:
    """What hides a count for its neighbours' sake, as on the wall; room enough if more have fallen ill since then."""
    count = amount.value if isinstance(amount, AtLeast) else amount
    return bound_now(count, bound, fewest)


def _amount(asked: Asked, day: date, count: int) -> Amount:
    """A day's count: unknown when nobody answered, a lower bound while somebody has not."""
    heads = asked.board(day).people
    if not heads.answered:
        return None
    return AtLeast(count) if heads.unknown > 0 else count
