"""Events (事件): every act, in the same transaction as the act; history, audit, outbox, and what followed from them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from lianfang.kernel.orgs.models import Unit


class Event(models.Model):
    """Who did what to which thing, when. `facts` name what was done, never a sensitive value."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    at = models.DateTimeField(_("at"))
    kind = models.CharField(_("act"), max_length=60)
    actor_id = models.BigIntegerField(_("account"), null=True)
    actor_name = models.CharField(_("by"), max_length=60)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, verbose_name=_("unit"))
    subject = models.CharField(_("subject"), max_length=120)
    facts = models.JSONField(_("facts"), default=dict)
    denied = models.BooleanField(_("denied"), default=False)
    handled_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["unit", "at"]),
            models.Index(fields=["subject", "at"]),
            models.Index(fields=["at"], name="event_waiting", condition=models.Q(handled_at__isnull=True)),
        ]


class Handling(models.Model):
    """One reaction to one event (联动处理): done, or failed so far and to be tried again at `retry_at`."""

    pk = models.CompositePrimaryKey("event_id", "function")
    event_id = models.UUIDField()
    function = models.CharField(max_length=120)
    tries = models.PositiveIntegerField(default=0)
    done_at = models.DateTimeField(null=True)
    retry_at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=200, blank=True)
