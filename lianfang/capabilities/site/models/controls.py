"""The four fives (四个五) of a site: twenty items with owner, evidence and state, and the breaches (违规) of them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from lianfang.capabilities.site.models.sites import Site
from lianfang.domain.site import controls
from lianfang.kernel.orgs.models import UnitOwned

CONTROL_GROUPS = [
    ("gates", _("Five gates")),
    ("separations", _("Five separations")),
    ("distinctions", _("Five distinctions")),
    ("clarities", _("Five clarities")),
]
CONTROL_STATES = [
    (controls.OPEN, pgettext_lazy("of a control", "open")),
    (controls.EVIDENCED, _("evidence given")),
    (controls.VERIFIED, _("verified")),
    (controls.BREACHED, _("breached")),
]


class Control(UnitOwned):
    """One of the twenty items at one site, in the words of the template of its day."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    site = models.ForeignKey(Site, models.PROTECT, related_name="controls", verbose_name=_("site"))
    number = models.PositiveSmallIntegerField(_("number"))
    code = models.CharField(_("code"), max_length=40)
    group = models.CharField(_("group"), max_length=12, choices=CONTROL_GROUPS)
    name = models.CharField(_("item"), max_length=80)
    name_en = models.CharField(_("item in English"), max_length=120)
    standard = models.CharField(_("standard"), max_length=200)
    standard_en = models.CharField(_("standard in English"), max_length=300)
    suggested = models.CharField(_("suggested owner"), max_length=20)
    owner = models.CharField(_("owner"), max_length=60, blank=True)
    evidence = models.CharField(_("evidence"), max_length=300, blank=True)
    evidence_by = models.CharField(_("evidence by"), max_length=60, blank=True)
    evidence_by_id = models.BigIntegerField(null=True, blank=True, editable=False)
    evidence_at = models.DateTimeField(_("evidence at"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=CONTROL_STATES, default=controls.OPEN)
    verified_by = models.CharField(_("verified by"), max_length=60, blank=True)
    verified_at = models.DateTimeField(_("verified at"), null=True, blank=True)

    class Meta:
        verbose_name = _("control item")
        verbose_name_plural = _("control items")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["site", "code"],
                name="one_control_a_code",
                violation_error_message=_("The site has this item already."),
            )
        ]

    def __str__(self) -> str:
        return self.name_en if get_language() == "en" else self.name

    @property
    def said_standard(self) -> str:
        """The standard in the reader's language."""
        return self.standard_en if get_language() == "en" else self.standard


class Breach(UnitOwned):
    """Something that broke a control at a moment; put right by one person, verified with its item by another."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    control = models.ForeignKey(Control, models.PROTECT, related_name="breaches", verbose_name=_("item"))
    at = models.DateTimeField(_("at"))
    what = models.CharField(_("what happened"), max_length=300)
    by = models.CharField(_("reported by"), max_length=60)
    reported_at = models.DateTimeField(_("reported at"))
    fixed_at = models.DateTimeField(_("put right at"), null=True, blank=True)
    fixed_by = models.CharField(_("put right by"), max_length=60, blank=True)
    fix = models.CharField(_("what was done"), max_length=300, blank=True)
    verified_at = models.DateTimeField(_("verified at"), null=True, blank=True)
    verified_by = models.CharField(_("verified by"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("breach")
        verbose_name_plural = _("breaches")
        indexes: ClassVar[list[Any]] = [models.Index(fields=["unit", "at"])]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=models.Q(verified_at__isnull=True) | models.Q(fixed_at__isnull=False),
                name="breach_is_fixed_before_verified",
                violation_error_message=_("What was not put right cannot be verified."),
            )
        ]

    def __str__(self) -> str:
        return self.what
