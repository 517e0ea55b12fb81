"""Contacts of a case (密接): why somebody is proposed, what the doctor decided and why, follow-up until when."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from lianfang.capabilities.cases.models.cases import Case
from lianfang.kernel.orgs.models import UnitOwned
from lianfang.kernel.people.models import Person
from lianfang.kernel.places.models import Place

KIND_NAMES = [
    ("household", _("shared a bedroom or home")),
    ("care", _("gave or received care")),
    ("group", _("same group")),
    ("table", _("same table")),
    ("neighbour", _("neighbouring seat")),
    ("vehicle", _("same vehicle")),
    ("classroom", _("same classroom")),
    ("sitting", _("same sitting")),
    ("venue", _("same venue at the time")),
    ("other", _("other exposure")),
]
GRADE_NAMES = [
    ("close", _("close contact")),
    ("general", _("general contact")),
    ("secondary", _("contact of a contact")),
]
CONTACT_STATES = [
    ("proposed", _("to be decided")),
    ("under_follow_up", _("followed up")),
    ("advised", _("advised")),
    ("dismissed", _("no contact")),
    ("released", _("released")),
    ("became_case", _("became a case")),
]
DECISIONS = [("keep", _("follow up")), ("advise", _("advise only")), ("dismiss", _("no contact"))]
HOW_FOUND = [("places", _("shared places")), ("interview", _("interview"))]
VISIT_OUTCOMES = [
    ("well", _("reached, well")),
    ("unwell", _("reached, not well")),
    ("not_reached", _("not reached")),
]


class Contact(UnitOwned):
    """Somebody exposed to a case: as proposed, with reasons and points; as decided; as followed up."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="contacts", verbose_name=_("case"))
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("person"))
    kind = models.CharField(_("exposure"), max_length=12, choices=KIND_NAMES)
    grade = models.CharField(_("proposed as"), max_length=10, choices=GRADE_NAMES)
    score = models.PositiveSmallIntegerField(_("points"), default=0)
    reasons = models.JSONField(_("reasons"), default=list)
    source = models.CharField(_("found by"), max_length=10, choices=HOW_FOUND)
    last_exposure = models.DateTimeField(_("last exposure"))
    elicited_at = models.DateTimeField(_("named at"))
    state = models.CharField(_("state"), max_length=16, choices=CONTACT_STATES, default="proposed")
    decision = models.CharField(_("decision"), max_length=8, choices=DECISIONS, blank=True)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decided_by = models.CharField(_("decided by"), max_length=60, blank=True)
    decision_reason = models.CharField(_("reason"), max_length=300, blank=True)
    notified_at = models.DateTimeField(_("told at"), null=True, blank=True)
    until = models.DateField(_("followed up until"), null=True, blank=True)
    worker_id = models.BigIntegerField(_("followed up by"), null=True, blank=True)
    edition = models.CharField(_("rules"), max_length=60, blank=True)
    released_at = models.DateTimeField(_("released at"), null=True, blank=True)
    release_reason = models.CharField(_("released because"), max_length=300, blank=True)
    became = models.ForeignKey(
        Case, models.PROTECT, null=True, blank=True, related_name="was", verbose_name=_("became the case")
    )

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["unit", "state"]),
            models.Index(fields=["person"]),
        ]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["case", "person"],
                name="one_contact_a_person",
                violation_error_message=_("This person is on the list of contacts already."),
            ),
            models.CheckConstraint(
                condition=~models.Q(state="under_follow_up") | models.Q(until__isnull=False),
                name="follow_up_has_an_end",
                violation_error_message=_("Follow-up needs a last day."),
            ),
        ]


class Exposure(UnitOwned):
    """When and where somebody met a case (接触史). Unknown stays empty: how long in a plan of seats, how near."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="exposures", verbose_name=_("case"))
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("person"))
    place = models.ForeignKey(Place, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("place"))
    where = models.CharField(_("where"), max_length=120, blank=True)
    kind = models.CharField(_("exposure"), max_length=12, choices=KIND_NAMES)
    since = models.DateTimeField(_("from"))
    until = models.DateTimeField(_("until"))
    minutes = models.PositiveIntegerField(_("minutes"), null=True, blank=True)
    metres = models.DecimalField(_("metres"), max_digits=5, decimal_places=1, null=True, blank=True)
    source = models.CharField(_("found by"), max_length=10, choices=HOW_FOUND)
    by = models.CharField(_("by"), max_length=60)
    at = models.DateTimeField(_("entered at"))

    class Meta:
        verbose_name = _("exposure")
        verbose_name_plural = _("exposures")
        indexes: ClassVar[list[Any]] = [models.Index(fields=["case", "person"])]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=models.Q(until__gte=models.F("since")),
                name="exposure_ends_after_start",
                violation_error_message=_("An exposure cannot end before it begins."),
            ),
            models.UniqueConstraint(
                fields=["case", "person", "kind", "place", "since"],
                name="one_exposure_once",
                nulls_distinct=False,
                violation_error_message=_("This exposure is on record."),
            ),
        ]


class ContactVisit(UnitOwned):
    """One visit or call to a contact (随访) on a day: how the contact is, or that nobody was reached."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    contact = models.ForeignKey(Contact, models.PROTECT, related_name="visits", verbose_name=_("contact"))
    day = models.DateField(_("day"))
    at = models.DateTimeField(_("at"))
    outcome = models.CharField(_("outcome"), max_length=12, choices=VISIT_OUTCOMES)
    by = models.CharField(_("by"), max_length=60)
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("follow-up visit")
        verbose_name_plural = _("follow-up visits")
        indexes: ClassVar[list[Any]] = [models.Index(fields=["contact", "day"])]
