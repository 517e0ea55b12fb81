"""A recall order and the people it concerns (召回令): whereabouts, exemption with evidence, return (row D05)."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from lianfang.kernel.orgs.models import UnitOwned
from lianfang.kernel.people.models import Person

LEVELS = [
    ("", _("not known")),
    ("low", _("low risk")),
    ("medium", _("medium risk")),
    ("high", _("high risk")),
]
EXEMPTING = ("medium", "high")
"""Levels of an area from which nobody is called back (002: exempt if in a medium- or high-risk area)."""


class RecallOrder(UnitOwned):
    """Leave is interrupted: everybody away is back before a moment."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    title = models.CharField(_("recall order"), max_length=80)
    reason = models.CharField(_("reason"), max_length=200)
    issued_at = models.DateTimeField(_("issued at"))
    back_before = models.DateTimeField(_("back before"))
    lifted_at = models.DateTimeField(_("lifted at"), null=True, blank=True)

    class Meta:
        verbose_name = _("recall order")
        verbose_name_plural = _("recall orders")
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=models.Q(back_before__gt=models.F("issued_at")),
                name="recall_due_after_issue",
                violation_error_message=_("The time to be back comes after the order."),
            )
        ]

    def __str__(self) -> str:
        return self.title


class RecallPerson(UnitOwned):
    """One person an order concerns: where they are, whether they are exempt and why, when they were back."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    order = models.ForeignKey(RecallOrder, models.PROTECT, related_name="people", verbose_name=_("recall order"))
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("person"))
    whereabouts = models.CharField(_("whereabouts"), max_length=120)
    area = models.CharField(_("risk area"), max_length=80, blank=True)
    level = models.CharField(_("risk level"), max_length=10, choices=LEVELS, blank=True)
    evidence = models.CharField(_("evidence"), max_length=200, blank=True)
    exempted_at = models.DateTimeField(_("exempted at"), null=True, blank=True)
    exemption_lifted_at = models.DateTimeField(_("exemption lifted at"), null=True, blank=True)
    due_at = models.DateTimeField(_("back before"))
    returned_at = models.DateTimeField(_("back at"), null=True, blank=True)

    class Meta:
        verbose_name = _("recalled person")
        verbose_name_plural = _("recalled people")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["order", "person"],
                name="recalled_once_an_order",
                violation_error_message=_("This person is named in the order already."),
            ),
            models.CheckConstraint(
                condition=models.Q(exempted_at__isnull=True) | ~models.Q(evidence=""),
                name="exemption_has_evidence",
                violation_error_message=_("An exemption needs evidence."),
            ),
        ]

    @property
    def exempt(self) -> bool:
        """Whether the person need not come back."""
        return self.exempted_at is not None and self.exemption_lifted_at is None
