"""A site (隔离点) from designation to release, its milestones against T0 (启用时限), and its rooms (房间)."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from uuid_utils.compat import uuid7

from lianfang.domain.site import life, rooms
from lianfang.domain.site.milestones import CONVERTED, FIRST_BATCH, ROOMS_READY
from lianfang.kernel.orgs.models import UnitOwned
from lianfang.kernel.places.models import Place

SITE_STATES = [
    (life.DESIGNATED, _("designated")),
    (life.CONVERTING, _("converting")),
    (life.OPEN, pgettext_lazy("of a site", "open")),
    (life.DRAINING, _("draining, no more admissions")),
    (life.CLOSED, pgettext_lazy("of a site", "closed")),
    (life.DISINFECTING, _("terminal disinfection")),
    (life.RELEASED, pgettext_lazy("of a site", "released")),
]
MILESTONE_KEYS = [
    (ROOMS_READY, _("Rooms ready")),
    (FIRST_BATCH, _("First batch in")),
    (CONVERTED, _("Conversion complete")),
]
ROOM_ZONES = [
    ("living", _("living zone")),
    ("observation", _("observation zone")),
    ("supply", _("supply zone")),
]
PASSAGE_NAMES = [("guest", _("guest passage")), ("staff", _("staff passage"))]
READINESS = [
    (rooms.PLANNED, pgettext_lazy("of a room", "planned")),
    (rooms.READY, pgettext_lazy("of a room", "ready")),
    (rooms.CLEANING, pgettext_lazy("of a room", "cleaning")),
    (rooms.REPAIR, pgettext_lazy("of a room", "in repair")),
    (rooms.CLOSED, pgettext_lazy("of a room", "closed")),
]


class Site(UnitOwned):
    """One observation site: a unit of kind "site", its T0, the states it went through and when."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    state = models.CharField(_("state"), max_length=12, choices=SITE_STATES, default=life.DESIGNATED)
    rooms_planned = models.PositiveIntegerField(_("rooms planned"))
    t0 = models.DateTimeField(_("T0"))
    designated_on = models.DateField(_("designated on"))
    opened_at = models.DateTimeField(_("opened at"), null=True, blank=True)
    closing_on = models.DateField(_("planned closing day"), null=True, blank=True)
    accepts_until = models.DateField(_("admits until"), null=True, blank=True)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    disinfection_from = models.DateField(_("terminal disinfection from"), null=True, blank=True)
    released_at = models.DateTimeField(_("released at"), null=True, blank=True)
    sampling = models.CharField(_("sampling before release"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("observation site")
        verbose_name_plural = _("observation sites")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["unit"], name="one_site_a_unit", violation_error_message=_("The unit is a site already.")
            ),
            models.CheckConstraint(
                condition=models.Q(closed_on__isnull=True) | models.Q(closed_on__gte=models.F("designated_on")),
                name="site_closes_after_designation",
                violation_error_message=_("A site cannot close before it was designated."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.unit)


class Milestone(UnitOwned):
    """One target against T0: when it was met, with which count, and what is in the way now."""

    site = models.ForeignKey(Site, models.PROTECT, related_name="milestones", verbose_name=_("site"))
    key = models.CharField(_("milestone"), max_length=12, choices=MILESTONE_KEYS)
    actual_at = models.DateTimeField(_("met at"), null=True, blank=True)
    value = models.PositiveIntegerField(_("count"), null=True, blank=True)
    by = models.CharField(_("by"), max_length=60, blank=True)
    blocker = models.CharField(_("in the way"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["site", "key"],
                name="one_milestone_a_key",
                violation_error_message=_("The site has this milestone already."),
            )
        ]

    def __str__(self) -> str:
        return str(self.get_key_display())


class Room(UnitOwned):
    """One room of a site: its zone, the passage that leads to it, its equipment, and whether somebody may move in."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    site = models.ForeignKey(Site, models.PROTECT, related_name="rooms", verbose_name=_("site"))
    place = models.OneToOneField(Place, models.PROTECT, related_name="site_room", verbose_name=_("place"))
    zone = models.CharField(_("zone"), max_length=12, choices=ROOM_ZONES, default="observation")
    passage = models.CharField(_("passage"), max_length=8, choices=PASSAGE_NAMES, default="guest")
    route = models.CharField(_("route"), max_length=80, blank=True)
    readiness = models.CharField(_("readiness"), max_length=10, choices=READINESS, default=rooms.PLANNED)
    lacks = models.JSONField(_("equipment that is missing"), default=list, blank=True)
    ready_at = models.DateTimeField(_("ready at"), null=True, blank=True)
    since = models.DateTimeField(_("in this state since"))
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("room of a site")
        verbose_name_plural = _("rooms of a site")
        indexes: ClassVar[list[Any]] = [models.Index(fields=["site", "readiness"])]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=~models.Q(readiness=rooms.READY) | models.Q(ready_at__isnull=False),
                name="ready_room_has_its_moment",
                violation_error_message=_("A room is ready from a moment on."),
            )
        ]

    def __str__(self) -> str:
        return str(self.place)
