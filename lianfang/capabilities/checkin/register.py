"""How answers, class checks and calls are listed (打卡台账); a child's health only for class head and doctor."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from lianfang.capabilities.checkin.models import ContactAttempt
from lianfang.domain.roles import SIGHTS, Role
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.registers.register import Register, column, equals, on_day, under_unit
from lianfang.kernel.registers.sight import children_out_of_sight
from lianfang.kernel.reporting.models import SLOTS, STATES, Answer, RollCall

SEE_HEALTH = tuple(role for role in Role if SIGHTS[role].health)


class Answers(Register):
    name = "reports"
    title = _("Answers")
    model = Answer
    related = ("unit",)
    people = True
    roles = SEE_HEALTH
    order = ("-day", "-unit_id", "-slot", "-person_id")
    columns = [
        column(Answer, "unit"),
        column(Answer, "person_id", kind="key"),
        column(Answer, "day"),
        column(Answer, "slot"),
        column(Answer, "state", kind="state"),
        column(Answer, "temperature"),
        column(Answer, "symptoms", kind="list", priority=2),
        column(Answer, "health_code", priority=3),
        column(Answer, "mode", priority=2),
        column(Answer, "revision", priority=3),
        column(Answer, "received_at", priority=2),
        column(Answer, "on_time", priority=3),
        column(Answer, "automated", priority=3),
        column(Answer, "note", priority=3),
    ]
    filters = [
        under_unit("unit", _("unit")),
        on_day("day", _("day"), "day"),
        on_day("from", _("from"), "day", bound="gte"),
        on_day("to", _("to"), "day", bound="lte"),
        equals("slot", _("time of day"), SLOTS),
        equals("state", _("state"), STATES),
    ]

    @classmethod
    def rows(cls, actor: Actor) -> QuerySet[Any]:
        """Answers within scope, without those of children whom the actor's roles do not see."""
        hidden = children_out_of_sight(actor)
        return super().rows(actor).exclude(Q(person_id__in=hidden)) if hidden is not None else super().rows(actor)


class ClassChecks(Register):
    name = "class-checks"
    title = _("Class checks")
    model = RollCall
    related = ("unit",)
    order = ("-day", "-unit_id", "-slot")
    columns = [
        column(RollCall, "unit"),
        column(RollCall, "day"),
        column(RollCall, "slot"),
        column(RollCall, "observed_by"),
        column(RollCall, "received_at"),
        column(RollCall, "on_time"),
        column(RollCall, "revision", priority=3),
    ]
    filters = [
        under_unit("unit", _("unit")),
        on_day("day", _("day"), "day"),
        on_day("from", _("from"), "day", bound="gte"),
        on_day("to", _("to"), "day", bound="lte"),
    ]


class Contacts(Register):
    name = "contact-attempts"
    title = _("Contact attempts")
    model = ContactAttempt
    related = ("unit",)
    people = True
    roles = SEE_HEALTH
    order = ("-id",)
    columns = [
        column(ContactAttempt, "at"),
        column(ContactAttempt, "unit"),
        column(ContactAttempt, "person_id", kind="key"),
        column(ContactAttempt, "day"),
        column(ContactAttempt, "outcome"),
        column(ContactAttempt, "caller"),
        column(ContactAttempt, "remark", priority=3),
    ]
    filters = [under_unit("unit", _("unit")), on_day("day", _("day"), "day")]
