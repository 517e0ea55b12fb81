"""Disinfection before and during classes (开班前消毒、日常消毒), and the checklist before a class opens (开班检查)."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from lianfang.capabilities.training.models.runs import ClassRun
from lianfang.domain.policy import SLOTS
from lianfang.kernel.orgs.models import UnitOwned
from lianfang.kernel.places.models import Place

ORDER_STATES = [("owed", _("to be done")), ("done", _("done, not signed")), ("signed", _("signed"))]
ANSWERS = [("yes", _("yes")), ("no", _("no")), ("na", _("not applicable"))]


class WorkOrder(UnitOwned):
    """The disinfection owed before a class opens: walls and touched surfaces, wet floors, then a signature."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    run = models.ForeignKey(ClassRun, models.PROTECT, related_name="orders", verbose_name=_("class"))
    due_at = models.DateTimeField(_("due at"))
    state = models.CharField(_("state"), max_length=10, choices=ORDER_STATES, default="owed")
    agent = models.CharField(_("disinfectant"), max_length=60, blank=True)
    mg_l = models.PositiveIntegerField(_("available chlorine, mg/L"), null=True, blank=True)
    minutes = models.PositiveSmallIntegerField(_("minutes of contact"), null=True, blank=True)
    surfaces = models.BooleanField(_("walls and touched surfaces"), default=False)
    floors = models.BooleanField(_("floors cleaned wet"), default=False)
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    done_by = models.CharField(_("done by"), max_length=60, blank=True)
    done_by_id = models.BigIntegerField(null=True, blank=True)
    signed_at = models.DateTimeField(_("signed at"), null=True, blank=True)
    signed_by = models.CharField(_("signed by"), max_length=60, blank=True)
    signed_by_id = models.BigIntegerField(null=True, blank=True)
    evidence = models.CharField(_("evidence"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("work order before a class")
        verbose_name_plural = _("work orders before classes")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["run"],
                name="one_order_a_class",
                violation_error_message=_("This class has its order already."),
            ),
            models.CheckConstraint(
                condition=~models.Q(state="signed")
                | models.Q(done_by_id__isnull=True)
                | ~models.Q(signed_by_id=models.F("done_by_id")),
                name="order_signed_by_another",
                violation_error_message=_("Whoever did the work does not sign it."),
            ),
            models.CheckConstraint(
                condition=models.Q(state="owed") | models.Q(done_at__isnull=False, surfaces=True, floors=True),
                name="order_done_in_full",
                violation_error_message=_("Surfaces and floors are both done before the order is."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.run)


class OpeningAnswer(UnitOwned):
    """One answer to one item of the opening checklist; a later answer to the same item stands in its place."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    run = models.ForeignKey(ClassRun, models.PROTECT, related_name="answers", verbose_name=_("class"))
    item = models.CharField(_("item of the checklist"), max_length=40)
    answer = models.CharField(_("answer"), max_length=3, choices=ANSWERS)
    note = models.CharField(_("note"), max_length=300, blank=True)
    at = models.DateTimeField(_("at"))
    by = models.CharField(_("by"), max_length=60)

    class Meta:
        verbose_name = _("answer before opening")
        verbose_name_plural = _("answers before opening")
        indexes: ClassVar[list[Any]] = [models.Index(fields=["run", "item", "at"])]


class ZoneDisinfection(UnitOwned):
    """A zone disinfected for a half of a day; a further revision corrects an earlier one and says why."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    place = models.ForeignKey(Place, models.PROTECT, related_name="+", verbose_name=_("zone"))
    day = models.DateField(_("day"))
    slot = models.CharField(_("time of day"), max_length=5, choices=[(slot, slot) for slot in SLOTS])
    revision = models.PositiveSmallIntegerField(_("revision"), default=1)
    at = models.DateTimeField(_("done at"))
    agent = models.CharField(_("disinfectant"), max_length=60)
    mg_l = models.PositiveIntegerField(_("available chlorine, mg/L"))
    minutes = models.PositiveSmallIntegerField(_("minutes of contact"))
    reason = models.CharField(_("corrected because"), max_length=120, blank=True)
    by = models.CharField(_("by"), max_length=60)
    by_id = models.BigIntegerField(null=True, blank=True)

    class Meta:
        verbose_name = _("disinfection of a zone")
        verbose_name_plural = _("disinfections of zones")
        indexes: ClassVar[list[Any]] = [models.Index(fields=["unit", "day", "slot"])]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["place", "day", "slot", "revision"],
                name="one_disinfection_a_slot",
                violation_error_message=_("This zone is recorded for that time of day already."),
            ),
            models.CheckConstraint(
                condition=models.Q(revision=1) | ~models.Q(reason=""),
                name="corrected_disinfection_says_why",
                violation_error_message=_("A correction needs a reason."),
            ),
        ]
