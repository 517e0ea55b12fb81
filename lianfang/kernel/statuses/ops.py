"""Giving, ending and reading statuses (状态的给予、终止与查询): by a rule and its facts, and told at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Greatest

from lianfang.domain.refusals import Refused
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.actions import store
from lianfang.kernel.audit.ops import ref
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import Person
from lianfang.kernel.scope import EVERYTHING, within
from lianfang.kernel.statuses.models import ByHand, Status
from lianfang.kernel.statuses.telling import tell_of

BATCH = 2000
CASE, NO_CASE = "case", "discarded"
"""The kind of status of somebody who is a case, and its value where they were found to be none."""
RISK_AREA, CLEAR = "risk_area", "clear"
"""The kind of status of somebody who stayed in a risk area; the value where, by the right facts, nothing holds."""


@dataclass(frozen=True, slots=True)
class Given:
    """One of many statuses that a rule gives at once: to whom, where, what, by which facts, about which row."""

    unit_id: int
    person_id: UUID
    value: str
    since: datetime
    about: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    until: datetime | None = None


def give(
    *, unit: Unit, person: Person, kind: str, value: str, rule: str, edition: str, facts: Mapping[str, Any],
    since: datetime, by: Actor, about: object = "", until: datetime | None = None, reason: str = "",
) -> Status:  # fmt: skip
    """Give one person a status by a rule; one of the same kind about the same row is superseded from then on.

    `facts` is plain JSON that the rule's words name, `edition` the rule pack's "code valid_from".
    Refused (`status.rule_required`) without a rule.
    """
    _require_rule(rule)
    new = Status(
        unit=unit, person=person, kind=kind, value=value, rule=rule, edition=edition, facts=dict(facts), since=since,
        until=until, about=ref(about) if about else "", reason=reason, **_signed(by),
    )  # fmt: skip
    return _supersede(new, by)


def give_all(
    given: Iterable[Given], *, kind: str, rule: str, edition: str, by: Actor, reason: str = ""
) -> int:  # fmt: skip
    """Give many people a status of one kind by one rule, in a few statements; how many were given.

    Those of the same kind about the same row must have ended before. Refused (`status.rule_required`) without a rule:
    what no rule says is changed by hand, one person at a time, by two people.
    """
    _require_rule(rule)
    rows = [
        Status(
            unit_id=one.unit_id, person_id=one.person_id, kind=kind, value=one.value, rule=rule, edition=edition,
            facts=dict(one.facts), since=one.since, until=one.until, about=one.about, reason=reason, **_signed(by),
        )
        for one in given
    ]  # fmt: skip
    Status.objects.bulk_create(rows, batch_size=BATCH)
    tell_of(rows)
    return len(rows)


def give_by_hand(change: ByHand, by: Actor, *, at: datetime) -> Status | None:
    """What a change by hand gives once two people have decided it; None where it only ends what holds."""
    if not change.value:
        ended = _holding(change.person_id, change.kind, at)
        end_all([one.pk for one in ended], at=at, by=by, reason=change.reason)
        return None
    new = Status(
        unit=change.unit, person=change.person, kind=change.kind, value=change.value, since=at, until=change.until,
        reason=change.reason, by_hand=change, **_signed(by),
    )  # fmt: skip
    for one in _holding(change.person_id, change.kind, at):
        if one.about:
            end_all([one.pk], at=at, by=by, reason=change.reason)
    return _supersede(new, by)


def end(*, about: object, kind: str, at: datetime, by: Actor, reason: str) -> int:
    """End the statuses of a kind about a row; how many held. One that was to begin later never holds."""
    return end_about([about], kind=kind, at=at, by=by, reason=reason)


def end_about(things: Iterable[object], *, kind: str, at: datetime, by: Actor, reason: str) -> int:
    """The same about many rows at one moment."""
    holding = Status.objects.filter(_open(at), about__in=[ref(one) for one in things], kind=kind)
    return end_all(holding.values_list("pk", flat=True), at=at, by=by, reason=reason)


def end_all(ids: Iterable[UUID], *, at: datetime, by: Actor, reason: str) -> int:
    """End these statuses at a moment; those that ended before stay as they are."""
    ending = list(Status.objects.filter(_open(at), pk__in=list(ids)))
    tell_of(ending)
    return Status.objects.filter(_open(at), pk__in=[one.pk for one in ending]).update(
        until=Greatest(F("since"), at), ended_at=clock.now(), ended_by=by.name[:60], ended_because=reason[:300]
    )


def correct(old: Status, *, facts: Mapping[str, Any], value: str, by: Actor, at: datetime, reason: str) -> Status:
    """A further entry with the right facts, by the same rule and edition; the one with wrong facts is superseded."""
    new = Status(
        unit=old.unit, person=old.person, kind=old.kind, value=value, rule=old.rule, edition=old.edition,
        facts=dict(facts), since=at, until=old.until, about=old.about, reason=reason, **_signed(by),
    )  # fmt: skip
    if not old.rule:
        raise Refused("status.rule_required", "rule")
    return _supersede(new, by)


def current(person: Person | UUID, kind: str = "", *, at: datetime | None = None) -> list[Status]:
    """What holds for a person at a moment (now), the newest first; of one kind or of all."""
    moment = at or clock.now()
    found = Status.objects.filter(_open(moment), person=person, since__lte=moment).select_related("unit", "person")
    return list((found.filter(kind=kind) if kind else found).order_by("-since", "-pk"))


def cases_among(people: Iterable[UUID], *, at: datetime, since: datetime | None = None) -> set[UUID]:
    """Who of them is a case at a moment, wherever: under investigation, or found to be one and not yet closed.

    With `since`, who was looked into as a case at any time from then on, whatever came of it.
    """
    held = Status.objects.filter(_open(since or at), person_id__in=list(people), kind=CASE, since__lte=at)
    held = held if since else held.exclude(value=NO_CASE)
    with within(EVERYTHING):  # a case of another unit's counts too
        return set(held.values_list("person_id", flat=True))


def from_risk_areas(*, at: datetime) -> QuerySet[Status, UUID]:
    """The persons whose stay in a risk area counts at a moment, by any list of areas."""
    held = Status.objects.filter(_open(at), kind=RISK_AREA, since__lte=at).exclude(value=CLEAR)
    return held.values_list("person_id", flat=True)


def history(person: Person | UUID) -> list[Status]:
    """Everything that ever held for a person, the newest first."""
    return list(Status.objects.filter(person=person).select_related("unit", "by_hand").order_by("-since", "-pk"))


def _require_rule(rule: str) -> None:
    if not rule.strip():
        raise Refused("status.rule_required", "rule")


def _signed(by: Actor) -> dict[str, Any]:
    return {"given_at": clock.now(), "given_by": by.name[:60], "given_by_id": by.account_id}


def _open(at: datetime) -> Q:
    return Q(until__isnull=True) | Q(until__gt=at)


def _holding(person_id: UUID, kind: str, at: datetime) -> list[Status]:
    return list(Status.objects.select_for_update().filter(_open(at), person_id=person_id, kind=kind))


def _supersede(new: Status, by: Actor) -> Status:
    """Store the new status; the one before it, about the same row, ends where it begins."""
    Person.objects.select_for_update(of=("self",)).filter(pk=new.person_id).first()
    before = Status.objects.filter(_open(new.since), person_id=new.person_id, kind=new.kind, about=new.about)
    known = list(before.values_list("pk", flat=True))
    end_all(known, at=new.since, by=by, reason=new.reason)
    stored = store(new)
    Status.objects.filter(pk__in=known).update(superseded_by=stored)
    tell_of([stored])
    return stored
