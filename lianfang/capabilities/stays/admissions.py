"""Admission (入住): room, terms, last day, readings, tests and status of a stay, written down in one go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from lianfang.capabilities.stays import entries, rooms
from lianfang.capabilities.stays.manifests import read_guests, register_guests, settle_arrivals
from lianfang.capabilities.stays.models import Manifest, Stay
from lianfang.capabilities.stays.models.stay import EXPECTED, FLOW, HERE
from lianfang.capabilities.stays.owed import last_day_of, owe_all, terms_on
from lianfang.capabilities.stays.roles import RECEPTION
from lianfang.domain.observation.rooms import Room, propose
from lianfang.domain.observation.sharing import may_be_alone
from lianfang.domain.observation.terms import Terms
from lianfang.domain.refusals import Problem, Refused
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.actions import action, store
from lianfang.kernel.audit.ops import ref
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import Person
from lianfang.kernel.places.models import SITE_ROOM, Place
from lianfang.kernel.policies.ops import check_hazard, measures_of, policy_of
from lianfang.kernel.scope import EVERYTHING, within
from lianfang.kernel.statuses import ops as statuses

OBSERVED = "observation"
BEGUN = ("state", "admitted_at", "edition", "terms", "ends_on", "last_exposure", "companion", "exception")
RULE = "R-observation"


@action("stay.admitted", by=RECEPTION, over="stay", facts=("room", "admitted_at"))
def admit(
    by: Actor, *, stay: Stay, room: Place, admitted_at: datetime, last_exposure: date | None = None,
    companion: Person | None = None, reason: str = "",
) -> Stay:  # fmt: skip
    """Admit somebody who is expected: into which room, when, and with what last exposure."""
    rooms.check_premises(stay.unit, _day(stay.unit, admitted_at))
    held = _held([stay.pk])[0]
    if last_exposure is not None:
        held.last_exposure = last_exposure
    if companion is not None:
        held.companion = companion
    _admit(by, [held], {held.pk: room}, admitted_at=admitted_at, reason=reason)
    return held


@action("stay.admitted_unannounced", by=RECEPTION, over="unit", facts=("room", "admitted_at"))
def admit_unannounced(
    by: Actor, *, unit: Unit, guest: entries.ToldGuest, room: Place, admitted_at: datetime, reason: str = "",
    hazard: str = "any",
) -> Stay:  # fmt: skip
    """Admit somebody who is on no list; `guest` has the members of one row of a list."""
    check_hazard(hazard)
    rooms.check_premises(unit, _day(unit, admitted_at))
    read = read_guests(unit, [guest])[0]
    person = register_guests(unit, [read.who])[0]
    stay = Stay(
        unit=unit, person=person, party_kind=read.party_kind, party=read.party, needs=list(read.needs),
        last_exposure=read.last_exposure, exposure_kind=read.exposure_kind, home=read.home, hazard=hazard,
    )  # fmt: skip
    _admit(by, [store(stay)], {stay.pk: room}, admitted_at=admitted_at, reason=reason)
    return stay


@action("batch.admitted", by=RECEPTION, over="manifest", facts=("admitted_at",))
def admit_batch(
    by: Actor, *, manifest: Manifest, rooms: Mapping[UUID, str], admitted_at: datetime, reason: str = ""
) -> Manifest:
    """Admit many of a list at once: room codes by stay; all of them, or nobody with every reason."""
    return _admit_many(by, manifest, rooms, admitted_at, reason)


def _admit_many(
    by: Actor, manifest: Manifest, given: Mapping[UUID, str], admitted_at: datetime, reason: str
) -> Manifest:
    unit = manifest.unit
    if not given:
        raise Refused("required", "rooms")
    rooms.check_premises(unit, _day(unit, admitted_at))
    stays = _held(given)
    if len(stays) < len(given) or any(stay.manifest_id != manifest.pk for stay in stays):
        raise Refused("scope", "rooms")
    places = {place.code: place for place in Place.objects.filter(unit=unit, kind=SITE_ROOM, code__in=given.values())}
    unknown = [stay for stay in stays if given[stay.pk] not in places]
    if unknown:
        raise Refused([Problem("scope", f"rooms.{stay.pk}") for stay in unknown])
    chosen = {stay.pk: places[given[stay.pk]] for stay in stays}
    _admit(by, stays, chosen, admitted_at=admitted_at, reason=reason)
    return manifest


def _day(unit: Unit, moment: datetime) -> date:
    return moment.astimezone(unit.zone).date()


def _held(ids: Any) -> list[Stay]:
    """The stays, held until the end of the transaction, always in the same order."""
    found = Stay.objects.select_for_update(of=("self",)).filter(pk__in=list(ids))
    return list(found.select_related("unit", "person", "manifest").order_by("pk"))


def _admit(
    by: Actor, stays: Sequence[Stay], chosen: Mapping[UUID, Place], *, admitted_at: datetime, reason: str
) -> None:
    """Everything an admission does, for one or many of one site on one moment."""
    unit, day = stays[0].unit, _day(stays[0].unit, admitted_at)
    _check_moment(unit, admitted_at)
    _refuse_here(stays)
    held = rooms.HeldRooms(unit, chosen.values(), admitted_at)
    terms = {hazard: terms_on(unit, day, hazard) for hazard in {stay.hazard for stay in stays}}
    # Whoever may be alone goes first, so that whoever may not finds company.
    order = sorted(stays, key=lambda one: not may_be_alone(rooms.guest_of(one), day, terms[one.hazard]))
    problems: list[Problem] = []
    for stay in order:
        problems += _put(held, stay, chosen[stay.pk], terms[stay.hazard], reason, many=len(stays) > 1)
    if problems:
        raise Refused(problems)
    held.keep()
    Stay.objects.bulk_update(stays, BEGUN)
    _give_statuses(by, stays)
    for hazard in terms:
        owe_all([stay for stay in stays if stay.hazard == hazard], measures_of(unit, on=day, hazard=hazard).policy)
    settle_arrivals(by, stays)


def _put(held: rooms.HeldRooms, stay: Stay, room: Place, terms: Terms, reason: str, *, many: bool) -> list[Problem]:
    try:
        _begin(stay, held.at, terms)
        held.put(stay, room, terms=terms, reason=reason)
    except Refused as refused:
        if not many:
            raise
        return [Problem(p.code, f"rooms.{stay.pk}", facts={"room": room.code, **p.facts}) for p in refused.problems]
    if not may_be_alone(rooms.guest_of(stay), held.day, terms):
        stay.exception = reason
    return []


def _begin(stay: Stay, at: datetime, terms: Terms) -> None:
    stay.state = FLOW.after(stay.state, "admit")
    stay.admitted_at, stay.edition, stay.terms = at, terms.edition, terms.as_json
    if stay.last_exposure is not None and stay.last_exposure > _day(stay.unit, at):
        raise Refused("date.order", "admitted_at", earlier="last_exposure")
    stay.ends_on = last_day_of(stay, terms)


def _check_moment(unit: Unit, at: datetime) -> None:
    policy = policy_of(unit, on=_day(unit, at))
    if (at - clock.now()).total_seconds() > policy.clock_skew_minutes * 60:
        raise Refused("date.in_future", "admitted_at")
    earliest = clock.now() - timedelta(days=policy.closes_after_days)
    if at < earliest:  # what is entered later than this was not seen by whoever enters it
        raise Refused("date.out_of_window", "admitted_at", low=earliest.astimezone(unit.zone).isoformat())


def _refuse_here(stays: Sequence[Stay]) -> None:
    """Nobody is under observation twice, wherever that is; the database stands behind it."""
    with within(EVERYTHING):
        known = Stay.objects.filter(person__in=[one.person_id for one in stays], state=HERE)
        open_already = set(known.values_list("person_id", flat=True))
    twice = [stay for stay in stays if stay.person_id in open_already]
    if twice:
        name = "person" if len(stays) == 1 else ""
        raise Refused([Problem("stay.open_already", name or f"rooms.{stay.pk}") for stay in twice])


def _give_statuses(by: Actor, stays: Sequence[Stay]) -> None:
    """Everybody sees why they are observed: by which edition, counted from what, until when at the earliest."""
    editions: dict[str, list[statuses.Given]] = {}
    for stay in stays:
        editions.setdefault(stay.edition, []).append(_given(stay))
    for edition, given in editions.items():
        statuses.give_all(given, kind=OBSERVED, rule=RULE, edition=edition, by=by)


def give_anew(by: Actor, stay: Stay, reason: str) -> None:
    """The same after a fact behind it, or the last day, has become another: the entry before stays, superseded."""
    given = _given(stay)
    statuses.give(
        unit=stay.unit, person=stay.person, kind=OBSERVED, value=given.value, rule=RULE, edition=stay.edition,
        facts=given.facts, since=clock.now(), by=by, about=stay, reason=reason,
    )  # fmt: skip


def _given(stay: Stay) -> statuses.Given:
    facts = {
        "admitted_at": stay.admitted_at.isoformat() if stay.admitted_at else "",
        "last_exposure": str(stay.last_exposure or ""), "ends_on": str(stay.ends_on), "site": stay.unit.code,
        "days": stay.kept_terms.observation_days, "count_from": stay.kept_terms.count_from,
    }  # fmt: skip
    since = stay.admitted_at or clock.now()
    return statuses.Given(stay.unit_id, stay.person_id, "in_observation", since, ref(stay), facts)


def propose_rooms(unit: Unit, stays: Sequence[Stay], at: datetime) -> dict[UUID, Place | None]:
    """A room for each of these people, by walking order and who belongs together; None where none is left."""
    if not stays:
        return {}
    day = _day(unit, at)
    free = {str(place.pk): place for place in rooms.free_rooms(unit, at)}
    offered = [Room(key, place.walk, place.capacity, place.accessible) for key, place in free.items()]
    guests = {str(stay.person_id): stay for stay in stays}
    proposed = propose(
        [rooms.guest_of(stay) for stay in stays], offered, day=day, terms=terms_on(unit, day, stays[0].hazard)
    )
    return {guests[one.guest].pk: free.get(one.room) for one in proposed}


def awaited(manifest: Manifest) -> list[Stay]:
    """Those of a list who have not come yet, party by party."""
    found = manifest.stays.filter(state=EXPECTED).select_related("person", "unit", "companion")
    return list(found.order_by("party_kind", "party", "pk"))
