"""Places (场所), who is where in them from when until when (占用), and who is awaited there (预计到达)."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeBoundary, RangeOperators
from django.contrib.postgres.fields.ranges import DateTimeRangeField
from django.db import models
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from lianfang.kernel.orgs.models import Unit, UnitOwned
from lianfang.kernel.people.models import Person

SITE_ROOM, DORMITORY, CLASSROOM, DINING = "site_room", "dormitory_room", "classroom", "dining"
ISOLATION, ZONE, SPOT, VENUE, VEHICLE, LIFT = "isolation_room", "zone", "spot", "venue", "vehicle", "lift"
PLACE_KINDS = [
    (SITE_ROOM, _("observation room")),
    (DORMITORY, _("dormitory room")),
    (CLASSROOM, _("classroom")),
    (DINING, _("dining room")),
    (ISOLATION, _("isolation room")),
    (ZONE, _("zone")),
    (SPOT, _("gathering spot")),
    (VENUE, _("venue")),
    (VEHICLE, _("vehicle")),
    (LIFT, _("lift")),
    ("other", _("other place")),
]
BED, SEAT, DINES, VISIT = "bed", "seat", "dining", "visit"
LAYERS = [(BED, _("bed")), (SEAT, _("seat")), (DINES, _("dining")), (VISIT, _("visit"))]
ONE_AT_A_TIME = (BED, SEAT, DINES)
"""Nobody has two beds, two seats or two tables at once; visits may overlap."""
PREMISES_STATES = [
    ("preparing", _("being prepared")),
    ("open", pgettext_lazy("of a site", "open")),
    ("draining", _("no more admissions")),
    ("closed", _("closed")),
]


class TsTzRange(models.Func):
    """The span from one column to another, the end not counted; an empty end is open."""

    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


SPAN = TsTzRange("since", "until", RangeBoundary())


class Place(UnitOwned):
    """A room, zone, spot, vehicle or whatever people can be in."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(_("kind"), max_length=20, choices=PLACE_KINDS)
    code = models.CharField(_("code"), max_length=40)
    name = models.CharField(pgettext_lazy("of a unit", "name"), max_length=80)
    name_en = models.CharField(_("name in English"), max_length=80, blank=True)
    building = models.CharField(_("building"), max_length=40, blank=True)
    floor = models.SmallIntegerField(_("floor"), null=True, blank=True)
    walk = models.PositiveIntegerField(_("walking order"), default=0)
    capacity = models.PositiveIntegerField(_("places in ordinary use"), default=1)
    furniture = models.PositiveIntegerField(_("desks or tables"), default=0)
    accessible = models.BooleanField(_("accessible"), default=False)
    opened_on = models.DateField(_("opened on"), null=True, blank=True)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)

    class Meta:
        verbose_name = _("place")
        verbose_name_plural = _("places")
        indexes: ClassVar[list[Any]] = [models.Index(fields=["unit", "kind", "walk"])]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["unit", "kind", "code"],
                name="one_place_a_code",
                violation_error_message=_("There is a place with this code already."),
            )
        ]

    def __str__(self) -> str:
        return self.name_en if self.name_en and get_language() == "en" else self.name


class Occupancy(UnitOwned):
    """Somebody at a place for a time: in bed, on a seat, at a table, on a visit. Holds a person's id and no name."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    place = models.ForeignKey(Place, models.PROTECT, related_name="occupancies", verbose_name=_("place"))
    layer = models.CharField(_("as"), max_length=10, choices=LAYERS)
    spot = models.CharField(_("bed or seat"), max_length=20, blank=True)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("person"))
    party = models.CharField(_("group"), max_length=40, blank=True)
    since = models.DateTimeField(_("since"))
    until = models.DateTimeField(_("until"), null=True, blank=True)
    expected_until = models.DateField(_("planned until"), null=True, blank=True)
    subject = models.CharField(max_length=120, blank=True, db_index=True)
    ended_because = models.CharField(_("ended because"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("occupancy")
        verbose_name_plural = _("occupancies")
        indexes: ClassVar[list[Any]] = [models.Index(fields=["unit", "layer", "since"])]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=models.Q(until__isnull=True) | models.Q(until__gt=models.F("since")),
                name="occupancy_ends_after_start",
                violation_error_message=_("Nobody can leave before they came."),
            ),
            ExclusionConstraint(
                name="one_person_a_spot",
                expressions=[
                    ("place", RangeOperators.EQUAL),
                    ("layer", RangeOperators.EQUAL),
                    ("spot", RangeOperators.EQUAL),
                    (SPAN, RangeOperators.OVERLAPS),
                ],
                condition=~models.Q(spot=""),
                violation_error_message=_("Somebody is there at that time."),
            ),
            ExclusionConstraint(
                name="one_spot_a_person",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    ("layer", RangeOperators.EQUAL),
                    (SPAN, RangeOperators.OVERLAPS),
                ],
                condition=models.Q(layer__in=ONE_AT_A_TIME),
                violation_error_message=_("This person is somewhere else at that time."),
            ),
        ]


class Premises(models.Model):
    """Whether a unit takes people in now (启用状态), and until which day; kept by whoever runs the place."""

    unit = models.OneToOneField(Unit, models.PROTECT, primary_key=True, verbose_name=_("unit"))
    state = models.CharField(_("state"), max_length=10, choices=PREMISES_STATES, default="preparing")
    accepts_until = models.DateField(_("admits until"), null=True, blank=True)
    closing_on = models.DateField(_("closes on"), null=True, blank=True)  # planned; nobody stays longer
    opened_on = models.DateField(_("opened on"), null=True, blank=True)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)

    class Meta:
        verbose_name = _("premises")
        verbose_name_plural = _("premises")


class Expected(UnitOwned):
    """People awaited at a place (预计到达): how many come when; settled when they have come or stay away."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    day = models.DateField(_("day"))
    at = models.DateTimeField(_("at"))
    count = models.PositiveIntegerField(_("people"))
    leaves_on = models.DateField(_("planned until"), null=True, blank=True)
    settled_at = models.DateTimeField(_("arrived at"), null=True, blank=True)
    subject = models.CharField(max_length=120, blank=True)

    class Meta:
        verbose_name = _("awaited arrival")
        verbose_name_plural = _("awaited arrivals")
        indexes: ClassVar[list[Any]] = [models.Index(fields=["unit", "day"])]
