"""Database roles (数据库角色): one that owns and signs in, two without sign-in that the program steps down to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from lianfang.interfaces.server.binaries import OLDEST_MAJOR
from lianfang.interfaces.server.trouble import FAILED, CannotRun

OWNER: Final = "lianfang_owner"
SUPERUSER: Final = "postgres"
STEPPED_DOWN_TO: Final = ("lianfang_app", "lianfang_system")
DATABASE: Final = "lianfang"
CONNECT_SECONDS: Final = 10


def ensure_roles(url: str) -> None:
    """Checks an external server (PostgreSQL 15 or newer) and makes the two roles there, as far as its user may.

    Raises CannotRun with what the administrator of that server has to run.
    """
    with connection(url) as server:
        _check_version(server)
        try:
            _step_down_roles(server)
            if not _steps_down(server):
                _grant_to(server, server.info.user)
        except psycopg.errors.InsufficientPrivilege as refused:
            raise CannotRun(_for_administrator(server.info.user)) from refused


def set_up(url: str, owner_password: str) -> None:
    """Makes roles, rights and the database `lianfang` in our own cluster; `url` is the superuser's. May be repeated."""
    with connection(url) as server:
        _step_down_roles(server)
        _owner(server, owner_password)
        _grant_to(server, OWNER)
    _close_public_schema(_to_database(url, "template1"))
    create_database(url, DATABASE)


def create_database(url: str, name: str) -> None:
    """Makes a database of the owner's, if there is none of that name; `url` is the superuser's."""
    with connection(url) as server:
        if server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            return
        server.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), sql.Identifier(OWNER)))


def answers(url: str) -> bool:
    """Whether the database can be used right now."""
    try:
        psycopg.connect(url, connect_timeout=CONNECT_SECONDS).close()
    except psycopg.OperationalError:
        return False
    return True


@contextmanager
def connection(url: str) -> Iterator[psycopg.Connection]:
    """A connection without transaction; a server that does not answer is said in words, without the password."""
    try:
        opened = psycopg.connect(url, autocommit=True, connect_timeout=CONNECT_SECONDS)
    except psycopg.Error as failure:
        where = _where(url)
        reason = str(failure).strip().splitlines()[-1:] or ["no reason given"]
        raise CannotRun(f"The database at {where} cannot be used: {reason[0].strip()}", status=FAILED) from failure
    with opened:
        yield opened


def _close_public_schema(template: str) -> None:
    """In the template, so that every database made later, also one for tests, is closed to roles that are not ours."""
    with connection(template) as database:
        database.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
        for role in STEPPED_DOWN_TO:
            database.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(sql.Identifier(role)))


def _check_version(server: psycopg.Connection) -> None:
    number = server.info.server_version // 10_000
    if number < OLDEST_MAJOR:
        raise CannotRun(f"DATABASE_URL leads to PostgreSQL {number}; {OLDEST_MAJOR} or newer is needed.")


def _step_down_roles(server: psycopg.Connection) -> None:
    for role in STEPPED_DOWN_TO:
        if not _exists(server, role):
            server.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(role)))


def _owner(server: psycopg.Connection, password: str) -> None:
    """Sets the password every time, already scrambled, so that the server never sees it in clear."""
    name = sql.Identifier(OWNER)
    if not _exists(server, OWNER):
        server.execute(sql.SQL("CREATE ROLE {}").format(name))
    scrambled = server.pgconn.encrypt_password(password.encode(), OWNER.encode(), b"scram-sha-256").decode()
    server.execute(sql.SQL("ALTER ROLE {} LOGIN CREATEDB PASSWORD {}").format(name, sql.Literal(scrambled)))


def _grant_to(server: psycopg.Connection, member: str) -> None:
    for role in STEPPED_DOWN_TO:
        granted = server.execute("SELECT pg_has_role(%s::name, %s::name, 'MEMBER')", [member, role]).fetchone()
        if granted != (True,) or member == OWNER:
            server.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(role), sql.Identifier(member)))


def _steps_down(server: psycopg.Connection) -> bool:
    """Whether this user can take both roles already, which is all that is needed."""
    try:
        for role in STEPPED_DOWN_TO:
            server.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(role)))
            server.execute("RESET ROLE")
    except psycopg.errors.InsufficientPrivilege:
        return False
    return True


def _exists(server: psycopg.Connection, role: str) -> bool:
    return server.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone() is not None


def _for_administrator(user: str) -> str:
    makes = " ".join(f"CREATE ROLE {role} NOLOGIN;" for role in STEPPED_DOWN_TO)
    return (
        f"The database user {user} of DATABASE_URL may not make roles. Ask the administrator of that server to run:"
        f' {makes} GRANT {", ".join(STEPPED_DOWN_TO)} TO "{user}";'
    )


def _where(url: str) -> str:
    try:
        parts = conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        return "DATABASE_URL (not a postgresql:// address)"
    return f"{parts.get('host', 'localhost')}:{parts.get('port', 5432)}/{parts.get('dbname', '')}"


def _to_database(url: str, name: str) -> str:
    return psycopg.conninfo.make_conninfo(url, dbname=name)
