"""Restores the whole node from a backup (恢复): into a database beside, compared there, then changed over at once.

Until the change-over nothing of the node is touched; a change-over that was broken off is finished by the next try.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import psycopg
from psycopg import sql

from lianfang.interfaces.server import backup_programs, backup_record, roles
from lianfang.interfaces.server.backup import check_same
from lianfang.interfaces.server.backup_changeover import Changeover, finish, keys_differ, prepare
from lianfang.interfaces.server.backup_epoch import begin_epoch
from lianfang.interfaces.server.backup_file import Contents, opened, proven
from lianfang.interfaces.server.backup_seal import Secret, Unreadable
from lianfang.interfaces.server.binaries import Binaries, find
from lianfang.interfaces.server.dropping import drop_database
from lianfang.interfaces.server.founding import written_by
from lianfang.interfaces.server.leftovers import noted
from lianfang.interfaces.server.locks import held
from lianfang.interfaces.server.place import place_of
from lianfang.interfaces.server.postgres import Cluster
from lianfang.interfaces.server.state import keeping
from lianfang.interfaces.server.trouble import FAILED, CannotRun, say

OTHER_COMMAND_SECONDS: Final = 10.0
MAINTENANCE: Final = "postgres"
LONGEST_NAME: Final = 63  # PostgreSQL's bound on names
_TABLES: Final = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
_OTHERS: Final = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
_TAKEN: Final = (
    "There is a database here already. Nothing was touched. To put the backup in its place: `lianfang restore FILE"
    " --replace`. To look into the backup only: `lianfang restore FILE --drill`."
)


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back: its contents, the name of the database that it replaced ("" for none), epoch and seconds."""

    contents: Contents
    former: str
    epoch: int
    seconds: float


def restore(state: Path, file: Path, secret: Secret, *, replace: bool, known: frozenset[str] | None) -> Restored:
    """Restores `file` into the node of `state`; with `replace` also over what is there. Raises CannotRun, Unreadable.

    `known`: the migrations of this release, as app.name; a backup with others was written by a newer one.
    Call it from the main thread: a server that it starts ends with the thread that started it.
    """
    began = time.monotonic()
    with opened(file, secret):
        pass  # what is no backup, or is not opened by this, is refused before a server is started
    with _alone(state) as url:
        finish(state, url)
        binaries = _binaries(state)
        occupied = _occupied(url)
        if occupied and not replace:
            raise CannotRun(_TAKEN)
        say("Reading the backup to its end …")
        contents = proven(file, secret, binaries)
        _check_known(contents, known)
        keys_differ(contents.keys)
        former, epoch = _brought_in(state, file, secret, binaries, url)
        if former and not occupied:
            _drop(url, former)  # it was empty
    seconds = round(time.monotonic() - began, 1)
    backup_record.note_restore(state, file=file, census=contents.census, seconds=seconds)
    return Restored(contents, former if occupied else "", epoch, seconds)


def drop(state: Path, name: str) -> None:
    """Removes the database that a restore replaced."""
    with _alone(state) as url:
        _drop(url, name)


def _brought_in(state: Path, file: Path, secret: Secret, binaries: Binaries, url: str) -> tuple[str, int]:
    """Fills a database beside, compares it, and changes over; whatever fails before that leaves nothing behind."""
    name = _name_of(url)
    incoming = _named(name, "incoming")
    with roles.connection(at(url, MAINTENANCE)) as server:
        _make(server, incoming)
        try:
            say("Laying it into a database beside …")
            with opened(file, secret) as (contents, dump):
                backup_programs.filled(binaries, at(url, incoming), dump)
            say("Comparing every table …")
            check_same(contents.census, at(url, incoming), contents)
            epoch = begin_epoch(at(url, incoming), url, contents.census)
            former = _named(name, f"before_{datetime.now(UTC):%Y%m%dT%H%M%S_%f}") if _exists(server, name) else ""
            changeover = prepare(state, contents, Changeover(name, incoming, former))
        except BaseException:
            drop_database(server, incoming)
            raise
        _change_over(server, changeover)
    finish(state, url)
    return former, epoch


def _change_over(server: psycopg.Connection, changeover: Changeover) -> None:
    """Both names in one transaction: before it the old database is in use, after it the new one."""
    rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
    steps = [(changeover.incoming, changeover.name)]
    steps = [(changeover.name, changeover.former), *steps] if changeover.former else steps
    try:
        with server.transaction():
            for old, new in steps:
                server.execute(rename.format(sql.Identifier(old), sql.Identifier(new)))
    except psycopg.Error as failure:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(changeover.incoming)))
        raise CannotRun(
            f"The restored database could not take its place: {str(failure).strip()} Nothing was changed.",
            status=FAILED,
        ) from failure


@contextmanager
def _alone(state: Path) -> Iterator[str]:
    """The address of the node's database, which nobody else uses for the block. Raises CannotRun."""
    with held(state / "up.lock") as stopped:
        if not stopped:
            where = f" (process {noted(state)['supervisor']})" if noted(state) else ""
            raise CannotRun(f"Lianfang is running on {state}{where}. Stop it, then restore.")
        with _server(state) as url:
            _check_unused(url)
            yield url


@contextmanager
def _server(state: Path) -> Iterator[str]:
    given = os.environ.get("DATABASE_URL")
    if given:
        roles.ensure_roles(given)
        yield given
        return
    with keeping(state, wait=OTHER_COMMAND_SECONDS, tell=say) as ours:
        if not ours:
            raise CannotRun(f"Another command is using the database of {state}. Wait until it ends, then restore.")
        cluster = Cluster(state)
        try:
            cluster.start()
            yield cluster.url()
        finally:
            cluster.stop()


def _check_unused(url: str) -> None:
    with roles.connection(at(url, MAINTENANCE)) as server:
        row = server.execute(_OTHERS, [_name_of(url)]).fetchone()
    if row and row[0]:
        raise CannotRun(f"{row[0]} other connections use the database. Stop web and worker wherever they run.")


def _occupied(url: str) -> bool:
    """Whether there is a database with tables, which a restore would replace."""
    with roles.connection(at(url, MAINTENANCE)) as server:
        if not _exists(server, _name_of(url)):
            return False
    with roles.connection(url) as database:
        row = database.execute(_TABLES).fetchone()
    return bool(row and row[0])


def _drop(url: str, name: str) -> None:
    with roles.connection(at(url, MAINTENANCE)) as server:
        server.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))


def _check_known(contents: Contents, known: frozenset[str] | None) -> None:
    newer = [name for name in contents.census.migrations if known is not None and name not in known]
    if newer:
        raise Unreadable(
            f"This backup was written by a newer release ({contents.census.release}): {', '.join(newer)} is not known"
            " here. Install that release, then restore."
        )


def _make(server: psycopg.Connection, incoming: str) -> None:
    drop_database(server, incoming)
    try:
        server.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(sql.Identifier(incoming))
        )
    except psycopg.errors.InsufficientPrivilege as refused:
        raise CannotRun(
            f"The user {server.info.user} may not make a database beside the present one. Let the administrator of that"
            f' server run: ALTER ROLE "{server.info.user}" CREATEDB;'
        ) from refused


def _binaries(state: Path) -> Binaries:
    place = place_of(state)
    return find(place.home, wanted_major=written_by(place))


def _exists(server: psycopg.Connection, name: str) -> bool:
    return server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


def _named(name: str, word: str) -> str:
    return f"{name[: LONGEST_NAME - len(word) - 1]}_{word}"


def _name_of(url: str) -> str:
    return str(psycopg.conninfo.conninfo_to_dict(url)["dbname"])


def at(url: str, database: str) -> str:
    """The address of another database of the same server."""
    return psycopg.conninfo.make_conninfo(url, dbname=database)
