"""A leading group in dated versions (领导小组): members, sub-groups, steps, delegations, decisions (A02)."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from lianfang.kernel.accounts.models import Account
from lianfang.kernel.orgs.models import UnitOwned
from lianfang.kernel.places.models import SPAN

CHAIR, DEPUTY, MEMBER = "chair", "deputy", "member"
FUNCTIONS = [(CHAIR, _("chair")), (DEPUTY, _("deputy chair")), (MEMBER, _("member"))]
MOVES = [
    ("created", _("group set up")),
    ("changed", _("group changed")),
    ("suspended", _("group suspended")),
    ("reactivated", _("group reactivated")),
    ("closed", _("closed for good")),
]
CAPACITIES = [(CHAIR, _("as chair")), ("delegate", _("by delegation"))]


class LeadingGroup(UnitOwned):
    """A steering body. Who is in it is said by its versions, what it is by its steps."""

    name = models.CharField(_("leading group"), max_length=80)
    name_en = models.CharField(_("leading group in English"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("leading group")
        verbose_name_plural = _("leading groups")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["unit", "name"],
                name="one_group_a_name",
                violation_error_message=_("The unit has a leading group of this name."),
            )
        ]

    def __str__(self) -> str:
        return self.name_en if self.name_en and get_language() == "en" else self.name


class GroupStep(UnitOwned):
    """One move in the life of a group: from which day, on what basis, and which version holds after it."""

    group = models.ForeignKey(LeadingGroup, models.PROTECT, related_name="steps", verbose_name=_("leading group"))
    number = models.PositiveSmallIntegerField(_("number"))
    move = models.CharField(_("what became of it"), max_length=12, choices=MOVES)
    day = models.DateField(_("from"))
    version = models.PositiveSmallIntegerField(_("version"))
    basis = models.CharField(_("basis"), max_length=200, blank=True)
    by = models.CharField(_("entered by"), max_length=60)
    at = models.DateTimeField(_("entered at"))

    class Meta:
        verbose_name = _("step of a leading group")
        verbose_name_plural = _("steps of leading groups")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["group", "number"],
                name="one_group_step_a_number",
                violation_error_message=_("Somebody has just changed this group. Look at it again."),
            )
        ]


class GroupVersion(UnitOwned):
    """The members and sub-groups of a group, from a day on."""

    group = models.ForeignKey(LeadingGroup, models.PROTECT, related_name="versions", verbose_name=_("leading group"))
    number = models.PositiveSmallIntegerField(_("version"))
    since = models.DateField(_("since"))

    class Meta:
        verbose_name = _("version of a leading group")
        verbose_name_plural = _("versions of leading groups")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["group", "number"],
                name="one_group_version_a_number",
                violation_error_message=_("This version is there already."),
            )
        ]


class GroupMember(UnitOwned):
    """Somebody in one version of a group, with the duty given."""

    version = models.ForeignKey(GroupVersion, models.PROTECT, related_name="members", verbose_name=_("version"))
    number = models.PositiveSmallIntegerField(_("number"))
    function = models.CharField(_("function"), max_length=10, choices=FUNCTIONS)
    account = models.ForeignKey(
        Account, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("account")
    )
    name = models.CharField(_("name"), max_length=60)
    duty = models.CharField(_("duty"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("member of a leading group")
        verbose_name_plural = _("members of leading groups")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["version"],
                condition=models.Q(function=CHAIR),
                name="one_chair_a_version",
                violation_error_message=_("A leading group has one chair."),
            )
        ]


class SubGroup(UnitOwned):
    """A work group under a leading group; without a name it is a placeholder, as the source names none."""

    version = models.ForeignKey(GroupVersion, models.PROTECT, related_name="subgroups", verbose_name=_("version"))
    number = models.PositiveSmallIntegerField(_("number"))
    name = models.CharField(_("sub-group"), max_length=80, blank=True)
    lead = models.CharField(_("led by"), max_length=60, blank=True)
    duty = models.CharField(_("duty"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("sub-group")
        verbose_name_plural = _("sub-groups")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["version", "number"],
                name="one_subgroup_a_number",
                violation_error_message=_("There are two sub-groups of this number."),
            )
        ]


class Delegation(UnitOwned):
    """The chair's authority in somebody else's hands from a moment until a moment; nobody else has it meanwhile."""

    group = models.ForeignKey(LeadingGroup, models.PROTECT, related_name="delegations", verbose_name=_("leading group"))
    delegate = models.ForeignKey(Account, models.PROTECT, related_name="+", verbose_name=_("delegate"))
    name = models.CharField(_("delegate"), max_length=60)
    matters = models.CharField(_("matters"), max_length=200, blank=True)
    since = models.DateTimeField(_("since"))
    until = models.DateTimeField(_("until"))

    class Meta:
        verbose_name = _("delegation")
        verbose_name_plural = _("delegations")
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=models.Q(until__gte=models.F("since")),
                name="delegation_ends_after_start",
                violation_error_message=_("A delegation cannot end before it begins."),
            ),
            ExclusionConstraint(
                name="one_delegate_at_a_time",
                expressions=[("group", RangeOperators.EQUAL), (SPAN, RangeOperators.OVERLAPS)],
                violation_error_message=_("The authority is with somebody else in part of this time."),
            ),
        ]


class Decision(UnitOwned):
    """What was decided for the group, when, by whom, and by which authority."""

    group = models.ForeignKey(LeadingGroup, models.PROTECT, related_name="decisions", verbose_name=_("leading group"))
    at = models.DateTimeField(_("at"))
    text = models.CharField(_("what was decided"), max_length=300)
    account_id = models.BigIntegerField()
    name = models.CharField(_("taken by"), max_length=60)
    capacity = models.CharField(_("authority"), max_length=10, choices=CAPACITIES)
    version = models.PositiveSmallIntegerField(_("version of the group"))
    delegation = models.ForeignKey(Delegation, models.PROTECT, null=True, blank=True, verbose_name=_("delegation"))

    class Meta:
        verbose_name = _("decision of a leading group")
        verbose_name_plural = _("decisions of leading groups")
        indexes: ClassVar[list[Any]] = [models.Index(fields=["group", "at"])]
