"""A stay (留观) from the manifest to the release, with its tests, changed last days and what the guests said."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from lianfang.domain.flow import Flow, Move
from lianfang.domain.observation.terms import Terms, terms_from
from lianfang.kernel.orgs.models import UnitOwned
from lianfang.kernel.people.models import Person

PARTY_KINDS = [("tour", _("tour group")), ("family", _("family")), ("single", _("single traveller"))]
EXPECTED, HERE, RELEASED, AWAY, CONVERTED, LOST, STAYED_AWAY = (
    "expected", "in_observation", "released", "transferred_out", "converted", "lost", "not_arrived",
)  # fmt: skip
STATES = [
    (EXPECTED, _("expected")),
    (HERE, _("in observation")),
    (RELEASED, _("released")),
    (AWAY, _("in hospital")),
    (CONVERTED, _("became a case")),
    (LOST, _("left without release")),
    (STAYED_AWAY, _("did not arrive")),
]
FLOW = Flow(
    start=EXPECTED,
    moves=(
        Move("admit", (EXPECTED,), HERE),
        Move("stay_away", (EXPECTED,), STAYED_AWAY),
        Move("release", (HERE,), RELEASED),
        Move("transfer_out", (HERE,), AWAY),
        Move("take_back", (AWAY,), HERE),
        Move("convert", (HERE, AWAY), CONVERTED),
        Move("lose", (HERE,), LOST),
    ),
)
RESULTS = [("negative", _("negative")), ("positive", _("positive")), ("unclear", _("unclear"))]
CHANGES = [
    ("exposure", _("exposure corrected")),
    ("extended", _("extended by decision")),
    ("rederived", _("derived anew under other rules")),
]


class Manifest(UnitOwned):
    """A list of people who are to come (到站名单): when, sent by whom; complete when each has come or stays away."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    arrives_at = models.DateTimeField(_("arrives at"))
    source = models.CharField(_("sent by"), max_length=80, blank=True)
    people = models.PositiveIntegerField(_("people"))
    received_at = models.DateTimeField(_("received at"))
    completed_at = models.DateTimeField(_("complete at"), null=True, blank=True)

    class Meta:
        verbose_name = _("arrival list")
        verbose_name_plural = _("arrival lists")
        indexes: ClassVar[list[Any]] = [models.Index(fields=["unit", "arrives_at"])]

    def __str__(self) -> str:
        return f"{self.arrives_at:%m-%d %H:%M} · {self.people}"


class Stay(UnitOwned):
    """One person's observation at a site. Room and readings are the kernel's: `Occupancy` and `Reading` of this row."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("person"))
    manifest = models.ForeignKey(
        Manifest, models.PROTECT, null=True, blank=True, related_name="stays", verbose_name=_("arrival list")
    )
    state = models.CharField(_("state"), max_length=20, choices=STATES, default=FLOW.start)
    party_kind = models.CharField(_("kind of party"), max_length=10, choices=PARTY_KINDS, default="single")
    party = models.CharField(_("party"), max_length=40, blank=True)
    needs = models.JSONField(_("needs"), default=list, blank=True)
    companion = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("stays with")
    )
    last_exposure = models.DateField(_("last exposure"), null=True, blank=True)
    exposure_kind = models.CharField(_("kind of exposure"), max_length=80, blank=True)
    hazard = models.CharField(_("hazard"), max_length=60, default="any")
    edition = models.CharField(_("edition of the rules"), max_length=120, blank=True)
    terms = models.JSONField(_("terms"), default=dict, blank=True)
    admitted_at = models.DateTimeField(_("admitted at"), null=True, blank=True)
    ends_on = models.DateField(_("release no earlier than"), null=True, blank=True)
    exception = models.CharField(_("reason for sharing or for being alone"), max_length=160, blank=True)
    home = models.CharField(_("lives in"), max_length=80, blank=True)
    onward = models.CharField(_("onward travel"), max_length=120, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    ended_because = models.CharField(_("ended because"), max_length=160, blank=True)
    decided_by = models.CharField(_("decided by"), max_length=60, blank=True)
    number = models.PositiveIntegerField(_("running number"), null=True, blank=True, editable=False)
    certificate = models.CharField(_("certificate"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("stay")
        verbose_name_plural = _("stays")
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["unit", "state", "ends_on"]),
            models.Index(fields=["person"]),
        ]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["person"],
                name="one_open_stay",
                condition=models.Q(state=HERE),
                violation_error_message=_("This person is under observation already."),
            ),
            models.UniqueConstraint(
                fields=["manifest", "person"],
                name="once_on_a_list",
                condition=models.Q(manifest__isnull=False),
                violation_error_message=_("This person is on the list already."),
            ),
            models.UniqueConstraint(
                fields=["unit", "number"],
                name="one_certificate_a_number",
                condition=models.Q(number__isnull=False),
                violation_error_message=_("This certificate number was given already."),
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True) | models.Q(ended_at__gte=models.F("admitted_at")),
                name="stay_ends_after_start",
                violation_error_message=_("A stay cannot end before it began."),
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=(EXPECTED, STAYED_AWAY)) | models.Q(admitted_at__isnull=False),
                name="stay_began",
                violation_error_message=_("Somebody who is here was admitted at some time."),
            ),
        ]

    @property
    def kept_terms(self) -> Terms:
        """The terms that this stay began under, and keeps."""
        return terms_from(self.terms)


class Change(UnitOwned):
    """A last day that was changed (期限变更): from what to what, why and by whom. The stay holds the result."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    stay = models.ForeignKey(Stay, models.PROTECT, related_name="changes", verbose_name=_("stay"))
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("person"))
    kind = models.CharField(_("kind"), max_length=10, choices=CHANGES)
    exposure_before = models.DateField(_("last exposure before"), null=True, blank=True)
    exposure_after = models.DateField(_("last exposure"), null=True, blank=True)
    ends_before = models.DateField(_("last day before"))
    ends_after = models.DateField(_("last day"))
    edition = models.CharField(_("edition of the rules"), max_length=120)
    reason = models.CharField(_("reason"), max_length=160)
    at = models.DateTimeField(_("at"))
    by = models.CharField(_("by"), max_length=60)

    class Meta:
        verbose_name = _("changed last day")
        verbose_name_plural = _("changed last days")


class LabTest(UnitOwned):
    """One test of a stay (检测): asked for by the rules on a day, or by a doctor for a reason; result when it is in."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    stay = models.ForeignKey(Stay, models.PROTECT, related_name="tests", verbose_name=_("stay"))
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("person"))
    number = models.PositiveSmallIntegerField(_("day of observation"), null=True, blank=True)
    day = models.DateField(_("day"))
    reason = models.CharField(_("reason"), max_length=120, blank=True)
    sampled_at = models.DateTimeField(_("sample taken at"), null=True, blank=True)
    sample = models.CharField(_("sample number"), max_length=40, blank=True)
    result = models.CharField(_("result"), max_length=10, choices=RESULTS, blank=True)
    resulted_at = models.DateTimeField(_("result at"), null=True, blank=True)
    by = models.CharField(_("by"), max_length=60, blank=True)
    excused = models.CharField(_("no longer owed because"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("test")
        verbose_name_plural = _("tests")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["stay", "day", "number"],
                name="one_test_a_day",
                nulls_distinct=False,
                violation_error_message=_("This test was asked for already."),
            ),
            models.CheckConstraint(
                condition=models.Q(result="") | models.Q(sampled_at__isnull=False),
                name="result_of_a_sample",
                violation_error_message=_("A result needs its sample."),
            ),
        ]


class Feedback(UnitOwned):
    """What a party said when it left (反馈): once a party."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    party_kind = models.CharField(_("kind of party"), max_length=10, choices=PARTY_KINDS)
    party = models.CharField(_("party"), max_length=80)
    form = models.CharField(_("form"), max_length=40, blank=True)
    text = models.CharField(_("what was said"), max_length=300)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("feedback of guests")
        verbose_name_plural = _("feedback of guests")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["unit", "party"],
                name="one_feedback_a_party",
                violation_error_message=_("This party has said its word already."),
            )
        ]


class ClosedRound(UnitOwned):
    """A round that was closed (查房小结): how many readings were owed and done, and every room missed by name."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    day = models.DateField(_("day"))
    slot = models.CharField(_("time of day"), max_length=5)
    expected = models.PositiveIntegerField(_("owed"))
    done = models.PositiveIntegerField(_("done"))
    missed = models.JSONField(_("missed"), default=list)
    at = models.DateTimeField(_("closed at"))
    by = models.CharField(_("by"), max_length=60)

    class Meta:
        verbose_name = _("closed round")
        verbose_name_plural = _("closed rounds")
        indexes: ClassVar[list[Any]] = [models.Index(fields=["unit", "day", "slot"])]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=models.Q(done__lte=models.F("expected")),
                name="done_is_owed",
                violation_error_message=_("More readings cannot be done than are owed."),
            )
        ]
