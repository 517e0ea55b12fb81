"""Screeners (排查专员) of units, and whom they have checked through on a day."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianfang.kernel.orgs.models import UnitOwned


class Screener(UnitOwned):
    """One person a unit who checks it through every day, and who takes over when that person is on leave."""

    account_id = models.BigIntegerField(_("screener"))
    substitute_id = models.BigIntegerField(_("substitute"), null=True, blank=True)
    since = models.DateField(_("since"))
    until = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("screener")
        verbose_name_plural = _("screeners")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["unit"],
                condition=models.Q(until__isnull=True),
                name="one_screener_a_unit",
                violation_error_message=_("The unit has a screener already."),
            )
        ]


class Screened(UnitOwned):
    """Somebody was checked through on a day; `finding` is empty when nothing was found."""

    pk = models.CompositePrimaryKey("unit", "day", "person_id")
    day = models.DateField(_("day"))
    person_id = models.UUIDField(_("person"))
    finding = models.CharField(_("finding"), max_length=200, blank=True)
    at = models.DateTimeField(_("at"))
    by = models.CharField(_("by"), max_length=60)

    class Meta:
        verbose_name = _("screened person")
        verbose_name_plural = _("screened persons")
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=models.Q(day__gte="2000-01-01", day__lt="2200-01-01"),
                name="screened_day_is_a_day",
                violation_error_message=_("The day is out of the calendar."),
            )
        ]
