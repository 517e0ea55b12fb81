"""What squads may do at the doors (摸底排查动作): form squads, record households, enter who lives there (row D01)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count

from lianfang.capabilities.census.models import (
    EMPTY,
    HOUSEHOLD_KINDS,
    LANDLORD,
    MEMBER_KINDS,
    PENDING,
    STATES,
    VERIFIED,
    Household,
    HouseholdMember,
    HouseholdVisit,
    Movement,
    Squad,
)
from lianfang.domain.answers import PersonRef
from lianfang.domain.areas import check_area
from lianfang.domain.refusals import Refused
from lianfang.domain.roles import Role
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.actions import action, store
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import under
from lianfang.kernel.people import ops as people
from lianfang.kernel.people.models import Membership, Person, on_roster
from lianfang.kernel.scope import EVERYTHING, within

KEEPERS = (Role.ADMINISTRATOR, Role.DUTY_OFFICER)
SQUADS = (*KEEPERS, Role.CLASS_HEAD, Role.SCREENER, Role.SITE_MANAGER)
"""Who goes to the doors: a role over the unit that sees its people."""


@action("squad.formed", by=KEEPERS, over="unit", facts=("unit", "name"))
def form_squad(by: Actor, *, unit: Unit, name: str, areas: Sequence[str], lead: str = "") -> Squad:
    """Form a squad for some areas; an area belongs to one squad."""
    wanted = [one.strip() for one in areas if one.strip()]
    if not wanted:
        raise Refused("required", "areas")
    _locked(unit)
    for other in Squad.objects.filter(unit=unit, ended_at__isnull=True):
        if taken := set(wanted) & set(other.areas):
            raise Refused("squad.area_taken", "areas", area=min(taken), squad=other.name)
    return store(Squad(unit=unit, name=name, lead=lead, areas=wanted))


@action("squad.ended", by=KEEPERS, over="squad")
def end_squad(by: Actor, *, squad: Squad) -> Squad:
    """End a squad's work; what it found stays."""
    squad.ended_at = clock.now()
    return store(squad)


@action("household.listed", by=SQUADS, over="unit", facts=("unit", "area"))
def list_household(by: Actor, *, unit: Unit, area: str, address: str, kind: str = "family") -> Household:
    """Put an address on the list, still to be visited."""
    _check_choice(kind, HOUSEHOLD_KINDS, "kind")
    squad = _squad_of(unit, area)
    return store(Household(unit=unit, area=area, address=address, kind=kind, state=PENDING, squad=squad))


@action("household.visited", by=SQUADS, over="household", facts=("state",))
def record_visit(
    by: Actor, *, household: Household, state: str, squad: Squad | None = None, note: str = ""
) -> HouseholdVisit:
    """Say what a visit found; a later visit is a new entry, and the household shows the latest."""
    _check_choice(state, STATES, "state")
    held = Household.objects.select_for_update(of=("self",)).select_related("unit").get(pk=household.pk)
    if state == EMPTY and held.members.filter(left_on__isnull=True).exclude(kind=LANDLORD).exists():
        raise Refused("household.lived_in", "state")
    return _visited(by, held, state, squad, note)


@action("household.recorded", by=SQUADS, over="unit", facts=("unit", "area", "state"))
def record_household(
    by: Actor, *, unit: Unit, area: str, address: str, state: str, kind: str = "family", squad: Squad | None = None,
    note: str = "",
) -> Household:  # fmt: skip
    """Record a door that is on no list yet together with what was found there."""
    _check_choice(state, STATES, "state")
    _check_choice(kind, HOUSEHOLD_KINDS, "kind")
    made = store(Household(unit=unit, area=area, address=address, kind=kind, state=PENDING, squad=squad))
    _visited(by, made, state, squad, note)
    return made


def _visited(by: Actor, held: Household, state: str, squad: Squad | None, note: str) -> HouseholdVisit:
    at = clock.now()
    own = squad or held.squad or _squad_of(held.unit, held.area)
    held.state, held.visited_at, held.squad = state, at, own
    store(held)
    return store(
        HouseholdVisit(
            unit=held.unit, household=held, squad=own, state=state, at=at, by=by.name[:60], note=note
        )
    )  # fmt: skip


def _squad_of(unit: Unit, area: str) -> Squad | None:
    squads = Squad.objects.filter(unit=unit, ended_at__isnull=True)
    return next((one for one in squads if area in one.areas), None)


def _check_choice(value: str, choices: Sequence[tuple[str, object]], field: str) -> None:
    if value not in dict(choices):
        raise Refused("choice.unknown", field, choices=[code for code, _words in choices])


@action("household.member_entered", by=SQUADS, over="household", facts=("kind",))
def enter_member(
    by: Actor, *, household: Household, who: PersonRef, kind: str, squad: Squad | None = None
) -> HouseholdMember:
    """Enter who lives at an address: somebody on the register, or somebody new who is then added once, as a tenant.

    Refused `person.verified_already` with how long ago and by whom, when a squad has entered the person before.
    """
    _check_choice(kind, MEMBER_KINDS, "kind")
    unit, at = _locked(household.unit), clock.now()
    person = _known(unit, who, at.astimezone(household.unit.zone).date())
    if person is not None:
        _refuse_verified(person, kind, at)
    person = person or _registered(unit, who, kind, at.astimezone(unit.zone).date())
    return _member(by, household, squad, kind, at, person=person)


@action("household.member_described", by=SQUADS, over="household", facts=("kind",))
def describe_member(
    by: Actor, *, household: Household, described: str, kind: str, squad: Squad | None = None
) -> HouseholdMember:
    """Note somebody who lives at an address and gives no name, by a description; nobody is added to the register."""
    _check_choice(kind, MEMBER_KINDS, "kind")
    if not described.strip():
        raise Refused("required", "described")
    return _member(by, household, squad, kind, clock.now(), described=described)


def _member(
    by: Actor, household: Household, squad: Squad | None, kind: str, at: datetime, *, person: Person | None = None,
    described: str = "",
) -> HouseholdMember:  # fmt: skip
    held = Household.objects.select_for_update(of=("self",)).select_related("unit").get(pk=household.pk)
    if found := _state_with(held.state, kind, known=person is not None):
        _visited(by, held, found, squad, "")
    row = HouseholdMember(unit=held.unit, household=held, person=person, described=described, kind=kind)
    row.verified_at, row.verified_by, row.squad = at, by.name[:60], squad or held.squad
    with within(EVERYTHING):  # somebody of another unit's roster is not seen from here
        return store(row)


def _state_with(state: str, kind: str, *, known: bool) -> str:
    """What a door is once somebody was entered who lives there; "" when it stays what it is."""
    if kind == LANDLORD or state == VERIFIED:
        return ""
    if known:
        return VERIFIED
    return PENDING if state == EMPTY else ""


def _locked(unit: Unit) -> Unit:
    """The unit; two squads that enter somebody new at the same moment come one after the other."""
    with within(EVERYTHING):
        return Unit.objects.select_for_update(no_key=True, of=("self",)).get(pk=unit.pk)


def _known(unit: Unit, who: PersonRef, day: date) -> Person | None:
    """Whom a squad means: by document wherever registered, else by name among the people under the unit."""
    if who.identity is not None:
        found = people.by_number(who.identity.kind, who.identity.number)
        if found is not None and found.name != who.name:
            raise Refused("person.name_mismatch", "person.name")
        return found
    with within(EVERYTHING):
        here = Membership.objects.filter(on_roster(day), under(unit, "unit__"), person__name=who.name)
        same = list({one.person_id: one.person for one in here.select_related("person")[:10]}.values())
    if len(same) > 1:
        raise Refused("person.ambiguous", "person.name")
    return same[0] if same else None


def _refuse_verified(person: Person, kind: str, at: datetime) -> None:
    with within(EVERYTHING):
        before = HouseholdMember.objects.filter(person=person, left_on__isnull=True).select_related("squad")
        known = (before.filter(kind=LANDLORD) if kind == LANDLORD else before.exclude(kind=LANDLORD)).first()
    if known is None:
        return
    hours, minutes = divmod(int((at - known.verified_at).total_seconds()) // 60, 60)
    facts = {"squad": known.squad.name if known.squad else known.verified_by, "hours": hours, "minutes": minutes}
    if hours:
        raise Refused("person.verified_already", "person", squad=facts["squad"], hours=hours)
    raise Refused("person.verified_already", "person", squad=facts["squad"], minutes=minutes)


def _registered(unit: Unit, who: PersonRef, kind: str, day: date) -> Person:
    """Somebody in no roster is added to the register once, on the roster of the unit that counts."""
    with within(EVERYTHING):
        person = people.register(who, unit)
        people.enrol(person, unit, "tenant" if kind != "resident" else "resident", day)
    return person


@action("household.member_left", by=SQUADS, over="member", facts=("left_on",))
def member_left(by: Actor, *, member: HouseholdMember, left_on: date) -> HouseholdMember:
    """Somebody no longer lives at an address, from a day on."""
    if left_on > clock.today(member.unit.zone):
        raise Refused("date.in_future", "left_on")
    held = HouseholdMember.objects.select_for_update(of=("self",)).get(pk=member.pk)
    if held.left_on is not None:
        raise Refused("household.left_already", "member")
    held.left_on = left_on
    return store(held)


@action("movement.declared", by=SQUADS, over="unit", oneself=True, facts=("left_on", "back_on"))
def declare_movement(
    by: Actor, *, unit: Unit, person: Person, whereabouts: str, left_on: date, back_on: date | None = None,
    area: str = "",
) -> Movement:  # fmt: skip
    """Declare where somebody was or goes; a day of return that is not known stays open.

    With the area code of the place, the lists of risk areas are asked from the day of leaving on.
    """
    if area:
        check_area(area)
    if back_on is not None and back_on < left_on:
        raise Refused("date.order", "back_on", earlier=str(left_on))
    with within(EVERYTHING):
        lives = HouseholdMember.objects.filter(person=person, left_on__isnull=True).exclude(kind=LANDLORD)
        home = lives.filter(under(unit, "unit__")).select_related("household").first()
        if home is None and not _on_roster_under(unit, person):
            raise Refused("scope", "person")
        row = Movement(unit=unit, person=person, household=home.household if home else None, whereabouts=whereabouts)
        row.area = area
        row.left_on, row.back_on, row.declared_at, row.by = left_on, back_on, clock.now(), by.name[:60]
        return store(row)


def _on_roster_under(unit: Unit, person: Person) -> bool:
    today = clock.today(unit.zone)
    return Membership.objects.filter(on_roster(today), under(unit, "unit__"), person=person).exists()


@dataclass(frozen=True, slots=True)
class Totals:
    """Households of a unit by what the last visit found; they sum to `total`."""

    verified: int
    empty: int
    refused: int
    pending: int

    @property
    def total(self) -> int:
        """All households on the list."""
        return self.verified + self.empty + self.refused + self.pending


def totals(unit: Unit, *, squad: Squad | None = None) -> Totals:
    """How far the census under a unit is, of one squad or of all."""
    there = Household.objects.filter(under(unit, "unit__"))
    there = there.filter(squad=squad) if squad else there
    counted = dict(there.order_by().values_list("state").annotate(Count("pk")))
    return Totals(**{state: counted.get(state, 0) for state, _words in STATES})
