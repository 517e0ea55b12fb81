"""What is kept of briefings (日报、成效指标、资料包): versions of a day, indicators counted, packs asked for."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from lianfang.domain.briefing.figures import Section, sections_from
from lianfang.domain.small import Below, Shown
from lianfang.kernel.orgs.models import UnitOwned

ASSESSMENT_LENGTH = 300  # characters


class Briefing(UnitOwned):
    """One version of a unit's briefing of a day. Nobody changes it: what is said anew is the next version.

    `figures` are the sections as `Section.as_json`; `text` is `{"zh": [...], "en": [...]}`, each a list of
    `{"code", "title", "paragraph"}`. `as_of` is the moment up to which things were counted.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    day = models.DateField(_("day"))
    version = models.PositiveSmallIntegerField(_("version"))
    figures = models.JSONField(_("figures"))
    text = models.JSONField(_("text"))
    assessment = models.CharField(_("assessment"), max_length=ASSESSMENT_LENGTH, blank=True)
    assessed_by = models.CharField(_("assessed by"), max_length=60, blank=True)
    assessed_at = models.DateTimeField(_("assessed at"), null=True, blank=True)
    reason = models.CharField(_("why there is a new version"), max_length=200, blank=True)
    changed = models.JSONField(_("figures that changed"), default=list, blank=True)
    as_of = models.DateTimeField(_("as of"))
    at = models.DateTimeField(_("composed at"))
    by = models.CharField(_("composed by"), max_length=60)
    by_id = models.BigIntegerField(null=True, blank=True, editable=False)
    hash = models.CharField(_("hash"), max_length=64)

    class Meta:
        verbose_name = _("daily briefing")
        verbose_name_plural = _("daily briefings")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["unit", "day", "version"],
                name="one_briefing_a_version",
                violation_error_message=_("This version of the briefing was composed already."),
            ),
            models.CheckConstraint(
                condition=models.Q(version=1) | ~models.Q(reason="") | ~models.Q(changed=[]),
                name="new_briefing_says_why",
                violation_error_message=_("A new version says why: figures that changed, or a reason."),
            ),
            models.CheckConstraint(
                condition=models.Q(day__gte="2000-01-01", day__lt="2200-01-01"),
                name="briefing_day_is_a_day",
                violation_error_message=_("The day is out of the calendar."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.day} v{self.version}"

    @property
    def sections(self) -> tuple[Section, ...]:
        """Its figures by section."""
        return sections_from(self.figures)


class CountedIndicator(UnitOwned):
    """What records said of one outcome indicator over a period, at the moment when they were counted.

    `count` is what may be printed; None where it is not known, or hidden because it is small: then `below` says what
    it is below of, and the number itself is not kept. A later count that differs is a further version.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(_("indicator"), max_length=40)
    since = models.DateField(_("from"))
    until = models.DateField(_("to"))
    version = models.PositiveSmallIntegerField(_("version"))
    count = models.PositiveIntegerField(_("numerator"), null=True, blank=True)
    below = models.PositiveSmallIntegerField(_("hidden below"), null=True, blank=True)
    people = models.PositiveIntegerField(_("denominator"))
    person_days = models.PositiveIntegerField(_("person-days"), null=True, blank=True)
    percent = models.DecimalField(_("percent"), max_digits=5, decimal_places=1, null=True, blank=True)
    at = models.DateTimeField(_("counted at"))
    by = models.CharField(_("counted by"), max_length=60)

    class Meta:
        verbose_name = _("outcome indicator")
        verbose_name_plural = _("outcome indicators")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["unit", "code", "since", "until", "version"],
                name="one_count_a_version",
                violation_error_message=_("This version of the indicator was counted already."),
            ),
            models.CheckConstraint(
                condition=models.Q(since__gte="2000-01-01", until__gte=models.F("since"), until__lt="2200-01-01"),
                name="indicator_period_is_a_period",
                violation_error_message=_("A period ends on the day it begins or later."),
            ),
            models.CheckConstraint(
                condition=models.Q(below=None) | models.Q(count=None, percent=None),
                name="hidden_indicator_keeps_no_number",
                violation_error_message=_("A hidden count is kept as a bound only."),
            ),
        ]

    @property
    def shown(self) -> Shown:
        """The count as it is printed: a number, `Below`, or None where it is not known."""
        return self.count if self.below is None else Below(self.below)


WAITING, MADE, FAILED = "waiting", "made", "failed"
PACK_STATES = [(WAITING, _("being made")), (MADE, _("file made")), (FAILED, _("not made"))]


class Pack(UnitOwned):
    """One version of the after-action pack of a unit and a period; the worker makes the file, and it is kept.

    `about` says in words what the pack is about, where that is more than a period: an incident. `problem` is the code
    of a sentence, where no file could be made.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    since = models.DateField(_("from"))
    until = models.DateField(_("to"))
    about = models.CharField(_("occasion"), max_length=120, blank=True)
    version = models.PositiveSmallIntegerField(_("version"))
    state = models.CharField(_("state"), max_length=8, choices=PACK_STATES, default=WAITING)
    asked_at = models.DateTimeField(_("asked for at"))
    asked_by = models.CharField(_("asked for by"), max_length=60)
    asked_by_id = models.BigIntegerField(null=True, blank=True, editable=False)
    made_at = models.DateTimeField(_("made at"), null=True, blank=True)
    content = models.BinaryField(default=b"", blank=True)
    size = models.PositiveIntegerField(_("size, bytes"), default=0)
    files = models.PositiveSmallIntegerField(_("files"), default=0)
    hash = models.CharField(_("hash"), max_length=64, blank=True)
    problem = models.CharField(max_length=60, blank=True)

    class Meta:
        verbose_name = _("after-action pack")
        verbose_name_plural = _("after-action packs")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["unit", "since", "until", "version"],
                name="one_pack_a_version",
                violation_error_message=_("This version of the pack was asked for already."),
            ),
            models.CheckConstraint(
                condition=models.Q(since__gte="2000-01-01", until__gte=models.F("since"), until__lt="2200-01-01"),
                name="pack_period_is_a_period",
                violation_error_message=_("A period ends on the day it begins or later."),
            ),
            models.CheckConstraint(
                condition=models.Q(state=MADE, size__gt=0, made_at__isnull=False)
                | (~models.Q(state=MADE) & models.Q(size=0)),
                name="made_pack_has_its_file",
                violation_error_message=_("Only a pack that was made has a file."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.since} – {self.until} v{self.version}"
