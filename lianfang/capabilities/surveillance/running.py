"""Running the settings in force (预警运行): after a day's deadline, and once more when no more answers can come.

Today's partial day is not judged. A unit in which too few of those asked have answered (`judged_percent`) is not judged
either: a low count there says nothing, and several people alike ill are seen by the rule of similar symptoms at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

import numpy as np
from django.db import connection, transaction

from lianfang.capabilities.surveillance.actions import terms_of, usual_of
from lianfang.capabilities.surveillance.crowds import line_of
from lianfang.capabilities.surveillance.models import Alarm, DetectionRun, DetectionSetting
from lianfang.domain.periods import closes_at
from lianfang.domain.policy import Policy
from lianfang.domain.surveillance.judging import Judged, Usual, judge, standing
from lianfang.domain.surveillance.terms import AT_LEAST, LEVELS, LONGEST_WINDOW, Terms
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.audit.ops import record
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import below
from lianfang.kernel.policies.ops import Rules

ALARMED: Final = "surveillance.alarmed"
A_DAY: Final = timedelta(days=1)
# Only units with somebody ill on the day can raise an alarm, so only their series are read.
_SERIES: Final = """
SELECT c.unit_id, c.day, coalesce((c.counts ->> %(syndrome)s)::int, 0), c.answered, c.fewest
  FROM surveillance_daycount c
 WHERE c.day > %(since)s AND c.day <= %(day)s AND c.answered > 0 AND c.unit_id = ANY(ARRAY(
       SELECT unit_id FROM surveillance_daycount
        WHERE day = %(day)s AND {line} >= %(low)s AND {line} < %(high)s AND level = ANY(%(kinds)s)
          AND counts ? %(syndrome)s AND 100 * answered >= %(percent)s * expected))
 ORDER BY c.unit_id, c.day
"""
_LOOKED_AT: Final = """
SELECT count(*) FROM surveillance_daycount WHERE day = %(day)s AND {line} >= %(low)s AND {line} < %(high)s
   AND level = ANY(%(kinds)s) AND answered > 0 AND 100 * answered >= %(percent)s * expected
"""


@dataclass(frozen=True, slots=True)
class Series:
    """A unit's counts on the days on which somebody answered, the last being the day judged."""

    unit_id: int
    counts: tuple[int, ...]
    answered: int
    fewest: int


def run_due() -> int:
    """Run every setting in force over the days that are due; how many alarms were raised."""
    raised = 0
    for setting in DetectionSetting.objects.filter(state="on").select_related("unit").order_by("pk"):
        for day, final in _due(setting):
            with transaction.atomic():
                raised += run(setting, day, final=final)
    return raised


def run(setting: DetectionSetting, day: date, *, final: bool) -> int:
    """Run a setting over a day; how many new alarms. A run that was made is not made again."""
    DetectionSetting.objects.select_for_update(of=("self",)).get(pk=setting.pk)  # of two workers one runs it
    if DetectionRun.objects.filter(setting=setting, day=day, final=final).exists():
        return 0
    found, looked_at = _series(setting, day)
    alarms, short = _judged(setting, day, found, looked_at)
    DetectionRun.objects.create(
        setting=setting, unit=setting.unit, day=day, final=final, at=clock.now(), series=looked_at, short=short,
        alarms=len(alarms),
    )  # fmt: skip
    return sum(_raise(one) for one in alarms)


def _due(setting: DetectionSetting) -> Iterator[tuple[date, bool]]:
    """The days whose deadline has passed and which were not run, oldest first, and whether they are closed."""
    unit, now = setting.unit, clock.now()
    today = clock.today(unit.zone)
    policy = Rules(today).of(unit)
    first = max(setting.valid_from, today - timedelta(days=policy.closes_after_days + 1))
    done = set(DetectionRun.objects.filter(setting=setting, day__gte=first).values_list("day", "final"))
    for back in range((today - first).days, -1, -1):
        day = today - timedelta(days=back)
        for final, at in ((False, deadline_of(unit, day, policy)), (True, closes_at(day, policy, unit.zone))):
            if at <= now and (day, final) not in done:
                yield day, final


def first_judged(setting: DetectionSetting) -> datetime:
    """After which moment a setting in force is judged first: the deadline of its first day, or when it was put on."""
    deadline = deadline_of(setting.unit, setting.valid_from, Rules(setting.valid_from).of(setting.unit))
    return max(deadline, setting.on_at) if setting.on_at else deadline


def deadline_of(unit: Unit, day: date, policy: Policy) -> datetime:
    """When a unit's day may be judged: when its report is due, or when everybody has answered if it owes none."""
    by = policy.deadlines.get(unit.kind, policy.answer_due)
    return datetime.combine(day, by, unit.zone)


def _series(setting: DetectionSetting, day: date) -> tuple[list[Series], int]:
    low, high = below(setting.unit.path)
    # A fixed number is counted over days of the calendar, the others compare days on which somebody answered.
    window = setting.window_days if setting.method == AT_LEAST else LONGEST_WINDOW + 1
    given: dict[str, Any] = {
        "day": day, "since": day - timedelta(days=window), "low": low, "high": high,
        "kinds": list(LEVELS[setting.level]), "syndrome": setting.syndrome,
        "percent": Rules(day).of(setting.unit).judged_percent,
    }  # fmt: skip
    line = line_of(setting.unit)
    with connection.cursor() as cursor:
        cursor.execute(_LOOKED_AT.format(line=line), given)
        looked_at = int(cursor.fetchone()[0])
        cursor.execute(_SERIES.format(line=line), given)
        rows = cursor.fetchall()
    by_unit: dict[int, list[tuple[date, int, int, int]]] = defaultdict(list)
    for unit_id, on, count, answered, fewest in rows:
        by_unit[unit_id].append((on, count, answered, fewest))
    return [_one(unit_id, days) for unit_id, days in by_unit.items()], looked_at


def _one(unit_id: int, days: Sequence[tuple[date, int, int, int]]) -> Series:
    _on, _count, answered, fewest = days[-1]
    return Series(unit_id, tuple(count for _, count, _, _ in days), answered, fewest)


def _judged(setting: DetectionSetting, day: date, found: Sequence[Series], looked_at: int) -> tuple[list[Alarm], int]:
    """The alarms of a day, and how many units had too few days; series of one length are judged together."""
    terms, usual = terms_of(setting), usual_of(Rules(day).of(setting.unit))
    by_length: dict[int, list[Series]] = defaultdict(list)
    for one in found:
        by_length[len(one.counts)].append(one)
    hits: list[Alarm] = []
    chances: list[float] = []
    short = 0
    for alike in by_length.values():
        judged = judge(np.array([one.counts for one in alike]), terms=terms, usual=usual)
        if judged is None:
            short += len(alike)
            continue
        chances += [float(p) for p, alarm in zip(judged.p, judged.alarm, strict=True) if not alarm]
        hits += [_alarm(setting, day, one, judged, at) for at, one in enumerate(alike) if judged.alarm[at]]
    return _standing(hits, chances, terms, looked_at), short


def _standing(hits: list[Alarm], others: Sequence[float], terms: Terms, looked_at: int) -> list[Alarm]:
    """The alarms that stand; where the setting is adjusted, after the step for many units."""
    if not hits or not terms.adjusted:
        return hits
    mine = [float(one.p) if one.p is not None else 1.0 for one in hits]
    stand = standing(
        np.array([True] * len(hits) + [False] * len(others)), np.array([*mine, *others]), among=looked_at,
        fdr=terms.alpha,
    )  # fmt: skip
    return [one for one, holds in zip(hits, stand[: len(hits)], strict=True) if holds]


def _alarm(setting: DetectionSetting, day: date, one: Series, judged: Judged, at: int) -> Alarm:
    return Alarm(
        setting=setting, unit_id=one.unit_id, day=day, syndrome=setting.syndrome, method=judged.method,
        observed=one.counts[-1], answered=one.answered, expected=_number(judged.expected[at]),
        upper=_number(judged.upper[at]), p=_number(judged.p[at], digits=9), fewest=one.fewest, found_at=clock.now(),
    )  # fmt: skip


def _number(value: float, *, digits: int = 4) -> Decimal | None:
    return None if np.isnan(value) else Decimal(str(round(float(value), digits)))


def _raise(alarm: Alarm) -> bool:
    """Keep an alarm and let what follows from it follow; one that is on record already raises nothing again."""
    if Alarm.objects.filter(setting=alarm.setting, unit_id=alarm.unit_id, day=alarm.day).exists():
        return False
    alarm.save(force_insert=True)
    record(ALARMED, by=SYSTEM, unit=alarm.unit, subject=alarm, facts={"day": alarm.day, "syndrome": alarm.syndrome})
    return True


def joined(alarm: Alarm, alert: str) -> None:
    """Note which alert an alarm has joined or opened."""
    Alarm.objects.filter(pk=alarm.pk).update(alert=alert)


__all__ = ["ALARMED", "Usual", "deadline_of", "first_judged", "joined", "run", "run_due"]
