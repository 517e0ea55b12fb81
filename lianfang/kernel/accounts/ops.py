"""Making accounts enterable (开通账号): one-time links, machine tokens, and who they are when they come back."""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import timedelta
from itertools import count

from django.contrib.auth.password_validation import validate_password
from django.db import connection

from lianfang.domain.refusals import Refused
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor, actor_for
from lianfang.kernel.accounts.models import Account, Grant, Invitation, Token
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import Person

INVITATION_LASTS = timedelta(hours=72)
TOKEN_LASTS = timedelta(days=90)
LONGEST_STEM = 50  # of the 60 signs of an account's name; the rest is for a number


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def new_account(handle: str, name: str, *, phone: str = "", language: str = "") -> Account:
    """An account without a password; it can only be entered by an invitation."""
    account = Account(handle=handle, name=name, phone=phone, language=language, created_at=clock.now())
    account.set_unusable_password()
    account.full_clean(exclude=["password"])
    account.save()
    return account


def open_for(person: Person, *, stem: str, field: str) -> Account:
    """An account without any role for somebody who has none; it is tied to them, and named after `stem`.

    Refused `account.person_has_one` on `field`.
    """
    if Account.objects.filter(person_id=person.pk).exists():
        raise Refused("account.person_has_one", field)
    account = new_account(_free_handle(stem), person.name)
    account.person_id = person.pk
    account.save(update_fields=["person_id"])
    return account


def _free_handle(stem: str) -> str:
    """A name that can be read out and typed: the stem, or with the next number behind it where it is taken."""
    plain = re.sub(r"[^\w.-]+", "-", stem.lower())[:LONGEST_STEM]
    with connection.cursor() as cursor:  # two accounts of one stem take turns
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"account {plain}"])
    taken = set(Account.objects.filter(handle__startswith=plain).values_list("handle", flat=True))
    return next(one for n in count(1) if (one := plain if n == 1 else f"{plain}-{n}") not in taken)


def grant(account: Account, role: str, unit: Unit, *, lasts: timedelta, by: Account | None = None) -> Grant:
    """Give a role over a unit from now on, for so long."""
    start = clock.now()
    return Grant.objects.create(account=account, role=role, unit=unit, since=start, until=start + lasts, granted_by=by)


def invite(account: Account) -> str:
    """A secret for a one-time link; earlier links of this account end."""
    Invitation.objects.filter(account=account, used_at__isnull=True).delete()
    secret = secrets.token_urlsafe(24)
    Invitation.objects.create(digest=_digest(secret), account=account, expires_at=clock.now() + INVITATION_LASTS)
    return secret


def invited(secret: str) -> Account | None:
    """Whom an unused, unexpired link is for."""
    found = Invitation.objects.filter(
        digest=_digest(secret), used_at__isnull=True, expires_at__gt=clock.now()
    ).select_related("account")
    return found[0].account if found else None


def accept(secret: str, password: str) -> Account:
    """Set the password and use the link up. Raises `ValidationError` for a weak password."""
    row = (
        Invitation.objects.select_for_update()
        .select_related("account")
        .get(digest=_digest(secret), used_at__isnull=True, expires_at__gt=clock.now())
    )
    validate_password(password, row.account)
    row.account.set_password(password)
    row.account.save(update_fields=["password"])
    row.used_at = clock.now()
    row.save(update_fields=["used_at"])
    return row.account


def new_token(
    account: Account, *, unit: Unit | None = None, lasts: timedelta = TOKEN_LASTS, may_write: bool = True
) -> tuple[Token, str]:
    """A bearer token and its secret, which is shown once and never stored."""
    secret = "lf_" + secrets.token_urlsafe(32)
    at = clock.now()
    token = Token.objects.create(
        digest=_digest(secret), account=account, unit=unit, may_write=may_write, created_at=at, expires_at=at + lasts
    )
    return token, secret


def actor_of_token(secret: str) -> Actor:
    """The actor behind a bearer token; refused when unknown, ended or withdrawn."""
    token = Token.objects.select_related("account", "unit").filter(digest=_digest(secret)).first()
    at = clock.now()
    if token is None or token.revoked_at or token.expires_at <= at or not token.account.is_active:
        raise Refused("login")
    return actor_for(token.account, unit=token.unit, may_write=token.may_write, machine=True)
