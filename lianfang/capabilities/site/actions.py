"""The life of a site as acts (隔离点启用、清空、关闭): designation, T0, opening, draining, closing."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import Max, Q, QuerySet

from lianfang.capabilities.site.models import Control, Room, Site
from lianfang.capabilities.site.posts import ORDERERS, RUNNERS
from lianfang.capabilities.site.templates import seed
from lianfang.domain.refusals import Refused
from lianfang.domain.site import life, rooms
from lianfang.domain.site.controls import stands
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.actions import action, store
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import add_units
from lianfang.kernel.places.models import BED, Occupancy, Place, Premises
from lianfang.kernel.policies.ops import measures_of

NAMED = 20  # things that a refusal names; the rest is counted
PREMISES = {
    life.DESIGNATED: "preparing", life.CONVERTING: "preparing", life.OPEN: "open", life.DRAINING: "draining",
    life.CLOSED: "closed", life.DISINFECTING: "closed", life.RELEASED: "closed",
}  # fmt: skip


@action("site.designated", by=ORDERERS, over="unit", facts=("unit", "code", "rooms", "t0"))
def designate_site(by: Actor, *, unit: Unit, code: str, name: str, rooms: int, t0: datetime, name_en: str = "") -> Site:
    """Designate an observation site of an institution: its unit, its twenty control items, its clock from T0."""
    if Unit.objects.filter(code=code).exists():
        raise Refused("unit.exists", "code")
    if not rooms:
        raise Refused("number.out_of_range", "rooms", low=1)
    day = t0.astimezone(unit.zone).date()
    own = Unit(
        code=code, name=name, name_en=name_en, kind="site", parent=unit, zone_name=unit.zone_name,
        opened_on=day, reports=False, keeps_roster=False,
    )  # fmt: skip
    add_units([own])
    site = store(Site(unit=own, rooms_planned=rooms, t0=t0, designated_on=day))
    seed(site)
    publish(site)
    return site


def publish(site: Site) -> None:
    """Tell the kernel whether the site takes people in: `Premises` is what other capabilities read."""
    opened = site.opened_at.astimezone(site.unit.zone).date() if site.opened_at else None
    Premises.objects.update_or_create(
        unit=site.unit,
        defaults={
            "state": PREMISES[site.state], "accepts_until": site.accepts_until, "opened_on": opened,
            "closing_on": site.closing_on, "closed_on": site.closed_on,
        },
    )  # fmt: skip


def held(site: Site) -> Site:
    """The site as it is now, held until the act is over, so that two acts on it take turns."""
    return Site.objects.select_for_update(of=("self",)).select_related("unit").get(pk=site.pk)


@action("site.t0_changed", by=ORDERERS, over="site", facts=("t0", "reason"))
def change_t0(by: Actor, *, site: Site, t0: datetime, reason: str) -> Site:
    """Change T0 of a site, for a reason; every target moves with it."""
    row = held(site)
    met = row.milestones.aggregate(first=Max("actual_at"))["first"]
    if met is not None and t0 > met:
        raise Refused("date.order", "t0")
    row.t0, row.designated_on = t0, t0.astimezone(row.unit.zone).date()
    return store(row)


@action("site.conversion_started", by=RUNNERS, over="site")
def start_conversion(by: Actor, *, site: Site) -> Site:
    """Start converting a site."""
    row = held(site)
    row.state = life.LIFE.after(row.state, "convert")
    return _kept(row)


@action("site.opened", by=RUNNERS, over="site")
def open_site(by: Actor, *, site: Site) -> Site:
    """Open a site: every one of the twenty items has an owner and evidence."""
    row = held(site)
    state = life.LIFE.after(row.state, "open")
    if waiting := unfulfilled(row):
        named = [str(one) for one in waiting[:NAMED]]
        raise Refused("site.controls_open", "site", open=len(waiting), named=named)
    row.state, row.opened_at = state, clock.now()
    return _kept(row)


def unfulfilled(site: Site) -> list[Control]:
    """The items that keep the site from opening: without owner or evidence, or breached since."""
    return [one for one in site.controls.order_by("number") if not stands(one.owner, one.state)]


@action("site.drained", by=RUNNERS, over="site", facts=("closing_on",))
def drain_site(by: Actor, *, site: Site, closing_on: date) -> Site:
    """Drain a site towards a closing day: nobody comes in who could not finish by then."""
    row = held(site)
    row.state = life.LIFE.after(row.state, "drain")
    today = clock.today(row.unit.zone)
    if closing_on < today:
        raise Refused("date.out_of_window", "closing_on", low=today)
    _refuse_before_the_last_leaves(row, closing_on)
    days = measures_of(row.unit, on=today).policy.observation_days
    row.closing_on, row.accepts_until = closing_on, life.last_admission(closing_on, observation_days=days)
    return _kept(row)


def _refuse_before_the_last_leaves(site: Site, closing_on: date) -> None:
    last = _staying(site).aggregate(day=Max("expected_until"))["day"]
    if last is not None and last > closing_on:
        raise Refused("site.stays_longer", "closing_on", low=last)


@action("site.closed", by=RUNNERS, over="site")
def close_site(by: Actor, *, site: Site) -> Site:
    """Close a site: nobody is in it any more, and no room takes anybody from now on."""
    row = held(site)
    state = life.LIFE.after(row.state, "close")
    list(Place.objects.select_for_update().filter(unit=row.unit).order_by("pk").values_list("pk"))
    if left := _staying(row).count():
        raise Refused("site.not_empty", "site", open=left)
    today = clock.today(row.unit.zone)
    row.state, row.closed_on = state, today
    Room.objects.filter(site=row).update(readiness=rooms.CLOSED, since=clock.now())
    Place.objects.filter(unit=row.unit).update(closed_on=today)
    return _kept(row)


def _staying(site: Site) -> QuerySet[Occupancy]:
    """Everybody who has a bed now or is booked to have one."""
    later = Q(until__isnull=True) | Q(until__gt=clock.now())
    return Occupancy.objects.filter(later, unit=site.unit, layer=BED)


def _kept(site: Site) -> Site:
    publish(site)
    return store(site)
