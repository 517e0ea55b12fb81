"""Terminal disinfection as acts (终末消毒): from closing to release, every room and common zone ticked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet

from lianfang.capabilities.site.actions import NAMED, held, publish
from lianfang.capabilities.site.models import Site, Sweep
from lianfang.capabilities.site.posts import CLEANERS, RUNNERS
from lianfang.domain.refusals import Refused
from lianfang.domain.site import life
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.actions import action, store
from lianfang.kernel.places.models import Place
from lianfang.kernel.policies.ops import policy_of


@action("site.disinfection_started", by=RUNNERS, over="site")
def start_disinfection(by: Actor, *, site: Site) -> Site:
    """Start the terminal disinfection of a closed site."""
    row = held(site)
    row.state = life.LIFE.after(row.state, "disinfect")
    row.disinfection_from = clock.today(row.unit.zone)
    publish(row)
    return store(row)


@action("site.places_disinfected", by=CLEANERS, over="site", facts=("crew", "agent", "mg_per_l", "minutes"))
def tick_disinfected(
    by: Actor, *, site: Site, places: Sequence[Place], crew: str, agent: str, mg_per_l: int, minutes: int,
    at: datetime | None = None,
) -> list[Sweep]:  # fmt: skip
    """Tick rooms and zones as disinfected: by whom, with what, how strong, for how long."""
    row, moment = held(site), at or clock.now()
    if row.state != life.DISINFECTING:
        raise Refused("site.not_disinfecting", "site", state=row.get_state_display())
    if moment > clock.now():
        raise Refused("date.in_future", "at")
    _refuse_weak(row, mg_per_l, minutes)
    if any(place.unit_id != row.unit_id for place in places):
        raise Refused("scope", "places")
    done = set(row.sweeps.filter(place__in=places).values_list("place__code", flat=True))
    if done:
        raise Refused("sweep.done", "places", named=sorted(done)[:NAMED])
    how = {"crew": crew, "agent": agent, "mg_per_l": mg_per_l, "minutes": minutes, "at": moment, "by": by.name[:60]}
    return Sweep.objects.bulk_create([Sweep(unit=row.unit, site=row, place=place, **how) for place in places])


def _refuse_weak(site: Site, mg_per_l: int, minutes: int) -> None:
    policy = policy_of(site.unit, on=clock.today(site.unit.zone))
    if mg_per_l < policy.terminal_mg_per_l:
        raise Refused("number.out_of_range", "mg_per_l", low=policy.terminal_mg_per_l)
    if minutes < policy.terminal_contact_minutes:
        raise Refused("number.out_of_range", "minutes", low=policy.terminal_contact_minutes)


def unswept(site: Site) -> QuerySet[Place]:
    """The rooms and zones of a site that are not ticked yet, in walking order."""
    ticked = Sweep.objects.filter(site=site, place_id=OuterRef("pk"))
    return Place.objects.filter(~Exists(ticked), unit=site.unit).order_by("kind", "walk", "code")


@action("site.released", by=RUNNERS, over="site", facts=("sampling",))
def release_site(by: Actor, *, site: Site, sampling: str = "") -> Site:
    """Release a site after terminal disinfection: every room and zone ticked, and the days over."""
    row = held(site)
    state, today = life.LIFE.after(row.state, "release"), clock.today(row.unit.zone)
    if left := list(unswept(row).values_list("code", flat=True)):
        raise Refused("site.not_disinfected", "site", open=len(left), named=left[:NAMED])
    days = policy_of(row.unit, on=today).site_disinfection_days
    first = life.released_from(row.disinfection_from or today, days=days)
    if today < first:
        raise Refused("site.disinfection_days", "site", low=first)
    row.state, row.released_at, row.sampling = state, clock.now(), sampling
    Place.objects.filter(unit=row.unit).update(closed_on=None)  # in ordinary use again
    publish(row)
    return store(row)
