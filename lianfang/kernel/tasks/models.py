"""Tasks (任务): an act owed about one thing (a reading, a step, a notice, an order), by whom and until when."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from lianfang.kernel.orgs.models import UnitOwned
from lianfang.kernel.people.models import Person
from lianfang.kernel.places.models import Place

KIND_NAMES = {
    "reading": _("temperature reading"),
    "second": _("second reading"),
    "referral": _("referral"),
    "transfer": _("transfer"),
    "guardian_call": _("call to a guardian"),
    "visit": _("follow-up visit"),
    "advice": _("advice by phone"),
    "contact": _("daily contact"),
    "step": _("step"),
    "notice": _("notice"),
    "order": _("work order"),
    "disinfection": _("disinfection"),
    "request": _("request"),
    "repair": _("repair"),
    "check": _("check"),
    "test": _("test"),
    "delivery": _("delivery"),
    "decision": _("decision"),
    "milestone": _("milestone"),
    "report": _("report to make"),
    "review": _("review"),
    "to_order": _("order of supplies"),
}


class Task(UnitOwned):
    """One act owed about `subject`. It stays on record with who did it when; what is no longer owed says why."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(_("kind"), max_length=40)
    subject = models.CharField(max_length=120)
    number = models.PositiveSmallIntegerField(_("step"), default=0)
    day = models.DateField(_("day"), null=True, blank=True)
    slot = models.CharField(_("time of day"), max_length=5, blank=True)
    name = models.CharField(_("what is to be done"), max_length=160, blank=True)
    name_en = models.CharField(_("what is to be done, in English"), max_length=160, blank=True)
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("person")
    )
    place = models.ForeignKey(Place, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("place"))
    role = models.CharField(_("duty"), max_length=20, blank=True)
    account_id = models.BigIntegerField(null=True, blank=True)
    backup_id = models.BigIntegerField(null=True, blank=True)
    opens_at = models.DateTimeField(_("opens at"))
    due_at = models.DateTimeField(_("due at"), null=True, blank=True)
    closes_at = models.DateTimeField(_("closes at"), null=True, blank=True)
    waits_for = models.JSONField(default=list, blank=True)
    settled_at = models.DateTimeField(_("done at"), null=True, blank=True)
    settled_by = models.CharField(_("done by"), max_length=60, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    excused = models.CharField(_("no longer owed because"), max_length=120, blank=True)
    alert_at = models.DateTimeField(null=True, blank=True)
    alerts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["unit", "kind", "day"]),
            models.Index(
                fields=["account_id", "due_at"],
                name="task_of_somebody",
                condition=models.Q(settled_at=None, excused="", account_id__isnull=False),
            ),
            models.Index(
                fields=["alert_at"], name="task_to_alert", condition=models.Q(settled_at=None, alert_at__isnull=False)
            ),
        ]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["subject", "kind", "number", "day", "slot"],
                name="one_task_a_thing",
                nulls_distinct=False,
                violation_error_message=_("This is owed already."),
            ),
            models.CheckConstraint(
                condition=models.Q(closes_at__isnull=True) | models.Q(closes_at__gte=models.F("opens_at")),
                name="task_closes_after_opening",
                violation_error_message=_("A task cannot close before it opens."),
            ),
        ]

    def __str__(self) -> str:
        words = self.name_en if self.name_en and get_language() == "en" else self.name
        return words or str(KIND_NAMES.get(self.kind, self.kind))
