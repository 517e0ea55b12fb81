"""Who is responsible (责任到人): one first responsible person a unit, on post or not, and an owner for every zone."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianfang.kernel.orgs.models import UnitOwned


class Responsible(UnitOwned):
    """The one accountable person of a unit, and a deputy."""

    name = models.CharField(_("first responsible person"), max_length=60)
    deputy = models.CharField(_("deputy"), max_length=60, blank=True)
    phone = models.CharField(_("duty phone"), max_length=30, blank=True)
    since = models.DateField(_("since"))
    until = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("first responsible person")
        verbose_name_plural = _("first responsible persons")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["unit"],
                condition=models.Q(until__isnull=True),
                name="one_responsible_a_unit",
                violation_error_message=_("The unit has a first responsible person already."),
            )
        ]


class PostMark(UnitOwned):
    """A unit says whether its first responsible person is on post; a unit that says nothing is not reported."""

    on_post = models.BooleanField(_("on post"))
    at = models.DateTimeField(_("at"))
    by = models.CharField(_("by"), max_length=60)

    class Meta:
        verbose_name = _("on-post mark")
        verbose_name_plural = _("on-post marks")
        indexes: ClassVar[list[Any]] = [models.Index(fields=["unit", "at"])]


class Zone(UnitOwned):
    """A part of the premises, with an owner and a backup."""

    name = models.CharField(_("zone"), max_length=80)
    owner = models.CharField(_("owner"), max_length=60, blank=True)
    backup = models.CharField(_("backup"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("zone")
        verbose_name_plural = _("zones")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["unit", "name"],
                name="one_zone_a_name",
                violation_error_message=_("The unit has a zone of this name."),
            )
        ]
