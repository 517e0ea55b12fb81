"""How lists of risk areas and stays elsewhere are listed (风险地区、旅居史台账)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from lianfang.capabilities.risk_areas.actions import record_sojourn
from lianfang.capabilities.risk_areas.models import LEVELS, SOURCES, Area, AreaList, Sojourn
from lianfang.domain.roles import SIGHTS, Role
from lianfang.kernel.registers.register import Column, Register, column, equals, under_unit

SEE_HEALTH = tuple(role for role in Role if SIGHTS[role].health)


class AreaLists(Register):
    name = "area-lists"
    title = _("Lists of risk areas")
    model = AreaList
    related = ("unit",)
    order = ("-published_at", "-id")
    columns = [
        column(AreaList, n)
        for n in ("unit", "version", "basis", "published_at", "published_by", "since", "until", "concerned", "changed")
    ]
    filters = [under_unit("unit", _("unit"))]


class Areas(Register):
    name = "areas"
    title = _("Risk areas")
    model = Area
    related = ("unit", "listed")
    order = ("-listed__published_at", "-code", "-id")
    columns = [
        column(Area, "unit"),
        Column("version", _("version"), lambda row: row.listed.version, kind="amount", source="listed__version"),
        column(Area, "code"),
        column(Area, "name"),
        column(Area, "name_en", priority=3),
        column(Area, "level"),
    ]
    filters = [under_unit("unit", _("unit")), equals("code", _("area code")), equals("level", _("level"), LEVELS)]
    search = ("code", "name")


class Sojourns(Register):
    name = "sojourns"
    title = _("Stays elsewhere")
    model = Sojourn
    related = ("unit", "person")
    people = True
    roles = SEE_HEALTH
    order = ("-entered_at", "-id")
    columns = [
        column(Sojourn, "unit"),
        Column("person", _("person"), lambda row: row.person.name, kind="person", source="person__name"),
        column(Sojourn, "area"),
        column(Sojourn, "since"),
        column(Sojourn, "until"),
        column(Sojourn, "source"),
        column(Sojourn, "entered_by", priority=3),
        column(Sojourn, "refuted_because", priority=3),
    ]
    filters = [
        under_unit("unit", _("unit")),
        equals("area", _("area code")),
        equals("source", _("source"), SOURCES),
    ]
    actions = [record_sojourn]
