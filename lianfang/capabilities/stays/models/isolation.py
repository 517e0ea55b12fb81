"""Isolation on a campus (校内隔离): a suspected person, their room-mates, the referral, and how it ended."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from lianfang.capabilities.stays.models.stay import RESULTS
from lianfang.kernel.orgs.models import UnitOwned
from lianfang.kernel.people.models import Person
from lianfang.kernel.places.models import Place

SUSPECTED, ROOM_MATE = "suspected", "room_mate"
PARTS = [(SUSPECTED, _("suspected")), (ROOM_MATE, _("shared a room"))]
NEGATIVE, POSITIVE, OTHER = "negative", "positive", "other"
OUTCOMES = [(NEGATIVE, _("test negative")), (POSITIVE, _("test positive")), (OTHER, _("other finding"))]


class Isolation(UnitOwned):
    """One occasion: where, why, since when; whom it was referred to and accepted by; how it ended."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    place = models.ForeignKey(Place, models.PROTECT, related_name="+", verbose_name=_("place"))
    since = models.DateTimeField(_("since"))
    by = models.CharField(_("by"), max_length=60)
    provider = models.CharField(_("referred to"), max_length=80, blank=True)
    referred_at = models.DateTimeField(_("referred at"), null=True, blank=True)
    accepted_at = models.DateTimeField(_("referral accepted at"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=OUTCOMES, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    ended_by = models.CharField(_("ended by"), max_length=60, blank=True)
    reason = models.CharField(_("reason of the end"), max_length=160, blank=True)

    class Meta:
        verbose_name = _("campus isolation")
        verbose_name_plural = _("campus isolations")
        indexes: ClassVar[list[Any]] = [models.Index(fields=["unit", "since"])]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True) | models.Q(ended_at__gte=models.F("since")),
                name="isolation_ends_after_start",
                violation_error_message=_("Isolation cannot end before it began."),
            ),
            models.CheckConstraint(
                condition=models.Q(accepted_at__isnull=True) | models.Q(referred_at__isnull=False),
                name="accepted_after_referral",
                violation_error_message=_("What was not referred cannot be accepted."),
            ),
        ]


class Isolated(UnitOwned):
    """One person of an occasion: why, what was measured, who was told, until when."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    isolation = models.ForeignKey(Isolation, models.PROTECT, related_name="people", verbose_name=_("isolation"))
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("person"))
    part = models.CharField(_("as"), max_length=10, choices=PARTS)
    reason = models.CharField(_("reason"), max_length=160, blank=True)
    celsius = models.DecimalField(_("temperature, °C"), max_digits=4, decimal_places=2, null=True, blank=True)
    since = models.DateTimeField(_("since"))
    until = models.DateTimeField(_("until"), null=True, blank=True)
    guardians_told = models.PositiveSmallIntegerField(_("guardians told"), default=0)
    told_at = models.DateTimeField(_("guardian told at"), null=True, blank=True)

    class Meta:
        verbose_name = _("isolated person")
        verbose_name_plural = _("isolated people")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["person"],
                name="isolated_once",
                condition=models.Q(until__isnull=True),
                violation_error_message=_("This person is isolated already."),
            )
        ]


class IsolationTest(UnitOwned):
    """One test of somebody in isolation (隔离者检测); a result that turns out otherwise is a further entry."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    isolated = models.ForeignKey(Isolated, models.PROTECT, related_name="tests", verbose_name=_("isolated person"))
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("person"))
    sampled_at = models.DateTimeField(_("sample taken at"))
    sample = models.CharField(_("sample number"), max_length=40, blank=True)
    result = models.CharField(_("result"), max_length=10, choices=RESULTS)
    resulted_at = models.DateTimeField(_("result at"))
    by = models.CharField(_("by"), max_length=60)

    class Meta:
        verbose_name = _("test in isolation")
        verbose_name_plural = _("tests in isolation")
        indexes: ClassVar[list[Any]] = [models.Index(fields=["isolated", "sampled_at"])]
