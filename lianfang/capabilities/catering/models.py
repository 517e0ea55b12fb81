"""Meals and daily life (供餐、生活保障): diets, sittings with their fixed lists, deliveries, requests, amenities.

Rows name a room, or a person's id and no name; the kitchen sees rooms.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from lianfang.capabilities.catering.drops import drop_words
from lianfang.capabilities.catering.words import DIETS, MEALS, REQUEST, REQUEST_KINDS, REQUEST_STATES
from lianfang.kernel.ledgers.models import Item
from lianfang.kernel.orgs.models import Unit, UnitOwned
from lianfang.kernel.people.models import Person
from lianfang.kernel.places.models import Place


class Kept(UnitOwned):
    """What belongs to a unit, with a key of its own."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("unit"))

    class Meta:
        abstract = True


class Diet(Kept):
    """What somebody eats, from a moment on; a change is a new row. Nobody on record eats normally."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("person"))
    diet = models.CharField(_("diet"), max_length=12, choices=DIETS)
    avoid = models.CharField(_("must not be in the meal"), max_length=120, blank=True)
    since = models.DateTimeField(_("since"))
    until = models.DateTimeField(_("until"), null=True, blank=True)
    by = models.CharField(_("by"), max_length=60)

    class Meta:
        verbose_name = _("diet")
        verbose_name_plural = _("diets")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["unit", "person"],
                condition=Q(until__isnull=True),
                name="one_diet_a_person",
                violation_error_message=_("This person has a diet already."),
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="diet_ends_after_start",
                violation_error_message=_("A diet cannot end before it begins."),
            ),
        ]


class StaffDiner(Kept):
    """A member of staff who eats a meal here every day, from a moment on; a change is a new row."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("person"))
    meal = models.CharField(_("meal"), max_length=10, choices=MEALS)
    post = models.CharField(_("post"), max_length=40, blank=True)
    since = models.DateTimeField(_("since"))
    until = models.DateTimeField(_("until"), null=True, blank=True)
    by = models.CharField(_("by"), max_length=60)

    class Meta:
        verbose_name = _("meal of a member of staff")
        verbose_name_plural = _("meals of staff")
        indexes: ClassVar[list[Any]] = [models.Index(fields=["unit", "meal", "since"])]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["unit", "person", "meal"],
                condition=Q(until__isnull=True),
                name="one_staff_meal_a_person",
                violation_error_message=_("This person is on the list of this meal already."),
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="staff_meal_ends_after_start",
                violation_error_message=_("It cannot end before it begins."),
            ),
        ]


class MealItem(Kept):
    """What each meal takes out of stock: one box a meal."""

    item = models.ForeignKey(Item, models.PROTECT, related_name="+", verbose_name=_("supply item"))
    per_meal = models.DecimalField(_("for each meal"), max_digits=8, decimal_places=3)
    in_use = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("use for each meal")
        verbose_name_plural = _("uses for each meal")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["unit", "item"],
                name="one_use_an_item",
                violation_error_message=_("This item is taken for each meal already."),
            ),
            models.CheckConstraint(
                condition=Q(per_meal__gt=0),
                name="a_meal_takes_something",
                violation_error_message=_("A meal takes more than nothing."),
            ),
        ]


class Sitting(Kept):
    """One meal of one day: its list fixed at the cut-off, and what was served."""

    day = models.DateField(_("day"))
    meal = models.CharField(_("meal"), max_length=10, choices=MEALS)
    served_from = models.DateTimeField(_("served from"))
    served_until = models.DateTimeField(_("served until"))
    cut_off = models.DateTimeField(_("list fixed at"))
    due_at = models.DateTimeField(_("at the drop points by"))
    fixed_by = models.CharField(_("fixed by"), max_length=60, blank=True)
    served_at = models.DateTimeField(_("served at"), null=True, blank=True)
    served = models.PositiveIntegerField(_("meals"), null=True, blank=True)
    staff = models.PositiveIntegerField(_("meals of staff"), default=0)

    class Meta:
        verbose_name = _("sitting")
        verbose_name_plural = _("sittings")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["unit", "day", "meal"],
                name="one_sitting_a_meal",
                violation_error_message=_("This meal has a list already."),
            ),
            models.CheckConstraint(
                condition=Q(served_at__isnull=True, served__isnull=True)
                | Q(served_at__isnull=False, served__isnull=False),
                name="served_says_how_many",
                violation_error_message=_("Say how many meals were served."),
            ),
        ]


class MealOrder(Kept):
    """A line of the fixed list: so many of a diet for a drop point, and for which rooms how many."""

    sitting = models.ForeignKey(Sitting, models.PROTECT, related_name="orders", verbose_name=_("sitting"))
    drop = models.CharField(_("drop point"), max_length=60)
    diet = models.CharField(_("diet"), max_length=12, choices=DIETS)
    quantity = models.PositiveIntegerField(_("meals"))
    rooms = models.JSONField(_("rooms"), default=dict)

    class Meta:
        verbose_name = _("meal order")
        verbose_name_plural = _("meal orders")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["sitting", "drop", "diet"],
                name="one_order_a_diet",
                violation_error_message=_("This drop point has an order of this diet."),
            )
        ]


class Delivery(Kept):
    """The way of a sitting's food to one drop point; its time is owed as a task."""

    sitting = models.ForeignKey(Sitting, models.PROTECT, related_name="deliveries", verbose_name=_("sitting"))
    drop = models.CharField(_("drop point"), max_length=60)
    quantity = models.PositiveIntegerField(_("meals"))
    due_at = models.DateTimeField(_("due at"))
    vehicle = models.CharField(_("vehicle"), max_length=40, blank=True)
    left_at = models.DateTimeField(_("left at"), null=True, blank=True)
    arrived_at = models.DateTimeField(_("arrived at"), null=True, blank=True)
    celsius = models.DecimalField(
        _("temperature on arrival, °C"), max_digits=4, decimal_places=1, null=True, blank=True
    )
    by = models.CharField(_("by"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["sitting", "drop"],
                name="one_delivery_a_drop_point",
                violation_error_message=_("This drop point has its delivery already."),
            ),
            models.CheckConstraint(
                condition=Q(arrived_at__isnull=True) | Q(left_at__isnull=True) | Q(arrived_at__gte=F("left_at")),
                name="delivery_arrives_after_leaving",
                violation_error_message=_("Food cannot arrive before it left."),
            ),
        ]

    def get_drop_display(self) -> str:
        """The drop point as people on the site call it."""
        return drop_words(self.drop)


class Shortfall(Kept):
    """What a sitting needed of an item and the store no longer had; the stock itself is never below zero."""

    sitting = models.ForeignKey(Sitting, models.PROTECT, related_name="shortfalls", verbose_name=_("sitting"))
    item = models.ForeignKey(Item, models.PROTECT, related_name="+", verbose_name=_("supply item"))
    wanted = models.DecimalField(_("wanted"), max_digits=12, decimal_places=3)
    issued = models.DecimalField(_("given out"), max_digits=12, decimal_places=3)
    short = models.DecimalField(_("short"), max_digits=12, decimal_places=3)

    class Meta:
        verbose_name = _("shortfall")
        verbose_name_plural = _("shortfalls")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["sitting", "item"],
                name="one_shortfall_an_item",
                violation_error_message=_("This shortfall is on record already."),
            ),
            models.CheckConstraint(
                condition=Q(short__gt=0, issued__gte=0, wanted=F("issued") + F("short")),
                name="shortfall_adds_up",
                violation_error_message=_("What was issued and what was short make what was wanted."),
            ),
        ]


class Request(Kept):
    """Something a guest asks for (生活需求): who opened it, what it cost, when it was done, with which receipt."""

    place = models.ForeignKey(Place, models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("room"))
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("person")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=REQUEST_KINDS)
    what = models.CharField(_("what is asked for"), max_length=300)
    state = models.CharField(_("state"), max_length=10, choices=REQUEST_STATES, default=REQUEST.start)
    opened_at = models.DateTimeField(_("asked at"))
    opened_by = models.CharField(_("asked by"), max_length=60, blank=True)  # empty: the guest, who is not named
    taken_by = models.CharField(_("taken by"), max_length=60, blank=True)
    closed_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    closed_by = models.CharField(_("finished by"), max_length=60, blank=True)
    cost = models.DecimalField(_("cost, yuan"), max_digits=10, decimal_places=2, null=True, blank=True)
    receipt = models.CharField(_("receipt or signature"), max_length=60, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("request")
        verbose_name_plural = _("requests")
        indexes: ClassVar[list[Any]] = [models.Index(fields=["unit", "state", "opened_at"])]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(closed_at__gte=F("opened_at")),
                name="request_closes_after_opening",
                violation_error_message=_("A request cannot be done before it was made."),
            ),
            models.CheckConstraint(
                condition=Q(cost__isnull=True) | Q(cost__gte=0),
                name="cost_not_below_zero",
                violation_error_message=_("A cost is not below zero."),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["closed", "declined"]) | Q(closed_at__isnull=False),
                name="request_done_says_when",
                violation_error_message=_("Say when the request was done."),
            ),
        ]


class Amenity(Kept):
    """What makes the place a second home (学习、健身、网络、电视): where it is and how to use it."""

    name = models.CharField(pgettext_lazy("of a unit", "name"), max_length=80)
    name_en = models.CharField(_("name in English"), max_length=120, blank=True)
    kind = models.CharField(_("kind"), max_length=10, choices=REQUEST_KINDS)
    how = models.CharField(_("where, when and how"), max_length=300, blank=True)
    how_en = models.CharField(_("where, when and how, in English"), max_length=300, blank=True)
    in_use = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("amenity")
        verbose_name_plural = _("amenities")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["unit", "name"],
                name="one_amenity_a_name",
                violation_error_message=_("There is an amenity of this name."),
            )
        ]

    def __str__(self) -> str:
        return self.name_en if self.name_en and get_language() == "en" else self.name
