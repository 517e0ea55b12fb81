"""Where a class sits, sleeps and eats (座位、住宿、就餐安排); who is where stands in the kernel's occupancies."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from lianfang.capabilities.training.models.runs import ClassRun
from lianfang.kernel.orgs.models import UnitOwned
from lianfang.kernel.people.models import Person
from lianfang.kernel.places.models import Place

MEALS = [("breakfast", _("breakfast")), ("lunch", _("lunch")), ("dinner", _("dinner"))]


class RoomPlan(UnitOwned):
    """A classroom laid out for a class: its desks, how many stand in a row, and the seats that the policy leaves."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    run = models.ForeignKey(ClassRun, models.PROTECT, related_name="rooms", verbose_name=_("class"))
    place = models.ForeignKey(Place, models.PROTECT, related_name="+", verbose_name=_("classroom"))
    desks = models.PositiveSmallIntegerField(_("desks"))
    across = models.PositiveSmallIntegerField(_("desks in a row"))
    ordinary = models.PositiveSmallIntegerField(_("seats in ordinary use"))
    seats = models.PositiveSmallIntegerField(_("seats under the policy"))
    per_desk = models.PositiveSmallIntegerField(_("learners at a desk"))
    seated = models.PositiveSmallIntegerField(_("learners seated"))
    at = models.DateTimeField(_("planned at"))
    by = models.CharField(_("planned by"), max_length=60)
    replaced_at = models.DateTimeField(_("replaced at"), null=True, blank=True)

    class Meta:
        verbose_name = _("seat plan")
        verbose_name_plural = _("seat plans")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["run", "place"],
                condition=models.Q(replaced_at__isnull=True),
                name="one_seat_plan_a_room",
                violation_error_message=_("This room is planned for the class already."),
            ),
            models.CheckConstraint(
                condition=models.Q(seated__lte=models.F("seats")),
                name="seat_plan_seats_no_more_than_it_holds",
                violation_error_message=_("More learners than seats."),
            ),
        ]


class LodgingPlan(UnitOwned):
    """Beds found for a class under the policy, and how many are short; the newest counts."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    run = models.ForeignKey(ClassRun, models.PROTECT, related_name="lodgings", verbose_name=_("class"))
    rooms = models.PositiveSmallIntegerField(_("rooms"))
    ordinary = models.PositiveSmallIntegerField(_("beds in ordinary use"))
    beds = models.PositiveSmallIntegerField(_("beds under the policy"))
    needed = models.PositiveSmallIntegerField(_("beds needed"))
    short = models.PositiveSmallIntegerField(_("beds short"))
    accepted = models.CharField(_("decision on the shortage"), max_length=300, blank=True)
    at = models.DateTimeField(_("planned at"))
    by = models.CharField(_("planned by"), max_length=60)

    class Meta:
        verbose_name = _("bed plan")
        verbose_name_plural = _("bed plans")


class ClassSitting(UnitOwned):
    """When a part of a class eats a meal, where, and how many sit there."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    run = models.ForeignKey(ClassRun, models.PROTECT, related_name="sittings", verbose_name=_("class"))
    place = models.ForeignKey(Place, models.PROTECT, related_name="+", verbose_name=_("dining room"))
    meal = models.CharField(_("meal"), max_length=10, choices=MEALS)
    number = models.PositiveSmallIntegerField(_("sitting"))
    starts = models.TimeField(_("begins"))
    ends = models.TimeField(_("ends"))
    seats = models.PositiveSmallIntegerField(_("seats"))
    people = models.PositiveSmallIntegerField(_("people"))
    replaced_at = models.DateTimeField(_("replaced at"), null=True, blank=True)

    class Meta:
        verbose_name = _("sitting")
        verbose_name_plural = _("sittings")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["run", "meal", "number"],
                condition=models.Q(replaced_at__isnull=True),
                name="one_sitting_a_number",
                violation_error_message=_("There is this sitting already."),
            ),
            models.CheckConstraint(
                condition=models.Q(people__lte=models.F("seats")),
                name="sitting_holds_its_people",
                violation_error_message=_("More diners than seats."),
            ),
        ]


class MealScan(UnitOwned):
    """Somebody came to eat at a moment; flagged when it was not in the sitting of their group."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    run = models.ForeignKey(ClassRun, models.PROTECT, related_name="scans", verbose_name=_("class"))
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("person"))
    place = models.ForeignKey(Place, models.PROTECT, related_name="+", verbose_name=_("dining room"))
    meal = models.CharField(_("meal"), max_length=10, choices=MEALS)
    at = models.DateTimeField(_("at"))
    sitting = models.PositiveSmallIntegerField(_("own sitting"))
    found = models.PositiveSmallIntegerField(_("sitting at that time"), null=True, blank=True)
    out_of_sitting = models.BooleanField(_("out of sitting"), default=False)
    by = models.CharField(_("by"), max_length=60)

    class Meta:
        verbose_name = _("meal taken")
        verbose_name_plural = _("meals taken")
        indexes: ClassVar[list[Any]] = [models.Index(fields=["run", "at"])]
