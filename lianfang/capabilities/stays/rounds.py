"""A nurse's round (查房): many readings handed in at once, each with its own key and answer; and its proof."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import F

from lianfang.capabilities.stays import entries as shapes
from lianfang.capabilities.stays.entries import KEY_LENGTH, REASON_LENGTH, ROOM_LENGTH
from lianfang.capabilities.stays.models import ClosedRound, Stay
from lianfang.capabilities.stays.owed import subject_of
from lianfang.capabilities.stays.roles import SEERS, WARD
from lianfang.domain.parsing.choices import SLOTS
from lianfang.domain.parsing.dates import parse_day, parse_moment
from lianfang.domain.parsing.number import parse_temperature
from lianfang.domain.parsing.text import clean_text, is_blank
from lianfang.domain.policy import Policy
from lianfang.domain.refusals import Problem, Refused
from lianfang.domain.symptoms import parse_symptoms
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.actions import action
from lianfang.kernel.audit.ops import record_all
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.places.models import BED, Occupancy
from lianfang.kernel.policies.ops import policy_of
from lianfang.kernel.readings.given import Given
from lianfang.kernel.readings.models import BODY_SITES, STAY, Reading
from lianfang.kernel.readings.ops import READING, Receipt, take_all
from lianfang.kernel.tasks.models import Task

MOST = 1_000  # entries of one hand-in


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a device, read: whose stay, in which room as the device believes, and the reading or why not."""

    stay: UUID
    room: str
    given: Given
    skipped: str


@dataclass(frozen=True, slots=True)
class Missed:
    """A reading that was owed and not taken: where, whose stay, and what was said about it."""

    room: str
    walk: int
    stay: str
    note: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How a round stands: readings owed, taken, and every one that is missed."""

    expected: int
    done: int
    missed: tuple[Missed, ...]

    @property
    def complete(self) -> bool:
        """Whether nothing is left."""
        return self.done == self.expected


@action("round.recorded", by=WARD, over="unit", facts=("unit",))
def record_round(by: Actor, *, unit: Unit, entries: Sequence[shapes.ToldReading]) -> list[Receipt]:
    """Record the readings of a round: what can be taken is taken, everything else comes back with its reason."""
    if len(entries) > MOST:
        raise Refused("limit", "entries", high=MOST)
    policy = policy_of(unit, on=clock.today(unit.zone))
    read, receipts = _read(unit, entries, policy)
    stays = {one.pk: one for one in Stay.objects.filter(unit=unit, pk__in=[entry.stay for _, entry in read])}
    rooms = _rooms_of([entry for _, entry in read])
    good: list[tuple[int, object, Given]] = []
    for place, entry in read:
        problem = _problem(entry, stays.get(entry.stay), rooms.get(f"stays.stay:{entry.stay}", []))
        if problem is not None:
            receipts[place] = Receipt(entry.given.key, problem=problem)
        elif entry.skipped:
            receipts[place] = _skip(stays[entry.stay], entry)
        else:
            good.append((place, subject_of(stays[entry.stay]), _of(stays[entry.stay], entry.given)))
    taken = take_all(by, unit=unit, kind=STAY, given=[(about, given) for _, about, given in good], policy=policy)
    receipts |= {place: one for (place, _, _), one in zip(good, taken, strict=True)}
    _tell_abnormal(by, unit, [one for (*_, given), one in zip(good, taken, strict=True) if one.fever or given.symptoms])
    return [receipts[place] for place in range(len(entries))]


def _read(
    unit: Unit, entries: Sequence[Mapping[str, Any]], policy: Policy
) -> tuple[list[tuple[int, Entry]], dict[int, Receipt]]:
    """What could be read, and a receipt with its problem for what could not, each by its place in the hand-in."""
    good: list[tuple[int, Entry]] = []
    bad: dict[int, Receipt] = {}
    for place, raw in enumerate(entries):
        try:
            good.append((place, _entry(unit, raw, policy)))
        except Refused as refused:
            bad[place] = Receipt(str(raw.get("key") or "")[: KEY_LENGTH[1]], problem=refused.problems[0])
    return good, bad


def _entry(unit: Unit, raw: Mapping[str, Any], policy: Policy) -> Entry:
    if unknown := [name for name in raw if name not in shapes.READING.members]:
        raise Refused("field.unknown", str(unknown[0])[:60])
    key = raw.get("key")
    if not isinstance(key, str) or not KEY_LENGTH[0] <= len(key) <= KEY_LENGTH[1]:
        raise Refused("key.format", "key")
    slot = raw.get("slot")
    if slot not in SLOTS.codes:
        raise Refused("choice.unknown", "slot", choices=SLOTS.codes)
    skipped = clean_text(raw.get("skipped"), "skipped", max_length=REASON_LENGTH, notes=[])
    given = Given(
        key=key,
        person_id=UUID(int=0),
        day=parse_day(raw.get("day"), "day", []),
        slot=str(slot),
        at=parse_moment(raw.get("at"), "at", [], zone=unit.zone),
        celsius=None if skipped else _celsius(raw, policy),
        symptoms=parse_symptoms(raw.get("symptoms"), "symptoms", [], channel="json"),
        body_site=_body_site(raw.get("body_site")),
        sure=raw.get("sure") is True,
    )
    return Entry(_stay_id(raw.get("stay")), str(raw.get("room") or "")[:ROOM_LENGTH], given, skipped)


def _celsius(raw: Mapping[str, Any], policy: Policy) -> Decimal | None:
    given = raw.get("celsius")
    if is_blank(given) and not raw.get("symptoms"):
        raise Refused("required", "celsius")
    return None if is_blank(given) else parse_temperature(given, "celsius", policy, [])


def _body_site(raw: object) -> str:
    if is_blank(raw):
        return ""
    if raw not in dict(BODY_SITES):
        raise Refused("choice.unknown", "body_site", choices=tuple(dict(BODY_SITES)))
    return str(raw)


def _stay_id(raw: object) -> UUID:
    try:
        return UUID(str(raw))
    except ValueError:
        raise Refused("scope", "stay") from None


def _of(stay: Stay, given: Given) -> Given:
    return Given(
        given.key, stay.person_id, given.day, given.slot, given.at, given.celsius, given.symptoms, given.body_site,
        given.sure,
    )  # fmt: skip


def _rooms_of(entries: Sequence[Entry]) -> dict[str, list[Occupancy]]:
    subjects = {f"stays.stay:{entry.stay}" for entry in entries}
    found: dict[str, list[Occupancy]] = {}
    for one in Occupancy.objects.filter(subject__in=subjects, layer=BED).select_related("place"):
        found.setdefault(one.subject, []).append(one)
    return found


def _problem(entry: Entry, stay: Stay | None, beds: Sequence[Occupancy]) -> Problem | None:
    """Why an entry cannot be about that person at that time; the others of the round are taken all the same."""
    if stay is None:
        return Problem("scope", "stay")
    at = entry.given.at
    if stay.admitted_at is None or at < stay.admitted_at or (stay.ended_at is not None and at >= stay.ended_at):
        return Problem("stay.not_here", "stay")
    there = next((bed for bed in beds if bed.since <= at and (bed.until is None or at < bed.until)), None)
    if there is None:
        return Problem("stay.not_here", "stay")
    if entry.room and there.place.code != entry.room:
        return Problem("reading.other_room", "room", facts={"room": entry.room})
    return None


def _skip(stay: Stay, entry: Entry) -> Receipt:
    """Nobody was measured; the reading stays owed, and why is said beside it."""
    owed = Task.objects.filter(subject=subject_of(stay), kind=READING, day=entry.given.day, slot=entry.given.slot)
    if not owed.filter(settled_at=None, excused="").update(note=entry.skipped):
        code = "reading.taken_already" if owed.filter(settled_at__isnull=False).exists() else "reading.not_owed"
        return Receipt(entry.given.key, problem=Problem(code, "slot", facts={"slot": entry.given.slot}))
    return Receipt(entry.given.key)


def _tell_abnormal(by: Actor, unit: Unit, receipts: Sequence[Receipt]) -> None:
    """A second reading that is out of range too is an event: what follows from it is in the plan of reactions."""
    new = [one.reading_id for one in receipts if one.reading_id and not one.duplicate]
    if not new:
        return
    found = Reading.objects.filter(pk__in=new, abnormal=True, second_of__isnull=False, voided_at=None)
    about = [(unit, row, {"day": str(row.day), "slot": row.slot, "stay": row.subject}) for row in found]
    record_all("reading.abnormal", by=by, about=about)


def progress(unit: Unit, day: date, slot: str) -> Progress:
    """How the round of a day and slot stands: everything owed, done, and missed in walking order."""
    owed = Task.objects.filter(unit=unit, kind=READING, day=day, slot=slot, subject__startswith="stays.stay:")
    counting = owed.exclude(excused__gt="", settled_at=None)
    left = list(counting.filter(settled_at=None).values_list("subject", "note", "opens_at"))
    places = _places_of([subject for subject, _, _ in left])
    missed = [Missed(*places.get(subject, ("", 0)), subject.partition(":")[2], note) for subject, note, _ in left]
    expected = counting.count()
    return Progress(expected, expected - len(left), tuple(sorted(missed, key=lambda one: (one.walk, one.room))))


def _places_of(subjects: Sequence[str]) -> dict[str, tuple[str, int]]:
    beds = Occupancy.objects.filter(subject__in=subjects, layer=BED).order_by("since")
    return {one[0]: (one[1], one[2]) for one in beds.values_list("subject", "place__code", "place__walk")}


@action("round.closed", by=SEERS, over="unit", facts=("unit", "day", "slot"))
def close_round(by: Actor, *, unit: Unit, day: date, slot: str) -> ClosedRound:
    """Close a round: how many were owed and done is kept, and every room missed with what was said of it."""
    if slot not in policy_of(unit, on=day).reading_slots:
        raise Refused("choice.unknown", "slot", choices=policy_of(unit, on=day).reading_slots)
    if day > clock.today(unit.zone):
        raise Refused("date.in_future", "day")
    stands = progress(unit, day, slot)
    same = ClosedRound.objects.filter(unit=unit, day=day, slot=slot, expected=stands.expected, done=stands.done)
    if known := same.order_by("-at").first():
        return known
    row: ClosedRound = ClosedRound.objects.create(
        unit=unit, day=day, slot=slot, expected=stands.expected, done=stands.done, at=clock.now(), by=by.name[:60],
        missed=[{"room": one.room, "note": one.note} for one in stands.missed],
    )  # fmt: skip
    return row


def room_nights(unit: Unit, since: date, until: date) -> int:
    """Nights that people slept at a site, from the records of who was where: a night counts where it begins.

    Moving to another room in the day does not make a night of its own.
    """
    beds = Occupancy.objects.filter(unit=unit, layer=BED, subject__startswith="stays.stay:")
    spans = beds.filter(since__date__lte=until).values_list("since", "until")
    return sum(_nights(a, b, since, until, unit) for a, b in spans.order_by(F("since").asc()))


def _nights(start: datetime, end: datetime | None, since: date, until: date, unit: Unit) -> int:
    first = max(start.astimezone(unit.zone).date(), since)
    last = min(end.astimezone(unit.zone).date() if end else until, until)
    return max(0, (last - first).days)
