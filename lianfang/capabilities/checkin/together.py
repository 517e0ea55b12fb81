"""Many answers at once (批量登记入口): what `receive_answer` does one by one, for the plain cases of a whole batch.

Plain is a first answer for today by somebody who may give it, about somebody who is known and on the roster. All else
(refusals, corrections, newcomers) is left to the ordinary way, so that both ways need only agree where they overlap.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from lianfang.capabilities.checkin.actions import record_answer
from lianfang.capabilities.checkin.content import (
    content_of,
    fingerprint_of,
    mode_of,
    number_index,
    phone_index,
    said,
)
from lianfang.capabilities.checkin.intake import notes_on_notice
from lianfang.domain.answers import AnswerDraft, parse_answer
from lianfang.domain.policy import Policy
from lianfang.domain.refusals import Note, Refused
from lianfang.domain.symptoms import calls_for_attention, is_fever
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.actions import Action
from lianfang.kernel.audit.together import Noted, record_together
from lianfang.kernel.crypto import blind_index
from lianfang.kernel.faults import fault
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.ops import notes_on_name
from lianfang.kernel.people.together import Asked, Known, find_together
from lianfang.kernel.policies.ops import Rules
from lianfang.kernel.reporting.automation import Scripts, automated_together
from lianfang.kernel.reporting.receipts import Claim, claim_together, give_back
from lianfang.kernel.reporting.together import First, keep_together

RulesOn = Callable[[date], Rules]
Told = dict[str, Any] | None
_DECLARED: Action = record_answer.action  # type: ignore[attr-defined]
_SAMPLES = "SELECT sample_index, person_id FROM reporting_answer WHERE sample_index = ANY(%s)"


@dataclass(frozen=True, slots=True)
class Sending:
    """One raw answer, who sends it, and the unit that it names by its code."""

    by: Actor
    raw: Mapping[str, Any]
    unit: Unit


@dataclass(frozen=True, slots=True)
class _Understood:
    """A sending as it was understood, before anybody is looked up."""

    number: int  # its place in the batch
    by: Actor
    unit: Unit
    draft: AnswerDraft
    policy: Policy
    notes: list[Note]
    number_index: bytes | None
    phone_index: bytes | None


@dataclass(frozen=True, slots=True)
class _Ready:
    """A sending that may be kept: its claim to a receipt, and what is to be kept."""

    number: int
    by: Actor
    claim: Claim
    policy: Policy
    first: First

    @property
    def key(self) -> tuple[int, str]:
        """The key of its receipt."""
        return (self.claim.sender_id, self.claim.key)


def receive_together(
    cursor: Any, sendings: Sequence[Sending], rules: RulesOn, *, scripts: Scripts | None = None
) -> list[Told]:
    """What each sender is told, in order, as `receive_answer` would; None where the ordinary way is to be taken.

    Call it in a transaction that sees everything; nothing is acknowledged before that has committed.
    """
    told: list[Told] = [None] * len(sendings)
    understood = [u for n, sending in enumerate(sendings) if (u := _understood(n, sending, rules)) is not None]
    found = _ready(cursor, understood)
    ready = list({one.key: one for one in reversed(found)}.values())  # of equal keys the first
    if not ready:
        return told
    claimed = claim_together(cursor, [one.claim for one in ready], kind="answer")
    fault("before_insert")
    for one in ready:
        told[one.number] = claimed.get(one.key)
    new = [one for one in ready if one.key in claimed and claimed[one.key] is None]
    for one in _kept(cursor, new, scripts):
        told[one.number] = one.claim.answer
    firsts = {(one.key, one.claim.hash): one.number for one in ready}
    for one in found:  # copies that came in the same batch
        told[one.number] = told[firsts.get((one.key, one.claim.hash), one.number)]
    return told


def _understood(number: int, sending: Sending, rules: RulesOn) -> _Understood | None:
    by, unit = sending.by, sending.unit
    today = clock.today(unit.zone)
    if not by.may_write or not unit.keeps_roster or not unit.open_on(today):
        return None
    policy = rules(today).of(unit)
    try:
        draft, notes = parse_answer(
            sending.raw, policy=policy, today=today, now=clock.now(), zone=unit.zone, channel="json"
        )
    except Refused:
        return None
    if draft.day != today or not draft.key:
        return None
    who = draft.person
    return _Understood(number, by, unit, draft, policy, notes, number_index(who), phone_index(who))


def _ready(cursor: Any, understood: Sequence[_Understood]) -> list[_Ready]:
    """Those whose person is known and whose sender may answer for them, in order."""
    asked = [Asked(one.draft.person, one.number_index, one.unit.id, one.draft.day) for one in understood]
    known = find_together(cursor, asked) if asked else []
    samples = _samples(cursor, understood)
    return [
        _readied(one, person)
        for one, person in zip(understood, known, strict=True)
        if person is not None and _may(one, person) and _is_plain(one, person, samples)
    ]


def _may(one: _Understood, person: Known) -> bool:
    return one.by.answers_for(person.id) or one.by.holds(_DECLARED.by, one.unit)


def _is_plain(one: _Understood, person: Known, samples: dict[bytes, Any]) -> bool:
    """Whether the person is named in one way, nothing of them is to be filled in, and the sample is not another's."""
    if one.draft.person.ref and (one.number_index is not None or one.draft.person.name):
        return False
    if one.phone_index is not None and one.phone_index != person.phone_index:
        return False
    sample = _sample(one)
    return sample is None or samples.setdefault(sample, person.id) == person.id


def _sample(one: _Understood) -> bytes | None:
    test = one.draft.test
    return blind_index("sample", test.sample_no) if test is not None and test.sample_no else None


def _samples(cursor: Any, understood: Sequence[_Understood]) -> dict[bytes, Any]:
    """Whose the samples named here are already."""
    named = [sample for one in understood if (sample := _sample(one)) is not None]
    if not named:
        return {}
    cursor.execute(_SAMPLES, [named])
    return dict(cursor.fetchall())


def _readied(one: _Understood, person: Known) -> _Ready:
    draft, by = one.draft, one.by
    told = bool(draft.person.guardian_notice) or person.guardian_told
    notes = [
        *one.notes,
        *(notes_on_name(draft.person, person.name) if one.number_index is not None else ()),
        *notes_on_notice(person.birth_date, one.policy, draft.day, told=told),
    ]
    content = content_of(one.unit, draft, one.number_index, one.phone_index)
    claim = Claim.of(
        by, draft.key, content, unit=one.unit, fingerprint=fingerprint_of(content), notes=[said(n) for n in notes]
    )
    fever = is_fever(draft.temperature, one.policy)
    first = First(one.unit, person.id, draft, fever, mode_of(by, person.id), by.account_id)
    return _Ready(one.number, by, claim, one.policy, first)


def _kept(cursor: Any, new: Sequence[_Ready], known: Scripts | None) -> list[_Ready]:
    """Keep what is plain, each with its event; the keys of the rest are given back."""
    if not new:
        return []
    sent = [(one.by.account_id, one.claim.fingerprint, one.policy) for one in new]
    scripts = automated_together(cursor, sent, known)
    firsts = [_marked(one, scripts) for one in new]
    kept = keep_together(cursor, firsts)
    fault("mid_batch")
    give_back(cursor, [one.key for one, plain in zip(new, kept, strict=True) if not plain])
    done = [one for one, plain in zip(new, kept, strict=True) if plain]
    if done:
        record_together(cursor, [_event(one) for one in done])
    return done


def _marked(one: _Ready, scripts: set[tuple[int, str]]) -> First:
    first = one.first
    if (first.sender_id or 0, one.claim.fingerprint) not in scripts:
        return first
    return First(first.unit, first.person_id, first.draft, first.fever, first.mode, first.sender_id, automated=True)


def _event(one: _Ready) -> Noted:
    first, draft = one.first, one.first.draft
    calls = calls_for_attention(
        state=draft.state, fever=first.fever, symptoms=draft.symptoms, health_code=draft.health_code or ""
    )
    subject = f"reporting.answer:{first.unit.id}/{draft.day}/{draft.slot}/{first.person_id}"
    return Noted(_DECLARED.kind, one.by, first.unit.id, subject, {"unit": first.unit.code}, settled=not calls)
