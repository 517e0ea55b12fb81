"""What is reported (填报): forms, answers, class checks, units' reports, and the counters kept beside them.

The tables are shaped for distribution by unit: keys begin with the unit, no identity columns, no triggers.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from lianfang.kernel.crypto import seal, unseal
from lianfang.kernel.orgs.models import Placed, Unit, UnitOwned

SLOTS = [("am", _("morning")), ("noon", _("noon")), ("pm", _("evening"))]
STATES = [("well", _("well")), ("unwell", _("not well")), ("unknown", _("not seen"))]
MODES = [
    ("self", _("by the person")),
    ("proxy", _("by somebody for the person")),
    ("roll_call", _("by class check")),
    ("phone", _("reached by phone")),
    ("import", _("from a file")),
    ("api", _("from another system")),
]
_REAL_DAY = models.Q(day__gte="2000-01-01", day__lt="2200-01-01")


def _real_day(name: str) -> models.CheckConstraint:
    # PostgreSQL's date knows "infinity", which no reader of the row survives.
    return models.CheckConstraint(
        condition=_REAL_DAY, name=name, violation_error_message=_("The day is out of the calendar.")
    )


class Form(models.Model):
    """What is asked, as data: a code, its edition, and its items."""

    code = models.CharField(_("code"), max_length=40)
    version = models.PositiveSmallIntegerField(_("edition"))
    title = models.CharField(_("title"), max_length=80)
    title_en = models.CharField(_("title in English"), max_length=120)
    hazard = models.CharField(_("hazard"), max_length=40)
    valid_from = models.DateField(_("valid from"))
    items = models.JSONField(_("items"))

    class Meta:
        verbose_name = _("form")
        verbose_name_plural = _("forms")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["code", "version"],
                name="one_form_an_edition",
                violation_error_message=_("This edition of the form exists."),
            )
        ]


class AnswerFields(UnitOwned):
    """What a person's answer holds; the current answer and its earlier revisions have the same columns."""

    # The key begins with the unit; an index of its own would only be one more to write.
    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name=_("unit"), db_index=False)
    day = models.DateField(_("day"))
    slot = models.CharField(_("time of day"), max_length=5, choices=SLOTS)
    person_id = models.UUIDField(_("person"))
    revision = models.PositiveSmallIntegerField(_("revision"), default=1)
    state = models.CharField(_("state"), max_length=8, choices=STATES)
    temperature = models.DecimalField(_("temperature"), max_digits=4, decimal_places=2, null=True)
    symptoms = ArrayField(models.CharField(max_length=30), verbose_name=_("symptoms"), default=list)
    fever = models.BooleanField(_("fever"), default=False)
    health_code = models.CharField(_("health code"), max_length=10, blank=True)
    test_sealed = models.TextField(blank=True)
    sample_index = models.BinaryField(max_length=16, null=True)
    note = models.CharField(_("remark"), max_length=500, blank=True)
    mode = models.CharField(_("how it came"), max_length=10, choices=MODES)
    form_version = models.PositiveSmallIntegerField(_("form edition"), default=1)
    claimed_at = models.DateTimeField(_("time by the sender's clock"), null=True)
    received_at = models.DateTimeField(_("received at"))
    sender_id = models.BigIntegerField(null=True)
    on_time = models.BooleanField(_("on time"))
    automated = models.BooleanField(_("looks automated"), default=False)
    reason = models.CharField(_("reason of correction"), max_length=200, blank=True)
    # False once the person turns out not to have been on the roster of the day; see `reporting.recount`.
    counted = models.BooleanField(default=True, db_default=True, editable=False)

    class Meta:
        abstract = True

    @property
    def test(self) -> str:
        """The test result as stored JSON text, opened."""
        return unseal(self.test_sealed, about=self._about) if self.test_sealed else ""

    @test.setter
    def test(self, plain: str) -> None:
        self.test_sealed = seal(plain, about=self._about) if plain else ""

    @property
    def _about(self) -> str:
        return f"reporting_answer|test|{self.unit_id}/{self.day}/{self.slot}/{self.person_id}"


class Answer(AnswerFields):
    """A person's answer for one day and slot, however it came; the newest revision."""

    pk = models.CompositePrimaryKey("unit", "day", "slot", "person_id")
    # An answer is written only beside its counter row, whose key leads to the unit: a constraint of its own would be
    # checked once more for each answer (docs/adr/0010).
    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name=_("unit"), db_index=False, db_constraint=False)

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["person_id", "day"]),
            models.Index(
                fields=["sample_index"], name="answer_of_a_sample", condition=models.Q(sample_index__isnull=False)
            ),
        ]
        constraints: ClassVar[list[Any]] = [
            _real_day("answer_day_is_a_day"),
            models.CheckConstraint(
                condition=models.Q(temperature__isnull=True) | models.Q(temperature__gte=20, temperature__lte=50),
                name="answer_temperature_is_a_body",
                violation_error_message=_("No body has this temperature."),
            ),
        ]


class AnswerRevision(AnswerFields):
    """An answer that was replaced; kept as it was."""

    pk = models.CompositePrimaryKey("unit", "day", "slot", "person_id", "revision")


class RollCall(Placed):
    """A class observed as one act: everyone on the roster is well but those with an answer of their own."""

    pk = models.CompositePrimaryKey("unit", "day", "slot")
    day = models.DateField(_("day"))
    slot = models.CharField(_("time of day"), max_length=5, choices=SLOTS)
    revision = models.PositiveSmallIntegerField(_("revision"), default=1)
    observed_by = models.CharField(_("observed by"), max_length=60)
    observed_at = models.DateTimeField(_("observed at"))
    received_at = models.DateTimeField(_("received at"))
    on_time = models.BooleanField(_("on time"))

    class Meta:
        verbose_name = _("class check")
        verbose_name_plural = _("class checks")
        constraints: ClassVar[list[Any]] = [_real_day("roll_call_day_is_a_day")]


class Tally(Placed):
    """The counters of one unit, day and slot, kept in the transaction of every answer and equal to a recount."""

    pk = models.CompositePrimaryKey("unit", "day", "slot")
    day = models.DateField(_("day"))
    slot = models.CharField(max_length=5)
    rostered = models.IntegerField(_("on the roster"), default=0)
    excused = models.IntegerField(_("excused"), default=0)
    answered = models.IntegerField(_("answered"), default=0)
    on_time = models.IntegerField(_("on time"), default=0)
    well = models.IntegerField(_("well"), default=0)
    unwell = models.IntegerField(_("not well"), default=0)
    fever = models.IntegerField(_("fever"), default=0)
    by_self = models.IntegerField(default=0)
    by_proxy = models.IntegerField(default=0)
    by_roll_call = models.IntegerField(default=0)
    by_phone = models.IntegerField(default=0)
    by_import = models.IntegerField(default=0)
    by_api = models.IntegerField(default=0)

    class Meta:
        verbose_name = _("tally")
        verbose_name_plural = _("tallies")
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["day", "path"]),
            models.Index(fields=["day", "sector_path"]),
        ]
        constraints: ClassVar[list[Any]] = [_real_day("tally_day_is_a_day")]


class Draft(UnitOwned):
    """A unit's report under the pen: counted nowhere until it is signed."""

    pk = models.CompositePrimaryKey("unit", "form", "day")
    form = models.CharField(_("form"), max_length=40)
    day = models.DateField(_("day"))
    values = models.JSONField(_("figures"), default=dict)
    remark = models.CharField(_("remark"), max_length=500, blank=True)
    saved_by = models.CharField(_("saved by"), max_length=60)
    saved_at = models.DateTimeField(_("saved at"))


class UnitReport(Placed):
    """A unit's signed report, frozen. A correction is a further revision; the earlier one stays as it was sent."""

    pk = models.CompositePrimaryKey("unit", "form", "day", "revision")
    form = models.CharField(_("form"), max_length=40)
    form_version = models.PositiveSmallIntegerField(_("form edition"))
    day = models.DateField(_("day"))
    revision = models.PositiveSmallIntegerField(_("revision"))
    current = models.BooleanField(_("current"), default=True)
    nothing_to_report = models.BooleanField(_("zero report"))
    values = models.JSONField(_("figures"))
    children = models.JSONField(_("lower units"), default=dict)
    remark = models.CharField(_("remark"), max_length=500, blank=True)
    reason = models.CharField(_("reason of correction"), max_length=200, blank=True)
    mode = models.CharField(_("how it came"), max_length=10, choices=MODES)
    signer_id = models.BigIntegerField(null=True)
    signer = models.CharField(_("signed by"), max_length=60)
    received_at = models.DateTimeField(_("received at"))
    on_time = models.BooleanField(_("on time"))
    receipt = models.UUIDField(_("receipt"), default=uuid7)
    hash = models.CharField(_("hash"), max_length=64)
    returned_at = models.DateTimeField(_("sent back at"), null=True)
    returned_by = models.CharField(_("sent back by"), max_length=60, blank=True)
    return_reason = models.CharField(_("why it was sent back"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("daily report")
        verbose_name_plural = _("daily reports")
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["day", "form", "path"]),
            models.Index(fields=["day", "form", "sector_path"]),
        ]
        constraints: ClassVar[list[Any]] = [
            _real_day("report_day_is_a_day"),
            models.UniqueConstraint(
                fields=["unit", "form", "day"],
                condition=models.Q(current=True),
                name="one_current_report",
                violation_error_message=_("A report for this day exists."),
            ),
        ]


class Receipt(models.Model):
    """The acknowledgement of one sending: the same key gets the same receipt, other content is a conflict."""

    pk = models.CompositePrimaryKey("sender_id", "key")
    sender_id = models.BigIntegerField()
    key = models.CharField(_("key"), max_length=200)
    id = models.UUIDField(_("receipt"), default=uuid7, db_index=True)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, verbose_name=_("unit"))
    kind = models.CharField(_("what"), max_length=20)
    hash = models.CharField(_("hash"), max_length=64)
    fingerprint = models.CharField(max_length=64, blank=True)
    received_at = models.DateTimeField(_("received at"))
    answer = models.JSONField(_("answer"))

    class Meta:
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["unit", "received_at"]),
            models.Index(fields=["sender_id", "fingerprint", "received_at"]),
        ]
