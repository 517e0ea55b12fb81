"""Risk assessments (风险评估): a period, its risks, every score they ever had, and every review (row S01)."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from uuid_utils.compat import uuid7

from lianfang.kernel.accounts.models import ROLE_NAMES
from lianfang.kernel.orgs.models import UnitOwned

LOW, MEDIUM, HIGH = "low", "medium", "high"
CONFIDENCES = [(LOW, _("low")), (MEDIUM, _("medium")), (HIGH, _("high"))]
OPEN, CLOSED = "open", "closed"
STATES = [(OPEN, pgettext_lazy("of a risk", "open")), (CLOSED, pgettext_lazy("of a risk", "closed"))]


class RiskAssessment(UnitOwned):
    """A unit's risks over a period; a review moves `last_day` and `review_on` on, what was said stays."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    title = models.CharField(_("title"), max_length=120)
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    review_on = models.DateField(_("next review"))
    at = models.DateTimeField(_("at"))
    by = models.CharField(_("by"), max_length=60)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    ended_by = models.CharField(_("ended by"), max_length=60, blank=True)
    ended_because = models.CharField(_("why it ended"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("risk assessment")
        verbose_name_plural = _("risk assessments")
        indexes: ClassVar[list[Any]] = [models.Index(fields=["unit", "first_day"])]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=models.Q(last_day__gte=models.F("first_day")),
                name="assessment_ends_after_start",
                violation_error_message=_("A period cannot end before it begins."),
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True) | ~models.Q(ended_because=""),
                name="ended_assessment_says_why",
                violation_error_message=_("An assessment that ended says why."),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class RiskEntry(UnitOwned):
    """One risk of an assessment. What it was thought to be, and when, stands in its scores."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    assessment = models.ForeignKey(
        RiskAssessment, models.PROTECT, related_name="entries", verbose_name=_("risk assessment")
    )
    number = models.PositiveSmallIntegerField(_("number"))
    hazard = models.CharField(pgettext_lazy("of a risk", "hazard"), max_length=300)
    state = models.CharField(_("state"), max_length=6, choices=STATES, default=OPEN)
    closed_at = models.DateTimeField(pgettext_lazy("of a risk", "closed at"), null=True, blank=True)
    closed_by = models.CharField(pgettext_lazy("of a risk", "closed by"), max_length=60, blank=True)
    closed_because = models.CharField(_("why it was closed"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("risk")
        verbose_name_plural = _("risks")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["assessment", "number"],
                name="one_risk_a_number",
                violation_error_message=_("The assessment has a risk of this number."),
            ),
            models.CheckConstraint(
                condition=models.Q(state=OPEN) | (models.Q(closed_at__isnull=False) & ~models.Q(closed_because="")),
                name="closed_risk_says_why",
                violation_error_message=_("A risk that was closed says why."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.hazard}"

    @property
    def code(self) -> str:
        """How the matrix names it: R1, R2."""
        return f"R{self.number}"


class RiskScore(UnitOwned):
    """What a risk was thought to be from a moment on. Nobody changes it: what is thought anew is the next one."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    risk = models.ForeignKey(RiskEntry, models.PROTECT, related_name="scores", verbose_name=_("risk"))
    revision = models.PositiveSmallIntegerField(_("revision"))
    likelihood = models.PositiveSmallIntegerField(_("likelihood"))
    likelihood_reason = models.CharField(_("why this likelihood"), max_length=300)
    consequence = models.PositiveSmallIntegerField(_("consequence"))
    consequence_reason = models.CharField(_("why this consequence"), max_length=300)
    confidence = models.CharField(_("confidence"), max_length=6, choices=CONFIDENCES)
    confidence_reason = models.CharField(_("why this confidence"), max_length=300)
    grade = models.CharField(_("grade"), max_length=12)
    grade_before = models.CharField(_("grade before"), max_length=12, blank=True)
    response = models.CharField(_("what is done about it"), max_length=300)
    owner_role = models.CharField(_("owner"), max_length=20, choices=list(ROLE_NAMES.items()))
    reason = models.CharField(_("why it was scored anew"), max_length=300, blank=True)
    at = models.DateTimeField(_("at"))
    by = models.CharField(_("by"), max_length=60)

    class Meta:
        verbose_name = _("risk score")
        verbose_name_plural = _("risk scores")
        indexes: ClassVar[list[Any]] = [models.Index(fields=["unit", "at"])]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["risk", "revision"],
                name="one_risk_score_a_revision",
                violation_error_message=_("This risk was scored anew in the meantime."),
            ),
            models.CheckConstraint(
                condition=models.Q(revision=1) | ~models.Q(reason=""),
                name="new_risk_score_says_why",
                violation_error_message=_("A new score says why."),
            ),
            models.CheckConstraint(
                condition=models.Q(likelihood__range=(1, 5), consequence__range=(1, 5)),
                name="risk_scores_are_one_to_five",
                violation_error_message=_("Likelihood and consequence are whole numbers from 1 to 5."),
            ),
            models.CheckConstraint(
                condition=~models.Q(likelihood_reason="") & ~models.Q(consequence_reason="")
                & ~models.Q(confidence_reason="") & ~models.Q(response=""),
                name="risk_scores_say_why",
                violation_error_message=_("Each score has its written reason, and what is done is said."),
            ),
        ]  # fmt: skip


class RiskReview(UnitOwned):
    """One review of an assessment: the period it covered, what was found, and when the next one is owed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    assessment = models.ForeignKey(
        RiskAssessment, models.PROTECT, related_name="reviews", verbose_name=_("risk assessment")
    )
    number = models.PositiveSmallIntegerField(_("number"))
    owed_on = models.DateField(_("was owed by"))
    review_on = models.DateField(_("next review"))
    last_day = models.DateField(_("last day"))
    findings = models.CharField(_("findings"), max_length=300)
    at = models.DateTimeField(_("at"))
    by = models.CharField(_("by"), max_length=60)

    class Meta:
        verbose_name = _("risk review")
        verbose_name_plural = _("risk reviews")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["assessment", "number"],
                name="one_risk_review_a_number",
                violation_error_message=_("This review was recorded already."),
            )
        ]
