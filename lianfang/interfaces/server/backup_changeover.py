"""The change-over of a restore (切换): the database's name, the keys and the settings, finished also when broken off.

A note in the state folder names the step; while it lies there nothing starts on the folder (see `keyring`).
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import psycopg

from lianfang.interfaces.server import roles
from lianfang.interfaces.server.backup_file import Contents
from lianfang.interfaces.server.durable import settle
from lianfang.interfaces.server.keyring import MADE, UNFINISHED, key_folder
from lianfang.interfaces.server.place import place_of
from lianfang.interfaces.server.trouble import CannotRun

INCOMING: Final = "restore.incoming"
LOCAL: Final = "local.conf"
READABLE: Final = 0o644  # the server's own account reads it


@dataclass(frozen=True, slots=True)
class Changeover:
    """The database in use, the one that takes its place, and the name that the replaced one gets ("" when none is)."""

    name: str
    incoming: str
    former: str


def keys_differ(brought: Mapping[str, str]) -> None:
    """Raises CannotRun when keys given by the environment would not open what the backup holds."""
    for name in MADE:
        here = os.environ.get(name)
        if here and not set(_entries(brought[name])) <= set(_entries(here)):
            raise CannotRun(
                f"{name} is set here and is not the key of this backup. Nothing was touched. Unset it, so that the keys"
                " of the backup are put into the state folder; or set it to the key that was in use."
            )


def prepare(state: Path, contents: Contents, changeover: Changeover) -> Changeover:
    """Lays keys and settings ready and writes the note, through to the disk."""
    folder = state / INCOMING
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    for name, text in contents.keys.items():
        if name in MADE and not os.environ.get(name):
            _write(folder / name.lower(), text + "\n")
    if contents.local is not None:
        _write(folder / LOCAL, contents.local)
    settle(folder)
    _write(state / UNFINISHED, json.dumps(asdict(changeover)))
    settle(state)
    return changeover


def finish(state: Path, url: str) -> None:
    """Finishes what a note in the state folder says, or takes it back when the names had not been changed yet."""
    note = state / UNFINISHED
    if not note.exists():
        return
    changeover = Changeover(**json.loads(note.read_text(encoding="utf-8")))
    with roles.connection(psycopg.conninfo.make_conninfo(url, dbname="postgres")) as server:
        found = server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [changeover.incoming]).fetchone()
    if found is None:
        _lay_out(state, changeover.former)
    shutil.rmtree(state / INCOMING, ignore_errors=True)
    note.unlink()


def _lay_out(state: Path, former: str) -> None:
    """Each file by a rename, so that this may be done again from any step. A key that was in use is kept beside."""
    keys = key_folder(state)
    keys.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in MADE:
        brought, here = state / INCOMING / name.lower(), keys / name.lower()
        if not brought.exists():
            continue
        if former and here.exists() and here.read_bytes() != brought.read_bytes():
            shutil.copy2(here, keys / f"{name.lower()}.{former}")
        brought.replace(here)
    settle(keys)
    brought, local = state / INCOMING / LOCAL, place_of(state).home / LOCAL
    if brought.exists():
        local.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(brought, local)
        local.chmod(READABLE)


def _entries(ring: str) -> list[str]:
    return [part.strip().rpartition(":")[2] for part in ring.split(",")]


def _write(file: Path, text: str) -> None:
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
