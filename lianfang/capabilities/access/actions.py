"""What may be done with accounts and roles (账号与权限)."""

from __future__ import annotations

from datetime import datetime, timedelta

from lianfang.domain.refusals import Refused
from lianfang.domain.roles import Role, may_grant
from lianfang.kernel import clock
from lianfang.kernel.accounts import ops
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.accounts.models import Account, Grant
from lianfang.kernel.actions import INSTALLER, action
from lianfang.kernel.orgs.models import Unit

GRANTERS = (Role.ADMINISTRATOR, Role.OFFICER, Role.LEADER)
TERM = timedelta(days=180)


@action("account.opened", by=GRANTERS, over="unit", facts=("unit", "handle", "role"))
def open_account(by: Actor, *, unit: Unit, handle: str, name: str, role: str, phone: str = "") -> Account:
    """Open an account with a first role; it is entered by a one-time link."""
    if Account.objects.filter(handle=handle).exists():
        raise Refused("account.exists", "handle")
    _check_rank(by, role, unit)
    account = ops.new_account(handle, name, phone=phone)
    ops.grant(account, role, unit, lasts=TERM, by=_granter(by))
    return account


@action("account.first_opened", over=INSTALLER, facts=("handle",))
def open_first_account(by: Actor, *, unit: Unit, handle: str, name: str) -> Account:
    """Open the first administrator's account of an installation; only the installer does."""
    account = ops.new_account(handle, name)
    ops.grant(account, Role.ADMINISTRATOR, unit, lasts=TERM)
    return account


@action("role.granted", by=GRANTERS, over="unit", facts=("unit", "role", "until"))
def grant_role(by: Actor, *, unit: Unit, account: Account, role: str, until: datetime | None = None) -> Grant:
    """Give somebody a role over a unit for a time; nobody raises oneself, nor gives more than one holds."""
    if account.pk == by.account_id:
        raise Refused("flow.own_request", "account")
    _check_rank(by, role, unit)
    lasts = TERM if until is None else min(TERM, until - clock.now())
    return ops.grant(account, role, unit, lasts=lasts, by=_granter(by))


@action("role.ended", by=GRANTERS, over="unit", facts=("unit",))
def end_role(by: Actor, *, unit: Unit, grant: Grant) -> Grant:
    """End a role now."""
    if not unit.covers(grant.unit):
        raise Refused("scope", "grant")
    grant.until = max(clock.now(), grant.since)
    grant.save(update_fields=["until"])
    return grant


def _check_rank(by: Actor, role: str, unit: Unit) -> None:
    if role not in set(Role):
        raise Refused("choice.unknown", "role")
    ranks = [post.role for post in by.posts if post.unit.covers(unit)]
    if not by.system and not any(may_grant(own, Role(role)) for own in ranks):
        raise Refused("scope", "role")


def _granter(by: Actor) -> Account | None:
    return Account.objects.filter(pk=by.account_id).first() if by.account_id else None
