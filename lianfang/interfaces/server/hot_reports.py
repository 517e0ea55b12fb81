"""What the hot addresses do with a group of requests (高峰登记): recognise, understand, keep, commit; then answer."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import psycopg
from django.db import Error, connection
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header
from psycopg.errors import QueryCanceled

from lianfang.capabilities.checkin.together import RulesOn, Sending, Told
from lianfang.domain.parsing.envelope import load_json
from lianfang.domain.refusals import Refused
from lianfang.interfaces.api.problems import with_messages
from lianfang.interfaces.api.requests import LANGUAGES
from lianfang.interfaces.server.hot import Sent, as_bytes
from lianfang.interfaces.server.lanes import Busy
from lianfang.kernel.accounts import recognised
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.accounts.recognised import Recognised
from lianfang.kernel.database.bounds import Bounds, bounds
from lianfang.kernel.faults import fault
from lianfang.kernel.orgs import known
from lianfang.kernel.orgs.known import KnownUnits
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.policies import drills, in_force
from lianfang.kernel.policies.in_force import RulesInForce
from lianfang.kernel.scope import EVERYTHING, within

LARGEST: Final = 64 * 1024  # bytes of one answer; a larger one is looked at the ordinary way
PREPARED_AFTER: Final = 3  # uses of a statement before the server keeps its plan
BOUNDS: Final = Bounds(statement=3, idle=10)
NUL: Final = b"\\u0000"
# Everything that decides who sends, for which unit and by which rules, as versions of rows, in one question.
_LOOK: Final = f"""
SELECT 'rules', '', ({in_force.VERSION}) UNION ALL SELECT 'drill', '', ({drills.OFFSET})
 UNION ALL SELECT 'token', key, version FROM ({recognised.VERSIONS}) tokens
 UNION ALL SELECT 'unit', key, version FROM ({known.VERSIONS}) units
"""
log = logging.getLogger("lianfang.hot")


Receive = Callable[[Any, Sequence[Sending], RulesOn], list[Told]]


class Reports:
    """Takes groups of one kind of sending. Lives in one thread, with that thread's database connection."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._actors = Recognised()
        self._units = KnownUnits()
        self._rules = RulesInForce()

    def __call__(self, group: Sequence[Sent]) -> list[bytes | None]:
        """The receipts as they travel, in order; None for each request that has to go the ordinary way.

        Raises Busy when the database did not do its part in time; then nothing was kept.
        """
        raws = [_raw(sent) for sent in group]
        try:
            told = self._kept(group, raws)
        except QueryCanceled:
            log.warning("A group of %d found the database too busy", len(group))
            raise Busy from None  # one by one they would only make it busier
        except (Error, psycopg.Error) as failure:
            # A deadlock, a row that does not fit, a database that is away: each goes the ordinary way by itself.
            log.warning("A group of %d goes the ordinary way: %s", len(group), type(failure).__name__)
            connection.close()
            return [None] * len(group)
        fault("after_commit_before_reply")
        return [None if one is None else _said(one, sent.language) for one, sent in zip(told, group, strict=True)]

    def _kept(self, group: Sequence[Sent], raws: Sequence[Mapping[str, Any] | None]) -> list[dict[str, Any] | None]:
        told: list[dict[str, Any] | None] = [None] * len(group)
        bounds.set(BOUNDS)  # of the connection that this thread may be about to open
        with within(EVERYTHING):
            cursor = _cursor()
            actors, units = self._looked_up(cursor, group, raws)
            sendings = {
                number: Sending(actors[sent.secret], raw, units[raw["unit"]])
                for number, (sent, raw) in enumerate(zip(group, raws, strict=True))
                if raw is not None and sent.secret in actors and raw["unit"] in units
            }
            with connection.connection.pipeline():  # what needs no answer is not waited for
                kept = self._receive(cursor, list(sendings.values()), self._rules.on)
            fault("before_commit")
        for number, one in zip(sendings, kept, strict=True):
            told[number] = one
        return told

    def _looked_up(
        self, cursor: Any, group: Sequence[Sent], raws: Sequence[Mapping[str, Any] | None]
    ) -> tuple[dict[str, Actor], dict[str, Unit]]:
        """Actors by secret and units by code, as they are now; clock and rules are brought up to date too."""
        digests = {recognised.digest_of(secret): secret for secret in {sent.secret for sent in group}}
        codes = {raw["unit"] for raw in raws if raw is not None}
        cursor.execute(_LOOK, [list(digests), list(codes)])
        said: dict[str, dict[str, str]] = {"rules": {}, "drill": {}, "token": {}, "unit": {}}
        for kind, key, version in cursor.fetchall():
            said[kind][key] = version
        drills.follow_offset(said["drill"][""])
        self._rules.look(said["rules"][""])
        return self._actors.actors(digests, said["token"]), self._units.by_code(said["unit"])


def _cursor() -> Any:
    """A cursor of the thread's connection as psycopg gives it, with plans kept."""
    connection.ensure_connection()
    if connection.connection.prepare_threshold != PREPARED_AFTER:
        connection.connection.prepare_threshold = PREPARED_AFTER
        # A plan made while a table was small is kept when it has grown: a batch always goes by the indexes.
        connection.connection.execute("SET enable_seqscan = off")
    return psycopg.Cursor(connection.connection)  # Django's own would write values into the statement


def _raw(sent: Sent) -> Mapping[str, Any] | None:
    """The answer as it was sent, when it is an object that names its unit by text."""
    try:
        value = load_json(sent.body, max_bytes=LARGEST)
    except Refused:
        return None
    plain = isinstance(value, dict) and isinstance(value.get("unit"), str) and NUL not in sent.body
    return value if plain and "\x00" not in value["unit"] else None  # type: ignore[call-overload, index, return-value]


def _said(told: Mapping[str, Any], language: str) -> bytes:
    if not told.get("notes"):
        return as_bytes(told)
    with translation.override(language_of(language)):
        return as_bytes(with_messages(told))


def language_of(header: str) -> str:
    """The language that an Accept-Language header asks for first, of those there are."""
    for code, _ in parse_accept_lang_header(header):
        if found := LANGUAGES.get(code.lower()):
            return found
    return translation.get_language() or "en"
