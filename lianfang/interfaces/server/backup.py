"""Backs up the whole node (备份): database with its files and audit, keys, settings, as of one moment, into one file.

Web and worker go on meanwhile. The file is read back before it gets its name; a drill restores it as well.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import psycopg

from lianfang.interfaces.server import backup_census, backup_programs, backup_record, proofs
from lianfang.interfaces.server.backup_census import Census
from lianfang.interfaces.server.backup_file import Contents, opened, proven, write
from lianfang.interfaces.server.backup_seal import Secret, Unreadable
from lianfang.interfaces.server.binaries import Binaries, find
from lianfang.interfaces.server.durable import settle
from lianfang.interfaces.server.keyring import keys
from lianfang.interfaces.server.place import place_of
from lianfang.interfaces.server.postgres import Cluster
from lianfang.interfaces.server.roles import DATABASE, connection
from lianfang.interfaces.server.state import database_for
from lianfang.interfaces.server.trouble import FAILED, CannotRun, say
from lianfang.kernel.crypto import FIELD_KEY, KeyRing, UnusableKey

SETTINGS: Final = (
    "LIANFANG_HOSTS",
    "LIANFANG_ORIGINS",
    "LIANFANG_TLS",
    "LIANFANG_LANGUAGE",
    "LIANFANG_ZONE",
    "LIANFANG_LOG",
)


@dataclass(frozen=True, slots=True)
class Taken:
    """A backup that was written and read back: where, what it holds, how large it is, how long it took."""

    file: Path
    census: Census
    size: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Drilled:
    """A restore into a server of its own that was compared: its seconds, and whether pg_amcheck looked at it."""

    census: Census
    seconds: float
    checked: bool


def take(state: Path, file: Path, secret: Secret) -> Taken:
    """Writes the backup `file`, which must not exist. Raises CannotRun; then there is no file."""
    began = time.monotonic()
    unfinished = backup_programs.beside(file, "unfinished")
    unfinished.unlink(missing_ok=True)
    with database_for(state) as database:
        url = database.url if database.origin == "external" else Cluster(state).url(DATABASE, "superuser")
        binaries = find(place_of(state).home)
        census = _written(url, binaries, state, unfinished, secret)
    say("Reading it back …")
    proven_or_removed(unfinished, secret, binaries)
    unfinished.rename(file)
    settle(file.parent)
    taken = Taken(file, census, file.stat().st_size, round(time.monotonic() - began, 1))
    backup_record.note_backup(state, file=file, census=census, size=taken.size, seconds=taken.seconds)
    return taken


def drill(state: Path, file: Path, secret: Secret) -> Drilled:
    """Restores a backup into a server of its own, compares everything and removes it. Raises CannotRun.

    Call it from the main thread: the server ends with the thread that started it.
    """
    say("Drill: restoring it into a server of its own …")
    began = time.monotonic()
    try:
        census, checked = _restored_aside(file, secret)
    except Unreadable:
        raise  # a file that does not open says nothing about the promise
    except CannotRun:
        _prove(state, held=False, figures={"file": str(file)})
        raise
    drilled = Drilled(census, round(time.monotonic() - began, 1), checked)
    backup_record.note_drill(state, file=file, census=census, seconds=drilled.seconds, checked=checked)
    figures = {"seconds": drilled.seconds, "tables": len(census.tables), "rows": census.rows}
    _prove(state, held=True, figures={**figures, "receipts": census.receipts, "amcheck": checked})
    return drilled


def _restored_aside(file: Path, secret: Secret) -> tuple[Census, bool]:
    with _scratch() as cluster, opened(file, secret) as (contents, dump):
        binaries = find(cluster.place.home)
        backup_programs.filled(binaries, cluster.url(), dump)
        url = cluster.url(DATABASE, "superuser")
        check_same(contents.census, url, contents)
        return contents.census, backup_programs.checked(binaries, url)


def _prove(state: Path, *, held: bool, figures: dict[str, Any]) -> None:
    proof = proofs.Proof("backup", datetime.now(UTC), held, figures)
    proofs.record(proofs.file_of(state), proof)


def check_same(wanted: Census, url: str, contents: Contents) -> None:
    """Raises CannotRun unless the database at `url` holds exactly `wanted`, and the keys open what is sealed in it."""
    with connection(url) as database:
        wrong = backup_census.differences(wanted, backup_census.taken(database))
        if wrong:
            raise CannotRun("What was restored is not what was backed up: " + "; ".join(wrong), status=FAILED)
        backup_census.check_keys_open(database, ring_of(contents.keys[FIELD_KEY]))


def ring_of(keys_text: str) -> KeyRing:
    """The ring of field keys. Raises CannotRun for a key that cannot be used."""
    try:
        return KeyRing.parsed(FIELD_KEY, keys_text)
    except UnusableKey as wrong:
        raise CannotRun(f"{wrong} Nothing was written.", status=FAILED) from wrong


def proven_or_removed(file: Path, secret: Secret, binaries: Binaries) -> None:
    """Reads a new file back; removes it when it does not prove good."""
    try:
        proven(file, secret, binaries)
    except BaseException:
        file.unlink(missing_ok=True)
        raise


def _written(url: str, binaries: Binaries, state: Path, file: Path, secret: Secret) -> Census:
    with psycopg.connect(url) as database:
        backup_programs.check_fits(binaries, database)
        database.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        database.read_only = True
        contents = _contents(database, state)
        snapshot = str(_one(database, "SELECT pg_export_snapshot()"))
        fenced = not _one(database, "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        say(f"Writing {contents.census.rows} rows of {len(contents.census.tables)} tables to {file.parent} …")
        write(file, secret, contents, backup_programs.dumped(binaries, url, snapshot, fenced=fenced))
    return contents.census


def _contents(database: psycopg.Connection, state: Path) -> Contents:
    """Counts the database and adds keys and settings. Raises CannotRun when there is nothing to back up."""
    here = keys(state)
    backup_census.check_sees_everything(database)
    backup_census.check_keys_open(database, ring_of(here[FIELD_KEY]))
    say("Counting …")
    census = backup_census.taken(database)
    if not census.migrations:
        raise CannotRun("There is nothing to back up: this database has no tables yet. `lianfang up` makes them.")
    local = place_of(state).home / "local.conf"
    return Contents(
        census=census,
        keys=here,
        settings={name: os.environ[name] for name in SETTINGS if name in os.environ},
        local=local.read_text(encoding="utf-8") if local.exists() else None,
    )


def _one(database: psycopg.Connection, query: str) -> object:
    row = database.execute(query).fetchone()  # type: ignore[arg-type]
    return row[0] if row else None


@contextmanager
def _scratch() -> Iterator[Cluster]:
    folder = Path(tempfile.mkdtemp(prefix="lianfang-drill-"))
    folder.chmod(0o711)  # the server's own account passes through
    cluster = Cluster(folder, for_tests=True, tell=_quiet)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(cluster.place.home, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


def _quiet(_line: str) -> None:
    return
