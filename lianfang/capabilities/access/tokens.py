"""What may be done with machines' tokens (令牌): issue one, whose secret is shown once, and withdraw one."""

from __future__ import annotations

from datetime import timedelta

from lianfang.kernel import clock
from lianfang.kernel.accounts import ops
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.accounts.models import Account, Token
from lianfang.kernel.actions import INSTALLER, action
from lianfang.kernel.orgs.models import Unit


@action("token.issued", over=INSTALLER, facts=("account", "unit", "may_write"))
def issue_token(by: Actor, *, account: Account, unit: Unit | None, lasts: timedelta, may_write: bool = True) -> Token:
    """Issue a bearer token for a machine that acts for an account, under a unit, for a time.

    The token carries its `secret` as it is returned; the secret is stored nowhere and comes no second time.
    """
    token, secret = ops.new_token(account, unit=unit, lasts=lasts, may_write=may_write)
    token.secret = secret  # type: ignore[attr-defined]
    return token


@action("token.revoked", over=INSTALLER)
def revoke_token(by: Actor, *, token: Token) -> Token:
    """Withdraw a token; from now on it opens nothing."""
    token.revoked_at = token.revoked_at or clock.now()
    token.save(update_fields=["revoked_at"])
    return token
