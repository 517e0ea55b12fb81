"""Dedicated assets as acts (专用设施使用): a trip begins if the asset may carry it, and ends with its cleaning."""

from __future__ import annotations

from datetime import datetime

from lianfang.capabilities.site.models import Asset, Site, Trip
from lianfang.capabilities.site.models.trips import ASSET_KINDS, USES
from lianfang.capabilities.site.posts import HANDS, RUNNERS
from lianfang.domain.refusals import Refused
from lianfang.domain.site.use import refuse_wrong_use
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.actions import action, store


@action("asset.added", by=RUNNERS, over="site", facts=("kind", "code", "use"))
def add_asset(by: Actor, *, site: Site, kind: str, code: str, name: str, use: str, name_en: str = "") -> Asset:
    """Dedicate a lift or vehicle of a site to one class of use."""
    for value, choices, field in ((kind, ASSET_KINDS, "kind"), (use, USES, "use")):
        if value not in dict(choices):
            raise Refused("choice.unknown", field, choices=list(dict(choices)))
    if Asset.objects.filter(unit=site.unit, code=code).exists():
        raise Refused("code.taken", "code", named=code)
    return store(Asset(unit=site.unit, kind=kind, code=code, name=name, name_en=name_en, use=use))


@action("asset.trip_started", by=HANDS, over="asset", facts=("asset", "purpose", "count"))
def start_trip(
    by: Actor, *, asset: Asset, purpose: str, count: int | None = None, origin: str = "", destination: str = "",
    driver: str = "", at: datetime | None = None,
) -> Trip:  # fmt: skip
    """Start a trip of a dedicated asset; it carries only what it is dedicated to."""
    row = Asset.objects.select_for_update(of=("self",)).select_related("unit").get(pk=asset.pk)
    refuse_wrong_use(row.use, purpose, asset=row.code)
    if row.trips.filter(cleaned_at__isnull=True).exists():
        raise Refused("asset.not_cleaned", "asset", asset=row.code)
    started = _past(at, "at")
    last = row.trips.order_by("-cleaned_at").first()
    if last is not None and last.cleaned_at is not None and started < last.cleaned_at:
        raise Refused("date.order", "at")
    trip = Trip(
        unit=row.unit, asset=row, purpose=purpose, count=count, origin=origin, destination=destination,
        driver=driver, started_at=started,
    )  # fmt: skip
    return store(trip)


@action("asset.trip_closed", by=HANDS, over="trip", facts=("trip",))
def close_trip(by: Actor, *, trip: Trip, ended_at: datetime | None = None, cleaned_at: datetime | None = None) -> Trip:
    """Close a trip with the moment at which the asset was cleaned after it."""
    row = Trip.objects.select_for_update(of=("self",)).select_related("unit", "asset").get(pk=trip.pk)
    if row.cleaned_at is not None:
        raise Refused("trip.closed", "trip")
    if cleaned_at is None:
        raise Refused("trip.not_cleaned", "cleaned_at", asset=row.asset.code)
    cleaned = _past(cleaned_at, "cleaned_at")
    ended = _past(ended_at, "ended_at") if ended_at else cleaned
    if not row.started_at <= ended <= cleaned:
        raise Refused("date.order", "cleaned_at" if ended > cleaned else "ended_at")
    row.ended_at, row.cleaned_at, row.cleaned_by = ended, cleaned, by.name[:60]
    return store(row)


def _past(at: datetime | None, field: str) -> datetime:
    now = clock.now()
    if at is not None and at > now:
        raise Refused("date.in_future", field)
    return at or now
