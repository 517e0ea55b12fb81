"""What may be done in one-to-one follow-up (人盯人): pair up, hand on, end, and the day's contact (row D02)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db.models import F, Q
from django.utils.translation import gettext_noop

from lianfang.capabilities.pairs.models import BACKUP, LEAD, NO_ANSWER, RESPONSIBLE, RESULTS, DailyContact, Pairing
from lianfang.domain.pairing.matching import Match, pair
from lianfang.domain.refusals import Problem, Refused
from lianfang.domain.roles import Role
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.accounts.models import Account, Grant
from lianfang.kernel.actions import action, store
from lianfang.kernel.audit.ops import ref
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import ancestors, under
from lianfang.kernel.people.models import Membership, Person, on_roster
from lianfang.kernel.policies.ops import policy_of
from lianfang.kernel.scope import EVERYTHING, within
from lianfang.kernel.tasks import ops as tasks
from lianfang.kernel.tasks.models import Task

LEADS = (Role.ADMINISTRATOR, Role.LEADER, Role.DUTY_OFFICER, Role.DOCTOR)
"""Who pairs people up, and who makes a contact when neither adult did."""
ADULTS = (*LEADS, Role.CLASS_HEAD, Role.SCREENER, Role.NURSE)
"""Who may look after somebody: a role over the unit that sees its people."""
CONTACT = "contact"


@action("pairs.made", by=LEADS, over="unit", facts=("unit", "cap", "last_day"))
def pair_up(
    by: Actor, *, unit: Unit, people: Sequence[Person], adults: Sequence[Account], cap: int | None = None,
    since: date | None = None, last_day: date | None = None,
) -> list[Pairing]:  # fmt: skip
    """Give everybody a responsible adult and a backup, as evenly as it goes; a contact a day is owed from then on."""
    held, today = _locked(unit), clock.today(unit.zone)
    first = since or today
    rules = policy_of(held, on=first)
    last = last_day or first + timedelta(days=rules.pair_days - 1)
    if first < today or last < first:
        raise Refused("date.order", "since" if first < today else "last_day", earlier=str(min(today, first)))
    _close_those_over(held, today)
    _check_people(held, people, first)
    _check_adults(held, adults)
    matches = pair(people, adults, cap=rules.pair_cap if cap is None else cap, loads=_loads(adults))
    return [_made(held, match, first, last) for match in matches]


def _locked(unit: Unit) -> Unit:
    """The unit; who pairs its people up at the same moment waits, without holding up anything that refers to it."""
    with within(EVERYTHING):
        return Unit.objects.select_for_update(no_key=True, of=("self",)).get(pk=unit.pk)


def _check_people(unit: Unit, people: Sequence[Person], day: date) -> None:
    if not people:
        raise Refused("required", "people")
    numbers = [one.pk for one in people]
    here = Membership.objects.filter(on_roster(day), person__in=numbers)
    at_home = {one.person_id for one in here.select_related("unit") if unit.covers(one.unit)}
    paired = set(Pairing.objects.filter(person__in=numbers, ended_at__isnull=True).values_list("person_id", flat=True))
    found = [Problem("scope", f"people[{n}]") for n, pk in enumerate(numbers) if pk not in at_home]
    found += [Problem("pairs.paired_already", f"people[{n}]") for n, pk in enumerate(numbers) if pk in paired]
    if found:
        raise Refused(found)


def _check_adults(unit: Unit, adults: Sequence[Account]) -> None:
    able = _able(unit, [adult.pk for adult in adults])
    found = [Problem("pairs.no_role", f"adults[{n}]") for n, adult in enumerate(adults) if adult.pk not in able]
    if found:
        raise Refused(found)


def _able(unit: Unit, accounts: Sequence[int]) -> set[int]:
    """Those of the accounts that hold a role over the unit by which they see its people."""
    at, above = clock.now(), [unit.pk, *(one.pk for one in ancestors(unit))]
    with within(EVERYTHING):
        held = Grant.objects.filter(account__in=accounts, unit__in=above, role__in=ADULTS, since__lte=at, until__gt=at)
        return set(held.filter(account__is_active=True).values_list("account_id", flat=True))


def _close_those_over(unit: Unit, today: date) -> None:
    """A pair whose last day has passed is over, and its person can be paired up again."""
    over = Pairing.objects.filter(under(unit, "unit__"), ended_at__isnull=True, last_day__lt=today)
    over.update(ended_at=clock.now(), because=gettext_noop("last day passed"))


def _loads(adults: Sequence[Account]) -> dict[Account, int]:
    """How many each adult is responsible for already, anywhere."""
    with within(EVERYTHING):
        open_pairs = Pairing.objects.filter(responsible__in=adults, ended_at__isnull=True)
        held = Counter(open_pairs.values_list("responsible_id", flat=True))
    return {adult: held[adult.pk] for adult in adults}


def _made(unit: Unit, match: Match[Person, Account], first: date, last: date) -> Pairing:
    made = store(
        Pairing(
            unit=unit, person=match.person, responsible=match.responsible, backup=match.backup, since=first,
            last_day=last,
        )
    )  # fmt: skip
    _owe(made, first)
    return made


def _owe(pairing: Pairing, first: date) -> None:
    """A contact a day until the last one, due at the time that the rules of the first day give."""
    unit = pairing.unit
    rules = policy_of(unit, on=first)
    days = [first + timedelta(days=n) for n in range((pairing.last_day - first).days + 1)]
    due = {day: datetime.combine(day, rules.pair_contact_by, unit.zone) for day in days}
    tasks.owe_all(
        Task(
            unit=unit, kind=CONTACT, subject=ref(pairing), day=day, person=pairing.person,
            account_id=pairing.responsible_id, backup_id=pairing.backup_id, role=Role.LEADER, due_at=due[day],
            opens_at=datetime.combine(day, rules.opens_at, unit.zone), alert_at=due[day],
        )
        for day in days
    )  # fmt: skip


@action("pair.handed_on", by=LEADS, over="pairing", facts=("responsible", "reason"))
def hand_on(
    by: Actor, *, pairing: Pairing, responsible: Account, reason: str, backup: Account | None = None
) -> Pairing:
    """Give a person another responsible adult from today; the pair before ends, the contacts made stay with it."""
    unit = _locked(pairing.unit)
    held = _open(pairing)
    _check_adults(unit, [one for one in (responsible, backup) if one is not None])
    stands_in = backup or (held.backup if held.backup_id != responsible.pk else held.responsible)
    if stands_in.pk == responsible.pk:
        raise Refused("pairs.no_backup", "backup", low=2)
    today = clock.today(unit.zone)
    if (free := policy_of(unit, on=today).pair_cap - _loads([responsible])[responsible]) <= 0:
        raise Refused("pairs.too_few_adults", "responsible", short=1 - free, adults=1)
    done_today = tasks.of(held, CONTACT).filter(day=today, settled_at__isnull=False).exists()
    _end(held, reason)
    made = Pairing(unit=unit, person=held.person, responsible=responsible, backup=stands_in)
    made.since, made.last_day = today, max(held.last_day, today)
    _owe(store(made), today + timedelta(days=1) if done_today else today)
    return made


@action("pair.ended", by=LEADS, over="pairing", facts=("reason",))
def end_pair(by: Actor, *, pairing: Pairing, reason: str) -> Pairing:
    """End the follow-up of a person; contacts of days to come are no longer owed."""
    return _end(_open(pairing), reason)


def _open(pairing: Pairing) -> Pairing:
    rows = Pairing.objects.select_for_update(of=("self",)).select_related("unit", "person", "responsible", "backup")
    held = rows.get(pk=pairing.pk)
    if held.ended_at is not None:
        raise Refused("pairs.ended", "pairing")
    return held


def _end(held: Pairing, reason: str) -> Pairing:
    held.ended_at, held.because = clock.now(), reason[:120]
    tasks.excuse(held, reason=reason, kinds=(CONTACT,))
    return store(held)


@action("pair.contacted", by=ADULTS, over="pairing", facts=("result",))
def record_contact(by: Actor, *, pairing: Pairing, result: str, note: str = "") -> DailyContact:
    """Say how today's contact went; whoever was not reached is still to be reached today."""
    if result not in dict(RESULTS):
        raise Refused("choice.unknown", "result", choices=list(dict(RESULTS)))
    held, at = _open(pairing), clock.now()
    day = at.astimezone(held.unit.zone).date()
    if not held.since <= day <= held.last_day:
        raise Refused("pairs.not_today", "pairing", low=str(held.since), high=str(held.last_day))
    made_by = _part(by, held)
    if result != NO_ANSWER:
        task = tasks.of(held, CONTACT).filter(day=day).first()
        if task is not None:
            tasks.settle(task, at=at, by=by.name)
    return store(
        DailyContact(
            unit=held.unit, pairing=held, person=held.person, day=day, at=at, result=result, note=note,
            made_by=made_by, by=by.name[:60],
        )
    )  # fmt: skip


def _part(by: Actor, held: Pairing) -> str:
    """In which part somebody makes a contact. Refused `pairs.not_yours` for another adult."""
    if by.account_id is not None and by.account_id == held.responsible_id:
        return RESPONSIBLE
    if by.account_id is not None and by.account_id == held.backup_id:
        return BACKUP
    if by.holds(LEADS, held.unit):
        return LEAD
    raise Refused("pairs.not_yours", "pairing")


def contacts_owed(unit: Unit, day: date) -> list[Task]:
    """The contacts of a day under a unit, those not made first."""
    owed = Task.objects.filter(under(unit, "unit__"), kind=CONTACT, day=day)
    known = owed.filter(Q(excused="") | Q(settled_at__isnull=False)).select_related("unit")
    return list(known.order_by(F("settled_at").asc(nulls_first=True), "due_at", "id"))
