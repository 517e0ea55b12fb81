"""Rule packs (规则包), dated sets of parameters for a part of the tree; drills (演练) and demonstrations (演示)."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.contrib.postgres.fields.ranges import DateRangeField
from django.db import models
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from lianfang.kernel.orgs.models import Unit


class DateRange(models.Func):
    """The days from one column to another, both counted; an empty end is open."""

    function = "DATERANGE"
    output_field = DateRangeField()


VALID = DateRange("valid_from", "valid_until", models.Value("[]"))
FOR_WHOM = Coalesce("unit", models.Value(0, models.BigIntegerField()))
"""The unit; 0 for a pack for all: to the database nothing is equal to nothing, and two for all would overlap."""


class RulePack(models.Model):
    """Parameters in force from a day until a day for everything under a unit; without a unit, for all."""

    code = models.CharField(_("code"), max_length=60)
    title = models.CharField(_("title"), max_length=120)
    title_en = models.CharField(_("title in English"), max_length=120, blank=True)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, verbose_name=_("jurisdiction"))
    hazard = models.CharField(_("hazard"), max_length=60, default="any")
    basis = models.CharField(_("basis"), max_length=300)
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    parameters = models.JSONField(_("parameters"))
    series = models.CharField(_("series"), max_length=60, blank=True)
    issuer = models.CharField(_("issuer"), max_length=120, blank=True)
    grade = models.CharField(_("evidence grade"), max_length=10, blank=True)
    alternative = models.CharField(_("milder alternative considered"), max_length=300, blank=True)
    sources = models.JSONField(_("sources"), default=dict, blank=True)
    loosens = models.JSONField(_("loosens by leave"), default=list, blank=True)

    class Meta:
        verbose_name = _("rule pack")
        verbose_name_plural = _("rule packs")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["unit", "code", "valid_from"],
                nulls_distinct=False,
                name="one_edition_a_day",
                violation_error_message=_("This rule pack has an edition from that day."),
            ),
            models.CheckConstraint(
                condition=models.Q(valid_until__isnull=True) | models.Q(valid_until__gte=models.F("valid_from")),
                name="edition_ends_after_start",
                violation_error_message=_("An edition cannot end before it begins."),
            ),
            ExclusionConstraint(
                name="one_edition_at_a_time",
                expressions=[
                    (FOR_WHOM, RangeOperators.EQUAL),
                    ("hazard", RangeOperators.EQUAL),
                    ("series", RangeOperators.EQUAL),
                    (VALID, RangeOperators.OVERLAPS),
                ],
                condition=~models.Q(series=""),
                violation_error_message=_("Another edition of this rule pack is in force at that time."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.valid_from}"

    def owning_unit(self) -> Unit | None:
        """The unit that adopted it; None for a pack of the installer's, which nobody else changes."""
        return self.unit


class Drill(models.Model):
    """A drill's clock (演练时钟): how far the product's time is from real time, and since when."""

    offset = models.DurationField(_("offset"))
    reason = models.CharField(_("reason"), max_length=120)
    started_at = models.DateTimeField(_("started at"))
    ended_at = models.DateTimeField(_("ended at"), null=True)

    class Meta:
        verbose_name = _("drill")
        verbose_name_plural = _("drills")


class Demonstration(models.Model):
    """This database holds a demonstration (演示库), and these are the accounts that were made for it."""

    only = models.BooleanField(primary_key=True, default=True, editable=False)
    name = models.CharField(max_length=40)
    accounts = models.JSONField(default=list)
    since = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=models.Q(only=True),
                name="one_demonstration_a_database",
                violation_error_message=_("This database holds a demonstration already."),
            )
        ]
