"""Objections (申诉): what somebody holds against a status, by when it is answered, and the answer."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from lianfang.kernel.orgs.models import UnitOwned
from lianfang.kernel.people.models import Person
from lianfang.kernel.statuses.models import Status

STANDS, CORRECTED, ENDED = "stands", "corrected", "ended"
OUTCOMES = [(STANDS, _("the status stands")), (CORRECTED, _("a fact was corrected")), (ENDED, _("the status ended"))]


class Objection(UnitOwned):
    """One objection to one status; answered by somebody who did not decide the status."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    status = models.ForeignKey(Status, models.PROTECT, related_name="objections", verbose_name=_("status"))
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("person"))
    text = models.CharField(_("objection"), max_length=300)
    made_at = models.DateTimeField(_("made at"))
    made_by = models.CharField(_("made by"), max_length=60)
    made_by_id = models.BigIntegerField(null=True, blank=True)
    due_at = models.DateTimeField(_("due at"))
    decider_id = models.BigIntegerField(null=True, blank=True)  # the account that decided the status
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    answered_by = models.CharField(_("answered by"), max_length=60, blank=True)
    answered_by_id = models.BigIntegerField(null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=OUTCOMES, blank=True)
    answer = models.CharField(_("answer"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("objection")
        verbose_name_plural = _("objections")
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["unit", "made_at"]),
            models.Index(fields=["due_at"], name="objection_open", condition=models.Q(answered_at__isnull=True)),
        ]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["status"],
                name="one_open_objection_a_status",
                condition=models.Q(answered_at__isnull=True),
                violation_error_message=_("An objection to this status is waiting for its answer already."),
            ),
            models.CheckConstraint(
                condition=models.Q(answered_by_id__isnull=True)
                | models.Q(decider_id__isnull=True)
                | ~models.Q(answered_by_id=models.F("decider_id")),
                name="objection_answered_by_another",
                violation_error_message=_("Who decided the status does not answer the objection."),
            ),
            models.CheckConstraint(
                condition=models.Q(outcome="", answered_at__isnull=True)
                | ~models.Q(outcome="") & ~models.Q(answer="") & models.Q(answered_at__isnull=False),
                name="objection_answered_in_words",
                violation_error_message=_("An answer has an outcome, a time and its reason."),
            ),
        ]

    def __str__(self) -> str:
        return self.text
