"""Who is concerned by the list in force (风险地区重算), in one pass over all stays; statuses follow, and end again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q

from lianfang.capabilities.risk_areas.models import HIGH, MEDIUM, AreaList
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.audit.ops import ref
from lianfang.kernel.orgs.ops import below
from lianfang.kernel.policies.ops import edition_of, policy_of
from lianfang.kernel.statuses import ops as statuses
from lianfang.kernel.statuses.models import Status
from lianfang.kernel.statuses.ops import Given

KIND, RULE = statuses.RISK_AREA, "R-area"
VALUES = {HIGH: "red", MEDIUM: "yellow"}
MATCHES = """
WITH stays AS MATERIALIZED (
  SELECT s.person_id, s.id, s.area, s.since, s.until, a.code, a.name, a.name_en, a.level
    FROM risk_areas_sojourn s
    JOIN risk_areas_area a ON a.listed_id = %(list)s AND left(s.area, length(a.prefix)) = a.prefix
   WHERE s.refuted_at IS NULL AND s.since <= %(day)s AND (s.until IS NULL OR s.until >= %(first)s)
     AND (%(people)s::uuid[] IS NULL OR s.person_id = ANY(%(people)s::uuid[]))
)
SELECT DISTINCT ON (s.person_id) s.person_id, m.unit_id, s.id, s.area, s.since, s.until, s.code, s.name, s.name_en,
       s.level
  FROM stays s
  JOIN people_membership m ON m.person_id = s.person_id AND m.since <= %(day)s
       AND (m.until IS NULL OR m.until >= %(day)s)
  JOIN orgs_unit u ON u.id = m.unit_id
   AND (u.path >= %(low)s AND u.path < %(high)s OR u.sector_path >= %(low)s AND u.sector_path < %(high)s)
 ORDER BY s.person_id, s.level = 'high' DESC, s.until DESC NULLS FIRST, s.id, m.unit_id
"""
"""One row a person: the stay that weighs most, by level of the area, then by how late it ended.

The stays in listed areas are found first: they are few, also right after a large file has come that the planner does
not know of yet.
"""


@dataclass(frozen=True, slots=True)
class Recomputed:
    """What a pass found and changed: people concerned now, statuses given, statuses ended."""

    concerned: int
    given: int
    ended: int
    people: tuple[UUID, ...]  # whose status changed


def recompute(listed: AreaList, by: Actor, *, people: Iterable[UUID] | None = None) -> Recomputed:
    """Bring the statuses under the list's unit into line with it; asked again it changes nothing.

    `people` narrows it to a few, when one stay was recorded or refuted. Must see everything.
    """
    only = None if people is None else [str(one) for one in people]
    AreaList.objects.select_for_update(of=("self",)).get(pk=listed.pk)  # one pass at a time
    wanted = {row[0]: row for row in _matches(listed, only)}
    held = {one.person_id: one for one in _held(listed, only)}
    over = [one for person, one in held.items() if not _same(one, wanted.get(person))]
    new = [row for person, row in wanted.items() if not _same(held.get(person), row)]
    moment = clock.now()
    statuses.end_all([one.pk for one in over], at=moment, by=by, reason=_because(listed))
    edition = edition_of(listed.unit, on=clock.today(listed.unit.zone)).text
    given = statuses.give_all(
        (_given(listed, row, moment) for row in new), kind=KIND, rule=RULE, edition=edition, by=by
    )  # fmt: skip
    changed = tuple({one.person_id for one in over} | {row[0] for row in new})
    return Recomputed(len(wanted), given, len(over), changed)


def _matches(listed: AreaList, only: list[str] | None) -> list[tuple[Any, ...]]:
    day = clock.today(listed.unit.zone)
    policy = policy_of(listed.unit, on=day)
    low, high = below(listed.unit.path)
    first = listed.since.astimezone(listed.unit.zone).date() - timedelta(days=policy.area_lookback_days)
    asked: Mapping[str, Any] = {"list": listed.pk, "day": day, "low": low, "high": high, "first": first, "people": only}
    with connection.cursor() as cursor:
        cursor.execute(MATCHES, asked)
        return list(cursor.fetchall())


def _held(listed: AreaList, only: list[str] | None) -> Iterable[Status]:
    """The statuses that hold because of this unit's lists; those that a reviewer cleared are left alone."""
    open_now = Q(until__isnull=True) | Q(until__gt=clock.now())
    found = Status.objects.filter(open_now, about=ref(listed.unit), kind=KIND, value__in=list(VALUES.values()))
    return found if only is None else found.filter(person_id__in=only)


def _same(held: Status | None, row: tuple[Any, ...] | None) -> bool:
    if held is None or row is None:
        return False
    return held.value == VALUES[row[9]] and held.facts.get("sojourn") == str(row[2])


def _given(listed: AreaList, row: tuple[Any, ...], moment: datetime) -> Given:
    person, unit, _, _, *_ = row
    return Given(unit, person, VALUES[row[9]], moment, ref(listed.unit), _facts(listed, row))


def _facts(listed: AreaList, row: tuple[Any, ...]) -> Mapping[str, Any]:
    """What the rule's words name: the stay, the area, and the version of the list."""
    _, _, sojourn, area, since, until, code, name, name_en, level = row
    return {
        "sojourn": str(sojourn), "area": area, "area_code": code, "area_name": name, "area_name_en": name_en or name,
        "from": str(since), "until": str(until) if until else "", "level": level, "list_version": listed.version,
        "list_published": f"{listed.published_at.astimezone(listed.unit.zone):%Y-%m-%d %H:%M}",
    }  # fmt: skip


def _because(listed: AreaList) -> str:
    return f"{RULE} {listed.version}"
