"""Dedicated assets (专用电梯、专用车辆) of a site and their trips (使用登记), each with the cleaning after it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from lianfang.kernel.orgs.models import UnitOwned

ASSET_KINDS = [("lift", _("lift")), ("vehicle", _("vehicle"))]
USES = [("guest", _("for guests only")), ("staff", _("for staff and supplies")), ("waste", _("for waste only"))]
TRIP_PURPOSES = [
    ("guests", _("guests")),
    ("staff", _("staff")),
    ("meals", _("meals")),
    ("supplies", _("supplies")),
    ("waste", _("waste")),
]


class Asset(UnitOwned):
    """A lift or vehicle that serves one class of use and no other."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(_("kind"), max_length=8, choices=ASSET_KINDS)
    code = models.CharField(_("code"), max_length=20)
    name = models.CharField(pgettext_lazy("of a unit", "name"), max_length=80)
    name_en = models.CharField(_("name in English"), max_length=80, blank=True)
    use = models.CharField(_("use"), max_length=8, choices=USES)

    class Meta:
        verbose_name = _("dedicated asset")
        verbose_name_plural = _("dedicated assets")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["unit", "code"],
                name="one_asset_a_code",
                violation_error_message=_("The site has an asset with this code."),
            )
        ]

    def __str__(self) -> str:
        return self.name_en if self.name_en and get_language() == "en" else self.name


class Trip(UnitOwned):
    """One use of an asset: what it carried, how many people, and when it was cleaned; open until then."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    asset = models.ForeignKey(Asset, models.PROTECT, related_name="trips", verbose_name=_("asset"))
    purpose = models.CharField(_("carries"), max_length=10, choices=TRIP_PURPOSES)
    count = models.PositiveIntegerField(_("people"), null=True, blank=True)
    origin = models.CharField(_("from"), max_length=80, blank=True)
    destination = models.CharField(_("to"), max_length=80, blank=True)
    driver = models.CharField(_("driver"), max_length=60, blank=True)
    started_at = models.DateTimeField(_("started at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    cleaned_at = models.DateTimeField(_("cleaned at"), null=True, blank=True)
    cleaned_by = models.CharField(_("cleaned by"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("trip")
        verbose_name_plural = _("trips")
        indexes: ClassVar[list[Any]] = [models.Index(fields=["unit", "started_at"])]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["asset"],
                name="one_open_trip_an_asset",
                condition=models.Q(cleaned_at__isnull=True),
                violation_error_message=_("The last trip of this asset is still open: it has not been cleaned."),
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True) | models.Q(ended_at__gte=models.F("started_at")),
                name="trip_ends_after_start",
                violation_error_message=_("A trip cannot end before it starts."),
            ),
            models.CheckConstraint(
                condition=models.Q(cleaned_at__isnull=True)
                | models.Q(ended_at__isnull=False, cleaned_at__gte=models.F("ended_at")),
                name="trip_is_cleaned_after_its_end",
                violation_error_message=_("A trip is cleaned after its end."),
            ),
        ]
