"""What may be done with a leading group (领导小组): its life in dated versions, delegation, decisions (row A02)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from lianfang.capabilities.command.members import ToldMember, ToldSubgroup, versioned
from lianfang.capabilities.command.models import Decision, Delegation, GroupStep, GroupVersion, LeadingGroup
from lianfang.capabilities.command.models.group import CHAIR
from lianfang.capabilities.command.organisations import KEEPERS
from lianfang.domain.command.group import CHANGED, CLOSED, CREATED, REACTIVATED, SUSPENDED, Step, next_step, standing
from lianfang.domain.refusals import Refused
from lianfang.domain.roles import Role
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.accounts.models import Account
from lianfang.kernel.actions import action, store
from lianfang.kernel.orgs.models import Unit

DECIDERS = (*KEEPERS, Role.DUTY_OFFICER)


@action("group.created", by=KEEPERS, over="unit", facts=("unit", "name", "day", "basis"))
def create_group(
    by: Actor, *, unit: Unit, name: str, members: Sequence[ToldMember], subgroups: Sequence[ToldSubgroup] = (),
    day: date | None = None, basis: str = "", name_en: str = "",
) -> LeadingGroup:  # fmt: skip
    """Create a leading group with its first version.

    Each of `members` has "function" (chair, deputy, member), "name" or "account" (an account's name) and "duty"; each
    of `subgroups` has "name" (empty: a placeholder, never invented), "lead", "duty" and perhaps its "number".
    """
    group = store(LeadingGroup(unit=unit, name=name, name_en=name_en))
    _take(by, group, CREATED, day, basis, members, subgroups)
    return group


@action("group.suspended", by=KEEPERS, over="group", facts=("day", "basis"))
def suspend_group(by: Actor, *, group: LeadingGroup, day: date | None = None, basis: str = "") -> LeadingGroup:
    """Suspend a leading group; who is in it stays on record."""
    return _take(by, group, SUSPENDED, day, basis)


@action("group.reactivated", by=KEEPERS, over="group", facts=("day", "basis"))
def reactivate_group(
    by: Actor, *, group: LeadingGroup, day: date | None = None, basis: str = "", members: Sequence[ToldMember] = (),
    subgroups: Sequence[ToldSubgroup] = (),
) -> LeadingGroup:  # fmt: skip
    """Take a suspended group's work up again, with the same members or, when some are given, a new version."""
    return _take(by, group, REACTIVATED, day, basis, members, subgroups)


@action("group.changed", by=KEEPERS, over="group", facts=("day", "basis"))
def change_group(
    by: Actor, *, group: LeadingGroup, members: Sequence[ToldMember], subgroups: Sequence[ToldSubgroup] = (),
    day: date | None = None, basis: str = "",
) -> LeadingGroup:  # fmt: skip
    """Change who is in a group: a new version, from a day on."""
    return _take(by, group, CHANGED, day, basis, members, subgroups)


@action("group.closed", by=KEEPERS, over="group", facts=("day", "basis"))
def close_group(by: Actor, *, group: LeadingGroup, day: date | None = None, basis: str = "") -> LeadingGroup:
    """Close a leading group for good."""
    return _take(by, group, CLOSED, day, basis)


@action("authority.delegated", by=KEEPERS, over="group", facts=("account", "since", "until", "matters"))
def delegate_authority(
    by: Actor, *, group: LeadingGroup, account: Account, since: datetime, until: datetime, matters: str = ""
) -> Delegation:
    """Put the chair's authority in somebody else's hands from a moment until a moment."""
    held = LeadingGroup.objects.select_for_update(of=("self",)).select_related("unit").get(pk=group.pk)
    if until <= since:
        raise Refused("date.order", "until", earlier=_local(since, held.unit))
    if until <= clock.now():
        raise Refused("date.past", "until")
    _refuse_inactive(held, since.astimezone(held.unit.zone).date())
    if held.delegations.filter(since__lt=until, until__gt=since).exists():
        raise Refused("delegation.overlaps", "since")
    return store(
        Delegation(
            unit=held.unit, group=held, delegate=account, name=account.name, matters=matters, since=since, until=until
        )
    )


@action("delegation.ended", by=KEEPERS, over="delegation")
def end_delegation(by: Actor, *, delegation: Delegation) -> Delegation:
    """Take the authority back now."""
    held = Delegation.objects.select_for_update().get(pk=delegation.pk)
    if held.until <= clock.now():
        raise Refused("delegation.over", "delegation")
    held.until = max(held.since, clock.now())
    return store(held)


@action("decision.recorded", by=DECIDERS, over="group", facts=("text",))
def record_decision(by: Actor, *, group: LeadingGroup, text: str) -> Decision:
    """Decide for the group, now: as its chair, or as the delegate while the delegation holds."""
    at = clock.now()
    version = _refuse_inactive(group, at.astimezone(group.unit.zone).date())
    delegation = _authority(by, group, version, at)
    return store(
        Decision(
            unit=group.unit, group=group, at=at, text=text, account_id=by.account_id or 0, name=by.name,
            capacity="delegate" if delegation else CHAIR, version=version, delegation=delegation,
        )
    )  # fmt: skip


def _authority(by: Actor, group: LeadingGroup, version: int, at: datetime) -> Delegation | None:
    """The delegation by which somebody decides; None for the chair. Refused `delegation.none` or `delegation.over`."""
    mine = group.delegations.filter(delegate_id=by.account_id)
    held = mine.filter(since__lte=at, until__gt=at).first()
    if held is not None:
        return held
    chair = group.versions.get(number=version).members.filter(function=CHAIR).first()
    if chair is not None and chair.account_id is not None and chair.account_id == by.account_id:
        return None
    last = mine.filter(since__lte=at).order_by("-until").first()
    if last is not None:
        raise Refused("delegation.over", "group", until=_local(last.until, group.unit))
    raise Refused("delegation.none", "group")


def _local(moment: datetime, unit: Unit) -> str:
    return moment.astimezone(unit.zone).strftime("%Y-%m-%d %H:%M")


def _refuse_inactive(group: LeadingGroup, day: date) -> int:
    """The version in force on a day. Refused `group.not_active`."""
    then = standing(steps_of(group), day)
    if then.state != "active":
        raise Refused("group.not_active", "group", state=then.state)
    return then.version


def _take(
    by: Actor, group: LeadingGroup, move: str, day: date | None, basis: str, members: Sequence[ToldMember] = (),
    subgroups: Sequence[ToldSubgroup] = (),
) -> LeadingGroup:  # fmt: skip
    held = LeadingGroup.objects.select_for_update(of=("self",)).select_related("unit").get(pk=group.pk)
    since = day or clock.today(held.unit.zone)
    before = steps_of(held)
    renewed = move in (CREATED, CHANGED) or bool(members)
    step = next_step(before, move, since, new_version=renewed)
    if renewed:
        versioned(held, step, members, subgroups)
    store(
        GroupStep(
            unit=held.unit, group=held, number=len(before) + 1, move=move, day=since, version=step.version,
            basis=basis[:200], by=by.name[:60], at=clock.now(),
        )
    )  # fmt: skip
    return held


def steps_of(group: LeadingGroup) -> list[Step]:
    """The life of a group so far."""
    return [Step(one.move, one.day, one.version) for one in group.steps.order_by("number")]


@dataclass(frozen=True, slots=True)
class AsOf:
    """A group as it stood on a day: its state ("" before it was created) and its version, if there was one."""

    group: LeadingGroup
    day: date
    state: str
    version: GroupVersion | None


def as_of(group: LeadingGroup, day: date) -> AsOf:
    """The state and version of a group on a day."""
    then = standing(steps_of(group), day)
    version = group.versions.prefetch_related("members", "subgroups").filter(number=then.version).first()
    return AsOf(group, day, then.state, version)
