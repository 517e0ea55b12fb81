"""How sites, rooms, controls, breaches, assets, trips and the clean-up are listed (隔离点台账)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lianfang.capabilities.site.actions import (
    change_t0,
    close_site,
    designate_site,
    drain_site,
    open_site,
    start_conversion,
)
from lianfang.capabilities.site.clean_up import release_site, start_disinfection, tick_disinfected
from lianfang.capabilities.site.controls import (
    assign_control,
    fix_breach,
    give_evidence,
    report_breach,
    verify_control,
)
from lianfang.capabilities.site.milestones import complete_first_batch, confirm_conversion, name_blocker
from lianfang.capabilities.site.models import Asset, Breach, Control, Milestone, Room, Site, Sweep, Trip
from lianfang.capabilities.site.models.controls import CONTROL_GROUPS, CONTROL_STATES
from lianfang.capabilities.site.models.sites import READINESS, SITE_STATES
from lianfang.capabilities.site.rooms import (
    add_rooms,
    add_zone,
    mark_rooms_ready,
    note_missing_equipment,
    take_room_out,
)
from lianfang.capabilities.site.trips import add_asset, close_trip, start_trip
from lianfang.domain.roles import SERVICES
from lianfang.kernel.registers.register import Column, Register, column, equals, under_unit


class Sites(Register):
    name = "sites"
    title = _("Observation sites")
    model = Site
    related = ("unit",)
    order = ("id",)
    roles = SERVICES
    columns = [
        column(Site, "unit"),
        column(Site, "state"),
        column(Site, "rooms_planned"),
        column(Site, "t0", priority=2),
        column(Site, "opened_at", priority=2),
        column(Site, "closing_on", priority=3),
        column(Site, "accepts_until", priority=3),
        column(Site, "closed_on", priority=2),
        column(Site, "disinfection_from", priority=3),
        column(Site, "released_at", priority=3),
    ]
    filters = [equals("state", _("state"), SITE_STATES), under_unit("unit", _("unit"))]
    actions = [
        designate_site, change_t0, start_conversion, open_site, drain_site, close_site, start_disinfection,
        release_site, confirm_conversion, complete_first_batch,
    ]  # fmt: skip
    address = staticmethod(lambda site: f"/site/{site.unit.code}")


class Milestones(Register):
    name = "milestones"
    title = _("Milestones")
    model = Milestone
    related = ("unit", "site")
    order = ("id",)
    roles = SERVICES
    columns = [column(Milestone, n) for n in ("unit", "key", "actual_at", "value", "by", "blocker")]
    filters = [under_unit("unit", _("unit"))]
    actions = [name_blocker]


class Rooms(Register):
    name = "site-rooms"
    title = _("Rooms of a site")
    model = Room
    related = ("unit", "place")
    order = ("place__walk", "id")
    roles = SERVICES
    search = ("place__code",)
    columns = [
        column(Room, "unit", priority=2),
        Column("code", _("room"), lambda room: room.place.code, "code", 1, "place__code"),
        Column("building", _("building"), lambda room: room.place.building, "text", 3, "place__building"),
        Column("floor", _("floor"), lambda room: room.place.floor, "amount", 3, "place__floor"),
        Column("walk", _("walking order"), lambda room: room.place.walk, "amount", 3, "place__walk"),
        column(Room, "zone", priority=2),
        column(Room, "passage", priority=2),
        column(Room, "route", priority=3),
        column(Room, "readiness"),
        column(Room, "ready_at", priority=2),
        column(Room, "since", priority=3),
        column(Room, "reason", priority=3),
    ]
    filters = [equals("readiness", _("readiness"), READINESS), under_unit("unit", _("unit"))]
    actions = [add_rooms, mark_rooms_ready, note_missing_equipment, take_room_out, add_zone]
    address = staticmethod(lambda room: f"/site/{room.unit.code}/rooms/{room.place.code}")


class Controls(Register):
    name = "controls"
    title = _("Four fives")
    model = Control
    related = ("unit",)
    order = ("unit_id", "number")
    roles = SERVICES
    columns = [
        column(Control, "unit", priority=3),
        column(Control, "number"),
        column(Control, "group", priority=2),
        Column("name", _("item"), str),
        Column("standard", _("standard"), lambda one: one.said_standard, "text", 3),
        column(Control, "owner"),
        column(Control, "state"),
        column(Control, "evidence", priority=2),
        column(Control, "evidence_by", priority=3),
        column(Control, "evidence_at", priority=3),
        column(Control, "verified_by", priority=3),
        column(Control, "verified_at", priority=3),
    ]
    filters = [
        equals("group", _("group"), CONTROL_GROUPS),
        equals("state", _("state"), CONTROL_STATES),
        under_unit("unit", _("unit")),
    ]
    actions = [assign_control, give_evidence, verify_control, report_breach]


class Breaches(Register):
    name = "breaches"
    title = _("Breaches")
    model = Breach
    related = ("unit", "control")
    order = ("-at", "-id")
    roles = SERVICES
    columns = [
        column(Breach, "unit", priority=3),
        Column("control", _("item"), lambda breach: str(breach.control)),
        *(column(Breach, n) for n in ("at", "what", "by", "fixed_at", "fix", "verified_at", "verified_by")),
    ]
    filters = [under_unit("unit", _("unit"))]
    actions = [fix_breach]


class Assets(Register):
    name = "assets"
    title = _("Dedicated assets")
    model = Asset
    related = ("unit",)
    order = ("unit_id", "code", "id")
    roles = SERVICES
    columns = [
        column(Asset, "unit", priority=2),
        column(Asset, "kind"),
        column(Asset, "code", kind="code"),
        Column("name", pgettext_lazy("of a unit", "name"), str),
        column(Asset, "use"),
    ]
    filters = [under_unit("unit", _("unit"))]
    actions = [add_asset, start_trip]


class Trips(Register):
    name = "trips"
    title = _("Trips")
    model = Trip
    related = ("unit", "asset")
    order = ("-started_at", "-id")
    roles = SERVICES
    columns = [
        column(Trip, "unit", priority=3),
        Column("asset", _("asset"), lambda trip: trip.asset.code, "code", 1, "asset__code"),
        *(column(Trip, n) for n in ("purpose", "count", "started_at", "ended_at", "cleaned_at")),
        *(column(Trip, n, priority=2) for n in ("origin", "destination", "driver", "cleaned_by")),
    ]
    filters = [under_unit("unit", _("unit"))]
    actions = [close_trip]


class Sweeps(Register):
    name = "sweeps"
    title = _("Terminal disinfection")
    model = Sweep
    related = ("unit", "place")
    order = ("-at", "-id")
    roles = SERVICES
    columns = [
        column(Sweep, "unit", priority=3),
        Column("place", _("place"), lambda sweep: sweep.place.code, "code", 1, "place__code"),
        *(column(Sweep, n) for n in ("crew", "agent", "mg_per_l", "minutes", "at", "by")),
    ]
    filters = [under_unit("unit", _("unit"))]
    actions = [tick_disinfected]
