"""Stock (库存): items and their lots, entries that are only ever added, and the balance each store holds of a lot.

An entry is signed: in is positive, out negative. No balance is ever below zero. Different measures never meet.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from lianfang.domain.stock.cards import ADJUSTMENT, COUNT, IN, INCOMING, ISSUE, LOSS, OPENING, OUT, OUTGOING, RECEIPT
from lianfang.domain.stock.quantity import Quantity
from lianfang.kernel.orgs.models import Unit, UnitOwned

MEASURES = [
    ("piece", _("pieces")),
    ("kg", _("kg")),
    ("g", _("g")),
    ("L", _("L")),
    ("mL", _("mL")),
    ("bag", _("bags")),
    ("bottle", _("bottles")),
    ("box", _("boxes")),
    ("pair", _("pairs of two")),
    ("set", _("sets")),
]
USES = [("contact", _("used per person cared for")), ("staff", _("used per member of staff"))]
ENTRY_KINDS = [
    (OPENING, _("opening balance")),
    (RECEIPT, _("received")),
    (ISSUE, _("issued")),
    (OUT, _("sent to another store")),
    (IN, _("come from another store")),
    (LOSS, _("lost or spoilt")),
    (ADJUSTMENT, _("adjustment")),
    (COUNT, _("stock count")),
]
_DIGITS: dict[str, Any] = {"max_digits": 12, "decimal_places": 3}


class Item(models.Model):
    """A kind of supply, counted in one measure for ever. Without a unit it is everybody's, else of those below it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("unit"))
    code = models.CharField(_("code"), max_length=40)
    name = models.CharField(pgettext_lazy("of a unit", "name"), max_length=80)
    name_en = models.CharField(_("name in English"), max_length=120, blank=True)
    measure = models.CharField(_("unit of measure"), max_length=10, choices=MEASURES)
    used_by = models.CharField(_("use"), max_length=10, choices=USES, blank=True)
    grams = models.DecimalField(_("grams of one"), null=True, blank=True, **_DIGITS)
    chlorine_percent = models.DecimalField(
        _("available chlorine, %"), max_digits=5, decimal_places=2, null=True, blank=True
    )

    class Meta:
        verbose_name = _("supply item")
        verbose_name_plural = _("supply items")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["unit", "code"],
                name="one_item_a_code",
                nulls_distinct=False,
                violation_error_message=_("There is an item with this code already."),
            ),
            models.CheckConstraint(
                condition=Q(grams__isnull=True) | Q(grams__gt=0),
                name="grams_above_zero",
                violation_error_message=_("A piece weighs more than nothing."),
            ),
            models.CheckConstraint(
                condition=Q(chlorine_percent__isnull=True) | Q(chlorine_percent__gt=0, chlorine_percent__lte=100),
                name="chlorine_is_a_percentage",
                violation_error_message=_("Available chlorine is more than 0 and at most 100 percent."),
            ),
        ]

    def __str__(self) -> str:
        return self.name_en if self.name_en and get_language() == "en" else self.name

    def owning_unit(self) -> Any:
        """The unit over which a role is needed to act on this."""
        return self.unit


class Lot(UnitOwned):
    """What came together and expires together (批次). `unit` is the store it first came to; it may move on."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    item = models.ForeignKey(Item, models.PROTECT, related_name="lots", verbose_name=_("supply item"))
    number = models.CharField(_("lot"), max_length=40, blank=True)
    expires_on = models.DateField(_("good until"), null=True, blank=True)
    came_on = models.DateField(_("came on"))
    source = models.CharField(_("came from"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("lot")
        verbose_name_plural = _("lots")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["unit", "item", "number", "expires_on"],
                name="one_lot_a_number",
                nulls_distinct=False,
                violation_error_message=_("There is a lot with this number already."),
            )
        ]

    def __str__(self) -> str:
        return self.number or "—"


class Balance(UnitOwned):
    """What a store holds of one lot now; the row that is locked before anything moves."""

    item = models.ForeignKey(Item, models.PROTECT, related_name="+", verbose_name=_("supply item"))
    lot = models.ForeignKey(Lot, models.PROTECT, related_name="balances", verbose_name=_("lot"))
    quantity = models.DecimalField(_("on hand"), default=0, **_DIGITS)

    class Meta:
        verbose_name = _("balance")
        verbose_name_plural = _("balances")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["unit", "lot"],
                name="one_balance_a_lot",
                violation_error_message=_("The store has a balance of this lot."),
            ),
            models.CheckConstraint(
                condition=Q(quantity__gte=0),
                name="stock_is_never_negative",
                violation_error_message=_("There is not so much in stock."),
            ),
        ]


class Entry(UnitOwned):
    """One movement in one store (出入库): never changed, never deleted; a correction is another entry."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("store"))
    item = models.ForeignKey(Item, models.PROTECT, related_name="+", verbose_name=_("supply item"))
    lot = models.ForeignKey(Lot, models.PROTECT, related_name="entries", verbose_name=_("lot"))
    kind = models.CharField(_("kind"), max_length=12, choices=ENTRY_KINDS)
    quantity = models.DecimalField(_("quantity"), **_DIGITS)
    counted = models.DecimalField(_("counted"), null=True, blank=True, **_DIGITS)
    balance = models.DecimalField(_("balance"), **_DIGITS)
    at = models.DateTimeField(_("at"))
    day = models.DateField(_("day"))
    because = models.CharField(_("for"), max_length=120, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    by = models.CharField(_("by"), max_length=60)
    key = models.CharField(max_length=64, unique=True, editable=False)
    corrects = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="corrections", verbose_name=_("corrects")
    )

    class Meta:
        verbose_name = _("stock entry")
        verbose_name_plural = _("stock entries")
        indexes: ClassVar[list[Any]] = [models.Index(fields=["unit", "item", "day"])]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=(
                    Q(kind__in=[OPENING, *INCOMING], quantity__gt=0)
                    | Q(kind__in=OUTGOING, quantity__lt=0)
                    | (Q(kind=ADJUSTMENT) & ~Q(quantity=0))
                    | Q(kind=COUNT, quantity=0, counted__isnull=False)
                ),
                name="entry_has_the_sign_of_its_kind",
                violation_error_message=_("What comes in is added, what goes out is taken away."),
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=[ADJUSTMENT, LOSS]) | ~Q(reason=""),
                name="adjustment_says_why",
                violation_error_message=_("Say why the stock is adjusted."),
            ),
            models.CheckConstraint(
                condition=Q(balance__gte=0),
                name="entry_leaves_no_debt",
                violation_error_message=_("There is not so much in stock."),
            ),
            models.CheckConstraint(
                condition=Q(corrects__isnull=True) | ~Q(corrects=F("id")),
                name="entry_corrects_another",
                violation_error_message=_("An entry does not correct itself."),
            ),
        ]

    @property
    def amount(self) -> Quantity:
        """The signed quantity in the item's measure."""
        return Quantity(self.quantity, self.item.measure)
