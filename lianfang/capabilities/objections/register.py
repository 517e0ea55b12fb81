"""How statuses, objections and changes by hand are listed (状态、申诉、人工变更台账)."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from lianfang.capabilities.objections.actions import REVIEWERS, propose_change
from lianfang.capabilities.objections.models import OUTCOMES, Objection
from lianfang.domain.identity import mask_name
from lianfang.domain.roles import SIGHTS, Role
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.registers.register import Column, Register, column, equals, on_day, under_unit
from lianfang.kernel.registers.sight import children_out_of_sight
from lianfang.kernel.statuses.models import OUTCOMES as DECISIONS
from lianfang.kernel.statuses.models import ByHand, Status
from lianfang.kernel.statuses.words import rule_words, value_words

SEE_HEALTH = tuple(role for role in Role if SIGHTS[role].health)


class AdultsOrDoctor:
    """Leaves out the rows of children whom the actor's roles do not see."""

    @classmethod
    def rows(cls, actor: Actor) -> QuerySet[Any]:
        """The rows this actor may see."""
        hidden = children_out_of_sight(actor)
        found: QuerySet[Any] = super().rows(actor)  # type: ignore[misc]  # of the register beside it
        return found.exclude(Q(person_id__in=hidden)) if hidden is not None else found


def _language() -> str:
    return get_language() or "en"


def _ended(row: Status) -> str:
    """Why a status ended: a reason in somebody's words, or the product's own word for it."""
    return gettext(row.ended_because) if row.ended_because else ""


class Statuses(AdultsOrDoctor, Register):
    name = "statuses"
    title = _("Statuses of people")
    model = Status
    related = ("unit", "person")
    people = True
    roles = SEE_HEALTH
    order = ("-since", "-id")
    columns = [
        column(Status, "unit"),
        Column("person", _("person"), lambda row: mask_name(row.person.name), kind="masked"),
        Column("value", _("status"), lambda row: value_words(row.value, _language())),
        Column("rule", _("rule"), lambda row: rule_words(row.rule, _language()).title, priority=2),
        column(Status, "edition", priority=3),
        column(Status, "since"),
        column(Status, "until"),
        column(Status, "given_by", priority=2),
        Column("ended_because", Status._meta.get_field("ended_because").verbose_name, _ended, priority=3),
    ]
    filters = [
        under_unit("unit", _("unit")),
        equals("kind", _("kind")),
        on_day("from", _("from"), "since__date", bound="gte"),
        on_day("to", _("to"), "since__date", bound="lte"),
    ]
    search = ("person__name",)


class Objections(AdultsOrDoctor, Register):
    name = "objections"
    title = _("Objections")
    model = Objection
    related = ("unit", "person", "status")
    people = True
    roles = SEE_HEALTH
    order = ("-made_at", "-id")
    columns = [
        column(Objection, "unit"),
        Column("person", _("person"), lambda row: mask_name(row.person.name), kind="masked"),
        Column("value", _("status"), lambda row: value_words(row.status.value, _language())),
        column(Objection, "text", priority=2),
        column(Objection, "made_at"),
        column(Objection, "due_at"),
        column(Objection, "answered_at"),
        column(Objection, "answered_by", priority=3),
        column(Objection, "outcome"),
        column(Objection, "answer", priority=3),
    ]
    filters = [under_unit("unit", _("unit")), equals("outcome", _("outcome"), OUTCOMES)]


class ChangesByHand(AdultsOrDoctor, Register):
    name = "changes-by-hand"
    title = _("Changes by hand")
    model = ByHand
    related = ("unit", "person")
    people = True
    roles = REVIEWERS
    order = ("-proposed_at", "-id")
    columns = [
        column(ByHand, "unit"),
        Column("person", _("person"), lambda row: mask_name(row.person.name), kind="masked"),
        column(ByHand, "kind"),
        Column("value", _("new status"), lambda row: value_words(row.value, _language())),
        column(ByHand, "reason", priority=2),
        column(ByHand, "proposed_at"),
        column(ByHand, "proposed_by", priority=2),
        column(ByHand, "decided_at"),
        column(ByHand, "decided_by", priority=2),
        column(ByHand, "outcome"),
    ]
    filters = [under_unit("unit", _("unit")), equals("outcome", _("outcome"), DECISIONS)]
    actions = [propose_change]
