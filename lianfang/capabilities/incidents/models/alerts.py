"""Alerts of similar illness (聚集性发病预警): one open alert a place and group of symptoms, and who belongs to it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from uuid_utils.compat import uuid7

from lianfang.capabilities.incidents.models.incident import Incident
from lianfang.kernel.orgs.models import UnitOwned
from lianfang.kernel.places.models import Place

ALERT_STATES = [
    ("open", _("to verify")),
    ("verified", pgettext_lazy("alert", "verified")),
    ("assessed", _("assessed")),
    ("graded", _("graded")),
    ("closed", pgettext_lazy("incident", "closed")),
]
RULES = [
    ("same_day", _("on one day")),
    ("several_days", _("within several days")),
    ("unusual", _("more than usual")),
]
OUTCOMES = [
    ("outbreak", _("an outbreak")),
    ("unrelated", _("not connected")),
    ("false_alarm", _("false alarm")),
    ("over", _("over")),
]


class ClusterAlert(UnitOwned):
    """Several people alike ill in one class or room: counts and moments, no names."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    place = models.ForeignKey(Place, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("room"))
    group = models.CharField(_("symptoms"), max_length=20)
    rule = models.CharField(_("by the rule"), max_length=12, choices=RULES)
    since = models.DateField(_("ill since"))
    reached_on = models.DateField(_("threshold reached on"))
    cases = models.PositiveIntegerField(_("cases"))
    state = models.CharField(_("state"), max_length=10, choices=ALERT_STATES, default="open")
    opened_at = models.DateTimeField(_("opened at"))
    report_due_at = models.DateTimeField(_("report due at"))
    verified_at = models.DateTimeField(_("verified at"), null=True, blank=True)
    verified_by = models.CharField(_("verified by"), max_length=60, blank=True)
    assessed_at = models.DateTimeField(_("assessed at"), null=True, blank=True)
    likelihood = models.CharField(_("likelihood"), max_length=20, blank=True)
    consequence = models.CharField(_("consequence"), max_length=20, blank=True)
    grade = models.CharField(_("grade"), max_length=10, blank=True)
    graded_at = models.DateTimeField(_("graded at"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=12, choices=OUTCOMES, blank=True)
    outcome_at = models.DateTimeField(_("outcome at"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    incident = models.ForeignKey(
        Incident, models.PROTECT, null=True, blank=True, related_name="alerts", verbose_name=_("incident")
    )

    class Meta:
        verbose_name = _("alert of similar illness")
        verbose_name_plural = _("alerts of similar illness")
        indexes: ClassVar[list[Any]] = [models.Index(fields=["unit", "opened_at"])]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["unit", "place", "group"],
                condition=models.Q(outcome_at__isnull=True),
                nulls_distinct=False,
                name="one_open_alert_a_place",
                violation_error_message=_("An alert of this kind is open for this place."),
            ),
            models.CheckConstraint(
                condition=models.Q(state="closed", outcome_at__isnull=False)
                | (~models.Q(state="closed") & models.Q(outcome_at__isnull=True)),
                name="alert_closed_has_an_outcome",
                violation_error_message=_("A closed alert has an outcome."),
            ),
        ]


class ClusterMember(UnitOwned):
    """Somebody who belongs to an alert, with the first day ill; seen where people's health is seen."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    alert = models.ForeignKey(ClusterAlert, models.PROTECT, related_name="members", verbose_name=_("alert"))
    person_id = models.UUIDField(_("person"))
    first_day = models.DateField(_("ill since"))
    joined_at = models.DateTimeField(_("added at"))

    class Meta:
        verbose_name = _("member of an alert")
        verbose_name_plural = _("members of an alert")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["alert", "person_id"],
                name="one_member_an_alert",
                violation_error_message=_("This person belongs to the alert already."),
            )
        ]
