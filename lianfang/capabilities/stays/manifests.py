"""Lists of people who are to come (到站名单): read row by row, people registered once, arrivals told to planners."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from lianfang.capabilities.stays import entries
from lianfang.capabilities.stays.models import PARTY_KINDS, Manifest, Stay
from lianfang.capabilities.stays.models.stay import EXPECTED, FLOW, HERE
from lianfang.capabilities.stays.owed import terms_on
from lianfang.capabilities.stays.roles import RECEPTION
from lianfang.domain.answers import PersonRef
from lianfang.domain.observation.days import last_day
from lianfang.domain.observation.sharing import NEEDS
from lianfang.domain.parsing.choices import Choice, Choices, parse_choice
from lianfang.domain.parsing.dates import parse_day
from lianfang.domain.parsing.findings import Findings
from lianfang.domain.parsing.number import parse_count
from lianfang.domain.parsing.person import parse_person
from lianfang.domain.parsing.text import clean_text, is_blank
from lianfang.domain.policy import Policy
from lianfang.domain.refusals import Problem, Refused
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.actions import action, store, store_all
from lianfang.kernel.audit.ops import record, ref
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people import ops as people_ops
from lianfang.kernel.people.models import Membership, Person, index_of_number
from lianfang.kernel.places.models import Expected
from lianfang.kernel.policies.ops import check_hazard, policy_of
from lianfang.kernel.scope import EVERYTHING, within
from lianfang.kernel.shapes import PERSON

MOST = 500  # people of one list
BEHIND, AHEAD = timedelta(days=7), timedelta(days=60)  # of the day on which a list is entered
PARTIES = Choices(
    Choice("tour", "旅行团", "Tour group", ("团队", "tour", "group")),
    Choice("family", "家庭", "Family", ("家人", "一家")),
    Choice("single", "个人", "Single traveller", ("散客", "单人", "individual")),
)
WORDS_OF_NEEDS = Choices(
    Choice("pregnant", "孕妇", "Pregnant", ("怀孕",)),
    Choice("seriously_ill", "重病", "Seriously ill", ("基础疾病", "严重疾病")),
    Choice("dependent", "需照护", "Needs care", ("失能", "半失能", "残疾")),
    Choice("accessible_room", "无障碍房", "Accessible room", ("轮椅", "行动不便")),
)


@dataclass(frozen=True, slots=True)
class Guest:
    """One row of a list. `companion` is the row (from 1) of whoever stays with this guest; 0 when nobody does."""

    who: PersonRef
    party_kind: str
    party: str
    needs: tuple[str, ...]
    companion: int
    last_exposure: date | None
    exposure_kind: str
    home: str


@action("manifest.received", by=RECEPTION, over="unit", facts=("unit", "arrives_at"))
def receive_manifest(
    by: Actor, *, unit: Unit, arrives_at: datetime, people: Sequence[entries.ToldGuest], source: str = "",
    hazard: str = "any",
) -> Manifest:  # fmt: skip
    """Take in a list of people who are to come; every row is read before any is kept."""
    check_hazard(hazard)
    check_arrival(unit, arrives_at)
    guests = read_guests(unit, people)
    persons = register_guests(unit, [guest.who for guest in guests])
    _refuse_known(unit, persons)
    manifest = store(
        Manifest(unit=unit, arrives_at=arrives_at, people=len(guests), source=source, received_at=clock.now())
    )
    store_all(
        _stay(manifest, guest, person, _companion(guest, persons), hazard)
        for guest, person in zip(guests, persons, strict=True)
    )
    _expect(manifest, guests, hazard)
    return manifest


def check_arrival(unit: Unit, arrives_at: datetime) -> None:
    """A list names a coming that is near: a slip in the year would keep rooms and meals for nobody."""
    day, today = arrives_at.astimezone(unit.zone).date(), clock.today(unit.zone)
    low, high = today - BEHIND, today + AHEAD
    if not low <= day <= high:
        raise Refused("date.out_of_window", "arrives_at", low=low.isoformat(), high=high.isoformat())


def read_guests(unit: Unit, rows: Sequence[Mapping[str, Any]], *, channel: str = "json") -> list[Guest]:
    """The rows of a list. Refused with every problem, `people[3].person.name` naming its row from 0."""
    if not rows:
        raise Refused("required", "people")
    if len(rows) > MOST:
        raise Refused("limit", "people", high=MOST)
    problems: list[Problem] = []
    guests: list[Guest] = []
    policy = policy_of(unit, on=clock.today(unit.zone))
    for index, raw in enumerate(rows):
        found = Findings()
        guest = _guest(unit, raw, found, policy, rows=len(rows), channel=channel)
        problems += [Problem(p.code, f"people[{index}].{p.field}", facts=p.facts) for p in found.problems]
        guests.append(guest)
    if problems:
        raise Refused(problems)
    return guests


def _guest(unit: Unit, raw: Mapping[str, Any], found: Findings, policy: Policy, *, rows: int, channel: str) -> Guest:
    today = clock.today(unit.zone)
    found.check_members(raw, tuple(entries.GUEST.members))
    person = {name: raw[name] for name in PERSON if name in raw}

    def text(name: str) -> str:
        longest = getattr(Stay._meta.get_field(name), "max_length", 0)
        return found.attempt(lambda: clean_text(raw.get(name), name, max_length=longest, notes=found.notes), "")

    return Guest(
        who=parse_person(person, found, policy=policy, today=today, channel=channel),
        party_kind=found.attempt(partial(_party_kind, raw, found, channel), "single"),
        party=text("party"),
        needs=found.attempt(partial(_needs, raw, found, channel), ()),
        companion=found.attempt(partial(_companion_row, raw, found, rows, channel), 0),
        last_exposure=found.attempt(partial(_exposure, raw, found, today), None),
        exposure_kind=text("exposure_kind"),
        home=text("home"),
    )


def _party_kind(raw: Mapping[str, Any], found: Findings, channel: str) -> str:
    given = raw.get("party_kind")
    return "single" if is_blank(given) else parse_choice(given, "party_kind", found.notes, PARTIES, channel=channel)


def _needs(raw: Mapping[str, Any], found: Findings, channel: str) -> tuple[str, ...]:
    given = raw.get("needs") or []
    listed = given.replace("、", ",").split(",") if isinstance(given, str) else given
    if not isinstance(listed, list | tuple):
        raise Refused("type", "needs", expected="list")
    codes = [parse_choice(one, "needs", found.notes, WORDS_OF_NEEDS, channel=channel) for one in listed]
    return tuple(dict.fromkeys(code for code in codes if code in NEEDS))


def _companion_row(raw: Mapping[str, Any], found: Findings, rows: int, channel: str) -> int:
    if is_blank(raw.get("companion")):
        return 0
    row = parse_count(raw["companion"], "companion", found.notes, channel=channel)
    if not 1 <= row <= rows:
        raise Refused("number.out_of_range", "companion", low=1, high=rows)
    return row


def _exposure(raw: Mapping[str, Any], found: Findings, today: date) -> date | None:
    if is_blank(raw.get("last_exposure")):
        return None
    day = parse_day(raw["last_exposure"], "last_exposure", found.notes)
    if day > today:
        raise Refused("date.in_future", "last_exposure")
    return day


def register_guests(unit: Unit, refs: Sequence[PersonRef]) -> list[Person]:
    """The people of a list, each registered once: a number that is known is that person, whose name must agree."""
    with within(EVERYTHING):
        persons = _registered(unit, refs)
    twice = [index for index, one in enumerate(persons) if one.pk in {other.pk for other in persons[:index]}]
    if twice:
        raise Refused([Problem("row.duplicate", f"people[{index}].person.id_number") for index in twice])
    return persons


def _registered(unit: Unit, refs: Sequence[PersonRef]) -> list[Person]:
    known = people_ops.by_numbers([who.identity for who in refs if who.identity])
    found: list[Person] = []
    new: list[Person] = []
    for index, who in enumerate(refs):
        number = index_of_number(who.identity.kind, who.identity.number) if who.identity else b""
        person = known.get(number)
        if person is None:
            person = people_ops.new_person(who, unit)
            new.append(person)
            known |= {number: person} if number else {}
        if person.name != who.name:
            raise Refused("person.name_mismatch", f"people[{index}].person.name")
        if person.home_unit_id != unit.pk and not _is_seen(person, unit):
            people_ops.enrol(person, unit, "resident", clock.today(unit.zone))
        found.append(person)
    store_all(new)
    return found


def _is_seen(person: Person, unit: Unit) -> bool:
    return Membership.objects.filter(unit=unit, person=person, until__isnull=True).exists()


def _refuse_known(unit: Unit, persons: Sequence[Person]) -> None:
    """Somebody who is under observation anywhere, or awaited here, cannot be announced again."""
    with within(EVERYTHING):
        here = set(Stay.objects.filter(person__in=persons, state=HERE).values_list("person_id", flat=True))
        awaited = Stay.objects.filter(person__in=persons, unit=unit, state=EXPECTED)
        expected = set(awaited.values_list("person_id", flat=True))
    found = [
        Problem("stay.open_already" if one.pk in here else "stay.expected_already", f"people[{index}]")
        for index, one in enumerate(persons)
        if one.pk in here | expected
    ]
    if found:
        raise Refused(found)


def _companion(guest: Guest, persons: Sequence[Person]) -> Person | None:
    return persons[guest.companion - 1] if guest.companion else None


def _stay(manifest: Manifest, guest: Guest, person: Person, companion: Person | None, hazard: str) -> Stay:
    if companion is not None and companion.pk == person.pk:
        raise Refused("stay.own_companion", "people")
    return Stay(
        unit=manifest.unit, manifest=manifest, person=person, companion=companion, party_kind=guest.party_kind,
        party=guest.party, needs=list(guest.needs), last_exposure=guest.last_exposure,
        exposure_kind=guest.exposure_kind, home=guest.home, hazard=hazard,
    )  # fmt: skip


def _expect(manifest: Manifest, guests: Sequence[Guest], hazard: str) -> None:
    """Tell whoever plans meals and stock how many come when, and until when the last of them stays."""
    unit, day = manifest.unit, manifest.arrives_at.astimezone(manifest.unit.zone).date()
    terms = terms_on(unit, day, hazard)
    leaves = max(last_day(terms, admitted_on=day, last_exposure=one.last_exposure) for one in guests)
    Expected.objects.create(
        unit=unit, day=day, at=manifest.arrives_at, count=len(guests), leaves_on=leaves, subject=ref(manifest)
    )


@action("stay.not_arrived", by=RECEPTION, over="stay", facts=("reason",))
def mark_not_arrived(by: Actor, *, stay: Stay, reason: str) -> Stay:
    """Say that somebody on a list did not come."""
    held = Stay.objects.select_for_update(of=("self",)).select_related("unit", "manifest").get(pk=stay.pk)
    held.state = FLOW.after(held.state, "stay_away")
    held.ended_because, held.decided_by = reason, by.name[:60]
    store(held)
    settle_arrivals(by, [held])
    return held


def settle_arrivals(by: Actor, stays: Sequence[Stay]) -> None:
    """What is left of the lists of these stays; a list of which nobody is awaited any more is complete."""
    for manifest in {one.manifest_id: one.manifest for one in stays if one.manifest_id}.values():
        if manifest is not None:
            _settle(by, manifest)


def _settle(by: Actor, manifest: Manifest) -> None:
    held = Manifest.objects.select_for_update(of=("self",)).select_related("unit").get(pk=manifest.pk)
    left = held.stays.filter(state=EXPECTED).count()
    row = Expected.objects.filter(subject=ref(held))
    if left:
        row.update(count=left)
        return
    if held.completed_at is None:
        came = held.stays.filter(admitted_at__isnull=False)
        last = came.order_by("-admitted_at").values_list("admitted_at", flat=True).first()
        held.completed_at = last or clock.now()
        held.save(update_fields=["completed_at"])
        row.update(count=came.count(), settled_at=held.completed_at)
        facts = {"people": came.count(), "at": held.completed_at.isoformat()}
        record("batch.completed", by=by, unit=held.unit, subject=held, facts=facts)


PARTY_CODES = tuple(code for code, _ in PARTY_KINDS)
