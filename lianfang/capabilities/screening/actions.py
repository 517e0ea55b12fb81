"""What may be done about screening (排查): naming a screener, the daily task, and recording who was checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from lianfang.capabilities.screening.models import Screened, Screener
from lianfang.domain.periods import deadline
from lianfang.domain.refusals import Refused
from lianfang.domain.roles import REPORTERS, Role
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.accounts.models import Account
from lianfang.kernel.actions import action, store
from lianfang.kernel.dues.models import SCREENING, Due
from lianfang.kernel.dues.ops import new_due, schedule, settle
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import Absence, Person, person_ids
from lianfang.kernel.people.ops import is_member
from lianfang.kernel.policies.ops import Rules
from lianfang.kernel.scope import EVERYTHING, within


@schedule
def screening_owed(day: date, rules: Rules) -> Iterable[Due]:
    """Every unit with a screener owes a check-through before its own report is due."""
    for screener in Screener.objects.filter(until__isnull=True, since__lte=day).select_related("unit__parent"):
        unit, policy = screener.unit, rules.of(screener.unit)
        by = deadline(policy, unit.kind, unit.parent.kind if unit.parent else "")
        if by is not None and unit.open_on(day):
            due = new_due(SCREENING, unit, day, policy, by, unit.parent)
            due.opens_at = datetime.combine(day, policy.screening_at, unit.zone)
            yield due


@action("screener.named", by=(Role.LEADER, Role.ADMINISTRATOR), over="unit", facts=("unit",))
def name_screener(by: Actor, *, unit: Unit, account: Account, substitute: Account | None = None) -> Screener:
    """Name the person who checks a unit through every day, and a substitute."""
    today = clock.today(unit.zone)
    Screener.objects.filter(unit=unit, until__isnull=True).update(until=today)
    return store(
        Screener(unit=unit, account_id=account.pk, substitute_id=substitute.pk if substitute else None, since=today)
    )


@action("unit.screened", by=REPORTERS, over="unit", facts=("unit", "day"))
def record_screening(
    by: Actor, *, unit: Unit, day: date, people: Sequence[Person], findings: Mapping[UUID, str]
) -> int:
    """Write down whom the screener has checked and what was found; agency staff belong to it."""
    if any(not is_member(person.pk, unit, day) for person in people):
        raise Refused("scope", "people")
    at = clock.now()
    rows = [
        Screened(unit=unit, day=day, person_id=p.pk, finding=findings.get(p.pk, "")[:200], at=at, by=by.name)
        for p in people
    ]
    Screened.objects.bulk_create(
        rows, update_conflicts=True, update_fields=["finding", "at", "by"], unique_fields=["unit", "day", "person_id"]
    )
    if not set(person_ids(unit, day)) - {p.pk for p in people}:
        with within(EVERYTHING):
            settle(SCREENING, unit, day, at=at, by=by.name)
    return len(rows)


def whose_task(screener: Screener, day: date) -> int:
    """The account that gets the task on a day: the screener, or the substitute while the screener is on leave."""
    person_id = Account.objects.filter(pk=screener.account_id).values_list("person_id", flat=True).first()
    away = person_id and Absence.objects.filter(person_id=person_id, since__lte=day, until__gte=day).exists()
    return screener.substitute_id if away and screener.substitute_id else screener.account_id


def never_screened(unit: Unit, day: date) -> list[Person]:
    """Who is on the roster on `day` and was never checked through."""
    checked = Screened.objects.filter(unit=unit, day__lte=day).values_list("person_id", flat=True)
    return list(Person.objects.filter(pk__in=set(person_ids(unit, day)) - set(checked)).order_by("sort_key"))
