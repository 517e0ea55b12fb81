"""Who looks after whom (人盯人结对), and each day's contact (row D02)."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from lianfang.kernel.accounts.models import Account
from lianfang.kernel.orgs.models import UnitOwned
from lianfang.kernel.people.models import Person

REACHED, NEEDS_HELP, NO_ANSWER = "reached", "needs_help", "no_answer"
RESULTS = [(REACHED, _("reached")), (NEEDS_HELP, _("reached, needs help")), (NO_ANSWER, _("not reached"))]
RESPONSIBLE, BACKUP, LEAD = "responsible", "backup", "lead"
MADE_BY = [(RESPONSIBLE, _("the responsible adult")), (BACKUP, _("the backup")), (LEAD, _("the lead"))]


class Pairing(UnitOwned):
    """A person and the adult who is responsible, from a day to a last day; a change of adult is a new row."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("person"))
    responsible = models.ForeignKey(Account, models.PROTECT, related_name="+", verbose_name=_("responsible adult"))
    backup = models.ForeignKey(Account, models.PROTECT, related_name="+", verbose_name=_("backup"))
    since = models.DateField(_("since"))
    last_day = models.DateField(_("last day of the pair"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    because = models.CharField(_("why it ended"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("pair")
        verbose_name_plural = _("pairs")
        indexes: ClassVar[list[Any]] = [models.Index(fields=["unit", "last_day"])]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["person"],
                condition=models.Q(ended_at__isnull=True),
                name="one_responsible_adult_a_person",
                violation_error_message=_("This person has a responsible adult already."),
            ),
            models.CheckConstraint(
                condition=~models.Q(responsible=models.F("backup")),
                name="backup_is_somebody_else",
                violation_error_message=_("The backup is somebody other than the responsible adult."),
            ),
            models.CheckConstraint(
                condition=models.Q(last_day__gte=models.F("since")),
                name="pair_ends_after_start",
                violation_error_message=_("A pair cannot end before it begins."),
            ),
        ]


class DailyContact(UnitOwned):
    """One attempt to reach a person on a day; one that was not reached leaves the day's contact open."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    pairing = models.ForeignKey(Pairing, models.PROTECT, related_name="contacts", verbose_name=_("pair"))
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("person"))
    day = models.DateField(_("day"))
    at = models.DateTimeField(_("at"))
    result = models.CharField(_("result"), max_length=10, choices=RESULTS)
    note = models.CharField(_("note"), max_length=200, blank=True)
    made_by = models.CharField(_("contact made by"), max_length=12, choices=MADE_BY)
    by = models.CharField(_("by"), max_length=60)

    class Meta:
        verbose_name = _("daily contact")
        verbose_name_plural = _("daily contacts")
        indexes: ClassVar[list[Any]] = [models.Index(fields=["unit", "day"])]
