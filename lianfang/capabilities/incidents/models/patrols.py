"""Patrols (巡查): a way past several points, walked in rounds; a hazard found becomes an incident of its kind."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from uuid_utils.compat import uuid7

from lianfang.capabilities.incidents.models.incident import Incident
from lianfang.kernel.orgs.models import UnitOwned
from lianfang.kernel.places.models import Place


class Patrol(UnitOwned):
    """A way past points, looked at for one kind of hazard."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(pgettext_lazy("of a unit", "name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=20)
    ended_on = models.DateField(_("ended on"), null=True, blank=True)

    class Meta:
        verbose_name = _("patrol")
        verbose_name_plural = _("patrols")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["unit", "name"],
                name="one_patrol_a_name",
                violation_error_message=_("There is a patrol of this name."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class PatrolPoint(UnitOwned):
    """A point of a patrol, in walking order."""

    patrol = models.ForeignKey(Patrol, models.PROTECT, related_name="points", verbose_name=_("patrol"))
    place = models.ForeignKey(Place, models.PROTECT, related_name="+", verbose_name=_("point"))
    number = models.PositiveSmallIntegerField(_("number"))

    class Meta:
        verbose_name = _("point of a patrol")
        verbose_name_plural = _("points of a patrol")
        ordering: ClassVar[list[str]] = ["number"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["patrol", "place"],
                name="one_point_a_place",
                violation_error_message=_("This point is on the patrol already."),
            )
        ]


class PatrolRound(UnitOwned):
    """One walk of a patrol; finished when every point was looked at."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    patrol = models.ForeignKey(Patrol, models.PROTECT, related_name="rounds", verbose_name=_("patrol"))
    began_at = models.DateTimeField(_("began at"))
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    by = models.CharField(_("by"), max_length=60)

    class Meta:
        verbose_name = _("patrol round")
        verbose_name_plural = _("patrol rounds")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["patrol"],
                condition=models.Q(finished_at__isnull=True),
                name="one_open_round_a_patrol",
                violation_error_message=_("A round of this patrol is under way."),
            )
        ]


class PatrolCheck(UnitOwned):
    """One point looked at on a round: in order, or a hazard that became an incident."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    round = models.ForeignKey(PatrolRound, models.PROTECT, related_name="checks", verbose_name=_("round"))
    place = models.ForeignKey(Place, models.PROTECT, related_name="+", verbose_name=_("point"))
    fine = models.BooleanField(pgettext_lazy("patrol", "in order"))
    note = models.CharField(_("note"), max_length=300, blank=True)
    at = models.DateTimeField(_("at"))
    by = models.CharField(_("by"), max_length=60)
    incident = models.ForeignKey(
        Incident, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("incident")
    )

    class Meta:
        verbose_name = _("point looked at")
        verbose_name_plural = _("points looked at")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["round", "place"],
                name="one_check_a_point",
                violation_error_message=_("This point was looked at on this round."),
            )
        ]
