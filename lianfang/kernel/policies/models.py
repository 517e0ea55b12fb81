"""Rule packs (规则包), dated sets of parameters for a part of the tree; drills (演练) and demonstrations (演示)."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianfang.kernel.orgs.models import Unit


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

    class Meta:
        verbose_name = _("rule pack")
        verbose_name_plural = _("rule packs")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["code", "valid_from"],
                name="one_edition_a_day",
                violation_error_message=_("This rule pack has an edition from that day."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.valid_from}"


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
