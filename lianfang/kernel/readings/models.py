"""Readings (测温): the temperature and symptoms of a person under watch, taken once for a slot of a day."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from lianfang.kernel.orgs.models import UnitOwned
from lianfang.kernel.people.models import Person

STAY, CLASS, HOME, CONTACT, GATE, ISOLATED = "stay", "class", "home", "contact", "gate", "isolated"
READING_KINDS = [
    (STAY, _("observation")),
    (CLASS, _("class at the door")),
    (HOME, _("at home")),
    (CONTACT, _("contact")),
    (GATE, _("gate")),
    (ISOLATED, _("isolation on campus")),
]
BODY_SITES = [("armpit", _("armpit")), ("forehead", _("forehead")), ("ear", _("ear"))]


class Reading(UnitOwned):
    """One measurement. A correction is a new reading; the one it replaces is voided and stays."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("person"))
    subject = models.CharField(max_length=120)
    kind = models.CharField(_("kind"), max_length=10, choices=READING_KINDS)
    day = models.DateField(_("day"))
    slot = models.CharField(_("time of day"), max_length=5)
    at = models.DateTimeField(_("measured at"))
    celsius = models.DecimalField(_("temperature, °C"), max_digits=4, decimal_places=2, null=True, blank=True)
    body_site = models.CharField(_("measured at the"), max_length=10, choices=BODY_SITES, blank=True)
    symptoms = models.JSONField(_("symptoms"), default=list)
    fever = models.BooleanField(_("fever"), default=False)
    abnormal = models.BooleanField(_("abnormal"), default=False)
    second_of = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="seconds", verbose_name=_("second reading of")
    )
    by = models.CharField(_("by"), max_length=60)
    by_id = models.BigIntegerField(null=True)
    key = models.CharField(max_length=64, unique=True)
    digest = models.CharField(max_length=64)
    received_at = models.DateTimeField(_("received at"))
    voided_at = models.DateTimeField(_("voided at"), null=True, blank=True)
    void_reason = models.CharField(_("voided because"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("reading")
        verbose_name_plural = _("readings")
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["unit", "day", "slot"]),
            models.Index(fields=["subject", "day"]),
            models.Index(fields=["unit", "at"], name="reading_abnormal", condition=models.Q(abnormal=True)),
        ]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["subject", "day", "slot"],
                name="one_reading_a_slot",
                condition=models.Q(second_of__isnull=True, voided_at__isnull=True),
                violation_error_message=_("There is a reading for this time of day already."),
            ),
            models.CheckConstraint(
                condition=models.Q(celsius__isnull=True) | models.Q(celsius__gte=30, celsius__lte=45),
                name="reading_is_of_a_body",
                violation_error_message=_("This is no temperature of a person."),
            ),
        ]
