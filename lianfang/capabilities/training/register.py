"""How classes, who attends, their hygiene and the markers are listed (开班台账)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lianfang.capabilities.training import actions as acts
from lianfang.capabilities.training.models import (
    CLASS_STATES,
    MARKER_KINDS,
    ORDER_STATES,
    RESULTS,
    ClassRun,
    Enrolment,
    Marker,
    MealScan,
    WorkOrder,
    ZoneDisinfection,
)
from lianfang.capabilities.training.roles import SEERS, SEERS_OF_PEOPLE
from lianfang.kernel.places.models import PLACE_KINDS, Place
from lianfang.kernel.registers.register import Column, Register, column, equals, on_day, under_unit


class Classes(Register):
    name = "classes"
    title = _("Classes")
    model = ClassRun
    related = ("unit", "host")
    order = ("-first_day", "-number")
    columns = [column(ClassRun, n) for n in ("number", "unit", "host", "first_day", "last_day", "state", "opened_at")]
    filters = [under_unit("host", _("held by"), "host__"), equals("state", _("state"), CLASS_STATES)]
    actions = [acts.schedule_class, acts.begin_phase]
    roles = SEERS

    @staticmethod
    def address(row: ClassRun) -> str:
        """The page of the class."""
        return f"/training/runs/{row.pk}"


class Enrolments(Register):
    name = "class-learners"
    title = _("Attendances of classes")
    model = Enrolment
    related = ("unit", "person")
    order = ("unit__code", "number")
    columns = [
        column(Enrolment, "unit"),
        column(Enrolment, "number"),
        Column("name", _("name"), lambda row: row.person.name, "person", source="person__name"),
        column(Enrolment, "group"),
        column(Enrolment, "sitting"),
        column(Enrolment, "left_on", priority=2),
    ]
    filters = [under_unit("unit", _("class"))]
    roles = SEERS_OF_PEOPLE
    people = True


class Orders(Register):
    name = "class-orders"
    title = _("Work orders before classes")
    model = WorkOrder
    related = ("unit",)
    order = ("-due_at", "-unit__code")
    columns = [
        column(WorkOrder, n)
        for n in ("unit", "due_at", "state", "agent", "mg_l", "minutes", "done_at", "done_by", "signed_at", "signed_by")
    ]
    filters = [under_unit("unit", _("class")), equals("state", _("state"), ORDER_STATES)]
    roles = SEERS


class Disinfections(Register):
    name = "zone-disinfections"
    title = _("Disinfections of zones")
    model = ZoneDisinfection
    related = ("unit", "place")
    order = ("-day", "-slot", "-place__walk", "-revision")
    columns = [
        column(ZoneDisinfection, "unit"),
        Column("place", _("zone"), lambda row: row.place.code, source="place__code"),
        *(column(ZoneDisinfection, n) for n in ("day", "slot", "at", "agent", "mg_l", "minutes", "by", "reason")),
    ]
    filters = [under_unit("unit", _("unit")), on_day("day", _("day"), "day")]
    actions = [acts.record_disinfection]
    roles = SEERS


class Spots(Register):
    name = "spots"
    title = _("Markers at gathering spots")
    model = Marker
    related = ("unit", "place")
    order = ("unit__code", "place__walk")
    columns = [
        column(Marker, "unit"),
        Column("place", _("spot"), lambda row: row.place.code, source="place__code"),
        Column("name", pgettext_lazy("of a unit", "name"), lambda row: row.place.name, source="place__name"),
        *(column(Marker, n) for n in ("kind", "spacing_m", "visible", "checked_on", "state")),
    ]
    filters = [
        under_unit("unit", _("unit")),
        equals("state", _("last result"), RESULTS),
        equals("kind", _("kind"), MARKER_KINDS),
    ]
    actions = [acts.register_spot]
    roles = SEERS


class MealScans(Register):
    name = "meals-taken"
    title = _("Meals taken")
    model = MealScan
    related = ("unit", "person", "place")
    order = ("-at",)
    columns = [
        column(MealScan, "unit"),
        Column("name", _("name"), lambda row: row.person.name, "person", source="person__name"),
        *(column(MealScan, n) for n in ("at", "meal", "sitting", "found", "out_of_sitting")),
    ]
    filters = [under_unit("unit", _("class"))]
    roles = SEERS_OF_PEOPLE
    people = True


class Premises(Register):
    name = "class-places"
    title = _("Rooms for classes")
    model = Place
    related = ("unit",)
    order = ("unit__code", "kind", "walk")
    columns = [column(Place, n) for n in ("unit", "kind", "code", "name", "capacity", "furniture", "building", "floor")]
    filters = [under_unit("unit", _("unit")), equals("kind", _("kind"), PLACE_KINDS)]
    actions = [acts.add_place, acts.add_places]
    roles = SEERS
