"""Cases (病例): who fell ill when, how the case was classified by which rule, its tests, and who infected whom."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from lianfang.kernel.orgs.models import UnitOwned
from lianfang.kernel.people.models import Person

CLASS_NAMES = [
    ("", _("not classified")),
    ("suspected", _("suspected case")),
    ("probable", _("probable case")),
    ("confirmed", _("confirmed case")),
    ("asymptomatic", _("asymptomatic infection")),
    ("discarded", _("discarded")),
]
SOURCES = [
    ("answer", _("an answer")),
    ("reading", _("a reading")),
    ("lab", _("a laboratory")),
    ("list", _("the health authority's list")),
    ("contact", _("follow-up of a contact")),
    ("report", _("somebody reported it")),
]
CASE_STATES = [("open", _("open")), ("closed", _("case closed"))]
OUTCOMES = [
    ("", _("not known yet")),
    ("recovered", _("recovered")),
    ("referred", _("referred to a hospital")),
    ("died", _("died")),
    ("no_case", _("no case")),
]
TEST_NAMES = [("laboratory", _("laboratory test")), ("rapid", _("rapid test")), ("clinical", _("clinical diagnosis"))]
RESULT_NAMES = [("positive", _("positive")), ("negative", _("negative")), ("pending", _("not yet known"))]
CERTAINTIES = [("confirmed", _("confirmed")), ("likely", _("likely")), ("possible", _("possible"))]
EVIDENCE = [
    ("exposure", _("shared places")),
    ("interview", _("interview")),
    ("sequence", _("typing in the laboratory")),
    ("list", _("the health authority")),
]


class Case(UnitOwned):
    """Somebody who is, may be or may have been ill of what a case definition says; dates as a line list names them."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("person"))
    number = models.PositiveIntegerField(_("number"))
    definition = models.CharField(_("case definition"), max_length=40)
    edition = models.CharField(_("edition"), max_length=60)
    source = models.CharField(_("found by"), max_length=10, choices=SOURCES)
    classification = models.CharField(_("classification"), max_length=14, choices=CLASS_NAMES, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=CASE_STATES, default="open")
    date_onset = models.DateField(_("date of onset"), null=True, blank=True)
    date_reporting = models.DateField(_("date reported"))
    sampled_at = models.DateTimeField(_("first specimen at"), null=True, blank=True)
    reported_at = models.DateTimeField(_("reported at"))
    interviewed_at = models.DateTimeField(_("interviewed at"), null=True, blank=True)
    isolated_at = models.DateTimeField(_("isolated at"), null=True, blank=True)
    date_outcome = models.DateField(_("date of outcome"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=OUTCOMES, blank=True)
    # None: nobody asked. An empty list: asked, none.
    symptoms = models.JSONField(_("symptoms"), null=True, blank=True)
    celsius = models.DecimalField(_("highest temperature, °C"), max_digits=4, decimal_places=2, null=True, blank=True)
    # None: not looked into; the contact it was: among known contacts; "no" below: it was not.
    was_contact = models.BooleanField(_("among known contacts"), null=True, blank=True)
    told = models.JSONField(default=list, blank=True)  # every statement with its time, the newest last
    note = models.CharField(_("note"), max_length=300, blank=True)
    closed_at = models.DateTimeField(_("case closed at"), null=True, blank=True)

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        indexes: ClassVar[list[Any]] = [models.Index(fields=["unit", "date_reporting"])]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["unit", "number"],
                name="one_case_a_number",
                violation_error_message=_("There is a case of this number."),
            ),
            models.UniqueConstraint(
                fields=["person", "definition"],
                name="one_open_case_a_person",
                condition=models.Q(state="open"),
                violation_error_message=_("This person is an open case already."),
            ),
            models.CheckConstraint(
                condition=models.Q(celsius__isnull=True) | models.Q(celsius__gte=30, celsius__lte=45),
                name="case_is_of_a_body",
                violation_error_message=_("This is no temperature of a person."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit.code}-{self.number}"


class ClassificationStep(UnitOwned):
    """One classification of a case (分类记录): by which rule, edition and facts, by whom. Never changed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="steps", verbose_name=_("case"))
    at = models.DateTimeField(_("at"))
    into = models.CharField(_("classification"), max_length=14, choices=CLASS_NAMES)
    proposed = models.CharField(_("by the rules"), max_length=14, choices=CLASS_NAMES, blank=True)
    rule = models.CharField(_("rule"), max_length=60, blank=True)
    edition = models.CharField(_("edition"), max_length=60)
    facts = models.JSONField(_("facts"), default=dict)
    by = models.CharField(_("by"), max_length=60)
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("classification")
        verbose_name_plural = _("classifications")
        indexes: ClassVar[list[Any]] = [models.Index(fields=["case", "at"])]


class CaseTest(UnitOwned):
    """One test of a case (检测). A result that turns out otherwise is a further row."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="tests", verbose_name=_("case"))
    kind = models.CharField(_("test"), max_length=12, choices=TEST_NAMES)
    result = models.CharField(_("result"), max_length=10, choices=RESULT_NAMES)
    sampled_at = models.DateTimeField(_("sampled at"))
    at = models.DateTimeField(_("entered at"))
    by = models.CharField(_("by"), max_length=60)

    class Meta:
        verbose_name = _("test")
        verbose_name_plural = _("tests")


class Link(UnitOwned):
    """One case infected the other (传播关系), on what evidence and how surely; withdrawn, it stays with its reason."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    infector = models.ForeignKey(Case, models.PROTECT, related_name="infected", verbose_name=_("infector"))
    infectee = models.ForeignKey(Case, models.PROTECT, related_name="infected_by", verbose_name=_("infected"))
    certainty = models.CharField(_("how sure"), max_length=10, choices=CERTAINTIES)
    evidence = models.CharField(_("evidence"), max_length=10, choices=EVIDENCE)
    at = models.DateTimeField(_("at"))
    by = models.CharField(_("by"), max_length=60)
    note = models.CharField(_("note"), max_length=300, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    withdrawn_reason = models.CharField(_("withdrawn because"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("link")
        verbose_name_plural = _("links")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["infector", "infectee"],
                name="one_link_of_two_cases",
                condition=models.Q(withdrawn_at__isnull=True),
                violation_error_message=_("These two are linked already."),
            ),
            models.CheckConstraint(
                condition=~models.Q(infector=models.F("infectee")),
                name="nobody_infects_oneself",
                violation_error_message=_("A case cannot infect itself."),
            ),
        ]
