"""Terminal disinfection (终末消毒) of a site, place by place: who, with what, how strong, for how long."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from lianfang.capabilities.site.models.sites import Site
from lianfang.kernel.orgs.models import UnitOwned
from lianfang.kernel.places.models import Place


class Sweep(UnitOwned):
    """One room or common zone disinfected after closing; nothing is ticked twice."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    site = models.ForeignKey(Site, models.PROTECT, related_name="sweeps", verbose_name=_("site"))
    place = models.ForeignKey(Place, models.PROTECT, related_name="+", verbose_name=_("place"))
    crew = models.CharField(_("crew"), max_length=60)
    agent = models.CharField(_("agent"), max_length=60)
    mg_per_l = models.PositiveIntegerField(_("mg/L of available chlorine"))
    minutes = models.PositiveSmallIntegerField(_("contact time in minutes"))
    at = models.DateTimeField(_("at"))
    by = models.CharField(_("by"), max_length=60)

    class Meta:
        verbose_name = _("place disinfected")
        verbose_name_plural = _("places disinfected")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["site", "place"],
                name="one_sweep_a_place",
                violation_error_message=_("This place is ticked already."),
            )
        ]
