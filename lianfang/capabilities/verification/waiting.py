"""Differences that wait (等待对方): while the other side's usual delay lasts nobody is asked; then somebody is."""

from __future__ import annotations

from typing import Final

from lianfang.capabilities.verification.due import due_time, owe
from lianfang.capabilities.verification.models import OPEN, WAITING, Agreement, Item, Step
from lianfang.capabilities.verification.steps import step
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM

AT_ONCE: Final = 500  # differences that one pass of the worker takes up


def wake() -> int:
    """Put to their side the differences whose usual delay is over; how many there were. The worker asks often."""
    over = Item.objects.select_for_update(skip_locked=True, of=("self",)).select_related("agreement__unit")
    items = list(over.filter(state=WAITING, waits_until__lte=clock.now())[:AT_ONCE])
    for item in items:
        item.state, item.due_at, item.waits_until = OPEN, due_time(item.agreement), None
    Item.objects.bulk_update(items, ["state", "due_at", "waits_until"])
    Step.objects.bulk_create(step(item, "woken", SYSTEM) for item in items)
    agreements: dict[object, Agreement] = {item.agreement_id: item.agreement for item in items}
    for agreement in agreements.values():
        owe(agreement)
    return len(items)
