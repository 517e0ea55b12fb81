"""Markers and signs at gathering spots (一米线): each is looked at every week; what is worn is repaired."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from uuid_utils.compat import uuid7

from lianfang.kernel.orgs.models import UnitOwned
from lianfang.kernel.places.models import Place

OK, WORN, MISSING, REPAIRED = "ok", "worn", "missing", "repaired"
MARKER_KINDS = [
    ("line", _("line on the floor")),
    ("sign", pgettext_lazy("of a marker", "sign")),
    ("tape", _("separating tape")),
]
RESULTS = [
    (OK, _("in order")),
    (WORN, _("worn")),
    (MISSING, pgettext_lazy("of a marker", "missing")),
    (REPAIRED, _("repaired")),
]


class Marker(UnitOwned):
    """The marker at a spot where people gather: what it is, and the distance it keeps them at."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    place = models.OneToOneField(Place, models.PROTECT, related_name="marker", verbose_name=_("spot"))
    kind = models.CharField(_("kind"), max_length=10, choices=MARKER_KINDS)
    spacing_m = models.DecimalField(_("spacing, m"), max_digits=4, decimal_places=1)
    visible = models.BooleanField(_("visible from afar"), default=True)
    state = models.CharField(_("last result"), max_length=10, choices=RESULTS, blank=True)
    checked_on = models.DateField(_("last looked at"), null=True, blank=True)

    class Meta:
        verbose_name = _("marker at a gathering spot")
        verbose_name_plural = _("markers at gathering spots")
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=models.Q(spacing_m__gt=0),
                name="marker_keeps_a_distance",
                violation_error_message=_("The spacing is more than zero."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.place)


class MarkerCheck(UnitOwned):
    """What was seen of a marker on a day, or its repair; the newest one counts."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    marker = models.ForeignKey(Marker, models.PROTECT, related_name="checks", verbose_name=_("spot"))
    day = models.DateField(_("day"))
    at = models.DateTimeField(_("at"))
    result = models.CharField(_("result"), max_length=10, choices=RESULTS)
    evidence = models.CharField(_("evidence"), max_length=300, blank=True)
    by = models.CharField(_("by"), max_length=60)
    by_id = models.BigIntegerField(null=True, blank=True)

    class Meta:
        verbose_name = _("check of a marker")
        verbose_name_plural = _("checks of markers")
        indexes: ClassVar[list[Any]] = [models.Index(fields=["marker", "at"])]
