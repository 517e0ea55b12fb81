"""Telling people of their statuses (状态告知): once a change, also whoever answers for a child.

An alert names the kind of status and the person; the page reads what holds then, by which rule, and how to object.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from lianfang.kernel import clock
from lianfang.kernel.accounts.models import Account
from lianfang.kernel.alerts.models import Alert
from lianfang.kernel.alerts.ops import tell_all
from lianfang.kernel.people.models import Guardianship
from lianfang.kernel.scope import EVERYTHING, within
from lianfang.kernel.statuses.models import Status

CHANGED: Final = "status.changed"


def tell_of(changed: Iterable[Status]) -> None:
    """Tell the people of these statuses that theirs has changed.

    What ends and what begins in its place within a minute are one change, and are told as one.
    """
    rows = list(changed)
    if not rows:
        return
    at, by_person = clock.now(), _accounts([one.person_id for one in rows])
    tell_all(
        [
            Alert(
                account_id=account, kind=CHANGED, unit_id=one.unit_id, at=at,
                subject=f"{one.kind}:{one.person_id}:{at:%Y-%m-%dT%H:%M}",
                facts={"kind": one.kind, "person": str(one.person_id)},
            )
            for one in rows
            for account in by_person.get(one.person_id, ())
        ]
    )  # fmt: skip


def _accounts(people: list[UUID]) -> dict[UUID, list[int]]:
    """Person -> the accounts that are told: their own, and those of whoever answers for them."""
    with within(EVERYTHING):  # whoever gives a status need not see who answers for whom
        links = list(Guardianship.objects.in_force().filter(ward__in=people).values_list("guardian_id", "ward_id"))
        wanted = {*people, *(guardian for guardian, _ward in links)}
        known = Account.objects.filter(person_id__in=wanted, is_active=True).values_list("person_id", "pk")
        accounts = {person: account for person, account in known if person is not None}
    found: dict[UUID, list[int]] = {}
    for reader, person in [*((one, one) for one in people), *links]:
        if reader in accounts and accounts[reader] not in found.get(person, ()):
            found.setdefault(person, []).append(accounts[reader])
    return found
