"""Milestones of a site as acts (启用里程碑): blockers, the first batch, the conversion; and how each stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from lianfang.capabilities.site.actions import held
from lianfang.capabilities.site.models import Milestone, Room, Site
from lianfang.capabilities.site.posts import RUNNERS
from lianfang.domain.refusals import Refused
from lianfang.domain.site.milestones import (
    CONVERTED,
    FIRST_BATCH,
    MILESTONES,
    ROOMS_READY,
    Outlook,
    outlook,
    projected,
    target_of,
)
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.actions import action, store
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.policies.ops import policy_of


@dataclass(frozen=True, slots=True)
class Standing:
    """A milestone and how it stands now; `done` of `total` where it is counted."""

    milestone: Milestone
    outlook: Outlook
    done: int | None
    total: int | None


@action("site.blocked", by=RUNNERS, over="milestone", facts=("blocker",))
def name_blocker(by: Actor, *, milestone: Milestone, blocker: str = "") -> Milestone:
    """Say what is in the way of a milestone; nothing clears it."""
    milestone.blocker = blocker
    return store(milestone)


@action("site.converted", by=RUNNERS, over="site", facts=("evidence",))
def confirm_conversion(by: Actor, *, site: Site, evidence: str, at: datetime | None = None) -> Milestone:
    """Confirm that the conversion of a site is complete, with what was seen."""
    row = held(site)
    return _met(row, CONVERTED, by=by, at=_moment(row, at), value=None)


@action("site.first_batch_in", by=RUNNERS, over="site", facts=("count",))
def complete_first_batch(by: Actor, *, site: Site, count: int, at: datetime | None = None) -> Milestone:
    """Note that the first batch is in its rooms; a later batch changes nothing."""
    row = held(site)
    return _met(row, FIRST_BATCH, by=by, at=_moment(row, at), value=count)


def first_batch_arrived(unit: Unit, *, at: datetime, count: int, by: Actor) -> None:
    """A batch has been completed at a site's unit: the first one is a milestone, any other unit has none."""
    site = Site.objects.select_related("unit").filter(unit=unit).first()
    waiting = site and site.milestones.filter(key=FIRST_BATCH, actual_at__isnull=True).exists()
    if site is not None and waiting:
        complete_first_batch(by, site=site, count=count, at=at)


def rooms_all_ready(site: Site, *, by: Actor, at: datetime) -> None:
    """Note the moment at which the last of the planned rooms was ready; `site` is held."""
    ready = Room.objects.filter(site=site, ready_at__isnull=False).count()
    if ready >= site.rooms_planned:
        _met(site, ROOMS_READY, by=by, at=at, value=ready)


def _moment(site: Site, at: datetime | None) -> datetime:
    now = clock.now()
    moment = at or now
    if moment > now:
        raise Refused("date.in_future", "at")
    if moment < site.t0:
        raise Refused("date.order", "at")
    return moment


def _met(site: Site, key: str, *, by: Actor, at: datetime, value: int | None) -> Milestone:
    found = Milestone.objects.select_for_update().get(site=site, key=key)
    if found.actual_at is None:  # once met it stays met
        found.actual_at, found.value, found.by, found.blocker = at, value, by.name[:60], ""
        store(found)
    return found


def standings(site: Site, *, now: datetime) -> Sequence[Standing]:
    """The three milestones in their order, each against its target, rooms with a projection at the pace of late."""
    policy = policy_of(site.unit, on=now.astimezone(site.unit.zone).date())
    by_key = {one.key: one for one in site.milestones.all()}
    moments = Room.objects.filter(site=site).values_list("ready_at", flat=True)
    ready = [one for one in moments if one is not None]
    window = timedelta(minutes=policy.site_pace_minutes)
    pace = projected(ready, total=site.rooms_planned, t0=site.t0, now=now, window=window)
    return [
        Standing(
            by_key[key],
            outlook(
                target=target_of(key, site.t0, policy), actual=by_key[key].actual_at, now=now,
                projection=pace if key == ROOMS_READY else None, counted=key == ROOMS_READY,
            ),
            len(ready) if key == ROOMS_READY else by_key[key].value,
            site.rooms_planned if key == ROOMS_READY else None,
        )
        for key in MILESTONES
    ]  # fmt: skip
