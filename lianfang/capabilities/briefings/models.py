"""Versions of daily briefings (日报版本): figures, sentences in both languages, and a paragraph written by a person."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from lianfang.domain.briefing.figures import Section, sections_from
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
