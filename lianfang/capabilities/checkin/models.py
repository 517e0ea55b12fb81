"""Contact attempts (联系记录): who was called about a missing answer, by whom, and what came of it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from lianfang.kernel.orgs.models import UnitOwned

OUTCOMES = [
    ("well", _("reached, well")),
    ("unwell", _("reached, not well")),
    ("no_answer", _("no answer")),
    ("wrong_number", _("wrong number")),
]


class ContactAttempt(UnitOwned):
    """One call or visit to somebody whose answer was missing."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    day = models.DateField(_("day"))
    slot = models.CharField(_("time of day"), max_length=5)
    person_id = models.UUIDField(_("person"))
    at = models.DateTimeField(_("at"))
    caller = models.CharField(_("caller"), max_length=60)
    outcome = models.CharField(_("outcome"), max_length=12, choices=OUTCOMES)
    remark = models.CharField(_("remark"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("contact attempt")
        verbose_name_plural = _("contact attempts")
        indexes: ClassVar[list[Any]] = [models.Index(fields=["unit", "day"])]
