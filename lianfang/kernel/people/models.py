"""People (人员), where they belong from when until when (名单), guardians (监护人) and approved leave (请假)."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from lianfang.kernel import clock
from lianfang.kernel.crypto import Masked, blind_index, seal, unseal
from lianfang.kernel.orgs.models import Unit, UnitOwned

ID_TYPES = [
    ("resident", _("resident identity card")),
    ("passport", _("passport")),
    ("permit", _("travel permit")),
    ("residence_permit", _("residence permit")),
    ("foreign_resident", _("foreign resident card")),
    ("none", _("no document")),
]
PERSON_KINDS = [
    ("staff", _("staff")),
    ("agency", _("agency staff")),
    ("learner", _("learner")),
    ("retiree", _("retiree")),
    ("resident", _("resident")),
    ("tenant", _("tenant")),
    ("contractor", _("contractor staff")),
]


class Person(models.Model):
    """One human being, entered once. Number and phone are encrypted; they are found by a blind index."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    home_unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("registered by"))
    name = models.CharField(_("name"), max_length=60)
    sort_key = models.CharField(max_length=120, blank=True, db_collation="C", editable=False)
    id_type = models.CharField(_("document"), max_length=20, choices=ID_TYPES)
    id_reason = models.CharField(_("why there is no document"), max_length=80, blank=True)
    number_sealed = models.TextField(blank=True)
    number_index = models.BinaryField(max_length=16, null=True)
    phone_sealed = models.TextField(blank=True)
    phone_index = models.BinaryField(max_length=16, null=True)
    birth_date = models.DateField(_("born on"), null=True, blank=True)
    guardian_notice_at = models.DateField(_("guardian told on"), null=True, blank=True)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, db_index=False, verbose_name=_("merged into")
    )

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["phone_index"]),
            models.Index(fields=["name"]),
            # Nearly nobody is merged: an index over all would be one entry for everybody under "no".
            models.Index(fields=["merged_into"], name="merged", condition=models.Q(merged_into__isnull=False)),
        ]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["number_index"],
                name="one_person_a_number",
                violation_error_message=_("This number is already registered."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def number(self) -> Masked:
        """The identity number, masked until opened."""
        return Masked("id_number", unseal(self.number_sealed, about=f"people_person|number|{self.id}"))

    @number.setter
    def number(self, plain: str) -> None:
        self.number_sealed = seal(plain, about=f"people_person|number|{self.id}") if plain else ""
        self.number_index = index_of_number(self.id_type, plain) if plain else None

    @property
    def phone(self) -> Masked:
        """The phone number, masked until opened."""
        return Masked("phone", unseal(self.phone_sealed, about=f"people_person|phone|{self.id}"))

    @phone.setter
    def phone(self, plain: str) -> None:
        self.phone_sealed = seal(plain, about=f"people_person|phone|{self.id}") if plain else ""
        self.phone_index = blind_index("phone", plain) if plain else None


def index_of_number(id_type: str, number: str) -> bytes:
    """The blind index of a document number; two kinds of document never meet."""
    return blind_index(f"id:{id_type}", number)


class Membership(UnitOwned):
    """A person belongs to a unit from a day until a day; moving is a new row, so history stays where it was."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="memberships", verbose_name=_("person"))
    kind = models.CharField(_("kind"), max_length=12, choices=PERSON_KINDS)
    number = models.CharField(_("roster number"), max_length=30, blank=True)
    employer = models.CharField(_("employer"), max_length=80, blank=True)
    shift_starts = models.TimeField(_("shift starts"), null=True, blank=True)
    boards = models.BooleanField(_("boards"), default=False)
    since = models.DateField(_("since"))
    until = models.DateField(_("until"), null=True, blank=True)
    # A class check covers whoever was on the roster when it was taken, not those entered afterwards.
    entered_at = models.DateTimeField(_("entered at"), default=clock.now, editable=False)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["person"]),
            models.Index(fields=["unit", "until"], name="membership_ending", condition=models.Q(until__isnull=False)),
        ]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=models.Q(until__isnull=True) | models.Q(until__gte=models.F("since")),
                name="membership_ends_after_start",
                violation_error_message=_("A membership cannot end before it begins."),
            ),
            models.UniqueConstraint(
                fields=["unit", "person"],
                name="one_open_membership",
                condition=models.Q(until__isnull=True),
                violation_error_message=_("This person is on the roster already."),
            ),
            models.UniqueConstraint(
                fields=["unit", "person", "since"],
                name="one_membership_a_day",
                violation_error_message=_("This person is already on the roster from that day."),
            ),
        ]


class LinkQuery(models.QuerySet["Guardianship"]):
    """Guardianships, dated."""

    def in_force(self) -> LinkQuery:
        """Those confirmed and not ended."""
        moment = clock.now()
        return self.filter(models.Q(until__isnull=True) | models.Q(until__gt=moment), confirmed_at__lte=moment)


class Guardianship(models.Model):
    """An adult answers for a child, confirmed by the child's institution; also any proxy (代办)."""

    guardian = models.ForeignKey(Person, models.PROTECT, related_name="wards", verbose_name=_("guardian"))
    ward = models.ForeignKey(Person, models.PROTECT, related_name="guardians", verbose_name=_("child"))
    confirmed_at = models.DateTimeField(_("confirmed at"))
    until = models.DateTimeField(_("until"), null=True, blank=True)
    objects = LinkQuery.as_manager()

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["guardian", "ward"],
                name="one_link_a_pair",
                violation_error_message=_("These two are already linked."),
            )
        ]


class Absence(UnitOwned):
    """Approved leave: the person is not expected to answer in this unit from a day until a day."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person_id = models.UUIDField(_("person"))
    since = models.DateField(_("since"))
    until = models.DateField(_("until"))
    reason = models.CharField(_("reason"), max_length=120)

    class Meta:
        verbose_name = _("approved leave")
        verbose_name_plural = _("approved leave")
        indexes: ClassVar[list[Any]] = [models.Index(fields=["unit", "since"])]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=models.Q(until__gte=models.F("since")),
                name="leave_ends_after_start",
                violation_error_message=_("Leave cannot end before it begins."),
            )
        ]


def on_roster(day: date) -> models.Q:
    """The condition on memberships that they count on `day`."""
    return models.Q(since__lte=day) & (models.Q(until__isnull=True) | models.Q(until__gte=day))


def person_ids(unit: Unit, day: date) -> list[UUID]:
    """Who is on the unit's roster on that day."""
    return list(Membership.objects.filter(on_roster(day), unit=unit).values_list("person_id", flat=True))
