"""Leave is stopped while an order of recall stands (停休): told to the roster without its knowing of orders."""

from __future__ import annotations

from datetime import date

from lianfang.capabilities.recall.models import RecallOrder
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.freezes import freezes_leave
from lianfang.kernel.scope import EVERYTHING, within


@freezes_leave
def stopped_by_recall(unit: Unit, since: date, until: date) -> str:
    """The order over this unit that has not been lifted, for leave that does not end before the order came."""
    with within(EVERYTHING):  # who approves leave need not see the orders of a unit above
        orders = list(RecallOrder.objects.filter(lifted_at__isnull=True).select_related("unit"))
    standing = (one for one in orders if one.unit.covers(unit) and until >= one.issued_at.astimezone(unit.zone).date())
    return next((one.title for one in standing), "")
