"""Training phases (培训阶段), the classes held in them (班次), and who attends each (学员)."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from uuid_utils.compat import uuid7

from lianfang.kernel.orgs.models import Unit, UnitOwned
from lianfang.kernel.people.models import Person

CLASS_STATES = [
    ("planned", pgettext_lazy("of a class", "planned")),
    ("ready", pgettext_lazy("of a class", "laid out")),
    ("open", pgettext_lazy("of a class", "running")),
    ("closed", pgettext_lazy("of a class", "closed")),
]


class TrainingPhase(UnitOwned):
    """Days over which an institution holds classes under control measures; its zones are disinfected each day."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))

    class Meta:
        verbose_name = _("training phase")
        verbose_name_plural = _("training phases")
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=models.Q(last_day__gte=models.F("first_day")),
                name="phase_ends_after_start",
                violation_error_message=_("A phase cannot end before it begins."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_day} – {self.last_day}"


class ClassRun(UnitOwned):
    """One class from its first day to its last. `unit` is the class; `host` is the institution that holds it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    host = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("held by"))
    number = models.PositiveSmallIntegerField(_("number"))
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    boards = models.BooleanField(_("boards"), default=False)
    state = models.CharField(_("state"), max_length=10, choices=CLASS_STATES, default="planned")
    opened_at = models.DateTimeField(_("opened at"), null=True, blank=True)
    opened_by = models.CharField(_("opened by"), max_length=60, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    closed_by = models.CharField(_("closed by"), max_length=60, blank=True)
    report = models.JSONField(_("closing report"), default=dict, blank=True)

    class Meta:
        verbose_name = _("class")
        verbose_name_plural = _("classes")
        indexes: ClassVar[list[Any]] = [models.Index(fields=["host", "first_day"])]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["unit"],
                name="one_run_a_class",
                violation_error_message=_("This class is scheduled already."),
            ),
            models.UniqueConstraint(
                fields=["host", "number"],
                name="one_class_a_number",
                violation_error_message=_("There is a class with this number already."),
            ),
            models.CheckConstraint(
                condition=models.Q(last_day__gte=models.F("first_day")),
                name="class_ends_after_start",
                violation_error_message=_("A class cannot end before it begins."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.unit)


class Enrolment(UnitOwned):
    """Somebody attends a class, under a number of the class, in a fixed small group that eats in one sitting."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    run = models.ForeignKey(ClassRun, models.PROTECT, related_name="enrolments", verbose_name=_("class"))
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("person"))
    number = models.PositiveSmallIntegerField(_("number"))
    group = models.PositiveSmallIntegerField(_("group"), null=True, blank=True)
    sitting = models.PositiveSmallIntegerField(_("sitting"), null=True, blank=True)
    left_on = models.DateField(_("left on"), null=True, blank=True)

    class Meta:
        verbose_name = _("attendance of a class")
        verbose_name_plural = _("attendances of classes")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["run", "person"],
                name="one_enrolment_a_person",
                violation_error_message=_("This person attends the class already."),
            ),
            models.UniqueConstraint(
                fields=["run", "number"],
                name="one_enrolment_a_number",
                violation_error_message=_("This number of the class is taken."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.number)
