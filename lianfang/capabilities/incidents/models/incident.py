"""Incidents (突发情况) with their clocks, the runbook each was opened under, who was called, and the log."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from uuid_utils.compat import uuid7

from lianfang.capabilities.incidents.shipped import in_language, kind_words
from lianfang.kernel.orgs.models import UnitOwned
from lianfang.kernel.places.models import Place

STATES = [
    ("open", pgettext_lazy("incident", "open")),
    ("contained", _("under control")),
    ("reported", _("handled and reported")),
    ("closed", pgettext_lazy("incident", "closed")),
    ("false_alarm", _("false alarm")),
]
WHATS = [
    ("on_scene", _("on the scene")),
    ("contained", _("under control")),
    ("reported", _("reported upwards")),
]
SEVERITIES = [("minor", _("minor")), ("serious", _("serious")), ("major", _("major"))]
LINE_KINDS = [
    ("note", _("note")),
    ("message", _("message")),
    ("reply", _("reply")),
    ("step", _("step done")),
]
_IN_ORDER = _("An incident is handled and reported after it was detected.")
_LATE = _("A limit was exceeded: the cause is needed before the incident is closed.")


def _not_before(name: str) -> models.Q:
    return models.Q(**{f"{name}__isnull": True}) | models.Q(**{f"{name}__gte": models.F("detected_at")})


def _in_time() -> models.Q:
    limit = models.F("limit_seconds")
    return models.Q(handled_seconds__lte=limit, reported_seconds__lte=limit)


class Incident(UnitOwned):
    """Something that happens here and now, or a hazard before it does. It names no person.

    The judged seconds and the limit of its day are kept with it, so that a later rule changes no verdict.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(_("kind"), max_length=20)
    place = models.ForeignKey(Place, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("place"))
    where = models.CharField(_("where"), max_length=120, blank=True)
    note = models.CharField(_("what was seen"), max_length=300, blank=True)
    severity = models.CharField(_("severity"), max_length=10, choices=SEVERITIES, blank=True)
    state = models.CharField(_("state"), max_length=12, choices=STATES, default="open")
    clocked = models.BooleanField(_("emergency clock"))
    limit_seconds = models.PositiveIntegerField(_("limit, seconds"))
    detected_at = models.DateTimeField(_("detected at"))
    detected_claimed = models.DateTimeField(_("detected by the device's clock"), null=True, blank=True)
    received_at = models.DateTimeField(_("received at"))
    trusted = models.BooleanField(_("the device's clock was possible"), default=True)
    reporter = models.CharField(_("reported by"), max_length=60)
    reporter_id = models.BigIntegerField(null=True, blank=True)
    key = models.CharField(max_length=64, blank=True, editable=False)  # the device's own id, by which its stops name it
    on_scene_at = models.DateTimeField(_("on the scene at"), null=True, blank=True)
    contained_at = models.DateTimeField(_("under control at"), null=True, blank=True)
    reported_at = models.DateTimeField(_("reported upwards at"), null=True, blank=True)
    handled_seconds = models.PositiveIntegerField(_("handled after, seconds"), null=True, blank=True)
    reported_seconds = models.PositiveIntegerField(_("reported after, seconds"), null=True, blank=True)
    runbook = models.CharField(_("runbook"), max_length=40)
    runbook_version = models.CharField(_("version of the runbook"), max_length=60)
    steps = models.JSONField(default=list, blank=True)
    situation = models.CharField(_("situation"), max_length=300, blank=True)
    objectives = models.CharField(_("objectives"), max_length=300, blank=True)
    map_text = models.CharField(_("map in words"), max_length=300, blank=True)
    cause = models.CharField(_("cause of exceeding the limit"), max_length=300, blank=True)
    outcome = models.CharField(_("how it ended"), max_length=300, blank=True)
    closed_at = models.DateTimeField(pgettext_lazy("incident", "closed at"), null=True, blank=True)
    closed_by = models.CharField(pgettext_lazy("incident", "closed by"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("incident")
        verbose_name_plural = _("incidents")
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["unit", "detected_at"]),
            models.Index(fields=["detected_at"], name="incident_open", condition=models.Q(closed_at__isnull=True)),
        ]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["reporter_id", "key"],
                condition=~models.Q(key=""),
                name="one_incident_a_key",
                violation_error_message=_("This emergency was raised already."),
            ),
            models.CheckConstraint(
                condition=_not_before("on_scene_at") & _not_before("contained_at") & _not_before("reported_at"),
                name="incident_in_order",
                violation_error_message=_IN_ORDER,
            ),
            models.CheckConstraint(
                condition=~models.Q(state="closed") | models.Q(clocked=False) | ~models.Q(cause="") | _in_time(),
                name="incident_late_has_a_cause",
                violation_error_message=_LATE,
            ),
            models.CheckConstraint(
                condition=models.Q(closed_at__isnull=True) | models.Q(state__in=("closed", "false_alarm")),
                name="incident_closed_is_closed",
                violation_error_message=_("Only a closed incident has a time of closing."),
            ),
        ]

    def __str__(self) -> str:
        return kind_words(self.kind)

    @property
    def where_words(self) -> str:
        """Where it is, in the reader's language: what was typed, else the place, else the unit."""
        return self.where or str(self.place or self.unit)


class Stop(UnitOwned):
    """One of an incident's clocks was stopped: when it happened, what the device claimed, when it came in.

    A correction is a further revision with its reason; the earlier one stays.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    incident = models.ForeignKey(Incident, models.PROTECT, related_name="stops", verbose_name=_("incident"))
    what = models.CharField(_("what"), max_length=10, choices=WHATS)
    revision = models.PositiveSmallIntegerField(_("revision"), default=1)
    at = models.DateTimeField(_("at"))
    claimed_at = models.DateTimeField(_("time by the device's clock"), null=True, blank=True)
    received_at = models.DateTimeField(_("received at"))
    trusted = models.BooleanField(_("the device's clock was possible"), default=True)
    by = models.CharField(_("by"), max_length=60)
    by_id = models.BigIntegerField(null=True, blank=True)
    reason = models.CharField(_("reason of correction"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("stopped clock")
        verbose_name_plural = _("stopped clocks")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["incident", "what", "revision"],
                name="one_stop_a_clock",
                violation_error_message=_("This clock was stopped already."),
            )
        ]


class Called(UnitOwned):
    """Whoever was called when an incident was opened, by role; an empty account says that nobody holds the role."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    incident = models.ForeignKey(Incident, models.PROTECT, related_name="calls", verbose_name=_("incident"))
    role = models.CharField(_("duty"), max_length=20)
    account_id = models.BigIntegerField(null=True, blank=True)
    name = models.CharField(_("name"), max_length=60, blank=True)
    at = models.DateTimeField(_("called at"))
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["incident", "role", "account_id"],
                name="called_once",
                nulls_distinct=False,
                violation_error_message=_("They were called already."),
            )
        ]


class LogLine(UnitOwned):
    """A line written into the activity log (ICS 214), a message with its reply (ICS 213), or a step done."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    incident = models.ForeignKey(Incident, models.PROTECT, related_name="lines", verbose_name=_("incident"))
    kind = models.CharField(_("kind"), max_length=10, choices=LINE_KINDS)
    at = models.DateTimeField(_("at"))
    by = models.CharField(_("by"), max_length=60)
    by_id = models.BigIntegerField(null=True, blank=True)
    to = models.CharField(_("to"), max_length=60, blank=True)
    text = models.CharField(_("text"), max_length=300, blank=True)
    number = models.PositiveSmallIntegerField(_("step"), default=0)
    reply_to = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="replies")

    class Meta:
        verbose_name = _("log line")
        verbose_name_plural = _("log lines")
        indexes: ClassVar[list[Any]] = [models.Index(fields=["incident", "at"])]


class RunbookEdition(UnitOwned):
    """A runbook of an institution in force from a day, in place of the one that comes with the product."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(_("kind"), max_length=20)
    version = models.CharField(_("version"), max_length=40)
    title = models.CharField(_("title"), max_length=80)
    title_en = models.CharField(_("title in English"), max_length=120, blank=True)
    basis = models.CharField(_("basis"), max_length=200, blank=True)
    valid_from = models.DateField(_("valid from"))
    steps = models.JSONField(_("steps"))
    published_at = models.DateTimeField(_("published at"))
    published_by = models.CharField(_("published by"), max_length=60)

    class Meta:
        verbose_name = _("runbook")
        verbose_name_plural = _("runbooks")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["unit", "kind", "valid_from"],
                name="one_runbook_a_day",
                violation_error_message=_("There is a runbook of this kind from that day."),
            )
        ]

    def __str__(self) -> str:
        return in_language(self.title, self.title_en)
