"""How slots and their holders, leading groups, decisions and temporary teams are listed (指挥组织台账)."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lianfang.capabilities.command.actions import (
    add_open_slot,
    add_to_team,
    apply_template,
    appoint_to_slot,
    close_group,
    close_team,
    create_group,
    delegate_authority,
    end_delegation,
    end_organisation,
    form_team,
    leave_team,
    record_decision,
    suspend_group,
    vacate_slot,
)
from lianfang.capabilities.command.models import Decision, Delegation, GroupStep, Holding, Slot, Team, TeamMember
from lianfang.domain.roles import EVERYONE, SIGHTS
from lianfang.kernel.registers.register import Column, Filter, Register, column, under_unit

SEES_PEOPLE = tuple(role for role in EVERYONE if SIGHTS[role].people)


def _open_only(name: str, label: Any, path: str = "until__isnull") -> Filter:
    """`yes` for what is in force, `no` for what has ended."""
    choices = (("yes", _("in force")), ("no", _("ended")))
    return Filter(name, label, lambda value: Q(**{path: value == "yes"}), choices)


class Slots(Register):
    name = "slots"
    title = _("Slots of organisations")
    model = Slot
    related = ("unit", "organisation", "parent")
    roles = EVERYONE
    order = ("organisation_id", "id")
    columns = [
        Column("slot", _("slot"), str),
        column(Slot, "unit"),
        column(Slot, "kind", kind="choice", priority=2),
        column(Slot, "number", priority=3),
        Column("parent", _("under"), lambda row: str(row.parent) if row.parent else "", priority=2),
        column(Slot, "since", priority=3),
    ]
    filters = [under_unit("unit", _("unit")), _open_only("state", _("state"), "organisation__until__isnull")]
    actions = [apply_template, add_open_slot, end_organisation]


def _because(row: Holding) -> str:
    """Why it ended: in somebody's words, or the product's own in the reader's language."""
    return gettext(row.because) if row.because else ""


class Holdings(Register):
    name = "slot-holders"
    title = _("Holders of slots and duty phones")
    model = Holding
    related = ("unit", "slot", "home_unit")
    roles = EVERYONE
    order = ("-slot_id", "-since")
    search = ("name", "slot__name")
    columns = [
        Column("slot", _("slot"), lambda row: str(row.slot)),
        column(Holding, "name"),
        column(Holding, "phone"),
        Column("home", _("home organisation"), lambda row: str(row.home_unit or row.home), priority=2),
        column(Holding, "unit", priority=2),
        column(Holding, "since", priority=2),
        column(Holding, "until", priority=3),
        Column("because", Holding._meta.get_field("because").verbose_name, _because, priority=3),
    ]
    filters = [under_unit("unit", _("unit")), _open_only("state", _("state"))]
    actions = [appoint_to_slot, vacate_slot]


class GroupSteps(Register):
    name = "leading-groups"
    title = _("Leading groups, step by step")
    model = GroupStep
    related = ("unit", "group")
    roles = EVERYONE
    order = ("-group_id", "-number")
    columns = [
        Column("group", _("leading group"), lambda row: str(row.group)),
        column(GroupStep, "move"),
        column(GroupStep, "day"),
        column(GroupStep, "version"),
        column(GroupStep, "unit", priority=2),
        column(GroupStep, "basis", priority=2),
        column(GroupStep, "by", priority=3),
        column(GroupStep, "at", priority=3),
    ]
    filters = [under_unit("unit", _("unit"))]
    actions = [create_group, suspend_group, close_group]


class Delegations(Register):
    name = "delegations"
    title = _("Delegations")
    model = Delegation
    related = ("unit", "group")
    roles = EVERYONE
    order = ("-since",)
    columns = [
        Column("group", _("leading group"), lambda row: str(row.group)),
        column(Delegation, "name"),
        column(Delegation, "since"),
        column(Delegation, "until"),
        column(Delegation, "matters", priority=2),
        column(Delegation, "unit", priority=3),
    ]
    filters = [under_unit("unit", _("unit"))]
    actions = [delegate_authority, end_delegation]


class Decisions(Register):
    name = "group-decisions"
    title = _("Decisions of leading groups")
    model = Decision
    related = ("unit", "group")
    roles = EVERYONE
    order = ("-at", "-id")
    search = ("text",)
    columns = [
        column(Decision, "at"),
        column(Decision, "text"),
        column(Decision, "name"),
        column(Decision, "capacity"),
        Column("group", _("leading group"), lambda row: str(row.group), priority=2),
        column(Decision, "unit", priority=3),
    ]
    filters = [under_unit("unit", _("unit"))]
    actions = [record_decision]


class Teams(Register):
    name = "teams"
    title = _("Temporary teams")
    model = Team
    related = ("unit", "site")
    roles = EVERYONE
    order = ("-formed_on", "-id")
    columns = [
        column(Team, "unit"),
        column(Team, "purpose", priority=2),
        column(Team, "formed_on"),
        column(Team, "closed_on"),
        column(Team, "site", priority=3),
    ]
    filters = [under_unit("unit", _("unit")), _open_only("state", _("state"), "closed_on__isnull")]
    actions = [form_team, close_team]


class TeamMembers(Register):
    name = "team-members"
    title = _("Members of temporary teams")
    model = TeamMember
    related = ("unit", "team__unit", "person", "home_unit")
    roles = SEES_PEOPLE
    people = True
    order = ("team_id", "unit_id", "id")
    columns = [
        Column("name", _("name"), lambda row: row.person.name),
        Column("team", _("temporary team"), lambda row: row.team.unit, "unit", source="team__unit__code"),
        Column("organisation", _("organisation"), lambda row: row.unit, "unit", source="unit__code"),
        column(TeamMember, "position"),
        column(TeamMember, "reach", priority=2),
        column(TeamMember, "since", priority=2),
        column(TeamMember, "until", priority=3),
    ]
    filters = [under_unit("unit", _("unit")), _open_only("state", _("state"))]
    actions = [add_to_team, leave_team]
