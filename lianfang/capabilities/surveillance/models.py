"""What watching keeps (监测留存): counts of illness by unit and day, detection settings, their runs, and alarms.

Counts are figures: no row names a person. A day's row of an office is the sum of the rows below it.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from uuid_utils.compat import uuid7

from lianfang.domain.small import Small
from lianfang.kernel.orgs.models import Placed, Unit, UnitOwned

METHOD_NAMES = [
    ("auto", _("against what is usual, by the days on record")),
    ("c1", _("EARS C1")),
    ("c2", _("EARS C2")),
    ("c3", _("EARS C3")),
    ("cusum", _("negative-binomial CUSUM")),
    ("at_least", _("a fixed number of people")),
]
LEVEL_NAMES = [
    ("class", _("class")),
    ("school", _("school")),
    ("county", _("county")),
    ("prefecture", _("prefecture")),
    ("province", _("province")),
]
SETTING_STATES = [
    ("proposed", pgettext_lazy("setting", "proposed")),
    ("on", pgettext_lazy("setting", "switched on")),
    ("off", pgettext_lazy("setting", "switched off")),
]
RATES = [("own", _("the records of the last weeks")), ("pack", _("base rates of the rule pack"))]
_REAL_DAY = models.Q(day__gte="2000-01-01", day__lt="2200-01-01")


class DayCount(Placed):
    """How many were ill with what in a unit and below it on a day, beside how many were asked and how many answered.

    Persons, each once a day. `counts` holds what is not zero; a row without a syndrome says zero, no row says nothing.
    `bounds` says below what number a count is that would tell its hidden neighbour's (`domain.small_sums`).
    """

    pk = models.CompositePrimaryKey("unit", "day")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("unit"), db_index=False)
    day = models.DateField(_("day"))
    above = models.CharField(max_length=200, db_collation="C", editable=False, blank=True)
    level = models.CharField(_("kind"), max_length=20)
    expected = models.PositiveIntegerField(_("expected"))
    answered = models.PositiveIntegerField(_("answered"))
    counts = models.JSONField(_("counts"), default=dict)
    bounds = models.JSONField(default=dict, editable=False)
    fewest = models.PositiveSmallIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("daily count of illness")
        verbose_name_plural = _("daily counts of illness")
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["above", "day"]),
            models.Index(fields=["day", "path"]),
        ]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=_REAL_DAY,
                name="day_count_day_is_a_day",
                violation_error_message=_("The day is out of the calendar."),
            )
        ]

    def count(self, syndrome: str, *, hidden: bool) -> Small:
        """The count of a syndrome as it may be shown: as it is, or hidden where it is small."""
        number = self.counts.get(syndrome, 0) if self.answered else None
        if not hidden:
            return Small(number, self.answered)
        return Small(number, self.answered, self.fewest, self.bounds.get(syndrome, 0))


class DetectionSetting(UnitOwned):
    """By what method the counts of a syndrome are watched at one level under a unit; changed by a new setting only."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    method = models.CharField(_("method"), max_length=10, choices=METHOD_NAMES)
    syndrome = models.CharField(_("what is counted"), max_length=20)
    level = models.CharField(_("looks at each"), max_length=12, choices=LEVEL_NAMES)
    cases = models.PositiveIntegerField(_("people"), default=0)
    window_days = models.PositiveSmallIntegerField(_("within days"), default=1)
    alpha = models.DecimalField(_("share of false alarms"), max_digits=9, decimal_places=8, default=0)
    adjusted = models.BooleanField(_("adjusted for the number of units"), default=False)
    valid_from = models.DateField(_("valid from"))
    state = models.CharField(_("state"), max_length=10, choices=SETTING_STATES, default="proposed")
    false_alarms = models.DecimalField(_("false alarms a day"), max_digits=14, decimal_places=6)
    series = models.PositiveIntegerField(_("units looked at"))
    rates = models.CharField(_("reckoned from"), max_length=6, choices=RATES)
    note = models.CharField(_("reason"), max_length=200, blank=True)
    proposed_at = models.DateTimeField(_("proposed at"))
    proposed_by = models.CharField(_("proposed by"), max_length=60)
    on_at = models.DateTimeField(_("switched on at"), null=True, blank=True)
    on_by = models.CharField(_("switched on by"), max_length=60, blank=True)
    off_at = models.DateTimeField(_("switched off at"), null=True, blank=True)
    off_by = models.CharField(_("switched off by"), max_length=60, blank=True)
    off_reason = models.CharField(_("why it was switched off"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("detection setting")
        verbose_name_plural = _("detection settings")
        indexes: ClassVar[list[Any]] = [models.Index(fields=["unit", "proposed_at"])]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["unit", "syndrome", "level", "method"],
                condition=models.Q(state="on"),
                name="one_setting_on",
                violation_error_message=_("A setting like this one is switched on already."),
            ),
            models.UniqueConstraint(
                fields=["unit", "syndrome", "level", "method", "cases", "window_days", "alpha", "adjusted"],
                condition=models.Q(state__in=["proposed", "on"]),
                name="one_setting_of_these_words",
                violation_error_message=_("A setting with the same words is proposed or switched on already."),
            ),
            models.CheckConstraint(
                condition=models.Q(state="proposed", on_at__isnull=True, off_at__isnull=True)
                | models.Q(state="on", on_at__isnull=False, off_at__isnull=True)
                | models.Q(state="off", off_at__isnull=False),
                name="setting_state_has_its_moment",
                violation_error_message=_("A setting that is on or off says since when."),
            ),
        ]


class DetectionRun(UnitOwned):
    """A setting was run over a day: how many units it looked at, how many had too few days, how many alarms it raised.

    `final` once no more answers of the day can come.
    """

    pk = models.CompositePrimaryKey("setting", "day", "final")
    setting = models.ForeignKey(DetectionSetting, models.PROTECT, related_name="runs", verbose_name=_("setting"))
    day = models.DateField(_("day"))
    final = models.BooleanField(_("final"))
    at = models.DateTimeField(_("at"))
    series = models.PositiveIntegerField(_("units looked at"))
    short = models.PositiveIntegerField(_("with too few days"), default=0)
    alarms = models.PositiveIntegerField(_("alarms"), default=0)

    class Meta:
        verbose_name = _("run of a setting")
        verbose_name_plural = _("runs of settings")


class Alarm(UnitOwned):
    """A count that a setting finds unusual: where, when, how many were counted and how many would have been usual."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    setting = models.ForeignKey(DetectionSetting, models.PROTECT, related_name="alarms", verbose_name=_("setting"))
    day = models.DateField(_("day"))
    syndrome = models.CharField(_("what is counted"), max_length=20)
    method = models.CharField(_("method"), max_length=10, choices=METHOD_NAMES)
    observed = models.PositiveIntegerField(_("counted"))
    answered = models.PositiveIntegerField(_("answered"))
    expected = models.DecimalField(_("usual"), max_digits=12, decimal_places=4, null=True)
    upper = models.DecimalField(_("upper bound"), max_digits=12, decimal_places=4, null=True)
    p = models.DecimalField(_("p"), max_digits=10, decimal_places=9, null=True)
    fewest = models.PositiveSmallIntegerField(default=0, editable=False)
    found_at = models.DateTimeField(_("found at"))
    alert = models.CharField(_("alert"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("alarm")
        verbose_name_plural = _("alarms")
        indexes: ClassVar[list[Any]] = [models.Index(fields=["unit", "day"])]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["setting", "unit", "day"],
                name="one_alarm_a_day",
                violation_error_message=_("This alarm is on record."),
            )
        ]

    def shown(self, *, hidden: bool, bound: int = 0) -> Small:
        """The count as it may be shown; `bound` is what the day's counts say of it (`DayCount.bounds`)."""
        if not hidden:
            return Small(self.observed, self.answered)
        return Small(self.observed, self.answered, self.fewest, bound)
