"""The one look before a request (请求前一问): a drill's clock, who is signed in, which rules and forms have changed."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest
from django.utils import timezone

from lianfang.kernel.accounts import signed_in
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.policies import drills, in_force
from lianfang.kernel.policies.ops import Rules
from lianfang.kernel.reporting.forms import Edition, form_on
from lianfang.kernel.scope import EVERYTHING, glance, within

_EDITIONS: Final = "SELECT string_agg(concat_ws('.', f.id, f.xmin, f.ctid), ',' ORDER BY f.id) FROM reporting_form f"
_LOOK: Final = f"""
SELECT ({drills.OFFSET}), s.session_data, ({signed_in.VERSION}), ({in_force.VERSION}), ({_EDITIONS}),
       (SELECT count(*) FROM alerts_alert l WHERE l.account_id = %(account)s AND l.read_at IS NULL)
  FROM (SELECT 1) one LEFT JOIN django_session s ON s.session_key = %(key)s AND s.expire_date > %(now)s
"""
_MOST_EDITIONS: Final = 64
_known: Final = signed_in.SignedIn()


@dataclass(frozen=True, slots=True)
class Look:
    """What the database said as the request came in. `unread` is of the account that was asked about."""

    drill: str | None
    stored: str | None  # the session's row
    version: str | None
    rules: str | None
    editions: str | None
    unread: int


def look(request: HttpRequest, account: int | None = None) -> Look:
    """Look once, and let this process's clock show a drill's time or real time."""
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    asked = {"key": key, "now": timezone.now(), "account": account or _known.account_of(key)}
    seen = Look(*glance(_LOOK, asked))
    drills.follow_offset(seen.drill)
    request.looked = seen  # type: ignore[attr-defined]
    return seen


def actor_signed_in(request: HttpRequest) -> Actor | None:
    """Who is signed in by this request's session; read anew only when something that decides it has changed."""
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    seen: Look = getattr(request, "looked", None) or look(request)
    if key is None or seen.stored is None:
        return None
    kept = _known.session(key, seen.stored, seen.version) or _met(request, key)
    if kept is None:
        return None
    says, account, actor = kept.of_its_own()
    request.session._session_cache = says  # type: ignore[attr-defined]
    request.session.accessed = True  # the page depends on it
    request._cached_user = account  # type: ignore[attr-defined]
    return actor


def _met(request: HttpRequest, key: str) -> signed_in.Session | None:
    """A session that is new to this process, or has changed: as Django reads it."""
    account = request.session.get(SESSION_KEY)
    if account is None:
        return None
    seen = look(request, int(account))  # its version first: what is read after it is at least as new
    with within(EVERYTHING):
        if not request.user.is_authenticated or seen.version is None or seen.stored is None:
            return None
        return _known.keep(key, seen.stored, _said(request), seen.version, request._cached_user)  # type: ignore[attr-defined]


def _said(request: HttpRequest) -> Mapping[str, Any]:
    return dict(request.session.items())


@dataclass  # no slots: those of a `local` are shared by all threads
class _InForce(threading.local):
    """Rules and forms as this thread read them last; each thread its own, so that none takes another's older ones."""

    rules: in_force.RulesInForce = field(default_factory=in_force.RulesInForce)
    version: str | None = None
    editions: dict[tuple[str, date], Edition] = field(default_factory=dict)


_in_force: Final = _InForce()


def rules_on(request: HttpRequest, day: date) -> Rules:
    """The rules of a day, as they were when the request came in or newer."""
    _in_force.rules.look(_looked(request).rules)
    return _in_force.rules.on(day)


def edition_on(request: HttpRequest, code: str, day: date) -> Edition:
    """The edition of a form in force on a day, likewise. Refused with `choice.unknown`."""
    version = _looked(request).editions
    if version != _in_force.version or len(_in_force.editions) > _MOST_EDITIONS:
        _in_force.version, _in_force.editions = version, {}
    if (code, day) not in _in_force.editions:
        _in_force.editions[code, day] = form_on(code, day)
    return _in_force.editions[code, day]


def unread_at_first(request: HttpRequest) -> int | None:
    """How many alerts were unread as the request came in; None when nobody asked."""
    seen: Look | None = getattr(request, "looked", None)
    return seen.unread if seen is not None and seen.version is not None else None


def _looked(request: HttpRequest) -> Look:
    return getattr(request, "looked", None) or look(request)
