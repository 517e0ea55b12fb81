"""Telling people (提醒): who holds a duty over a unit is told once about one thing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from lianfang.domain.roles import Role
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.accounts.models import Grant
from lianfang.kernel.alerts.models import Alert
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import ancestors
from lianfang.kernel.scope import EVERYTHING, looking, within


def holders(unit: Unit, roles: Iterable[Role]) -> list[int]:
    """The accounts that hold one of these roles over just this unit at this moment."""
    at = clock.now()
    found = Grant.objects.filter(unit=unit, role__in=list(roles), since__lte=at, until__gt=at, account__is_active=True)
    return list(found.order_by("account_id").values_list("account_id", flat=True).distinct())


def tell(accounts: Iterable[int], kind: str, *, subject: str, unit: Unit, **facts: Any) -> int:
    """One alert an account, kind and subject, however often this is called; how many accounts are meant."""
    at = clock.now()
    rows = [
        Alert(account_id=account, kind=kind, subject=subject[:160], unit=unit, facts=facts, at=at)
        for account in accounts
    ]
    return tell_all(rows)


def tell_all(alerts: Sequence[Alert]) -> int:
    """Many alerts at once; whoever was told already is not told again. Returns how many are meant."""
    with within(EVERYTHING):  # an alert belongs to its reader, whom the teller need not see
        Alert.objects.bulk_create(alerts, ignore_conflicts=True, batch_size=2000)
    return len(alerts)


def unread(actor: Actor) -> int:
    """How many alerts this account has not read."""
    with looking(EVERYTHING):
        return Alert.objects.filter(account_id=actor.account_id or 0, read_at__isnull=True).count()


def newest(actor: Actor, *, most: int = 10) -> list[Alert]:
    """This account's newest alerts, read from now on."""
    with within(EVERYTHING):
        rows = list(
            Alert.objects.filter(account_id=actor.account_id or 0).select_related("unit").order_by("-at")[:most]
        )
        Alert.objects.filter(account_id=actor.account_id or 0, read_at__isnull=True).update(read_at=clock.now())
    return rows


def holders_of(units: Iterable[int], roles: Iterable[Role]) -> dict[int, list[int]]:
    """Unit number -> the accounts that hold one of these roles over just that unit, for many units at once."""
    at = clock.now()
    found = Grant.objects.filter(
        unit_id__in=list(units), role__in=list(roles), since__lte=at, until__gt=at, account__is_active=True
    )
    held: dict[int, list[int]] = {}
    for unit_id, account_id in found.order_by("account_id").values_list("unit_id", "account_id").distinct():
        held.setdefault(unit_id, []).append(account_id)
    return held


def nearest_holders(unit: Unit, roles: Iterable[Role]) -> list[int]:
    """Those who hold one of these roles over the unit, or else over the nearest superior where somebody does."""
    wanted = list(roles)
    for place in (unit, *reversed(ancestors(unit))):
        if found := holders(place, wanted):
            return found
    return []
