"""What squads find at the doors (摸底排查): households, each visit, who lives there, who came and went (row D01)."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianfang.kernel.orgs.models import UnitOwned
from lianfang.kernel.people.models import Person

VERIFIED, EMPTY, REFUSED, PENDING = "verified", "empty", "refused", "pending"
STATES = [
    (VERIFIED, _("verified")),
    (EMPTY, _("nobody lives here")),
    (REFUSED, _("refused to answer")),
    (PENDING, _("still to visit")),
]
HOUSEHOLD_KINDS = [
    ("family", _("family quarters")),
    ("dormitory", _("dormitory")),
    ("rented", _("rented")),
    ("shop", _("shop or workshop")),
    ("other", _("other")),
]
RESIDENT, TENANT, LANDLORD = "resident", "tenant", "landlord"
MEMBER_KINDS = [(RESIDENT, _("resident")), (TENANT, _("tenant")), (LANDLORD, _("landlord"))]


class Squad(UnitOwned):
    """People who go from door to door, and the areas they cover."""

    name = models.CharField(_("squad"), max_length=60)
    lead = models.CharField(_("led by"), max_length=60, blank=True)
    areas = models.JSONField(_("areas"), default=list, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("squad")
        verbose_name_plural = _("squads")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["unit", "name"],
                name="one_squad_a_name",
                violation_error_message=_("The unit has a squad of this name."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class Household(UnitOwned):
    """A door with an address, and what the last visit found."""

    area = models.CharField(_("area"), max_length=60)
    address = models.CharField(_("address"), max_length=120)
    kind = models.CharField(_("kind"), max_length=10, choices=HOUSEHOLD_KINDS)
    state = models.CharField(_("state"), max_length=10, choices=STATES, default=PENDING)
    visited_at = models.DateTimeField(_("last visit"), null=True, blank=True)
    squad = models.ForeignKey(Squad, models.PROTECT, null=True, blank=True, verbose_name=_("squad"))

    class Meta:
        verbose_name = _("household")
        verbose_name_plural = _("households")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["unit", "area", "address"],
                name="one_household_an_address",
                violation_error_message=_("This address is on the list already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.area} {self.address}"


class HouseholdVisit(UnitOwned):
    """One visit: what was found, by whom, when. A later visit is a new row."""

    household = models.ForeignKey(Household, models.PROTECT, related_name="visits", verbose_name=_("household"))
    squad = models.ForeignKey(Squad, models.PROTECT, null=True, blank=True, verbose_name=_("squad"))
    state = models.CharField(_("state"), max_length=10, choices=STATES)
    at = models.DateTimeField(_("at"))
    by = models.CharField(_("by"), max_length=60)
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("visit at the door")
        verbose_name_plural = _("visits at the door")
        indexes: ClassVar[list[Any]] = [models.Index(fields=["household", "at"])]


class HouseholdMember(UnitOwned):
    """Who lives at, or lets, an address; a person on the register, or somebody described when nobody gives a name."""

    household = models.ForeignKey(Household, models.PROTECT, related_name="members", verbose_name=_("household"))
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("person")
    )
    described = models.CharField(_("described as"), max_length=80, blank=True)
    kind = models.CharField(_("kind"), max_length=10, choices=MEMBER_KINDS)
    verified_at = models.DateTimeField(_("verified at"))
    verified_by = models.CharField(_("verified by"), max_length=60)
    squad = models.ForeignKey(Squad, models.PROTECT, null=True, blank=True, verbose_name=_("squad"))
    left_on = models.DateField(_("moved out on"), null=True, blank=True)

    class Meta:
        verbose_name = _("member of a household")
        verbose_name_plural = _("members of households")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["person"],
                condition=models.Q(left_on__isnull=True) & ~models.Q(kind=LANDLORD),
                name="one_household_a_person",
                violation_error_message=_("This person is entered at another address."),
            ),
            models.CheckConstraint(
                condition=models.Q(person__isnull=False) | ~models.Q(described=""),
                name="member_is_known_or_described",
                violation_error_message=_("Please give a person or a description."),
            ),
        ]


class Movement(UnitOwned):
    """A journey as somebody declared it: where to, from when until when; `back_on` empty is still away.

    With an area code it becomes a stay there on the day of leaving; `stay_at` is when that was done.
    """

    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("person"))
    household = models.ForeignKey(
        Household, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("household")
    )
    whereabouts = models.CharField(_("whereabouts"), max_length=120)
    area = models.CharField(_("area code"), max_length=12, blank=True, db_collation="C")
    left_on = models.DateField(_("went away on"))
    back_on = models.DateField(_("back on"), null=True, blank=True)
    declared_at = models.DateTimeField(_("declared at"))
    by = models.CharField(_("entered by"), max_length=60)
    stay_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("movement")
        verbose_name_plural = _("movements")
        indexes: ClassVar[list[Any]] = [
            models.Index(
                fields=["left_on"],
                name="movement_to_be_weighed",
                condition=models.Q(stay_at__isnull=True) & ~models.Q(area=""),
            )
        ]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=models.Q(back_on__isnull=True) | models.Q(back_on__gte=models.F("left_on")),
                name="movement_ends_after_start",
                violation_error_message=_("Nobody comes back before leaving."),
            )
        ]
