"""Statuses (状态): what holds for a person, by which rule and facts, who decided it, and changes by hand (人工变更)."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.contrib.postgres.fields.ranges import DateTimeRangeField
from django.db import models
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from lianfang.kernel.orgs.models import UnitOwned
from lianfang.kernel.people.models import Person

KIND_NAMES = {
    "observation": _("observation at a site"),
    "contact": _("contact of a case"),
    "home": _("home isolation"),
    "home_watch": _("health monitoring at home"),
    "isolation": _("isolation on campus"),
    "recall": _("recalled"),
    "exempt": _("exempt"),
    "risk_area": _("stay in a risk area"),
    "case": _("case"),
    "case_isolation": _("isolation of a case"),
}
"""The usual kinds in words; a kind that is not here is shown as it is."""
OUTCOMES = [
    ("", _("waits for a second person")),
    ("confirmed", _("agreed by a second person")),
    ("refused", _("turned down by a second person")),
]


class TsTzRange(models.Func):
    """The span from one column to another, the end not counted; an empty end is open."""

    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


SPAN = TsTzRange("since", "until", models.Value("[)"))


class ByHand(UnitOwned):
    """A change of one person's status that one proposes with a reason and another decides."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("person"))
    kind = models.CharField(_("kind"), max_length=40)
    value = models.CharField(_("new status"), max_length=40, blank=True)  # empty: the status ends
    until = models.DateTimeField(_("until"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=300)
    proposed_at = models.DateTimeField(_("proposed at"))
    proposed_by = models.CharField(_("proposed by"), max_length=60)
    proposed_by_id = models.BigIntegerField(null=True, blank=True)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decided_by = models.CharField(_("decided by"), max_length=60, blank=True)
    decided_by_id = models.BigIntegerField(null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=OUTCOMES, blank=True)

    class Meta:
        verbose_name = _("change by hand")
        verbose_name_plural = _("changes by hand")
        indexes: ClassVar[list[Any]] = [models.Index(fields=["unit", "proposed_at"])]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=models.Q(decided_by_id__isnull=True) | ~models.Q(decided_by_id=models.F("proposed_by_id")),
                name="two_people_change_by_hand",
                violation_error_message=_("Somebody else than who proposed it must decide."),
            ),
            models.CheckConstraint(
                condition=~models.Q(reason=""),
                name="change_by_hand_has_a_reason",
                violation_error_message=_("A change by hand needs a reason."),
            ),
            models.CheckConstraint(
                condition=models.Q(outcome="", decided_at__isnull=True)
                | ~models.Q(outcome="") & models.Q(decided_at__isnull=False),
                name="change_by_hand_decided_once",
                violation_error_message=_("A decision has an outcome and a time."),
            ),
            models.UniqueConstraint(
                fields=["person", "kind"],
                name="one_open_change_by_hand",
                condition=models.Q(decided_at__isnull=True),
                violation_error_message=_("A change of this status is waiting for a decision already."),
            ),
        ]


class Status(UnitOwned):
    """What holds for a person from when until when: kind and value, rule with edition, facts, who decided."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="statuses", verbose_name=_("person"))
    kind = models.CharField(_("kind"), max_length=40)
    value = models.CharField(_("status"), max_length=40)
    rule = models.CharField(_("rule"), max_length=60, blank=True)
    edition = models.CharField(_("edition"), max_length=80, blank=True)
    facts = models.JSONField(_("facts"), default=dict, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    since = models.DateTimeField(_("since"))
    until = models.DateTimeField(_("until"), null=True, blank=True)
    about = models.CharField(max_length=120, blank=True)
    given_at = models.DateTimeField(_("decided at"))
    given_by = models.CharField(_("decided by"), max_length=60)
    given_by_id = models.BigIntegerField(null=True, blank=True)
    by_hand = models.OneToOneField(ByHand, models.PROTECT, null=True, blank=True, verbose_name=_("change by hand"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    ended_by = models.CharField(_("ended by"), max_length=60, blank=True)
    ended_because = models.CharField(_("ended because"), max_length=300, blank=True)
    superseded_by = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="supersedes", verbose_name=_("superseded by")
    )

    class Meta:
        verbose_name = _("status")
        verbose_name_plural = _("statuses")
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["person", "kind", "since"]),
            models.Index(fields=["unit", "kind", "since"]),
            models.Index(fields=["about", "kind"]),
        ]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=~models.Q(rule="") | models.Q(by_hand__isnull=False),
                name="status_has_a_rule_or_two_people",
                violation_error_message=_("A status needs a rule, or a change by hand that two people decided."),
            ),
            models.CheckConstraint(
                condition=models.Q(until__isnull=True) | models.Q(until__gte=models.F("since")),
                name="status_ends_after_start",
                violation_error_message=_("A status cannot end before it begins."),
            ),
            ExclusionConstraint(
                name="one_status_at_a_time",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    ("kind", RangeOperators.EQUAL),
                    ("about", RangeOperators.EQUAL),
                    (SPAN, RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("This person has this status for that reason at that time already."),
            ),
        ]
