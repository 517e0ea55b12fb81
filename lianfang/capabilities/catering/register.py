"""How diets, sittings, deliveries, requests and amenities are listed (供餐与生活保障台账)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from lianfang.capabilities.catering import plan  # noqa: F401  what meals will use is told to the stock
from lianfang.capabilities.catering.actions import (
    deliver_meals,
    fix_list,
    send_meals,
    serve_meals,
    set_diet,
    set_meal_item,
)
from lianfang.capabilities.catering.models import (
    Amenity,
    Delivery,
    Diet,
    MealItem,
    Request,
    Shortfall,
    Sitting,
    StaffDiner,
)
from lianfang.capabilities.catering.requests import (
    close_request,
    decline_request,
    open_request,
    set_amenity,
    take_request,
)
from lianfang.capabilities.catering.staff import set_staff_meal
from lianfang.capabilities.catering.words import DIETS, MEALS, REQUEST_KINDS, REQUEST_STATES
from lianfang.domain.roles import SERVICES, SIGHTS, Role
from lianfang.kernel.registers.register import Column, Register, column, equals, on_day, under_unit

SITTING_DAY = Column("day", _("day"), lambda row: row.sitting.day, "day", 1, "sitting__day")
ITEM = Column("item", _("supply item"), lambda row: str(row.item))
SITTING_MEAL = Column("meal", _("meal"), lambda row: row.sitting.get_meal_display())


class Diets(Register):
    name = "diets"
    title = _("Diets")
    model = Diet
    related = ("unit", "person")
    order = ("-since", "-id")
    people = True
    roles = tuple(role for role in Role if SIGHTS[role].people and SIGHTS[role].health)
    columns = [column(Diet, n) for n in ("unit", "person", "diet", "avoid", "since", "until", "by")]
    filters = [under_unit("unit", _("unit")), equals("diet", _("diet"), DIETS)]
    actions = [set_diet]


class StaffDiners(Register):
    name = "staff-meals"
    title = _("Meals of staff")
    model = StaffDiner
    related = ("unit", "person")
    order = ("-since", "-id")
    people = True
    roles = tuple(role for role in Role if SIGHTS[role].people)
    columns = [
        column(StaffDiner, "unit"), Column("person", _("person"), lambda row: row.person.name, kind="person"),
        *(column(StaffDiner, n) for n in ("meal", "post", "since", "until", "by")),
    ]  # fmt: skip
    filters = [under_unit("unit", _("unit")), equals("meal", _("meal"), MEALS)]
    actions = [set_staff_meal]


class Sittings(Register):
    name = "sittings"
    title = _("Sittings")
    model = Sitting
    related = ("unit",)
    order = ("-day", "-served_from", "-id")
    roles = SERVICES
    columns = [column(Sitting, n) for n in ("unit", "day", "meal", "cut_off", "due_at", "served", "staff", "served_at")]
    filters = [under_unit("unit", _("unit")), equals("meal", _("meal"), MEALS), on_day("day", _("day"), "day")]
    actions = [fix_list, serve_meals]


class MealItems(Register):
    name = "meal-items"
    title = _("Uses for each meal")
    model = MealItem
    related = ("unit", "item")
    order = ("id",)
    roles = SERVICES
    columns = [
        column(MealItem, "unit"), ITEM, column(MealItem, "per_meal"),
        column(MealItem, "in_use"),
    ]  # fmt: skip
    filters = [under_unit("unit", _("unit"))]
    actions = [set_meal_item]


class Deliveries(Register):
    name = "deliveries"
    title = _("Deliveries of meals")
    model = Delivery
    related = ("unit", "sitting")
    order = ("-due_at", "-drop", "-id")
    roles = SERVICES
    columns = [
        column(Delivery, "unit"), SITTING_DAY, SITTING_MEAL,
        column(Delivery, "drop", kind="choice"),
        *(column(Delivery, n) for n in ("quantity", "due_at", "left_at", "arrived_at", "celsius", "vehicle")),
    ]  # fmt: skip
    filters = [under_unit("unit", _("unit")), on_day("day", _("day"), "sitting__day")]
    actions = [send_meals, deliver_meals]


class Shortfalls(Register):
    name = "shortfalls"
    title = _("Shortfalls")
    model = Shortfall
    related = ("unit", "sitting", "item")
    order = ("-sitting__day", "-id")
    roles = SERVICES
    columns = [
        column(Shortfall, "unit"), SITTING_DAY, SITTING_MEAL, ITEM,
        *(column(Shortfall, n) for n in ("wanted", "issued", "short")),
    ]  # fmt: skip
    filters = [under_unit("unit", _("unit"))]


class Requests(Register):
    name = "requests"
    title = _("Requests")
    model = Request
    related = ("unit", "place")
    order = ("-opened_at", "-id")
    roles = SERVICES
    columns = [
        column(Request, "unit"),
        Column("place", _("room"), lambda row: row.place.code if row.place else "", "code", 1, "place__code"),
        *(column(Request, n) for n in ("kind", "what", "state", "opened_at", "closed_at", "cost", "receipt")),
        column(Request, "note", priority=2),
    ]  # fmt: skip
    filters = [
        under_unit("unit", _("unit")), equals("state", _("state"), REQUEST_STATES),
        equals("kind", _("kind"), REQUEST_KINDS),
    ]  # fmt: skip
    actions = [open_request, take_request, close_request, decline_request]


class Amenities(Register):
    name = "amenities"
    title = _("Amenities")
    model = Amenity
    related = ("unit",)
    order = ("kind", "name")
    roles = SERVICES
    columns = [column(Amenity, n) for n in ("unit", "name", "name_en", "kind", "how", "in_use")]
    filters = [under_unit("unit", _("unit"))]
    actions = [set_amenity]
