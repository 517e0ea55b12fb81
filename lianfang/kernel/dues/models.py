"""Dues (应办): what a unit owes by a time, recorded on the day it arises, so that completeness never changes later."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianfang.kernel.orgs.models import Placed, Unit

REPORT, ROLL_CALL, SCREENING = "report", "roll_call", "screening"
KINDS = {REPORT: _("daily report"), ROLL_CALL: _("class check"), SCREENING: _("daily screening")}
HANDOVER = "handover"
DIFFERENCE = "difference"
FORM = "form"
KIND_NAMES = {
    **KINDS,
    HANDOVER: _("copy to hand over"),
    DIFFERENCE: _("differences to answer"),
    FORM: _("form to fill in"),
}
OUTSIDE = "outside"
"""The line to a recipient outside the tree; `slot` then tells the recipients of a unit apart."""
ASKED = "asked"
"""The line to whoever asks a form; `slot` then tells the forms of a unit apart."""
LINES = [("territory", _("territory")), ("sector", _("sector"))]


class Due(Placed):
    """One act owed by one unit for one day (and slot), to one recipient. Late is not closed."""

    pk = models.CompositePrimaryKey("unit", "kind", "day", "slot", "line")
    kind = models.CharField(_("what"), max_length=20, choices=list(KINDS.items()))
    day = models.DateField(_("day"))
    slot = models.CharField(_("time of day"), max_length=5, blank=True)
    line = models.CharField(_("line"), max_length=10, choices=LINES)
    recipient = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", verbose_name=_("recipient"))
    source = models.BooleanField(_("first-hand"), default=True)
    opens_at = models.DateTimeField(_("opens at"))
    remind_at = models.DateTimeField(_("reminder at"))
    due_at = models.DateTimeField(_("due at"))
    escalate_at = models.DateTimeField(_("leader alerted at"))
    closes_at = models.DateTimeField(_("closes at"))
    settled_at = models.DateTimeField(_("received at"), null=True)
    settled_by = models.CharField(max_length=120, blank=True)
    zero = models.BooleanField(_("zero report"), default=False)
    returned_at = models.DateTimeField(_("sent back at"), null=True)
    excused = models.CharField(_("excused because"), max_length=120, blank=True)
    explained = models.CharField(_("reason given"), max_length=120, blank=True)
    reminded_at = models.DateTimeField(_("reminded at"), null=True)
    nudges = models.PositiveSmallIntegerField(_("nudges"), default=0)
    escalated_at = models.DateTimeField(_("leader alerted"), null=True)

    class Meta:
        verbose_name = _("due")
        verbose_name_plural = _("dues")
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["day", "kind", "path"]),
            models.Index(fields=["day", "kind", "sector_path"]),
            models.Index(
                fields=["remind_at"], name="due_to_remind", condition=models.Q(settled_at=None, reminded_at=None)
            ),
            models.Index(
                fields=["escalate_at"], name="due_to_escalate", condition=models.Q(settled_at=None, escalated_at=None)
            ),
        ]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=models.Q(day__gte="2000-01-01", day__lt="2200-01-01"),
                name="due_day_is_a_day",
                violation_error_message=_("The day is out of the calendar."),
            )
        ]

    def get_kind_display(self) -> str:  # type: ignore[no-redef]  # a kind of its own beside the choices
        """The kind in words."""
        return str(KIND_NAMES.get(self.kind, self.kind))
