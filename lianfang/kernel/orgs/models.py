"""Units (单位) in a tree with two reporting lines, territory (属地) and sector (条线), and their dated places in it."""

from __future__ import annotations

from datetime import date, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from lianfang.kernel.orgs.kinds import KINDS


class Unit(models.Model):
    """A province, county, school, division or class: whatever reports or is reported for."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80)
    name_en = models.CharField(_("name in English"), max_length=120, blank=True)
    kind = models.CharField(_("kind"), max_length=20, choices=KINDS)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("superior")
    )
    path = models.CharField(max_length=200, unique=True, db_collation="C", editable=False)
    sector_parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="sector_children", verbose_name=_("sector superior")
    )
    sector_path = models.CharField(max_length=200, blank=True, db_collation="C", db_index=True, editable=False)
    reports = models.BooleanField(_("sends a daily report"), default=True)
    keeps_roster = models.BooleanField(_("people answer here"), default=False)
    opened_on = models.DateField(_("opened on"))
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, verbose_name=_("merged into"))
    zone_name = models.CharField(_("time zone"), max_length=40, default="Asia/Shanghai")
    phone = models.CharField(_("phone of the office"), max_length=30, blank=True)

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(closed_on__isnull=True) | models.Q(closed_on__gte=models.F("opened_on")),
                name="unit_closes_after_opening",
                violation_error_message=_("A unit cannot close before it opened."),
            ),
        ]

    def __str__(self) -> str:
        return self.name_en if self.name_en and get_language() == "en" else self.name

    @property
    def zone(self) -> tzinfo:
        """The unit's time zone, in which its days and deadlines are meant."""
        return ZoneInfo(self.zone_name)

    def open_on(self, day: date) -> bool:
        """Whether the unit exists on that day, both ends counted."""
        return self.opened_on <= day and (self.closed_on is None or day <= self.closed_on)

    def covers(self, other: Unit) -> bool:
        """Whether `other` is this unit or lies under it, on either line."""
        return other.path.startswith(self.path) or other.sector_path.startswith(self.path)


class Placement(models.Model):
    """Where a unit stood in the tree, on which line, from when until when."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="placements", verbose_name=_("unit"))
    line = models.CharField(_("line"), max_length=10, choices=[("territory", _("territory")), ("sector", _("sector"))])
    parent = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", verbose_name=_("superior"))
    since = models.DateField(_("since"))
    until = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "line", "since"],
                name="one_placement_a_day",
                violation_error_message=_("The unit was already moved on that day."),
            )
        ]


class UnitOwned(models.Model):
    """What belongs to a unit and is seen by those whose scope holds that unit."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("unit"))

    class Meta:
        abstract = True

    def owning_unit(self) -> Any:
        """The unit over which a role is needed to act on this."""
        return self.unit


class Placed(UnitOwned):
    """What also keeps the unit's place in the tree on its day, so that moving the unit does not move its history."""

    path = models.CharField(max_length=200, db_collation="C", editable=False)
    sector_path = models.CharField(max_length=200, blank=True, db_collation="C", editable=False)

    class Meta:
        abstract = True


def place_of(unit: Unit) -> dict[str, Any]:
    """The columns that a `Placed` row copies from its unit."""
    return {"unit": unit, "path": unit.path, "sector_path": unit.sector_path}
