"""The one place that scopes rows (范围): what the current transaction may see, told to PostgreSQL and to nobody else.

Everything runs inside `within(...)`; outside it there are no rows. The settings live for one transaction
(`SET LOCAL`), so a pooled connection can never carry one person's scope to the next.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from psycopg.pq import TransactionStatus

from lianfang.kernel.database.base import APP, SYSTEM


@dataclass(frozen=True, slots=True)
class Scope:
    """Slash-ended unit paths whose figures and whose people may be seen, and the persons one is or answers for.

    `exchange_paths` are the units, on either side, whose exchange of cases with another authority may be seen.
    """

    paths: tuple[str, ...] = ()
    person_paths: tuple[str, ...] = ()
    persons: tuple[str, ...] = ()
    exchange_paths: tuple[str, ...] = ()
    system: bool = False


NOTHING = Scope()
EVERYTHING = Scope(system=True)
_current: ContextVar[Scope] = ContextVar("scope", default=NOTHING)


def current() -> Scope:
    """The scope in force."""
    return _current.get()


@contextmanager
def within(scope: Scope) -> Iterator[None]:
    """Run the block in a transaction that sees just `scope`; an exception rolls it back and restores the one before."""
    before = _current.get()
    if scope == before and scope != NOTHING:
        yield  # nothing to tell: the transaction under way has just this scope
        return
    token = _current.set(scope)
    inside = connection.in_atomic_block
    try:
        with transaction.atomic():
            _tell(scope)
            yield
            if inside and not connection.needs_rollback:  # the end of a transaction restores the settings by itself
                _tell(before)
    finally:
        _current.reset(token)


@contextmanager
def looking(scope: Scope) -> Iterator[None]:
    """Like `within` for a block that only reads, inside a transaction: no savepoint, which costs two round trips.

    An error of the database in the block therefore ends the whole transaction.
    """
    before = _current.get()
    if scope == before or not connection.in_atomic_block:
        with within(scope):
            yield
        return
    token = _current.set(scope)
    try:
        _tell(scope)
        yield
    finally:
        _current.reset(token)
        if connection.connection.info.transaction_status == TransactionStatus.INTRANS:
            _tell(before)  # after an error nothing can be read any more until the transaction is rolled back


def glance(statement: str, values: Mapping[str, Any]) -> tuple[Any, ...]:
    """The first row of a SELECT that sees everything, the role told in the same message: one round trip.

    Outside a transaction the message is one of its own, and what it told ends with it.
    """
    with connection.cursor() as cursor:
        if connection.in_atomic_block:
            with looking(EVERYTHING):
                cursor.execute(statement, values)
                return tuple(cursor.fetchone())
        cursor.execute(f"SET LOCAL ROLE {SYSTEM}; {statement}", values)
        cursor.nextset()
        return tuple(cursor.fetchone())


def _tell(scope: Scope) -> None:
    # Plain SET LOCAL, not set_config(): Citus forwards only the former to its workers.
    statements = [
        f"SET LOCAL ROLE {SYSTEM if scope.system else APP}",
        f"SET LOCAL app.scope = '{_joined(scope.paths)}'",
        f"SET LOCAL app.person_scope = '{_joined(scope.person_paths)}'",
        f"SET LOCAL app.persons = '{_joined(scope.persons)}'",
        f"SET LOCAL app.exchange_scope = '{_joined(scope.exchange_paths)}'",
    ]
    with connection.cursor() as cursor:
        cursor.execute("; ".join(statements))


def _joined(items: tuple[str, ...]) -> str:
    for item in items:
        if not item or set(item) - set("0123456789abcdef-/"):
            raise ValueError(f"not a unit path or person id: {item!r}")
    return ",".join(items)
