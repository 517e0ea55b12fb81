"""Risk areas (风险地区名单), versioned and dated, and where people have stayed (旅居史)."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from lianfang.kernel.orgs.models import UnitOwned
from lianfang.kernel.people.models import Person

NAME = 80  # characters of an area's name
HIGH, MEDIUM = "high", "medium"
LEVELS = [(HIGH, _("high")), (MEDIUM, _("medium"))]
SOURCES = [
    ("declared", _("declared by oneself")),
    ("guardian", _("declared by a guardian")),
    ("ticket", _("ticket")),
    ("list", _("list of another authority")),
]


class AreaList(UnitOwned):
    """One version of the list in force for everything under a unit; the next version ends it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    version = models.PositiveIntegerField(_("version"))
    basis = models.CharField(_("basis"), max_length=300)
    published_at = models.DateTimeField(_("published at"))
    published_by = models.CharField(_("published by"), max_length=60)
    since = models.DateTimeField(_("in force from"))
    until = models.DateTimeField(_("in force until"), null=True, blank=True)
    recomputed_at = models.DateTimeField(_("recomputed at"), null=True, blank=True)
    concerned = models.PositiveIntegerField(_("people concerned"), null=True, blank=True)
    changed = models.PositiveIntegerField(_("statuses changed"), null=True, blank=True)

    class Meta:
        verbose_name = _("list of risk areas")
        verbose_name_plural = _("lists of risk areas")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["unit", "version"],
                name="one_area_list_a_version",
                violation_error_message=_("There is a list of this version already."),
            ),
            models.UniqueConstraint(
                fields=["unit"],
                name="one_area_list_in_force",
                condition=models.Q(until__isnull=True),
                violation_error_message=_("A list is in force already."),
            ),
            models.CheckConstraint(
                condition=models.Q(until__isnull=True) | models.Q(until__gte=models.F("since")),
                name="area_list_ends_after_start",
                violation_error_message=_("A list cannot end before it begins."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.version}"


class Area(UnitOwned):
    """One area of a list, by its area code (GB/T 2260); trailing zeros stand for everything within."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    listed = models.ForeignKey(AreaList, models.PROTECT, related_name="areas", verbose_name=_("list"))
    code = models.CharField(_("area code"), max_length=12, db_collation="C")
    prefix = models.CharField(max_length=12, db_collation="C", editable=False)
    name = models.CharField(_("area"), max_length=NAME)
    name_en = models.CharField(_("area in English"), max_length=NAME, blank=True)
    level = models.CharField(_("level"), max_length=10, choices=LEVELS)

    class Meta:
        verbose_name = _("risk area")
        verbose_name_plural = _("risk areas")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["listed", "code"],
                name="one_area_a_list",
                violation_error_message=_("This area is on the list already."),
            )
        ]


class Sojourn(UnitOwned):
    """Where somebody stayed from which day until which day, and who says so; a wrong one is refuted, not deleted."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("person"))
    area = models.CharField(_("area code"), max_length=12, db_collation="C")
    since = models.DateField(_("from"))
    until = models.DateField(_("until"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=10, choices=SOURCES)
    entered_at = models.DateTimeField(_("entered at"))
    entered_by = models.CharField(_("entered by"), max_length=60)
    refuted_at = models.DateTimeField(_("refuted at"), null=True, blank=True)
    refuted_because = models.CharField(_("refuted because"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("stay elsewhere")
        verbose_name_plural = _("stays elsewhere")
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["area", "since"]),
            models.Index(fields=["unit", "entered_at"]),
        ]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=models.Q(until__isnull=True) | models.Q(until__gte=models.F("since")),
                name="sojourn_ends_after_start",
                violation_error_message=_("A stay cannot end before it begins."),
            ),
            models.UniqueConstraint(
                fields=["person", "area", "since"],
                name="one_sojourn_a_day",
                condition=models.Q(refuted_at__isnull=True),
                violation_error_message=_("This stay is on record already."),
            ),
        ]
