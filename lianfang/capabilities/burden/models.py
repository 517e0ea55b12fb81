"""The register of forms (报表备案) and what was filled in: who asks whom for what and how often, and every answer."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from django.db import models
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from lianfang.kernel.orgs.models import Placed, UnitOwned
from lianfang.kernel.people.models import Person

PROPOSED, PUBLISHED, REPLACED, WITHDRAWN = "proposed", "published", "replaced", "withdrawn"
STATES = [
    (PROPOSED, _("proposed")),
    (PUBLISHED, _("published")),
    (REPLACED, _("replaced by a later version")),
    (WITHDRAWN, _("withdrawn")),
]
PEOPLE, UNITS = "people", "units"
ANSWERED_BY = [(PEOPLE, _("everybody on the rosters")), (UNITS, _("every reporting unit"))]
FREQUENCIES = [
    ("once", pgettext_lazy("how often", "once")),
    ("daily", pgettext_lazy("how often", "every day")),
    ("weekly", pgettext_lazy("how often", "every week")),
    ("monthly", pgettext_lazy("how often", "every month")),
]
COUNT, MEASURE, TEXT, CHOICE, FLAG, DAY = "count", "measure", "text", "choice", "flag", "date"
FIELD_KINDS = [
    (COUNT, _("whole number")),
    (MEASURE, _("number with decimals")),
    (TEXT, _("text")),
    (CHOICE, _("choice")),
    (FLAG, _("yes or no")),
    (DAY, _("day")),
]
NUMBERS = (COUNT, MEASURE)
SAME, DIFFERENT = "same", "different"
DECISIONS = [(SAME, _("held already")), (DIFFERENT, _("something else"))]
_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"


def in_language(zh: str, en: str) -> str:
    """What data bring in both languages, in the one in force."""
    return en if en and not (get_language() or "").startswith("zh") else zh


class RegisteredForm(UnitOwned):
    """A form that an office asks of everybody or of every unit under it; asked only once it is published."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(_("code"), max_length=40)
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    number = models.PositiveIntegerField(default=0, editable=False)  # of the code; tells its dues from others'
    begins_on = models.DateField(_("asked since"), null=True, blank=True)  # in whatever version
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
                condition=models.Q(state=PROPOSED),
                name="one_proposal_a_code",
                violation_error_message=_("A form with this code is proposed or asked already."),
            ),
            models.UniqueConstraint(
                fields=["code"],
                condition=models.Q(state=PUBLISHED),
                name="one_form_a_code",
                violation_error_message=_("A form with this code is proposed or asked already."),
            ),
            models.UniqueConstraint(
                fields=["code", "version"],
                name="one_version_a_number",
                violation_error_message=_("The form has a version of this number."),
            ),
        ]

    def __str__(self) -> str:
        return in_language(self.title, self.title_en)

    @property
    def takes(self) -> int:
        """Seconds that filling it in takes: measured if somebody has, else as estimated."""
        return self.seconds if self.seconds_measured is None else self.seconds_measured

    @property
    def slot(self) -> str:
        """By which the dues of a form are told from those of other forms: its number, to the base of 36."""
        number, text = self.number, ""
        while number:
            number, digit = divmod(number, len(_DIGITS))
            text = _DIGITS[digit] + text
        return text


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
    required = models.BooleanField(_("must be given"), default=True)
    minimum = models.DecimalField(_("at least"), max_digits=14, decimal_places=2, null=True, blank=True)
    maximum = models.DecimalField(_("at most"), max_digits=14, decimal_places=2, null=True, blank=True)
    at_most = models.CharField(_("not more than the field"), max_length=40, blank=True)
    choices = models.JSONField(_("choices"), default=list, blank=True)  # [{"code", "zh", "en"}]
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


class _Filling(Placed):
    """What was given on a form for one period: never overwritten, a correction is a further revision."""

    form = models.CharField(_("form"), max_length=40)
    version = models.PositiveSmallIntegerField(_("version"))
    day = models.DateField(_("day"))  # the first of its period
    revision = models.PositiveSmallIntegerField(_("revision"))
    current = models.BooleanField(_("current"), default=True)
    values = models.JSONField(_("values"))  # code -> value; what was left blank stays out
    reason = models.CharField(_("reason of correction"), max_length=200, blank=True)
    filler_id = models.BigIntegerField(null=True, editable=False)
    filled_by = models.CharField(_("filled in by"), max_length=60)
    filled_at = models.DateTimeField(_("received at"))
    receipt = models.UUIDField(_("receipt"), default=uuid7)

    class Meta:
        abstract = True


def _real_day(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=models.Q(day__gte="2000-01-01", day__lt="2200-01-01"),
        name=name,
        violation_error_message=_("The day is out of the calendar."),
    )


class UnitFilling(_Filling):
    """A form that a unit has filled in; `held` names the fields that were filled in from what is held."""

    pk = models.CompositePrimaryKey("unit", "form", "day", "revision")
    held = models.JSONField(_("filled in from what is held"), default=list)
    on_time = models.BooleanField(_("on time"))

    class Meta:
        verbose_name = _("form filled in by a unit")
        verbose_name_plural = _("forms filled in by units")
        indexes: ClassVar[list[Any]] = [models.Index(fields=["form", "day", "path"])]
        constraints: ClassVar[list[Any]] = [
            _real_day("unit_filling_day_is_a_day"),
            models.UniqueConstraint(
                fields=["unit", "form", "day"],
                condition=models.Q(current=True),
                name="one_current_unit_filling",
                violation_error_message=_("The form is filled in already."),
            ),
        ]


class PersonFilling(_Filling):
    """A form that a person has filled in, or that was filled in for them; what is held of them is not copied here."""

    pk = models.CompositePrimaryKey("unit", "person", "form", "day", "revision")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("person"))
    own = models.BooleanField(_("by the person or a guardian"), default=True)

    class Meta:
        verbose_name = _("form filled in by a person")
        verbose_name_plural = _("forms filled in by people")
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["form", "day", "path"]),
            models.Index(fields=["person", "form", "day"]),
        ]
        constraints: ClassVar[list[Any]] = [
            _real_day("person_filling_day_is_a_day"),
            models.UniqueConstraint(
                fields=["person", "form", "day"],
                condition=models.Q(current=True),
                name="one_current_person_filling",
                violation_error_message=_("The form is filled in already."),
            ),
        ]
