"""Slots of an organisation and who held each of them when (岗位与任职), after a template (row A01)."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from lianfang.capabilities.command.templates import template_named
from lianfang.kernel.accounts.models import Account
from lianfang.kernel.orgs.models import Unit, UnitOwned
from lianfang.kernel.people.models import Person


class Organisation(UnitOwned):
    """A template applied to a unit; a unit has one at a time."""

    template = models.CharField(_("template"), max_length=40)
    edition = models.PositiveSmallIntegerField(_("edition"))
    since = models.DateTimeField(_("since"))
    until = models.DateTimeField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["unit"],
                condition=models.Q(until__isnull=True),
                name="one_organisation_a_unit",
                violation_error_message=_("The unit has an organisation already."),
            )
        ]


class Slot(UnitOwned):
    """A typed place in an organisation, under another; `kind` is one of the template's, or "open"."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="slots")
    kind = models.CharField(_("kind of slot"), max_length=30)
    number = models.PositiveSmallIntegerField(_("number"))
    name = models.CharField(_("slot"), max_length=60)
    name_en = models.CharField(_("slot in English"), max_length=80, blank=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, verbose_name=_("under"))
    since = models.DateTimeField(_("since"))
    until = models.DateTimeField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("slot")
        verbose_name_plural = _("slots")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["organisation", "kind", "number"],
                name="one_slot_a_number",
                violation_error_message=_("This slot is there already."),
            )
        ]

    def __str__(self) -> str:
        return self.name_en if self.name_en and get_language() == "en" else self.name

    def get_kind_display(self) -> str:
        """What the template calls slots of this kind."""
        kinds = {one.kind: one for one in template_named(self.organisation.template).kinds}
        if self.kind not in kinds:
            return str(_("open slot"))
        return kinds[self.kind].en if get_language() == "en" else kinds[self.kind].zh


class Holding(UnitOwned):
    """Who held a slot from when until when: an account, a person, or somebody outside named by function.

    `unit` is the organisation's; `home_unit` or `home` says where the holder comes from.
    """

    slot = models.ForeignKey(Slot, models.PROTECT, related_name="holdings", verbose_name=_("slot"))
    account = models.ForeignKey(
        Account, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("account")
    )
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("person")
    )
    name = models.CharField(_("holder"), max_length=60)
    phone = models.CharField(_("duty phone"), max_length=30, blank=True)
    home_unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("home unit")
    )
    home = models.CharField(_("home organisation"), max_length=80, blank=True)
    since = models.DateTimeField(_("since"))
    until = models.DateTimeField(_("until"), null=True, blank=True)
    because = models.CharField(_("why it ended"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("holder of a slot")
        verbose_name_plural = _("holders of slots")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["slot"],
                condition=models.Q(until__isnull=True),
                name="one_holder_a_slot",
                violation_error_message=_("Somebody holds this slot."),
            ),
            models.CheckConstraint(
                condition=models.Q(until__isnull=True) | models.Q(until__gte=models.F("since")),
                name="holding_ends_after_start",
                violation_error_message=_("A slot cannot be left before it was taken."),
            ),
        ]

    def __str__(self) -> str:
        return self.name
