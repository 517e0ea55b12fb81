"""After the release (解除后居家健康监测): days at home, and the tests of that time."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from lianfang.capabilities.stays.models.stay import RESULTS, Stay
from lianfang.kernel.orgs.models import UnitOwned
from lianfang.kernel.people.models import Person


class HomeWatch(UnitOwned):
    """The days at home after one stay, in the unit where the person belongs: since when, until which day, by what."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    stay = models.OneToOneField(Stay, models.PROTECT, related_name="home_watch", verbose_name=_("stay"))
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("person"))
    since = models.DateTimeField(_("since"))
    until = models.DateField(_("last day"))
    edition = models.CharField(_("edition of the rules"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("health monitoring at home")
        verbose_name_plural = _("health monitoring at home")
        indexes: ClassVar[list[Any]] = [models.Index(fields=["unit", "until"])]


class HomeTest(UnitOwned):
    """One test at home; a result that turns out otherwise is a further entry."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    watch = models.ForeignKey(HomeWatch, models.PROTECT, related_name="tests", verbose_name=_("monitoring at home"))
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("person"))
    day = models.DateField(_("day"))
    sampled_at = models.DateTimeField(_("sample taken at"))
    result = models.CharField(_("result"), max_length=10, choices=RESULTS)
    resulted_at = models.DateTimeField(_("result at"))
    by = models.CharField(_("by"), max_length=60)

    class Meta:
        verbose_name = _("test at home")
        verbose_name_plural = _("tests at home")
        indexes: ClassVar[list[Any]] = [models.Index(fields=["watch", "day"])]
