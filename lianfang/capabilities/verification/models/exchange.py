"""Exchange agreements (交换协议) and the lists received under them (名单); what names a person is sealed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

import msgspec
from django.db import models
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from lianfang.capabilities.verification.fields import IDENTIFIES, OURS
from lianfang.kernel.crypto import seal, unseal
from lianfang.kernel.orgs.models import Unit, UnitOwned

FREQUENCIES = [
    ("daily", pgettext_lazy("how often", "every day")),
    ("weekly", pgettext_lazy("how often", "every week")),
    ("monthly", pgettext_lazy("how often", "every month")),
    ("once", pgettext_lazy("how often", "once")),
]
SIDE_NAMES = [("ours", _("ours")), ("theirs", _("theirs"))]
_PERCENT = 100
STORED, QUARANTINED = "stored", "quarantined"
LIST_STATES = [(STORED, _("stored")), (QUARANTINED, _("quarantined"))]


class Exchanged(UnitOwned):
    """What belongs to an exchange: `unit` is our side, `theirs` the other side's unit where it works here too."""

    theirs = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("unit of the other side")
    )

    class Meta:
        abstract = True


class Agreement(Exchanged):
    """What two sides have agreed to exchange: with whom, why, which fields, how often, and whose value is proposed.

    `fields` lists `{"name", "columns", "precedence", "compare", "tolerance"}`: what is exchanged, the headings it may
    stand under in a file, the side whose value is proposed where the two differ ("" for neither), whether a difference
    counts, and of a total the percentage by which it may differ. `delay_days` is how long the other side usually needs
    until a case is in its list.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.PositiveIntegerField(_("number"), unique=True, editable=False)
    counterpart = models.CharField(_("the other side"), max_length=60)
    counterpart_en = models.CharField(_("the other side in English"), max_length=120, blank=True)
    purpose = models.CharField(_("purpose"), max_length=200)
    basis = models.CharField(_("legal basis"), max_length=200)
    fields = models.JSONField(_("agreed fields"))
    frequency = models.CharField(_("how often"), max_length=10, choices=FREQUENCIES)
    delay_days = models.PositiveSmallIntegerField(_("usual delay in days"), default=0)
    totals_required = models.BooleanField(_("control total required"), default=True)
    since = models.DateField(_("since"))
    until = models.DateField(_("until"), null=True, blank=True)
    made_by = models.CharField(_("made by"), max_length=60)

    class Meta:
        verbose_name = _("exchange agreement")
        verbose_name_plural = _("exchange agreements")
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=models.Q(until__isnull=True) | models.Q(until__gte=models.F("since")),
                name="agreement_ends_after_start",
                violation_error_message=_("An agreement cannot end before it begins."),
            ),
        ]

    def __str__(self) -> str:
        return self.counterpart_en if self.counterpart_en and get_language() == "en" else self.counterpart

    def unit_of(self, side: str) -> Any:
        """The unit of a side; None for another side that does not work here."""
        return self.unit if side == OURS else self.theirs

    @property
    def names(self) -> list[str]:
        """The agreed fields, in their order."""
        return [one["name"] for one in self.fields]

    @property
    def compared(self) -> list[str]:
        """The fields in which two rows of one person may not differ."""
        return [one["name"] for one in self.fields if one["compare"]]

    @property
    def items_counted(self) -> list[str]:
        """The items of which units' totals are exchanged; none where people are."""
        return [name for name in self.names if name not in ("unit", "day")] if self.is_of_totals else []

    @property
    def is_of_totals(self) -> bool:
        """Whether figures of units and days are exchanged instead of people."""
        return {"unit", "day"} <= set(self.names) and not set(self.names) & set(IDENTIFIES)

    def tolerance_of(self, item: str) -> float:
        """The share by which a total may differ."""
        return float(next(one.get("tolerance", 0) for one in self.fields if one["name"] == item)) / _PERCENT

    @property
    def precedence(self) -> dict[str, str]:
        """Field -> the side whose value is proposed; fields without a rule are left out."""
        return {one["name"]: one["precedence"] for one in self.fields if one.get("precedence")}


class ReceivedList(Exchanged):
    """One list as it came in: rows in = stored + rejected, always; of a quarantined one only the fact and the hash."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="lists", verbose_name=_("agreement"))
    side = models.CharField(_("side"), max_length=6, choices=SIDE_NAMES)
    day = models.DateField(_("day"))
    state = models.CharField(_("state"), max_length=12, choices=LIST_STATES)
    filename = models.CharField(_("file"), max_length=200, blank=True)
    sha256 = models.CharField(_("hash"), max_length=64)
    control_total = models.PositiveIntegerField(_("control total"), null=True, blank=True)
    rows_in = models.PositiveIntegerField(_("rows in"))
    stored = models.PositiveIntegerField(_("rows stored"))
    rejected = models.PositiveIntegerField(_("rows rejected"))
    rejections = models.JSONField(_("rejected rows"), default=list, blank=True)
    columns = models.JSONField(_("columns"), default=dict, blank=True)
    received_at = models.DateTimeField(_("received at"))
    received_by = models.CharField(_("received from"), max_length=60)

    class Meta:
        verbose_name = _("list received")
        verbose_name_plural = _("lists received")
        indexes: ClassVar[list[Any]] = [models.Index(fields=["agreement", "side", "received_at"])]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=models.Q(rows_in=models.F("stored") + models.F("rejected")),
                name="list_accounts_for_every_row",
                violation_error_message=_("The rows do not add up."),
            ),
            models.CheckConstraint(
                condition=models.Q(day__gte="2000-01-01", day__lt="2200-01-01"),
                name="list_day_is_a_day",
                violation_error_message=_("The day is out of the calendar."),
            ),
        ]


class Entry(Exchanged):
    """One row of a list. Number, phone and address are sealed together; `key` is the keyed hash of who is meant."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    list = models.ForeignKey(ReceivedList, models.CASCADE, related_name="entries", verbose_name=_("list"))
    row = models.PositiveIntegerField(_("row"))
    key = models.BinaryField(max_length=16)
    name = models.CharField(_("name"), max_length=60, blank=True)
    birth = models.DateField(_("born on"), null=True, blank=True)
    number_index = models.BinaryField(max_length=16, null=True)
    number_mask = models.CharField(_("number"), max_length=30, blank=True)
    number_tail = models.CharField(max_length=4, blank=True)
    phone_mask = models.CharField(_("phone"), max_length=30, blank=True)
    sealed = models.TextField(blank=True)
    values = models.JSONField(_("values"), default=dict, blank=True)

    class Meta:
        verbose_name = _("row of a list")
        verbose_name_plural = _("rows of lists")
        indexes: ClassVar[list[Any]] = [models.Index(fields=["number_index"])]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["list", "row"],
                name="one_entry_a_row",
                violation_error_message=_("This row is there already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.row}"

    @staticmethod
    def sealed_values(entry_id: UUID, secrets: Mapping[str, str]) -> str:
        """What may not stand in plain, as the row of this key keeps it."""
        return seal(msgspec.json.encode(secrets).decode(), about=_about(entry_id)) if secrets else ""

    def opened(self) -> dict[str, str]:
        """The sealed values by field; only the linkage and a recorded reveal ask for them."""
        opened = unseal(self.sealed, about=_about(self.id))
        return msgspec.json.decode(opened, type=dict[str, str]) if opened else {}


def _about(entry_id: UUID) -> str:
    return f"verification_entry|sealed|{entry_id}"
