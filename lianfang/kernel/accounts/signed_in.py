"""Who is signed in, recognised again at every request (登录识别): read anew only when a row that decides it changed."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy, deepcopy
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor, Post, actor_for
from lianfang.kernel.accounts.models import Account
from lianfang.kernel.accounts.recognised import MOST_KEPT, VERSION_OF_ACCOUNT, next_change

__all__ = ["VERSION", "Session", "SignedIn"]

VERSION = f"SELECT {VERSION_OF_ACCOUNT} FROM accounts_account a WHERE a.id = %(account)s"
"""What decides who an account is, as the versions of its rows: a change of any of them shows here."""


@dataclass(frozen=True, slots=True)
class Session:
    """A session as this process met it: its row as it was stored, what it says, and who that was."""

    stored: str
    says: Mapping[str, Any]
    version: str
    until: datetime | None  # when a role or a guardianship begins or ends next
    account: Account
    actor: Actor

    def of_its_own(self) -> tuple[dict[str, Any], Account, Actor]:
        """What it says, its account and its actor, for one request to do with as it likes."""
        actor = replace(self.actor, posts=_own(self.actor.posts), former=_own(self.actor.former))
        return deepcopy(dict(self.says)), copy(self.account), actor


def _own(posts: tuple[Post, ...]) -> tuple[Post, ...]:
    return tuple(Post(post.role, copy(post.unit)) for post in posts)


@dataclass(slots=True)
class SignedIn:
    """Sessions that this process has met, by their keys. What is kept is never changed, only replaced."""

    _kept: dict[str, Session] = field(default_factory=dict)

    def account_of(self, key: str | None) -> int | None:
        """The account to ask `VERSION` about; None for a session that was not met before."""
        kept = self._kept.get(key or "")
        return kept.account.pk if kept else None

    def session(self, key: str | None, stored: str | None, version: str | None) -> Session | None:
        """The session, when its row and everything that decides who it is are as they were."""
        kept = self._kept.get(key or "")
        if kept is None or kept.stored != stored or kept.version != version:
            return None
        return kept if kept.until is None or kept.until > clock.now() else None

    def keep(self, key: str, stored: str, says: Mapping[str, Any], version: str, account: Account) -> Session:
        """Read who an account is, and keep it; `version` must have been asked before the account was read."""
        if len(self._kept) >= MOST_KEPT:
            self._kept.clear()
        until, actor = next_change(account), actor_for(account)
        kept = self._kept[key] = Session(stored, deepcopy(dict(says)), version, until, copy(account), actor)
        return kept
