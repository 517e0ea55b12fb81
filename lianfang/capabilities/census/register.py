"""How squads, households, who lives there and movements are listed (摸底台账)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from lianfang.capabilities.census.actions import (
    declare_movement,
    describe_member,
    end_squad,
    enter_member,
    form_squad,
    list_household,
    member_left,
    record_household,
    record_visit,
)
from lianfang.capabilities.census.models import (
    MEMBER_KINDS,
    STATES,
    Household,
    HouseholdMember,
    HouseholdVisit,
    Movement,
    Squad,
)
from lianfang.domain.roles import EVERYONE, SIGHTS
from lianfang.kernel.registers.register import Column, Register, column, equals, under_unit

SEES_PEOPLE = tuple(role for role in EVERYONE if SIGHTS[role].people)


def _name(row: HouseholdMember | Movement) -> str:
    """The name, where the reader may see the person; else how the person was described."""
    if row.person is not None:
        return row.person.name
    return getattr(row, "described", "") or str(_("on another unit's register"))


class Squads(Register):
    name = "squads"
    title = _("Squads")
    model = Squad
    related = ("unit",)
    roles = EVERYONE
    order = ("id",)
    columns = [
        column(Squad, "name"),
        column(Squad, "lead"),
        Column("areas", _("areas"), lambda row: ", ".join(row.areas)),
        column(Squad, "unit", priority=2),
        column(Squad, "ended_at", priority=3),
    ]
    filters = [under_unit("unit", _("unit"))]
    actions = [form_squad, end_squad]


class Households(Register):
    name = "households"
    title = _("Households")
    model = Household
    related = ("unit", "squad")
    roles = SEES_PEOPLE
    people = True
    order = ("unit_id", "area", "address")
    search = ("address", "area")
    columns = [
        column(Household, "area"),
        column(Household, "address"),
        column(Household, "state"),
        column(Household, "visited_at", priority=2),
        Column("squad", _("squad"), lambda row: str(row.squad) if row.squad else "", priority=2),
        column(Household, "kind", priority=3),
        column(Household, "unit", priority=3),
    ]
    filters = [under_unit("unit", _("unit")), equals("state", _("state"), STATES), equals("area", _("area"))]
    actions = [list_household, record_household, record_visit]


class Visits(Register):
    name = "household-visits"
    title = _("Visits at the door")
    model = HouseholdVisit
    related = ("unit", "household", "squad")
    roles = SEES_PEOPLE
    people = True
    order = ("-at", "-id")
    columns = [
        column(HouseholdVisit, "at"),
        Column("household", _("household"), lambda row: str(row.household)),
        column(HouseholdVisit, "state"),
        column(HouseholdVisit, "by", priority=2),
        Column("squad", _("squad"), lambda row: str(row.squad) if row.squad else "", priority=2),
        column(HouseholdVisit, "note", priority=3),
    ]
    filters = [under_unit("unit", _("unit")), equals("state", _("state"), STATES)]


class HouseholdMembers(Register):
    name = "household-members"
    title = _("Who lives where")
    model = HouseholdMember
    related = ("unit", "household", "person", "squad")
    roles = SEES_PEOPLE
    people = True
    order = ("household_id", "id")
    columns = [
        Column("name", _("name"), _name),
        Column("household", _("household"), lambda row: str(row.household)),
        column(HouseholdMember, "kind"),
        column(HouseholdMember, "verified_at", priority=2),
        Column("squad", _("squad"), lambda row: str(row.squad) if row.squad else "", priority=2),
        column(HouseholdMember, "left_on", priority=3),
    ]
    filters = [under_unit("unit", _("unit")), equals("kind", _("kind"), MEMBER_KINDS)]
    actions = [enter_member, describe_member, member_left]


class Movements(Register):
    name = "movements"
    title = _("Movements declared")
    model = Movement
    related = ("unit", "person")
    roles = SEES_PEOPLE
    people = True
    order = ("-left_on", "-id")
    columns = [
        Column("name", _("name"), _name),
        column(Movement, "whereabouts"),
        column(Movement, "area", priority=2),
        column(Movement, "left_on"),
        column(Movement, "back_on"),
        column(Movement, "unit", priority=2),
        column(Movement, "declared_at", priority=3),
        column(Movement, "by", priority=3),
    ]
    filters = [under_unit("unit", _("unit"))]
    actions = [declare_movement]
