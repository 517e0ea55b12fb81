"""Plans of classes that a change of rules touches (编排影响): seats, beds and sittings stay until planned anew."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from lianfang.capabilities.training.models import ClassRun
from lianfang.domain.rules.changes import Changes
from lianfang.kernel.audit.ops import ref
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import under
from lianfang.kernel.policies.touched import Touched, touched
from lianfang.kernel.scope import EVERYTHING, looking

EXAMPLES = 3
_STANDS = _("stand as they are; planned anew, the new numbers hold")


@touched
def plans_of_classes(unit: Unit, changes: Changes) -> Iterator[Touched]:
    """Classes not over by then whose seats, beds or sittings were planned with another number."""
    after, runs = changes.after, _running(unit, changes)
    laid_out = Q(rooms__replaced_at__isnull=True, rooms__isnull=False) & ~Q(rooms__per_desk=after.seats_per_desk)
    sittings = Q(sittings__replaced_at__isnull=True, sittings__isnull=False)
    parts = (
        ("seats", _("Classes with seats"), ("seats_per_desk",), laid_out),
        ("beds", _("Classes with beds"), ("beds_per_room",), Q(lodgings__isnull=False)),
        ("sittings", _("Classes with sittings"), ("diners_per_table", "dining_group", "sitting_minutes"), sittings),
    )
    for kind, label, names, planned in parts:
        if any(name in changes for name in names):
            with looking(EVERYTHING):
                found = list(runs.filter(planned).distinct())
            yield Touched(kind, label, len(found), tuple(map(ref, found[:EXAMPLES])), _STANDS)


def _running(unit: Unit, changes: Changes) -> QuerySet[ClassRun]:
    rows = ClassRun.objects.filter(under(unit, "unit__"), closed_at__isnull=True, last_day__gte=changes.since)
    return rows.order_by("first_day", "pk")
