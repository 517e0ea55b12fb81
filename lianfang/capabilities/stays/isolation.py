"""Isolation on a campus (校内隔离): placed, guardian told, referred, room-mates listed, and ended by one decision."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from lianfang.capabilities.stays.isolation_care import result_of
from lianfang.capabilities.stays.isolation_owed import CALL, REFERRAL, done, end_owed, owe_isolation
from lianfang.capabilities.stays.models import Isolated, Isolation
from lianfang.capabilities.stays.models.isolation import NEGATIVE, OTHER, POSITIVE, ROOM_MATE, SUSPECTED
from lianfang.domain.readings import check_celsius
from lianfang.domain.refusals import Refused
from lianfang.domain.roles import Role
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.accounts.models import Account
from lianfang.kernel.actions import action, store
from lianfang.kernel.alerts.ops import tell
from lianfang.kernel.audit.ops import ref
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import Guardianship, Person
from lianfang.kernel.people.ops import is_member
from lianfang.kernel.places.models import BED, ISOLATION, VISIT, Occupancy, Place
from lianfang.kernel.places.ops import occupants, occupy, together, vacate
from lianfang.kernel.policies.ops import measures_of, policy_of
from lianfang.kernel.scope import EVERYTHING, within
from lianfang.kernel.statuses import ops as statuses
from lianfang.kernel.tasks import ops as tasks

DOCTORS = (Role.DOCTOR,)
KIND, RULE = "isolation", "R-isolation"


@action("person.isolated", by=DOCTORS, over="unit", facts=("place",))
def isolate(
    by: Actor, *, unit: Unit, person: Person, place: Place, reason: str, since: datetime | None = None,
    celsius: Decimal | None = None, provider: str = "",
) -> Isolation:  # fmt: skip
    """Take somebody into the isolation area; guardians are told and everybody who shared the room is listed."""
    at = since or clock.now()
    _check(unit, person, place, at, celsius)
    occasion = store(
        Isolation(
            unit=unit, place=place, since=at, by=by.name[:60], provider=provider, referred_at=at if provider else None
        )
    )
    occupy(unit=unit, place=place, layer=VISIT, person=person, spot=_bed(place, at), since=at, subject=ref(occasion))
    people = [_isolated(by, occasion, person, SUSPECTED, reason=reason, celsius=celsius)]
    people += [_isolated(by, occasion, mate, ROOM_MATE, reason=reason) for mate in room_mates(unit, person, at)]
    owe_isolation(occasion, people)
    return occasion


def _check(unit: Unit, person: Person, place: Place, at: datetime, celsius: Decimal | None) -> None:
    policy = policy_of(unit, on=at.astimezone(unit.zone).date())
    if (at - clock.now()).total_seconds() > policy.clock_skew_minutes * 60:
        raise Refused("date.in_future", "since")
    if place.kind != ISOLATION or not unit.covers(place.unit):
        raise Refused("place.not_for_isolation", "place")
    if not _belongs(unit, person, at):
        raise Refused("scope", "person")
    check_celsius(celsius, policy, sure=True)
    if Isolated.objects.filter(person=person, until__isnull=True).exists():
        raise Refused("person.isolated_already", "person")


def _belongs(unit: Unit, person: Person, at: datetime) -> bool:
    day = at.astimezone(unit.zone).date()
    homes = [link.unit for link in person.memberships.select_related("unit") if is_member(person.pk, link.unit, day)]
    return any(unit.covers(home) for home in homes)


def _bed(place: Place, at: datetime) -> str:
    taken = {one.spot for one in occupants(place, at=at, layer=VISIT)}
    free = [str(n) for n in range(1, place.capacity + 1) if str(n) not in taken]
    if not free:
        raise Refused("place.taken", "place", place=place.code)
    return free[0]


def room_mates(unit: Unit, person: Person, at: datetime) -> list[Person]:
    """Everybody who shared a bedroom with somebody within the days that count."""
    days = measures_of(unit, on=at.astimezone(unit.zone).date()).policy.lookback_days
    found = {one.person_id for one in together(person, since=at - timedelta(days=days), until=at, layers=(BED,))}
    return list(Person.objects.filter(pk__in=found).order_by("sort_key", "pk"))


def _isolated(
    by: Actor, occasion: Isolation, person: Person, part: str, *, reason: str, celsius: Decimal | None = None
) -> Isolated:
    told = _tell_guardians(occasion, person)
    row = store(
        Isolated(
            unit=occasion.unit, isolation=occasion, person=person, part=part, reason=reason, celsius=celsius,
            since=occasion.since, guardians_told=told, told_at=clock.now() if told else None,
        )
    )  # fmt: skip
    day = occasion.since.astimezone(occasion.unit.zone).date()
    facts = {"since": occasion.since.isoformat(), "as": part, "place": occasion.place.code, "reason": reason}
    statuses.give(
        unit=occasion.unit, person=person, kind=KIND, value=f"isolated_{part}", rule=RULE,
        edition=measures_of(occasion.unit, on=day).edition, facts=facts, since=occasion.since, about=row, by=by,
    )  # fmt: skip
    return row


def _tell_guardians(occasion: Isolation, person: Person) -> int:
    """Tell every guardian who has an account; whoever has none is called, and that is recorded."""
    with within(EVERYTHING):
        guardians = Guardianship.objects.in_force().filter(ward=person).values("guardian_id")
        accounts = list(Account.objects.filter(person_id__in=guardians, is_active=True).values_list("pk", flat=True))
    subject = f"{ref(occasion)}/{person.pk}"
    return tell(accounts, "person.isolated", subject=subject, unit=occasion.unit)


@action("guardian.told", by=DOCTORS, over="isolated", facts=("how",))
def record_guardian_told(by: Actor, *, isolated: Isolated, how: str) -> Isolated:
    """Say that a guardian was told by phone or in person."""
    if not how.strip():
        raise Refused("required", "how")
    isolated.told_at = isolated.told_at or clock.now()
    isolated.guardians_told += 1
    done(isolated, CALL, at=clock.now(), by=by.name, note=how)
    return store(isolated)


@action("isolation.referred", by=DOCTORS, over="isolation", facts=("provider",))
def refer(by: Actor, *, isolation: Isolation, provider: str) -> Isolation:
    """Refer the suspected person to a medical institution."""
    row = _open(isolation)
    row.provider, row.referred_at = provider, clock.now()
    return store(row)


@action("referral.accepted", by=DOCTORS, over="isolation", facts=("at",))
def accept_referral(by: Actor, *, isolation: Isolation, at: datetime | None = None) -> Isolation:
    """Record that the medical institution has taken the referral, and when."""
    row, moment = _open(isolation), at or clock.now()
    if row.referred_at is None:
        raise Refused("isolation.not_referred", "isolation")
    if moment < row.referred_at:
        raise Refused("date.order", "at", earlier="referred_at")
    row.accepted_at = row.accepted_at or moment
    done(row, REFERRAL, at=row.accepted_at, by=by.name, note=row.provider)
    return store(row)


@action("isolation.ended", by=DOCTORS, over="isolation", facts=("reason",))
def end_isolation(by: Actor, *, isolation: Isolation, reason: str = "") -> Isolation:
    """End the isolation of everybody of one occasion by one decision; the room gets its terminal cleaning.

    The outcome is that of the suspected person's test. Refused `isolation.not_negative` without a negative one, unless
    a reason is given; after a positive one also until the case is opened, which goes on with everybody.
    """
    row, at = _open(isolation), clock.now()
    people = list(row.people.filter(until__isnull=True).select_related("person"))
    outcome = _outcome(people, reason)
    row.outcome, row.ended_at, row.ended_by, row.reason = outcome, at, by.name[:60], reason
    for one in people:
        one.until = at
        store(one)
        statuses.end(about=one, kind=KIND, at=at, by=by, reason=reason or outcome)
    for bed in Occupancy.objects.filter(subject=ref(row), until__isnull=True):
        vacate(bed, at=at, because=outcome)
    end_owed(row, people, reason or outcome)
    _order_cleaning(row)
    return store(row)


def _outcome(people: Sequence[Isolated], reason: str) -> str:
    suspected = next(one for one in people if one.part == SUSPECTED)
    result = result_of(suspected)
    if result == NEGATIVE:
        return NEGATIVE
    followed = result != POSITIVE or statuses.current(suspected.person, "case")
    if not (reason.strip() and followed):
        raise Refused("isolation.not_negative", "reason")
    return POSITIVE if result == POSITIVE else OTHER


def _order_cleaning(row: Isolation) -> None:
    tasks.owe(
        row.unit, "disinfection", row, name=f"终末消毒 {row.place.name}",
        name_en=f"Terminal disinfection of {row.place.name_en or row.place.code}", place=row.place, role=Role.CREW,
    )  # fmt: skip


def _open(isolation: Isolation) -> Isolation:
    row = Isolation.objects.select_for_update(of=("self",)).select_related("unit", "place").get(pk=isolation.pk)
    if row.ended_at is not None:
        raise Refused("flow.condition", "state", state="ended", move="isolation")
    return row


def people_of(isolation: Isolation) -> Sequence[Isolated]:
    """Everybody of one occasion, the suspected person first."""
    return list(isolation.people.select_related("person").order_by("-part", "since", "pk"))
