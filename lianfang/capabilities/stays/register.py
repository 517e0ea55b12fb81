"""How stays, tests, rounds and isolations are listed (留观台账): names masked, by whoever sees people."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from lianfang.capabilities.stays import correcting  # noqa: F401  facts behind the statuses of stays
from lianfang.capabilities.stays.actions import (
    admit,
    convert,
    correct_exposure,
    extend,
    mark_lost,
    measure_at_home,
    open_guest_account,
    order_test,
    record_home_test,
    record_test,
    release,
    transfer_out,
    transfer_room,
)
from lianfang.capabilities.stays.models import STATES, ClosedRound, Feedback, HomeWatch, Isolation, LabTest, Stay
from lianfang.capabilities.stays.roles import SEERS
from lianfang.domain.identity import mask_name
from lianfang.domain.roles import EVERYONE, Role
from lianfang.kernel.registers.register import Column, Register, column, equals, on_day, under_unit

MASKED = Column("person", _("person"), lambda row: mask_name(row.person.name), "masked")


class Stays(Register):
    name = "stays"
    title = _("Stays under observation")
    model = Stay
    related = ("unit", "person")
    order = ("-pk",)  # in the order in which they were announced; whoever has not come has no day yet
    roles = SEERS
    people = True
    columns = [
        MASKED,
        column(Stay, "unit"),
        column(Stay, "state", kind="choice"),
        column(Stay, "party_kind", priority=3),
        column(Stay, "party", priority=3),
        column(Stay, "last_exposure", priority=2),
        column(Stay, "admitted_at", priority=2),
        column(Stay, "ends_on"),
        column(Stay, "ended_at", priority=2),
        column(Stay, "certificate", kind="code", priority=2),
        column(Stay, "edition", priority=3),
    ]
    filters = [
        under_unit("unit", _("unit")),
        equals("state", _("state"), STATES),
        on_day("ends_on", _("release no earlier than"), "ends_on"),
        equals("certificate", _("certificate")),
    ]
    actions = [
        admit, transfer_room, transfer_out, correct_exposure, extend, order_test, record_test, release, convert,
        mark_lost, open_guest_account,
    ]  # fmt: skip

    address = staticmethod(lambda row: f"/stays/{row.pk}")


class LabTests(Register):
    name = "lab-tests"
    title = _("Tests of stays")
    model = LabTest
    related = ("unit", "person")
    order = ("-day", "-pk")
    roles = (Role.NURSE, Role.DOCTOR)
    people = True
    columns = [MASKED, *(column(LabTest, n) for n in ("unit", "number", "day", "sampled_at", "result", "resulted_at"))]
    filters = [under_unit("unit", _("unit")), on_day("day", _("day"), "day")]


class ClosedRounds(Register):
    name = "rounds"
    title = _("Closed rounds")
    model = ClosedRound
    related = ("unit",)
    order = ("-at", "-pk")
    roles = (*EVERYONE,)
    columns = [
        *(column(ClosedRound, n) for n in ("unit", "day", "slot", "expected", "done")),
        Column("missed", _("missed"), lambda row: ", ".join(one["room"] for one in row.missed)),
        *(column(ClosedRound, n, priority=2) for n in ("at", "by")),
    ]
    filters = [under_unit("unit", _("unit")), on_day("day", _("day"), "day")]


class Feedbacks(Register):
    name = "feedback"
    title = _("Feedback of guests")
    model = Feedback
    related = ("unit",)
    order = ("-at", "-pk")
    columns = [column(Feedback, n) for n in ("unit", "party_kind", "form", "text", "at")]
    filters = [under_unit("unit", _("unit"))]


class HomeWatches(Register):
    name = "home-watches"
    title = _("Health monitoring at home")
    model = HomeWatch
    related = ("unit", "person")
    order = ("-since", "-pk")
    roles = (Role.NURSE, Role.DOCTOR)
    people = True
    columns = [MASKED, *(column(HomeWatch, n) for n in ("unit", "since", "until", "edition"))]
    filters = [under_unit("unit", _("unit"))]
    actions = [measure_at_home, record_home_test]


class Isolations(Register):
    name = "isolations"
    title = _("Campus isolation")
    model = Isolation
    related = ("unit", "place")
    order = ("-since", "-pk")
    roles = (Role.DOCTOR, Role.NURSE, Role.DUTY_OFFICER)
    people = True
    columns = [
        column(Isolation, "unit"),
        Column("place", _("place"), lambda row: str(row.place)),
        *(column(Isolation, n) for n in ("since", "provider", "referred_at", "accepted_at", "outcome", "ended_at")),
    ]
    filters = [under_unit("unit", _("unit"))]

    address = staticmethod(lambda row: f"/isolations/{row.pk}")
