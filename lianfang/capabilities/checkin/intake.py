"""One door for answers (登记入口): page, API and file hand a raw mapping in here and get a receipt back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from lianfang.capabilities.checkin.actions import Seen, record_answer, take_roll_call
from lianfang.capabilities.checkin.content import (
    content_of,
    fingerprint_of,
    mode_of,
    number_index,
    phone_index,
    said,
)
from lianfang.domain.answers import AnswerDraft, PersonRef, parse_answer
from lianfang.domain.identity import is_child
from lianfang.domain.parsing.text import clean_text
from lianfang.domain.policy import Policy
from lianfang.domain.refusals import Note, Problem, Refused
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.addressing import unit_named
from lianfang.kernel.crypto import blind_index
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import at
from lianfang.kernel.people import ops as people
from lianfang.kernel.people.models import Person
from lianfang.kernel.policies.ops import Rules, default_policy, policy_of
from lianfang.kernel.reporting.automation import looks_automated
from lianfang.kernel.reporting.models import Answer, AnswerRevision
from lianfang.kernel.reporting.receipts import claim, complete
from lianfang.kernel.reporting.tally import recount_since
from lianfang.kernel.scope import EVERYTHING, within


@dataclass(frozen=True, slots=True)
class Taken:
    """An answer that was understood: where it belongs, whose it is, what it says, and what to tell the sender."""

    unit: Unit
    person: Person | None
    draft: AnswerDraft
    policy: Policy
    notes: list[Note]


def understand(by: Actor, raw: Mapping[str, Any], *, channel: str, rules: Rules | None = None) -> Taken:
    """Parse and place a raw answer without writing anything. Raises `Refused` with every problem found."""
    if not isinstance(raw, Mapping):
        raise Refused("type", expected="object")
    try:
        unit = _unit_of(by, raw.get("unit"))
    except Refused as refused:
        raise Refused([*refused.problems, *_other_problems(raw, channel)]) from refused
    today = clock.today(unit.zone)
    policy = (rules or Rules(today)).of(unit)
    draft, notes = parse_answer(raw, policy=policy, today=today, now=clock.now(), zone=unit.zone, channel=channel)
    unit = _answering(unit, draft.day, notes)
    person = people.find(draft.person, unit, draft.day, notes)
    _check_sample(draft, person)
    _check_notice(draft, person, policy, unit, notes)
    if person is None:
        notes.append(Note("person.off_roster", "person", warning=True))
    return Taken(unit, person, draft, policy, notes)


def _unit_of(by: Actor, given: object) -> Unit:
    """The unit named; one's own superior, which everybody knows, is told apart from a unit that is elsewhere."""
    try:
        return unit_named(by, given)
    except Refused as refused:
        above = Unit.objects.filter(code=given).first() if isinstance(given, str) and given.isprintable() else None
        if above and not above.keeps_roster and any(above.covers(post.unit) for post in by.posts):
            raise Refused("unit.not_reporting", "unit") from refused
        raise


def _other_problems(raw: Mapping[str, Any], channel: str) -> list[Problem]:
    """What else is wrong with an answer whose unit is not known, under the rules as shipped."""
    zone = timezone.get_default_timezone()
    try:
        parse_answer(raw, policy=default_policy(), today=clock.today(zone), now=clock.now(), zone=zone, channel=channel)
    except Refused as refused:
        return [problem for problem in refused.problems if problem.field != "unit"]
    return []


def _answering(unit: Unit, day: date, notes: list[Note]) -> Unit:
    """The unit that answers on that day, after merges; one that only adds up takes no answers."""
    found = at(unit, day)
    if found.pk != unit.pk:
        notes.append(Note("unit.merged", "unit", kept=found.code))
    if not found.keeps_roster:
        raise Refused("unit.not_reporting", "unit")
    return found


def _check_sample(draft: AnswerDraft, person: Person | None) -> None:
    if draft.test is None or not draft.test.sample_no:
        return
    with within(EVERYTHING):
        used = Answer.objects.filter(sample_index=blind_index("sample", draft.test.sample_no))
        if (used.exclude(person_id=person.pk) if person else used).exists():
            raise Refused("scope", "test.sample_no")


def _check_notice(draft: AnswerDraft, person: Person | None, policy: Policy, unit: Unit, notes: list[Note]) -> None:
    born = person.birth_date if person else draft.person.birth_date
    told = draft.person.guardian_notice or (person is not None and person.guardian_notice_at is not None)
    notes += notes_on_notice(born, policy, clock.today(unit.zone), told=bool(told))


def notes_on_notice(born: date | None, policy: Policy, today: date, *, told: bool) -> list[Note]:
    """A child's guardian has been told, by the register or by this report; otherwise the class head is asked to."""
    if told or not is_child(born, today, policy):
        return []
    return [Note("minor.guardian_notice", "person.guardian_notice", warning=True)]


@transaction.atomic
def receive_answer(
    by: Actor, raw: Mapping[str, Any], *, channel: str, mode: str = "", reason: str = "", rules: Rules | None = None
) -> dict[str, Any]:
    """Take one answer and acknowledge it: `{"receipt", "key", "hash", "received_at", "state", "notes"}`."""
    taken = understand(by, raw, channel=channel, rules=rules)
    content = content_of(taken.unit, taken.draft, number_index(taken.draft.person), phone_index(taken.draft.person))
    alike = fingerprint_of(content)
    receipt, new = claim(by, taken.draft.key, content, kind="answer", unit=taken.unit, fingerprint=alike)
    if not new:
        return dict(receipt.answer)
    person = taken.person if _is_on_roster(taken) else _admit(by, taken)
    assert person is not None  # noqa: S101  for the type checker
    automated = mode != "import" and looks_automated(by.account_id, alike, taken.policy)
    kept = record_answer(
        by,
        unit=taken.unit,
        person=person,
        answer=taken.draft,
        mode=mode or mode_of(by, person.pk),
        reason=reason,
        automated=automated,
    )
    notes = [*taken.notes, *people.fill_in(person, taken.draft.person), *([] if reason else _two_sources(kept))]
    return complete(receipt, state="received", notes=[said(note) for note in notes])


def _is_on_roster(taken: Taken) -> bool:
    return not any(note.code == "person.off_roster" for note in taken.notes)


def _admit(by: Actor, taken: Taken) -> Person:
    """Somebody who is on no roster yet, or no longer, is entered by whoever answers for the unit."""
    if not by.holds(record_answer.action.by, taken.unit):  # type: ignore[attr-defined]
        raise Refused("scope", "person")
    with within(EVERYTHING):
        person = taken.person or people.register(taken.draft.person, taken.unit)
        people.enrol(person, taken.unit, people.usual_kind(taken.unit), taken.draft.day)
        recount_since(taken.unit, taken.draft.day)
    return person


def _two_sources(kept: Answer) -> list[Note]:
    """Said to whoever answers otherwise than somebody else did; of the two answers the graver one is in force."""
    if kept.revision == 1:
        return []
    with within(EVERYTHING):
        place = {"unit_id": kept.unit_id, "day": kept.day, "slot": kept.slot, "person_id": kept.person_id}
        other = AnswerRevision.objects.filter(**place).order_by("-revision").first()
    if other is None or other.sender_id == kept.sender_id:
        return []
    differs = (kept.state, kept.temperature) != (other.state, other.temperature)
    return [Note("report.two_sources", "person", warning=True)] if differs else []


@transaction.atomic
def receive_roll_call(by: Actor, raw: Mapping[str, Any], *, channel: str) -> dict[str, Any]:
    """Take a class check `{"key","unit","day","slot","observed_by","exceptions":[…],"everyone_else":"well"}`."""
    unit = unit_named(by, raw.get("unit"))
    _known(raw, {"key", "unit", "day", "slot", "observed_by", "exceptions", "everyone_else"})
    seen, frame = _seen(by, unit, raw, channel)
    content = {"unit": unit.code, "frame": asdict(frame), "seen": [(str(s.person.pk), asdict(s.draft)) for s in seen]}
    receipt, new = claim(by, frame.key, content, kind="roll_call", unit=unit)
    if not new:
        return dict(receipt.answer)
    observed_by = clean_text(raw.get("observed_by"), "observed_by", max_length=60, notes=[]) or by.name
    take_roll_call(by, unit=unit, day=frame.day, slot=frame.slot, observed_by=observed_by, exceptions=seen)
    return complete(receipt, state="received")


def _known(raw: Mapping[str, Any], names: set[str]) -> None:
    problems = [Problem("field.unknown", str(name)[:60]) for name in raw if name not in names]
    if raw.get("everyone_else") != "well":
        problems.append(Problem("choice.unknown" if raw.get("everyone_else") else "required", "everyone_else"))
    if not isinstance(raw.get("exceptions", []), list):
        problems.append(Problem("type", "exceptions"))
    if problems:
        raise Refused(problems)


def _seen(by: Actor, unit: Unit, raw: Mapping[str, Any], channel: str) -> tuple[list[Seen], AnswerDraft]:
    """The exceptions, each parsed as an answer of its own; all problems at once, placed by their number."""
    shared = {"key": raw.get("key"), "unit": unit.code, "day": raw.get("day"), "slot": raw.get("slot")}
    policy = policy_of(unit, on=clock.today(unit.zone))
    place: dict[str, Any] = {"policy": policy, "today": clock.today(unit.zone), "now": clock.now(), "zone": unit.zone}
    frame, _ = parse_answer({**shared, "person": {"ref": "everyone"}, "state": "well"}, channel=channel, **place)
    _answering(unit, frame.day, [])
    seen: list[Seen] = []
    problems: list[Problem] = []
    for number, one in enumerate(raw.get("exceptions") or []):
        try:
            found = _exception(unit, {**shared, **_mapping(one)}, channel, place)
            if any(earlier.person.pk == found.person.pk for earlier in seen):
                raise Refused("row.duplicate", "person")
            seen.append(found)
        except Refused as refused:
            problems += [replace(p, field=f"exceptions[{number}].{p.field}") for p in refused.problems]
    if problems:
        raise Refused(problems)
    return seen, frame


def _mapping(one: Any) -> dict[str, Any]:
    if not isinstance(one, Mapping):
        raise Refused("type", "person")
    person = one.get("person")
    return {**one, "person": {"ref": person} if isinstance(person, str) else person}


def _exception(unit: Unit, raw: dict[str, Any], channel: str, place: dict[str, Any]) -> Seen:
    draft, notes = parse_answer(raw, channel=channel, **place)
    person = people.find(draft.person, unit, draft.day, notes)
    if person is None or not people.is_member(person.pk, unit, draft.day):
        raise Refused("scope", "person")
    return Seen(person, draft)


def person_ref(person: Person) -> PersonRef:
    """How a page names a person it shows."""
    return PersonRef(
        id_type=person.id_type,
        identity=None,
        id_reason="",
        name="",
        phone="",
        birth_date=None,
        guardian_notice=None,
        ref=str(person.pk),
    )
