"""How roles are listed (任职台账), and what was done (事件台账)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from lianfang.capabilities.access.actions import end_role, grant_role, open_account
from lianfang.capabilities.access.members import open_member_account, tie_account
from lianfang.domain.roles import Role
from lianfang.kernel.accounts.models import ROLE_NAMES, Grant
from lianfang.kernel.audit.models import Event
from lianfang.kernel.registers.register import Column, Register, column, equals, under_unit

OVERSEERS = (Role.ADMINISTRATOR, Role.OFFICER, Role.LEADER, Role.AUDITOR)


class Roles(Register):
    name = "roles"
    title = _("Roles")
    model = Grant
    related = ("account", "unit")
    roles = OVERSEERS
    order = ("id",)
    search = ("account__name", "account__handle")
    columns = [
        Column("account", _("account"), lambda row: row.account.handle, "code", source="account__handle"),
        Column("name", _("name"), lambda row: row.account.name, source="account__name"),
        column(Grant, "role"),
        column(Grant, "unit"),
        column(Grant, "since", priority=3),
        column(Grant, "until", priority=2),
    ]
    filters = [equals("role", _("role"), ROLE_NAMES.items()), under_unit("unit", _("unit"))]
    actions = [open_account, grant_role, end_role, open_member_account, tie_account]


class Events(Register):
    name = "events"
    title = _("Events")
    model = Event
    related = ("unit",)
    roles = OVERSEERS
    order = ("-id",)
    search = ("kind", "subject", "actor_name")
    columns = [
        column(Event, "at"),
        column(Event, "kind", kind="code"),
        column(Event, "actor_name"),
        column(Event, "unit", priority=2),
        column(Event, "subject", kind="code", priority=2),
        column(Event, "denied", priority=3),
        column(Event, "facts", kind="facts", priority=3),
    ]
    filters = [equals("kind", _("act")), equals("subject", _("subject")), under_unit("unit", _("unit"))]
