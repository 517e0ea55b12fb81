"""Accounts of people on a roster (本人账号): with one they check in, see their own statuses, and object."""

from __future__ import annotations

from lianfang.domain.refusals import Refused
from lianfang.domain.roles import Role
from lianfang.kernel import clock
from lianfang.kernel.accounts import ops
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.accounts.models import Account, Grant
from lianfang.kernel.actions import action, store
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import Membership

KEEPERS = (Role.ADMINISTRATOR, Role.CLASS_HEAD, Role.DUTY_OFFICER, Role.OFFICER)
"""Who keeps a roster also lets its people in."""
ENTERED_BY_LINK = frozenset({"account.opened", "account.member_opened", "stay.account_opened"})
"""Actions whose account is new: whoever opened it is given its one-time link. No other account gets one this way."""
TYERS = (Role.ADMINISTRATOR, Role.OFFICER)


@action("account.member_opened", by=KEEPERS, over="membership", facts=("membership",))
def open_member_account(by: Actor, *, membership: Membership) -> Account:
    """Open an account without any role for somebody on the roster; it is entered by a one-time link.

    Refused `account.person_has_one` when the person has one, `person.left_roster` when they have left.
    """
    present = _present(membership)
    stem = "-".join(filter(None, (present.unit.code, present.number)))
    return ops.open_for(present.person, stem=stem, field="membership")


@action("account.tied", by=TYERS, over="unit", facts=("unit",))
def tie_account(by: Actor, *, unit: Unit, account: Account, membership: Membership) -> Account:
    """Say which person on the roster an account belongs to, so that they see what concerns themselves."""
    if account.pk == by.account_id:
        raise Refused("flow.own_request", "account")
    if not unit.covers(membership.unit) or not _works_under(account, unit):
        raise Refused("scope", "account")
    person = _present(membership).person
    if account.person_id or Account.objects.filter(person_id=person.pk).exists():
        raise Refused("account.person_has_one", "membership")
    account.person_id = person.pk
    return store(account)


def _present(membership: Membership) -> Membership:
    if membership.until is not None and membership.until < clock.today(membership.unit.zone):
        raise Refused("person.left_roster", "membership")
    return membership


def _works_under(account: Account, unit: Unit) -> bool:
    held = Grant.objects.filter(account=account, until__gt=clock.now()).select_related("unit")
    return any(unit.covers(one.unit) for one in held)
