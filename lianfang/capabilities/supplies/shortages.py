"""Warning before an item runs out (缺货预警): every store is looked at each morning, and after what changes its stock.

Whoever keeps the stores owes the order of an item once, until as much is ordered or in stock as lasts beyond the days
of warning.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Final
from uuid import UUID

from lianfang.capabilities.supplies.models import IN_STOCK, ORDERED, Shortage, StoreWatch
from lianfang.capabilities.supplies.orders import on_order
from lianfang.capabilities.supplies.outlook import facts_of, lead_days, outlook, planned_uses
from lianfang.domain.roles import Role
from lianfang.domain.stock.forecast import Outlook
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.alerts.ops import nearest_holders, tell
from lianfang.kernel.audit.models import Event
from lianfang.kernel.audit.ops import ref
from lianfang.kernel.ledgers import reading
from lianfang.kernel.ledgers.models import Balance, Item
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.policies.ops import policy_of
from lianfang.kernel.tasks import ops as tasks

TO_ORDER: Final = "to_order"
AT_ONCE: Final = 20  # stores that one pass of the worker looks at
ORDERERS: Final = (Role.LOGISTICIAN, Role.SITE_MANAGER, Role.ADMINISTRATOR)
"""Who orders: the first of these duties that somebody holds over the store or above it."""


def watch_stores() -> int:
    """Look at the stores whose morning has come; how many items are newly found to run out. The worker asks often."""
    at = clock.now()
    known = StoreWatch.objects.values("unit_id")
    new = Balance.objects.exclude(unit__in=known).values_list("unit_id", flat=True).distinct()
    StoreWatch.objects.bulk_create((StoreWatch(unit_id=pk, next_at=at) for pk in new), ignore_conflicts=True)
    due = StoreWatch.objects.select_for_update(skip_locked=True, of=("self",)).filter(next_at__lte=at)
    return sum(_morning(one, at) for one in due.select_related("unit").order_by("next_at", "pk")[:AT_ONCE])


def look_again(event: Event) -> None:
    """Stock or an order of a store has changed: what was to be ordered may no longer be, or be again."""
    held = StoreWatch.objects.select_for_update(of=("self",)).filter(unit=event.unit_id).select_related("unit").first()
    if held is not None:
        _look(held.unit, clock.now())


def _morning(watch: StoreWatch, at: datetime) -> int:
    unit = watch.unit
    found = _look(unit, at)
    tomorrow = at.astimezone(unit.zone).date() + timedelta(days=1)
    watch.next_at = datetime.combine(tomorrow, policy_of(unit, on=tomorrow).opens_at, unit.zone)
    watch.save(update_fields=["next_at"])
    return found


def _look(unit: Unit, at: datetime) -> int:
    uses, known = planned_uses(unit, at=at), open_shortages(unit)
    found = 0
    for item in reading.items_in(unit):
        coming = on_order(unit, item)
        seen = outlook(unit, item, at=at, uses=uses, coming=coming)
        if seen.warns and item.pk not in known:
            _owe(unit, item, outlook(unit, item, at=at, uses=uses), at)
            found += 1
        # A forecast that is not known, as after days without use, does not say that there is enough again.
        elif item.pk in known and not seen.warns and (coming or not seen.drives.unknown):
            _end(known[item.pk], ORDERED if coming else IN_STOCK, at)
    return found


def open_shortages(unit: Unit) -> Mapping[UUID, Shortage]:
    """The items of a store that are known to run out and are still to be ordered, by item."""
    return {one.item_id: one for one in Shortage.objects.filter(unit=unit, ended_at__isnull=True)}


def _owe(unit: Unit, item: Item, found: Outlook, at: datetime) -> None:
    """The order of an item, by the last day on which it would still come in time, or today where that has passed."""
    today = at.astimezone(unit.zone).date()
    out = found.drives.runs_out_on or today
    by = max(today, out - timedelta(days=lead_days(unit, item, policy_of(unit, on=today))))
    made = Shortage.objects.create(
        unit=unit, item=item, seen_at=at, runs_out_on=out, warn_days=found.warn_days, order_by=by,
        forecasts=facts_of(found),
    )  # fmt: skip
    role, accounts = _orderers(unit)
    task = tasks.owe(
        unit, TO_ORDER, made, name=f"订购：{item.name}", name_en=f"Order: {item.name_en or item.name}", role=role,
        due_at=datetime.combine(by + timedelta(days=1), time(0), unit.zone),
    )  # fmt: skip
    tell(accounts, "stock.runs_out", subject=ref(task), unit=unit, day=str(out))


def _orderers(unit: Unit) -> tuple[Role, list[int]]:
    for role in ORDERERS:
        if accounts := nearest_holders(unit, (role,)):
            return role, accounts
    return ORDERERS[0], []


def _end(shortage: Shortage, because: str, at: datetime) -> None:
    shortage.ended_at, shortage.because = at, because
    shortage.save(update_fields=["ended_at", "because"])
    tasks.settle_open(tasks.of(shortage, TO_ORDER), at=at, by=SYSTEM.name)
