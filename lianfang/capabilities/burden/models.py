"""The register of forms (报表备案): who asks whom for what and how often, and where each field is held already."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from lianfang.kernel.orgs.models import UnitOwned

PROPOSED, PUBLISHED, WITHDRAWN = "proposed", "published", "withdrawn"
STATES = [(PROPOSED, _("proposed")), (PUBLISHED, _("published")), (WITHDRAWN, _("withdrawn"))]
PEOPLE, UNITS = "people", "units"
ANSWERED_BY = [(PEOPLE, _("everybody on the rosters")), (UNITS, _("every reporting unit"))]
FREQUENCIES = [
    ("once", pgettext_lazy("how often", "once")),
    ("daily", pgettext_lazy("how often", "every day")),
    ("weekly", pgettext_lazy("how often", "every week")),
    ("monthly", pgettext_lazy("how often", "every month")),
]
FIELD_KINDS = [("count", _("whole number")), ("text", _("text"))]
SAME, DIFFERENT = "same", "different"
DECISIONS = [(SAME, _("held already")), (DIFFERENT, _("something else"))]


def in_language(zh: str, en: str) -> str:
    """What data bring in both languages, in the one in force."""
    return en if en and not (get_language() or "").startswith("zh") else zh


class RegisteredForm(UnitOwned):
    """A form that an office asks of everybody or of every unit under it; asked only once it is published."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(_("code"), max_length=40)
    title = models.CharField(_("title"), max_length=80)
    title_en = models.CharField(_("title in English"), max_length=120, blank=True)
    purpose = models.CharField(_("purpose"), max_length=300)
    answered_by = models.CharField(_("who answers"), max_length=10, choices=ANSWERED_BY)
    frequency = models.CharField(_("how often"), max_length=10, choices=FREQUENCIES)
    seconds = models.PositiveIntegerField(_("seconds to fill in, estimated"))
    seconds_measured = models.PositiveIntegerField(_("seconds to fill in, measured"), null=True, blank=True)
    timed_entries = models.PositiveIntegerField(_("entries timed"), default=0)
    state = models.CharField(_("state"), max_length=10, choices=STATES, default=PROPOSED)
    proposer_id = models.BigIntegerField(null=True, blank=True, editable=False)
    proposed_by = models.CharField(_("proposed by"), max_length=60)
    proposed_at = models.DateTimeField(_("proposed at"))
    published_by = models.CharField(_("published by"), max_length=60, blank=True)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    withdrawn_why = models.CharField(_("why it was withdrawn"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("form")
        verbose_name_plural = _("forms")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["code"],
                condition=~models.Q(state=WITHDRAWN),
                name="one_form_a_code",
                violation_error_message=_("A form with this code is proposed or asked already."),
            )
        ]

    def __str__(self) -> str:
        return in_language(self.title, self.title_en)

    @property
    def takes(self) -> int:
        """Seconds that filling it in takes: measured if somebody has, else as estimated."""
        return self.seconds if self.seconds_measured is None else self.seconds_measured


class FormField(UnitOwned):
    """One field of a form: held already under a key of the dictionary, or new; asked, or filled from what is held."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    form = models.ForeignKey(RegisteredForm, models.CASCADE, related_name="fields", verbose_name=_("form"))
    position = models.PositiveSmallIntegerField(_("position"))
    code = models.CharField(_("code"), max_length=40)
    zh = models.CharField(_("words in Chinese"), max_length=80)
    en = models.CharField(_("words in English"), max_length=120, blank=True)
    kind = models.CharField(_("kind"), max_length=10, choices=FIELD_KINDS)
    held_as = models.CharField(_("held as"), max_length=120, blank=True)
    asked = models.BooleanField(_("asked"), default=True)
    decision = models.CharField(_("decision"), max_length=10, choices=DECISIONS, blank=True)
    decided_about = models.CharField(_("alike to"), max_length=120, blank=True)
    decided_by = models.CharField(_("decided by"), max_length=60, blank=True)
    decided_why = models.CharField(_("reason"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("field of a form")
        verbose_name_plural = _("fields of forms")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["form", "code"],
                name="one_field_a_code",
                violation_error_message=_("The form has a field with this code."),
            )
        ]

    def __str__(self) -> str:
        return in_language(self.zh, self.en)
