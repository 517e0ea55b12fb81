"""A reported fact is corrected (更正联动): every difference that rests on it says so; a settled one is open again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from lianfang.capabilities.verification.decisions import put_again
from lianfang.capabilities.verification.due import owe
from lianfang.capabilities.verification.fields import OURS
from lianfang.capabilities.verification.models import GONE, SETTLED, TOTAL, Agreement, Item, Step
from lianfang.capabilities.verification.steps import step
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import Person


def answer_corrected(unit: Unit, person_id: UUID, day: date, revision: int) -> list[Item]:
    """Mark the differences about this person under agreements of the unit or above; those that were marked."""
    index = Person.objects.values_list("number_index", flat=True).filter(pk=person_id).first()
    if index is None:
        return []
    about = Q(row_ours__number_index=index) | Q(row_theirs__number_index=index)
    return _mark(_over(unit).filter(about), f"{day}/{revision}")


def report_corrected(unit: Unit, day: date, revision: int) -> list[Item]:
    """Mark the differences between totals of this unit on that day; those that were marked."""
    return _mark(_over(unit).filter(klass=TOTAL, place=unit, day=day), f"{day}/{revision}")


def _over(unit: Unit) -> QuerySet[Item]:
    above = [int(part) for path in (unit.path, unit.sector_path) for part in path.split("/") if part]
    held = Item.objects.select_for_update(of=("self",)).select_related("agreement__unit", "agreement__theirs")
    return held.filter(agreement__unit_id__in=above).exclude(state=GONE)


def _mark(found: Iterable[Item], fact: str) -> list[Item]:
    items = list(found)
    for item in items:
        if item.state == SETTLED:
            put_again(item, owner=OURS)
            item.save()
        Step.objects.bulk_create([step(item, "corrected", SYSTEM, note=fact)])
    agreements: dict[UUID, Agreement] = {item.agreement_id: item.agreement for item in items}
    for agreement in agreements.values():
        owe(agreement)
    return items
