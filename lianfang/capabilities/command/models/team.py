"""A temporary team of several organisations (联合团队): its members, where they come from, what each may see (A03)."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianfang.kernel.accounts.models import Account, Grant
from lianfang.kernel.orgs.models import Unit, UnitOwned
from lianfang.kernel.people.models import Person

REACHES = [("none", _("nobody")), ("own", _("members from the own organisation")), ("team", _("the whole team"))]


class Team(UnitOwned):
    """A team is a unit of its own; the members from each organisation are a group under it. `unit` is the team's."""

    purpose = models.CharField(_("purpose"), max_length=200, blank=True)
    site = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("closes with")
    )
    formed_on = models.DateField(_("formed on"))
    closed_on = models.DateField(_("closed on"), null=True, blank=True)

    class Meta:
        verbose_name = _("temporary team")
        verbose_name_plural = _("temporary teams")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["unit"], name="one_team_a_unit", violation_error_message=_("This unit is a team already.")
            )
        ]


class TeamMember(UnitOwned):
    """Somebody in a team. `unit` is the group of the own organisation, so its manager sees just its members."""

    team = models.ForeignKey(Team, models.PROTECT, related_name="members", verbose_name=_("temporary team"))
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("person"))
    home_unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("home unit")
    )
    position = models.CharField(_("position in the team"), max_length=80)
    reach = models.CharField(_("whose details are seen"), max_length=4, choices=REACHES)
    account = models.ForeignKey(
        Account, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("account")
    )
    grant = models.ForeignKey(Grant, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("role"))
    since = models.DateField(_("since"))
    until = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("member of a team")
        verbose_name_plural = _("members of teams")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["team", "person"],
                condition=models.Q(until__isnull=True),
                name="one_place_in_a_team",
                violation_error_message=_("This person is in the team already."),
            )
        ]
