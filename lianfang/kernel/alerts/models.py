"""Alerts (提醒): a message to one account about one thing, made once."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from lianfang.kernel.orgs.models import Unit


class Alert(models.Model):
    """Told to one account, once: about what, for which unit, and whether it was read."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account_id = models.BigIntegerField()
    kind = models.CharField(_("kind"), max_length=40)
    subject = models.CharField(max_length=160)
    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name=_("unit"))
    facts = models.JSONField(default=dict)
    at = models.DateTimeField(_("at"))
    read_at = models.DateTimeField(_("read at"), null=True)

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["account_id", "kind", "subject"],
                name="told_once",
                violation_error_message=_("This was told already."),
            )
        ]


class Heartbeat(models.Model):
    """When a process last said that it is well."""

    process = models.CharField(primary_key=True, max_length=40)
    at = models.DateTimeField()
    facts = models.JSONField(default=dict)
