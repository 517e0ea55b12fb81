"""How pairs and daily contacts are listed (人盯人台账)."""

from __future__ import annotations

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lianfang.capabilities.pairs.actions import end_pair, hand_on, pair_up, record_contact
from lianfang.capabilities.pairs.models import RESULTS, DailyContact, Pairing
from lianfang.domain.roles import EVERYONE, SIGHTS
from lianfang.kernel.registers.register import Column, Register, column, equals, on_day, under_unit

SEES_PEOPLE = tuple(role for role in EVERYONE if SIGHTS[role].people)


def _because(row: Pairing) -> str:
    """Why it ended: in somebody's words, or the product's own in the reader's language."""
    return gettext(row.because) if row.because else ""


class Pairings(Register):
    name = "pairs"
    title = _("One-to-one follow-up")
    model = Pairing
    related = ("unit", "person", "responsible", "backup")
    roles = SEES_PEOPLE
    people = True
    order = ("unit_id", "responsible_id", "id")
    columns = [
        Column("name", _("name"), lambda row: row.person.name),
        Column("responsible", _("responsible adult"), lambda row: row.responsible.name, source="responsible__name"),
        Column("backup", _("backup"), lambda row: row.backup.name, source="backup__name"),
        column(Pairing, "unit", priority=2),
        column(Pairing, "since", priority=2),
        column(Pairing, "last_day", priority=2),
        column(Pairing, "ended_at", priority=3),
        Column("because", Pairing._meta.get_field("because").verbose_name, _because, priority=3),
    ]
    filters = [under_unit("unit", _("unit"))]
    actions = [pair_up, hand_on, end_pair, record_contact]


class DailyContacts(Register):
    name = "daily-contacts"
    title = _("Daily contacts")
    model = DailyContact
    related = ("unit", "person")
    roles = SEES_PEOPLE
    people = True
    order = ("-at", "-id")
    columns = [
        column(DailyContact, "at"),
        Column("name", _("name"), lambda row: row.person.name),
        column(DailyContact, "result"),
        column(DailyContact, "made_by"),
        column(DailyContact, "by", priority=2),
        column(DailyContact, "unit", priority=2),
        column(DailyContact, "note", priority=3),
    ]
    filters = [
        under_unit("unit", _("unit")),
        on_day("day", _("day"), "day"),
        equals("result", _("result"), RESULTS),
    ]
