"""How rosters are listed (名单台账): masked by default; opening a number is an act."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from lianfang.capabilities.persons.actions import approve_leave, confirm_guardian, end_membership, register_person
from lianfang.domain.roles import SIGHTS, Role
from lianfang.kernel.people.models import PERSON_KINDS, Absence, Membership
from lianfang.kernel.registers.register import Column, Register, column, equals, under_unit

SEE_PEOPLE = tuple(role for role in Role if SIGHTS[role].people)


class People(Register):
    name = "persons"
    title = _("People")
    model = Membership
    related = ("person", "unit")
    people = True
    roles = SEE_PEOPLE
    order = ("id",)
    search = ("person__name", "person__sort_key", "number")
    columns = [
        Column("name", _("name"), lambda row: row.person.name, "person", source="person__name"),
        Column("id", _("person"), lambda row: row.person_id, "key", 3, "person_id"),
        column(Membership, "unit"),
        column(Membership, "kind", priority=2),
        column(Membership, "number", priority=3),
        Column("id_number", _("ID number"), lambda row: row.person.number, "masked", 2),
        Column("phone", _("phone"), lambda row: row.person.phone, "masked", 2),
        column(Membership, "employer", priority=3),
        column(Membership, "since", priority=3),
        column(Membership, "until", priority=3),
    ]
    filters = [equals("kind", _("kind"), PERSON_KINDS), under_unit("unit", _("unit"))]
    actions = [register_person, end_membership, confirm_guardian]
    address = staticmethod(lambda row: f"/people/{row.person_id}")


class Leave(Register):
    name = "leave"
    title = _("Approved leave")
    model = Absence
    related = ("unit",)
    people = True
    roles = SEE_PEOPLE
    order = ("id",)
    columns = [
        column(Absence, "person_id", kind="key"),
        column(Absence, "unit"),
        column(Absence, "since"),
        column(Absence, "until"),
        column(Absence, "reason", priority=2),
    ]
    filters = [under_unit("unit", _("unit"))]
    actions = [approve_leave]
