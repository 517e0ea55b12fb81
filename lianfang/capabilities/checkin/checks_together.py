"""Many class checks at once (批量晨检入口): what `receive_roll_call` does one by one, for the plain cases of a batch.

Plain is the first check of today by somebody who may take it, whose exceptions are named by their ids.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from lianfang.capabilities.checkin.actions import take_roll_call
from lianfang.capabilities.checkin.together import RulesOn, Sending, Told
from lianfang.domain.answers import AnswerDraft, parse_answer
from lianfang.domain.parsing.text import clean_text
from lianfang.domain.policy import Policy
from lianfang.domain.refusals import Refused
from lianfang.domain.symptoms import calls_for_attention, is_fever
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.actions import Action
from lianfang.kernel.audit.together import Noted, record_together
from lianfang.kernel.faults import fault
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.reporting.checks_together import FirstCheck, keep_checks_together
from lianfang.kernel.reporting.receipts import Claim, claim_together, give_back
from lianfang.kernel.reporting.together import First

MEMBERS = frozenset({"key", "unit", "day", "slot", "observed_by", "exceptions", "everyone_else"})
_DECLARED: Action = take_roll_call.action  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class _Ready:
    """A class check that may be kept: its place in the batch, its claim to a receipt, and what is to be kept."""

    number: int
    by: Actor
    claim: Claim
    check: FirstCheck

    @property
    def key(self) -> tuple[int, str]:
        """The key of its receipt."""
        return (self.claim.sender_id, self.claim.key)


def receive_checks_together(cursor: Any, sendings: Sequence[Sending], rules: RulesOn) -> list[Told]:
    """What each sender is told, in order, as `receive_roll_call` would; None where the ordinary way is to be taken.

    Call it in a transaction that sees everything; nothing is acknowledged before that has committed.
    """
    told: list[Told] = [None] * len(sendings)
    ready: dict[tuple[int, str], _Ready] = {}
    for number, sending in enumerate(sendings):
        one = _ready(number, sending, rules)
        if one is not None:
            ready.setdefault(one.key, one)
    if not ready:
        return told
    claimed = claim_together(cursor, [one.claim for one in ready.values()], kind="roll_call")
    for key, one in ready.items():
        told[one.number] = claimed.get(key)
    for one in _kept(cursor, [one for key, one in ready.items() if key in claimed and claimed[key] is None]):
        told[one.number] = one.claim.answer
    return told


def _ready(number: int, sending: Sending, rules: RulesOn) -> _Ready | None:
    by, unit, raw = sending.by, sending.unit, sending.raw
    today = clock.today(unit.zone)
    if not by.may_write or not unit.keeps_roster or not unit.open_on(today) or not by.holds(_DECLARED.by, unit):
        return None
    if not MEMBERS.issuperset(raw) or raw.get("everyone_else") != "well":
        return None
    try:
        frame, exceptions = _parsed(unit, raw, rules(today).of(unit), by)
        observed_by = clean_text(raw.get("observed_by"), "observed_by", max_length=60, notes=[]) or by.name
    except (Refused, _NotPlain):
        return None
    if frame.day != today:
        return None
    content = {
        "unit": unit.code,
        "frame": asdict(frame),
        "seen": [(str(e.person_id), asdict(e.draft)) for e in exceptions],
    }
    claim = Claim.of(by, frame.key, content, unit=unit, fingerprint="", notes=[])
    return _Ready(number, by, claim, FirstCheck(unit, (unit.pk, frame.day, frame.slot), observed_by, exceptions))


class _NotPlain(Exception):
    """Something that only the ordinary way reads."""


def _parsed(unit: Unit, raw: Mapping[str, Any], policy: Policy, by: Actor) -> tuple[AnswerDraft, tuple[First, ...]]:
    given = raw.get("exceptions") or []
    if not isinstance(given, list):
        raise _NotPlain
    shared = {"key": raw.get("key"), "unit": unit.code, "day": raw.get("day"), "slot": raw.get("slot")}
    frame = _draft(unit, {**shared, "person": {"ref": "everyone"}, "state": "well"}, policy)
    return frame, tuple(_exception(unit, shared, one, policy, by) for one in given)


def _exception(unit: Unit, shared: Mapping[str, Any], one: Any, policy: Policy, by: Actor) -> First:
    person = one.get("person") if isinstance(one, dict) else None
    ref = person.get("ref") if isinstance(person, dict) and len(person) == 1 else person
    if not isinstance(ref, str):
        raise _NotPlain
    draft = _draft(unit, {**shared, **one, "person": {"ref": ref}}, policy)
    if draft.test is not None or draft.day != clock.today(unit.zone):
        raise _NotPlain
    try:
        person_id = UUID(draft.person.ref)
    except ValueError:
        raise _NotPlain from None
    return First(unit, person_id, draft, is_fever(draft.temperature, policy), "roll_call", by.account_id)


def _draft(unit: Unit, raw: Mapping[str, Any], policy: Policy) -> AnswerDraft:
    place = {"policy": policy, "today": clock.today(unit.zone), "now": clock.now(), "zone": unit.zone}
    return parse_answer(raw, channel="json", **place)[0]  # type: ignore[arg-type]


def _kept(cursor: Any, new: Sequence[_Ready]) -> list[_Ready]:
    """Keep what is plain, each with its event; the keys of the rest are given back."""
    if not new:
        return []
    kept = keep_checks_together(cursor, [one.check for one in new])
    fault("mid_batch")
    give_back(cursor, [one.key for one, plain in zip(new, kept, strict=True) if not plain])
    done = [one for one, plain in zip(new, kept, strict=True) if plain]
    if done:
        record_together(cursor, [_event(one) for one in done])
    return done


def _event(one: _Ready) -> Noted:
    unit, (unit_id, day, slot) = one.check.unit, one.check.place
    facts = {"unit": unit.code, "day": str(day), "slot": slot}
    calls = any(_calls(first) for first in one.check.exceptions)
    return Noted(
        _DECLARED.kind, one.by, unit_id, f"reporting.rollcall:{unit_id}/{day}/{slot}", facts, settled=not calls
    )


def _calls(first: First) -> bool:
    draft = first.draft
    return calls_for_attention(
        state=draft.state, fever=first.fever, symptoms=draft.symptoms, health_code=draft.health_code or ""
    )
