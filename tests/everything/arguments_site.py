"""What the actions about an observation site are tried with, and where its pages are (权限矩阵: 隔离点)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from lianfang.capabilities.site.actions import designate_site
from lianfang.capabilities.site.controls import report_breach
from lianfang.capabilities.site.models import Control, Room, Site
from lianfang.capabilities.site.rooms import add_rooms
from lianfang.capabilities.site.trips import add_asset, start_trip
from lianfang.domain.site import life
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.places.models import Place
from lianfang.kernel.scope import EVERYTHING, within
from tests.make import DAY, at

CODE = "S1-SITE"


class Arguments(Mapping[str, Any]):
    """Arguments by kind of action, each made when it is asked for: every act wants a site in another state."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.made: dict[str, Callable[[], Any]] = {**_of_life(site), **_of_rooms(site), **_of_work(site)}

    def __getitem__(self, kind: str) -> Any:
        with within(EVERYTHING):
            return self.made[kind]()

    def __contains__(self, kind: object) -> bool:
        return kind in self.made

    def __iter__(self) -> Iterator[str]:
        return iter(self.made)

    def __len__(self) -> int:
        return len(self.made)


def site_in(w: Any) -> Site:
    """The first school's site, made once: two rooms, twenty items."""
    if not hasattr(w, "site"):
        with within(EVERYTHING):
            w.site = designate_site(SYSTEM, unit=w.school, code=CODE, name="留观点", name_en="Site", rooms=2, t0=at(6))
            add_rooms(SYSTEM, site=w.site, building="A", floor=1, first=1, count=2)
    return w.site  # type: ignore[no-any-return]


def of_site(w: Any) -> Mapping[str, Any]:
    """Arguments by kind of action."""
    return Arguments(site_in(w)) if w is not None else {}


def addresses_of_site(w: Any) -> dict[str, str]:
    """Every address of a site, made concrete."""
    site, url = site_in(w), f"/site/{CODE}"
    with within(EVERYTHING):
        control = site.controls.get(number=1).pk
        milestone = site.milestones.order_by("pk")[0].pk
    return {
        "site/<str:code>": url,
        "site/<str:code>/rooms": f"{url}/rooms",
        "site/<str:code>/rooms/<str:room>": f"{url}/rooms/A101",
        "site/<str:code>/controls/<uuid:number>": f"{url}/controls/{control}",
        "site/<str:code>/ready": f"{url}/ready",
        "site/<str:code>/sweep": f"{url}/sweep",
        "site/<str:code>/do/<str:name>": f"{url}/do/drain",
        "site/<str:code>/do/<str:name>/<uuid:number>": f"{url}/do/evidence/{control}",
        "site/<str:code>/do/<str:name>/<int:number>": f"{url}/do/block/{milestone}",
        "photos/<uuid:number>": f"/photos/{control}",
    }


def _in(site: Site, state: str) -> Site:
    Site.objects.filter(pk=site.pk).update(state=state, disinfection_from=DAY - timedelta(days=5))
    return site


def _of_life(site: Site) -> dict[str, Callable[[], Any]]:
    def fulfilled() -> dict[str, Any]:
        Control.objects.filter(site=site).update(owner="x", evidence="x", state="evidenced")
        return {"site": site}

    def released() -> dict[str, Any]:
        Room.objects.filter(site=site).delete()
        Place.objects.filter(unit=site.unit).delete()
        return {"site": _in(site, life.DISINFECTING)}

    return {
        "site.designated": lambda: {
            "unit": site.unit.parent, "code": "S1-NEXT", "name": "x", "rooms": 2, "t0": at(6),
        },
        "site.t0_changed": lambda: {"site": site, "t0": at(7), "reason": "x"},
        "site.conversion_started": lambda: {"site": site},
        "site.opened": fulfilled,
        "site.drained": lambda: {"site": _in(site, life.OPEN), "closing_on": DAY},
        "site.closed": lambda: {"site": _in(site, life.OPEN)},
        "site.disinfection_started": lambda: {"site": _in(site, life.CLOSED)},
        "site.places_disinfected": lambda: {
            "site": _in(site, life.DISINFECTING), "places": list(Place.objects.filter(unit=site.unit)), "crew": "x",
            "agent": "x", "mg_per_l": 1000, "minutes": 30,
        },
        "site.released": released,
        "site.blocked": lambda: {"milestone": site.milestones.get(key="converted"), "blocker": "x"},
        "site.converted": lambda: {"site": site, "evidence": "x"},
        "site.first_batch_in": lambda: {"site": site, "count": 2},
    }  # fmt: skip


def _of_rooms(site: Site) -> dict[str, Callable[[], Any]]:
    rooms = Room.objects.filter(site=site).select_related("unit", "site", "place")
    return {
        "site.rooms_added": lambda: {"site": site, "building": "B", "floor": 1, "first": 1, "count": 2},
        "site.zone_added": lambda: {"site": site, "code": "hall", "name": "x"},
        "site.rooms_ready": lambda: {"site": site, "rooms": list(rooms)},
        "site.room_equipped": lambda: {"room": rooms[0], "things": ["bins"]},
        "site.room_out": lambda: {"room": rooms[0], "readiness": "repair", "reason": "x"},
    }


def _of_work(site: Site) -> dict[str, Callable[[], Any]]:
    controls = site.controls.select_related("unit")

    def evidenced() -> dict[str, Any]:
        controls.filter(number=1).update(state="evidenced")
        return {"control": controls.get(number=1)}

    def trip() -> dict[str, Any]:
        bus = add_asset(SYSTEM, site=site, kind="lift", code="L1", name="x", use="staff")
        return {"trip": start_trip(SYSTEM, asset=bus, purpose="meals"), "cleaned_at": at(12)}

    return {
        "control.assigned": lambda: {"control": controls.get(number=1), "owner": "x"},
        "control.evidenced": lambda: {"control": controls.get(number=1), "evidence": "x"},
        "control.verified": evidenced,
        "control.breached": lambda: {"control": controls.get(number=1), "what": "x"},
        "control.fixed": lambda: {
            "breach": report_breach(SYSTEM, control=controls.get(number=1), what="x"), "fix": "x",
        },
        "asset.added": lambda: {"site": site, "kind": "lift", "code": "L9", "name": "x", "use": "staff"},
        "asset.trip_started": lambda: {
            "asset": add_asset(SYSTEM, site=site, kind="lift", code="L1", name="x", use="staff"), "purpose": "meals",
        },
        "asset.trip_closed": trip,
    }  # fmt: skip
