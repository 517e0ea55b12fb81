"""Who sends, recognised at once for many requests (令牌识别): as `actor_of_token`, read again only when it changed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from lianfang.domain.refusals import Refused
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.accounts.models import Account, Grant, Token
from lianfang.kernel.accounts.ops import actor_of_token
from lianfang.kernel.people.models import Guardianship

MOST_KEPT = 20_000  # tokens

# Everything that decides who an account or a token is, as the versions of its rows: a change of any of them shows here,
# by its transaction, or by its place when the same transaction changes it again.
VERSION_OF_ACCOUNT = """concat_ws('/', a.xmin, a.ctid,
       (SELECT string_agg(concat_ws('.', g.id, g.xmin, g.ctid, u.xmin, u.ctid), ',' ORDER BY g.id)
          FROM accounts_grant g JOIN orgs_unit u ON u.id = g.unit_id WHERE g.account_id = a.id),
       (SELECT string_agg(concat_ws('.', w.id, w.xmin, w.ctid), ',' ORDER BY w.id)
          FROM people_guardianship w WHERE w.guardian_id = a.person_id))"""
VERSIONS = f"""
SELECT t.digest AS key, concat_ws('/', t.xmin, (SELECT xmin FROM orgs_unit WHERE id = t.unit_id), {VERSION_OF_ACCOUNT})
       AS version
  FROM accounts_token t JOIN accounts_account a ON a.id = t.account_id WHERE t.digest = ANY(%s)
"""


def digest_of(secret: str) -> str:
    """By what a token is looked up."""
    return hashlib.sha256(secret.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class _Kept:
    version: str
    until: datetime | None  # when a role, a guardianship or the token itself begins or ends next
    actor: Actor


@dataclass(slots=True)
class Recognised:
    """Actors behind bearer tokens that this process has met."""

    _kept: dict[str, _Kept] = field(default_factory=dict)

    def actors(self, digests: Mapping[str, str], versions: Mapping[str, str]) -> dict[str, Actor]:
        """The actor behind each secret at this moment; unknown, ended and withdrawn ones are left out.

        `digests` gives the secrets by `digest_of`, `versions` what `VERSIONS` says of the digests now.
        """
        found = {}
        for digest, version in versions.items():
            kept = self._kept.get(digest)
            if kept is None or kept.version != version or (kept.until is not None and kept.until <= clock.now()):
                kept = self._read(digest, digests[digest], version)
            if kept is not None:
                found[digests[digest]] = kept.actor
        return found

    def _read(self, digest: str, secret: str, version: str) -> _Kept | None:
        self._kept.pop(digest, None)
        try:
            actor = actor_of_token(secret)
        except Refused:
            return None
        if len(self._kept) >= MOST_KEPT:
            self._kept.clear()
        kept = self._kept[digest] = _Kept(version, _next_change(digest), actor)
        return kept


def _next_change(digest: str) -> datetime | None:
    """The next moment at which time alone changes what the token may do."""
    token = Token.objects.select_related("account").get(digest=digest)
    return next_change(token.account, token.expires_at)


def next_change(account: Account, *also: datetime) -> datetime | None:
    """The next moment at which time alone changes what the account may do, or the first of `also`."""
    grants = Grant.objects.filter(account=account).values_list("since", "until")
    wards = Guardianship.objects.filter(guardian_id=account.person_id).values_list("confirmed_at", "until")
    moments = [*also, *(m for row in (*grants, *wards) for m in row if m is not None)]
    at = clock.now()
    return min((moment for moment in moments if moment > at), default=None)
