"""Supplies (物资): norms before a phase (储备标准), orders (请购), transfers (调拨), and what runs out (缺货预警)."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from lianfang.domain.flow import Flow, Move
from lianfang.kernel.ledgers.models import Item, Lot
from lianfang.kernel.orgs.models import Unit, UnitOwned

MOST_LEAD_DAYS = 365
_DIGITS: dict[str, Any] = {"max_digits": 12, "decimal_places": 3}
ORDER = Flow(
    "proposed",
    (
        Move("approve", ("proposed",), "approved"),
        Move("receive", ("approved",), "received"),
        Move("withdraw", ("proposed", "approved"), "withdrawn"),
    ),
)
ORDER_STATES = [
    ("proposed", _("to be approved")),
    ("approved", _("approved, on its way")),
    ("received", _("has come")),
    ("withdrawn", _("called off")),
]
ORDERED, IN_STOCK = "ordered", "in_stock"
ENDINGS = [(ORDERED, _("has been ordered")), (IN_STOCK, _("stock lasts again"))]


class Norm(UnitOwned):
    """What must be in stock before a phase begins: so much a head a day for so many days. No heads: the roster's."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    item = models.ForeignKey(Item, models.PROTECT, related_name="+", verbose_name=_("supply item"))
    phase = models.CharField(_("phase"), max_length=60)
    per_head = models.DecimalField(_("per head and day"), **_DIGITS)
    days = models.PositiveSmallIntegerField(_("days"))
    heads = models.PositiveIntegerField(_("people"), null=True, blank=True)

    class Meta:
        verbose_name = _("stock norm")
        verbose_name_plural = _("stock norms")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["unit", "item", "phase"],
                name="one_norm_a_phase",
                violation_error_message=_("There is a norm for this item and phase."),
            ),
            models.CheckConstraint(
                condition=Q(per_head__gt=0, days__gt=0),
                name="norm_asks_for_something",
                violation_error_message=_("A norm asks for more than nothing."),
            ),
        ]


class Order(UnitOwned):
    """An order proposed, approved by somebody else, and received into stock; with the forecasts it was made on."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("unit"))
    item = models.ForeignKey(Item, models.PROTECT, related_name="+", verbose_name=_("supply item"))
    quantity = models.DecimalField(_("quantity"), **_DIGITS)
    state = models.CharField(_("state"), max_length=10, choices=ORDER_STATES, default=ORDER.start)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    forecasts = models.JSONField(_("forecasts"), default=dict, blank=True)
    needed_by = models.DateField(_("needed by"), null=True, blank=True)
    proposed_at = models.DateTimeField(_("put forward at"))
    proposed_by = models.CharField(_("put forward by"), max_length=60)
    proposer_id = models.BigIntegerField(null=True, editable=False)
    decided_at = models.DateTimeField(_("handled at"), null=True, blank=True)
    decided_by = models.CharField(_("handled by"), max_length=60, blank=True)
    received_at = models.DateTimeField(_("received at"), null=True, blank=True)
    received = models.DecimalField(_("received amount"), null=True, blank=True, **_DIGITS)

    class Meta:
        verbose_name = _("order of supplies")
        verbose_name_plural = _("orders of supplies")
        indexes: ClassVar[list[Any]] = [models.Index(fields=["unit", "state"])]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=Q(quantity__gt=0),
                name="order_of_something",
                violation_error_message=_("An order is of more than nothing."),
            ),
            models.CheckConstraint(
                condition=~Q(state="received") | Q(received__isnull=False, received_at__isnull=False),
                name="received_order_says_what",
                violation_error_message=_("Say how much has come."),
            ),
        ]


class Transfer(UnitOwned):
    """A part of a lot on its way: out of the sender's stock, and in the unit's own once somebody there says so."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("to store"))
    sender = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("from store"))
    lot = models.ForeignKey(Lot, models.PROTECT, related_name="+", verbose_name=_("lot"))
    quantity = models.DecimalField(_("sent amount"), **_DIGITS)
    sent_at = models.DateTimeField(_("sent at"))
    sent_by = models.CharField(_("sent by"), max_length=60)
    received = models.DecimalField(_("received amount"), null=True, blank=True, **_DIGITS)
    received_at = models.DateTimeField(_("received at"), null=True, blank=True)
    received_by = models.CharField(_("received by"), max_length=60, blank=True)
    reason = models.CharField(_("why less came"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("transfer of supplies")
        verbose_name_plural = _("transfers of supplies")
        indexes: ClassVar[list[Any]] = [models.Index(fields=["unit", "received_at"])]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=~Q(unit=models.F("sender")),
                name="transfer_between_two",
                violation_error_message=_("A store sends nothing to itself."),
            ),
            models.CheckConstraint(
                condition=Q(received__isnull=True) | Q(received__gte=0, received__lte=models.F("quantity")),
                name="no_more_comes_than_was_sent",
                violation_error_message=_("More cannot come than was sent."),
            ),
            models.CheckConstraint(
                condition=Q(received__isnull=True) | Q(received=models.F("quantity")) | ~Q(reason=""),
                name="less_says_why",
                violation_error_message=_("Say why less came than was sent."),
            ),
        ]

    @property
    def missing(self) -> Any:
        """What was sent and did not come; unknown while it is on its way."""
        return None if self.received is None else self.quantity - self.received


class LeadTime(UnitOwned):
    """How many days the supplier of an item takes to deliver to a unit and everything under it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("unit"))
    item = models.ForeignKey(Item, models.PROTECT, related_name="+", verbose_name=_("supply item"))
    lead_days = models.PositiveSmallIntegerField(_("days to delivery"))

    class Meta:
        verbose_name = _("delivery time")
        verbose_name_plural = _("delivery times")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["unit", "item"],
                name="one_lead_time_an_item",
                violation_error_message=_("This item has its delivery time here already."),
            ),
            models.CheckConstraint(
                condition=Q(lead_days__lte=MOST_LEAD_DAYS),
                name="lead_time_within_a_year",
                violation_error_message=_("A delivery takes at most a year."),
            ),
        ]


class StoreWatch(UnitOwned):
    """Until when the forecasts of a store have been looked at; the worker looks again from then on."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    unit = models.OneToOneField(Unit, models.PROTECT, related_name="+", verbose_name=_("unit"))
    next_at = models.DateTimeField(_("next look at"))

    class Meta:
        verbose_name = _("watch over a store")
        verbose_name_plural = _("watches over stores")
        indexes: ClassVar[list[Any]] = [models.Index(fields=["next_at"])]


class Shortage(UnitOwned):
    """An item that runs out within the days of warning, from when that was seen until it is ordered or stock is up."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("unit"))
    item = models.ForeignKey(Item, models.PROTECT, related_name="+", verbose_name=_("supply item"))
    seen_at = models.DateTimeField(_("seen at"))
    runs_out_on = models.DateField(_("runs out on"))
    warn_days = models.PositiveSmallIntegerField(_("days of warning"))
    order_by = models.DateField(_("to be ordered by"))
    forecasts = models.JSONField(_("forecasts"), default=dict, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    because = models.CharField(_("why it ended"), max_length=10, choices=ENDINGS, blank=True)

    class Meta:
        verbose_name = _("item running out")
        verbose_name_plural = _("items running out")
        indexes: ClassVar[list[Any]] = [models.Index(fields=["unit", "seen_at"])]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["unit", "item"],
                condition=Q(ended_at__isnull=True),
                name="one_open_shortage_an_item",
                violation_error_message=_("This item is known to run out already."),
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, because="") | Q(ended_at__isnull=False) & ~Q(because=""),
                name="ended_shortage_says_why",
                violation_error_message=_("Say why it ended."),
            ),
        ]
