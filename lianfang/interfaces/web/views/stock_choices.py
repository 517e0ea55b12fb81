"""What can be chosen in the forms about stock, meals and requests (选项), and how the thing they are about is said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _

from lianfang.capabilities.catering.drops import drop_words
from lianfang.capabilities.catering.models import Delivery, Request
from lianfang.capabilities.catering.words import DIETS, MEALS, REQUEST_KINDS
from lianfang.capabilities.supplies.models import Order, Transfer
from lianfang.domain.stock.quantity import plain
from lianfang.interfaces.titles import listed
from lianfang.kernel import clock
from lianfang.kernel.ledgers.models import MEASURES, USES, Entry, Item, Lot
from lianfang.kernel.ledgers.reading import balance, balances
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import Membership, Person, on_roster
from lianfang.kernel.places.models import ISOLATION, SITE_ROOM, Place
from lianfang.kernel.places.ops import present

Choices = Sequence[tuple[str, Any]]
WORKING = ("staff", "contractor", "agency")
MOST = 400  # rooms or guests to choose from
WORDS: Mapping[str, Choices] = {
    "measure": MEASURES, "used_by": USES, "diet": DIETS, "meal": MEALS, "kind": REQUEST_KINDS,
}  # fmt: skip


def choices_for(name: str, kind: Any, unit: Unit, about: Mapping[str, models.Model]) -> Choices:
    """What a field offers; nothing where something is typed."""
    if kind is bool:
        return [("true", _("yes")), ("false", _("no"))]
    if name == "colleague":
        return _colleagues(unit)
    rows = {Unit: _stores, Item: _items, Lot: _lots, Person: _guests, Place: _rooms}.get(kind)
    return WORDS.get(name, []) if rows is None else rows(unit)


def _stores(unit: Unit) -> Choices:
    """Stores that something can be sent to: the units beside, above and below this one."""
    near = Q(parent=unit) | Q(pk=unit.parent_id)
    found = Unit.objects.filter(near | Q(parent=unit.parent_id) if unit.parent_id else near, closed_on__isnull=True)
    return [(one.code, f"{one} ({one.code})") for one in found.exclude(pk=unit.pk).order_by("path")[:MOST]]


def _items(unit: Unit) -> Choices:
    above = [int(part) for part in unit.path.strip("/").split("/")]
    found = Item.objects.filter(Q(unit__isnull=True) | Q(unit_id__in=above)).order_by("code")
    return [(str(one.pk), f"{one} ({one.get_measure_display()})") for one in found[:MOST]]


def _lots(unit: Unit) -> Choices:
    return [(str(one.lot_id), lot_words(one.lot, one.item)) for one in balances(unit)[:MOST]]


def _guests(unit: Unit) -> Choices:
    here = present(unit, at=clock.now()).select_related("place", "person").order_by("place__walk", "place__code")
    return [(str(one.person_id), f"{one.place.code} {one.person}") for one in here[:MOST]]  # those whose names one sees


def _colleagues(unit: Unit) -> Choices:
    """Whoever works for this unit or the one above it, of those whose names one sees."""
    near = Q(unit__path__startswith=unit.path) | Q(unit=unit.parent_id)
    rosters = Membership.objects.filter(near, on_roster(clock.today(unit.zone)), kind__in=WORKING)
    found = rosters.select_related("person").order_by("person__sort_key", "person_id")
    return list({str(one.person_id): str(one.person) for one in found[:MOST]}.items())


def _rooms(unit: Unit) -> Choices:
    found = Place.objects.filter(unit=unit, kind__in=(SITE_ROOM, ISOLATION), closed_on__isnull=True)
    return [(str(one.pk), one.code) for one in found.order_by("walk", "code")[:MOST]]


def lot_words(lot: Lot, item: Item) -> str:
    """A lot in words: item, number, last day of use."""
    return listed(part for part in (str(item), lot.number, str(lot.expires_on or "")) if part)


def words_of(unit: Unit, about: Mapping[str, models.Model]) -> list[dict[str, str]]:
    """What the act is about, in words."""
    return [{"label": label, "value": value} for row in about.values() for label, value in _said(unit, row)]


def _said(unit: Unit, row: models.Model) -> list[tuple[str, str]]:  # noqa: PLR0911  a line a kind of row
    if isinstance(row, Item):
        held = balance(unit, row)
        return [(_("Supply item"), str(row)), (_("On hand"), f"{plain(held.amount)} {row.get_measure_display()}")]
    if isinstance(row, Lot):
        return [(_("Lot"), lot_words(row, row.item))]
    if isinstance(row, Entry):
        amount = f"{plain(abs(row.quantity))} {row.item.get_measure_display()}"
        return [(_("Stock entry"), listed([str(row.day), str(row.get_kind_display()), str(row.item), amount]))]
    if isinstance(row, Order):
        return [(_("Order of supplies"), f"{row.item} {plain(row.quantity)} {row.item.get_measure_display()}")]
    if isinstance(row, Transfer):
        return [(_("Transfer"), f"{row.lot.item} {plain(row.quantity)} {row.lot.item.get_measure_display()}")]
    if isinstance(row, Delivery):
        return [(_("Drop point"), drop_words(row.drop)), (_("Meals"), str(row.quantity))]
    if isinstance(row, Request):
        return [(_("Request"), row.what), (_("Room"), row.place.code if row.place else "—")]
    return [("", str(row))]
