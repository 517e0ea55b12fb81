"""How many are in observation at the end of a day, as it may be shown (在站人数): the same in briefing and pack."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import Q, QuerySet

from lianfang.capabilities.stays.models import Stay
from lianfang.domain.small import Small, bound_now
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.reporting.office_bounds import SITE, kept_bounds


def there_on(unit: Unit, day: date, come: QuerySet[Stay], fewest: int, *, ends: datetime) -> Small:
    """Who of those that came is there when a unit's day `ends`; hidden where the wall hides it for a neighbour."""
    count = come.filter(Q(ended_at__isnull=True) | Q(ended_at__gte=ends), admitted_at__lt=ends).count()
    kept = kept_bounds(unit, [day]).get(day)
    bound = kept[SITE] if kept else 0
    return Small(count, None, fewest, bound_now(count, bound, fewest))
