"""Imports (导入): a file as it was received, what each row became, and who is responsible."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from lianfang.kernel.orgs.models import UnitOwned

STAGES = [("checked", _("checked")), ("written", _("written")), ("refused", _("refused")), ("dropped", _("dropped"))]


class Import(UnitOwned):
    """One file: rows read = written + refused + held + blank, always."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    what = models.CharField(_("what"), max_length=20)
    filename = models.CharField(_("file"), max_length=200)
    sha256 = models.CharField(max_length=64)
    terms = models.CharField(max_length=120, blank=True)  # under what it was sent, where content alone does not say
    content = models.BinaryField()
    stage = models.CharField(_("state"), max_length=10, choices=STAGES)
    read = models.IntegerField(_("read"), default=0)
    written = models.IntegerField(_("written"), default=0)
    refused = models.IntegerField(_("refused"), default=0)
    held = models.IntegerField(_("held"), default=0)
    blank = models.IntegerField(_("blank"), default=0)
    problems = models.JSONField(default=list)
    notes = models.JSONField(default=list)
    sender_id = models.BigIntegerField(null=True)
    sender = models.CharField(_("by"), max_length=60)
    received_at = models.DateTimeField(_("received at"))

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=models.Q(
                    read=models.F("written") + models.F("refused") + models.F("held") + models.F("blank")
                ),
                name="import_accounts_for_every_row",
                violation_error_message=_("The rows do not add up."),
            )
        ]
