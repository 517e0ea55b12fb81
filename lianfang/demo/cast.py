"""The cast of a demonstration (演示人物): invented people and the accounts by which they act."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from random import Random
from uuid import UUID

from lianfang.capabilities.access.actions import TERM, open_account
from lianfang.demo import names
from lianfang.demo.anchors import anchors
from lianfang.demo.numbers import IdNumbers, Phones
from lianfang.domain.roles import Role
from lianfang.kernel import clock
from lianfang.kernel.accounts import ops
from lianfang.kernel.accounts.actor import SYSTEM, Actor, Post, actor_for
from lianfang.kernel.accounts.models import Account, Grant
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.bulk import Admission
from lianfang.kernel.people.models import Person
from lianfang.kernel.scope import EVERYTHING, within

_YEAR = timedelta(days=365)
_TITLES = {Role.DUTY_OFFICER: "值班员", Role.OFFICER: "值班室", Role.CLASS_HEAD: "班主任"}


class Casting:
    """Invents people: names from lists, numbers from areas and a prefix that nobody has. Repeatable by its seed."""

    def __init__(self, seed: str) -> None:
        rates = anchors().people
        self._draw = Random(seed).random  # noqa: S311  made-up people, repeatable on purpose
        self._ids, self._phones = IdNumbers(rates.id_areas), Phones(rates.phone_prefix)

    def admission(
        self, unit: Unit, kind: str, since: date, *, ages: tuple[int, int], name: str = "", number: str = ""
    ) -> Admission:
        """Somebody to enter on a roster; the youngest and oldest age in whole years."""
        male = self._draw() < 0.5  # noqa: PLR2004
        youngest, oldest = ages
        born = since - timedelta(days=int((youngest + self._draw() * (oldest - youngest)) * _YEAR.days))
        return Admission(
            unit_id=unit.pk,
            kind=kind,
            name=name or names.surname(self._draw) + names.given_name(self._draw, male=male),
            id_type="resident",
            number=self._ids.issue(born.toordinal(), male=male),
            birth_date=born,
            since=since,
            phone=f"+86{self._phones.issue()}",
            roster_number=number,
        )


def appoint(handle: str, name: str, role: str, unit: Unit, *, person: Person | None = None) -> Account:
    """Open an account with a role, held by this person when one is given."""
    with within(EVERYTHING):
        account: Account = open_account(SYSTEM, unit=unit, handle=handle, name=name, role=role)
        return belongs_to(account, person)


def member_account(handle: str, person: Person) -> Account:
    """An account without any role: somebody who answers for oneself and one's wards."""
    with within(EVERYTHING):
        return belongs_to(ops.new_account(handle, person.name), person)


def member_accounts(people: Sequence[tuple[str, UUID]]) -> dict[UUID, Actor]:
    """Accounts without any role for many people, given by name and id, at once; person -> who answers."""
    at = clock.now()
    made = [Account(handle=f"m-{number.hex}", name=name, person_id=number, created_at=at) for name, number in people]
    for account in made:
        account.set_unusable_password()
    with within(EVERYTHING):
        accounts = Account.objects.bulk_create(made)
    return {one.person_id: Actor(one.pk, one.name, person_id=one.person_id) for one in accounts if one.person_id}


def belongs_to(account: Account, person: Person | None) -> Account:
    """Say whose account this is."""
    if person is not None:
        account.person_id = person.pk
        account.save(update_fields=["person_id"])
    return account


def appoint_all(units: Sequence[Unit], role: Role) -> dict[str, Actor]:
    """One account a unit, all at once, as an installer makes them; unit code -> who acts for it."""
    at = clock.now()
    made = [Account(handle=f"{role}-{u.code}".lower(), name=f"{u.name}{_TITLES[role]}", created_at=at) for u in units]
    for account in made:
        account.set_unusable_password()
    with within(EVERYTHING):
        accounts = Account.objects.bulk_create(made, batch_size=2000)
        Grant.objects.bulk_create(
            [
                Grant(account=account, role=role, unit=unit, since=at, until=at + TERM)
                for account, unit in zip(accounts, units, strict=True)
            ],
            batch_size=2000,
        )
    return {
        unit.code: Actor(account.pk, account.name, (Post(role, unit),))
        for account, unit in zip(accounts, units, strict=True)
    }


@contextmanager
def acting(account: Account) -> Iterator[Actor]:
    """Inside the block this account acts, in its own scope."""
    with within(EVERYTHING):
        actor = actor_for(account)
    with within(actor.scope):
        yield actor
