"""Many stays elsewhere at once (旅居史批量登记): as recording one after the other, with one look at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from lianfang.capabilities.risk_areas.actions import RECORDERS, check_stay
from lianfang.capabilities.risk_areas.models import Sojourn
from lianfang.domain.refusals import Problem, Refused
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.actions import action
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import under
from lianfang.kernel.people.models import Membership, on_roster

AT_ONCE = 1_000  # rows of one statement


@dataclass(frozen=True, slots=True)
class Told:
    """One line: who stayed in which area from which day until which (None: still there), and who says so."""

    person: UUID
    area: str
    since: date
    until: date | None = None
    source: str = "declared"


@action(
    "sojourns.recorded", by=RECORDERS, over="unit", facts=("unit", "how_many"), offered=False,
)  # fmt: skip
def record_sojourns(by: Actor, *, unit: Unit, entries: Sequence[Told], how_many: int) -> Unit:
    """Record where many people on rosters under a unit stayed; all of it, or nothing with every problem."""
    homes = _homes(unit, entries)
    problems = [Problem(one.code, f"entries[{n}].{one.field}", facts=one.facts)
                for n, one in _problems(unit, entries, homes)]  # fmt: skip
    if problems:
        raise Refused(problems)
    at = clock.now()
    rows = [
        Sojourn(
            unit_id=homes[one.person], person_id=one.person, area=one.area, since=one.since, until=one.until,
            source=one.source, entered_at=at, entered_by=by.name[:60],
        )
        for one in entries
    ]  # fmt: skip
    Sojourn.objects.bulk_create(rows, batch_size=AT_ONCE)
    return unit


def known_stays(entries: Sequence[Told]) -> set[tuple[UUID, str, date]]:
    """Which of these stays are on record already: person, area and first day."""
    wanted = {(one.person, one.area, one.since) for one in entries}
    people, found = list({one.person for one in entries}), set[tuple[UUID, str, date]]()
    for start in range(0, len(people), AT_ONCE):
        held = Sojourn.objects.filter(person__in=people[start : start + AT_ONCE], refuted_at__isnull=True)
        found |= set(held.values_list("person_id", "area", "since")) & wanted
    return found


def _homes(unit: Unit, entries: Sequence[Told]) -> dict[UUID, int]:
    """The unit on whose roster each person is, of those under this unit."""
    people, found = list({one.person for one in entries}), dict[UUID, int]()
    rosters = Membership.objects.filter(under(unit, "unit__"), on_roster(clock.today(unit.zone)))
    for start in range(0, len(people), AT_ONCE):
        some = rosters.filter(person__in=people[start : start + AT_ONCE]).order_by("since", "pk")
        found |= dict(some.values_list("person_id", "unit_id"))
    return found


def _problems(unit: Unit, entries: Sequence[Told], homes: dict[UUID, int]) -> Iterator[tuple[int, Problem]]:
    seen = known_stays(entries)
    today = clock.today(unit.zone)
    for n, one in enumerate(entries):
        stay = (one.person, one.area, one.since)
        if one.person not in homes:
            yield n, Problem("scope", "person")
        if stay in seen:
            yield n, Problem("row.duplicate", "since")
        seen.add(stay)
        try:
            check_stay(one.area, one.since, one.until, one.source, today=today)
        except Refused as refused:
            yield from ((n, problem) for problem in refused.problems)
