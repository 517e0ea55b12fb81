"""Referral to a medical institution (转诊): which one, by what transport, handed over and taken in when and by whom."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from lianfang.capabilities.incidents.models.incident import Incident
from lianfang.kernel.orgs.models import UnitOwned


class Referral(UnitOwned):
    """Somebody was handed over to a provider; like the incident it names no patient."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    incident = models.ForeignKey(Incident, models.PROTECT, related_name="referrals", verbose_name=_("incident"))
    provider = models.CharField(_("provider"), max_length=80)
    transport = models.CharField(_("transport"), max_length=80)
    handed_over_at = models.DateTimeField(_("handed over at"))
    handed_over_by = models.CharField(_("handed over by"), max_length=60)
    accepted_at = models.DateTimeField(_("accepted at"), null=True, blank=True)
    accepted_by = models.CharField(_("accepted by"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("referral")
        verbose_name_plural = _("referrals")
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=models.Q(accepted_at__isnull=True) | models.Q(accepted_at__gte=models.F("handed_over_at")),
                name="referral_accepted_after_handing_over",
                violation_error_message=_("Nobody is taken in before being handed over."),
            ),
        ]
