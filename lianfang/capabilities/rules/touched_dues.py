"""Owed reports that a change of rules touches (应办影响): open ones keep their terms, days opened later take new."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from lianfang.domain.rules.changes import Changes
from lianfang.kernel.audit.ops import ref
from lianfang.kernel.dues.models import Due
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import under
from lianfang.kernel.policies.touched import Touched, touched
from lianfang.kernel.scope import EVERYTHING, looking
from lianfang.kernel.tasks.models import Task

ABOUT_DUES = ("deadlines", "answer_due", "opens_at", "slots", "reporting_days", "remind_minutes", "escalate_minutes")
ABOUT_READINGS = ("reading_slots", "reading_opens", "reading_due", "reading_closes")
EXAMPLES = 3


@touched
def open_readings(unit: Unit, changes: Changes) -> Iterator[Touched]:
    """Readings owed under the unit from the first day on that are not taken yet."""
    if not any(name in changes for name in ABOUT_READINGS):
        return
    with looking(EVERYTHING):  # a reading is of somebody whom whoever sets rules need not see
        owed = Task.objects.filter(under(unit, "unit__"), kind="reading", day__gte=changes.since, settled_at=None)
        owed = owed.filter(excused="").order_by("day", "slot", "pk")
        count, some = owed.count(), tuple(map(ref, owed[:EXAMPLES]))
    yield Touched(
        "reading", _("Readings owed and not taken"), count, some,
        _("keep the times they were given; readings owed from then on take the new ones"),
    )  # fmt: skip


@touched
def open_dues(unit: Unit, changes: Changes) -> Iterator[Touched]:
    """Reports owed under the unit from the first day on that are not in yet."""
    if not any(name in changes for name in ABOUT_DUES):
        return
    owed = Due.objects.filter(under(unit), day__gte=changes.since, settled_at__isnull=True)
    some = tuple(ref(due) for due in owed.order_by("day", "unit")[:EXAMPLES])
    yield Touched(
        "due", _("Reports owed and not in"), owed.count(), some,
        _("keep the terms they were opened with; days opened later take the new ones"),
    )  # fmt: skip
