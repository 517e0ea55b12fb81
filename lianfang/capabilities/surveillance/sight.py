"""Whose small counts are hidden (小格可见范围): who sees people sees counts as they are, offices see `<5`."""

from __future__ import annotations

from typing import Any

from django.db.models import BooleanField, Case, Q, QuerySet, Value, When

from lianfang.domain.roles import SIGHTS
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import below


def hides(actor: Actor, unit: Unit) -> bool:
    """Whether small counts of a unit are hidden from somebody: whoever may see its people sees how many are ill."""
    return not (actor.system or any(SIGHTS[post.role].people and post.unit.covers(unit) for post in actor.posts))


def with_hidden(rows: QuerySet[Any], actor: Actor, prefix: str = "unit__") -> QuerySet[Any]:
    """The rows, each with `hidden`: whether its small counts are hidden from this actor. As `hides`, row by row."""
    if actor.system:
        told: QuerySet[Any] = rows.annotate(hidden=Value(False))
        return told
    seen = Q(pk__in=[])
    for path in actor.scope.person_paths:
        low, high = below(path)
        seen |= Q(**{f"{prefix}path__gte": low, f"{prefix}path__lt": high})
        seen |= Q(**{f"{prefix}sector_path__gte": low, f"{prefix}sector_path__lt": high})
    case = Case(When(seen, then=Value(False)), default=Value(True), output_field=BooleanField())
    found: QuerySet[Any] = rows.annotate(hidden=case)
    return found
