"""pg_dump and pg_restore (转储与回灌程序), run so that passwords stay out of the list of processes."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Final

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from lianfang.interfaces.server.backup_census import LEFT_OUT
from lianfang.interfaces.server.binaries import Binaries
from lianfang.interfaces.server.trouble import FAILED, CannotRun

READ_SIZE: Final = 256 * 1024
LINES_OF_TROUBLE: Final = 6
LIGHT_COMPRESSION: Final = "gzip:1"
_COPY: Final = re.compile(rb'COPY (?:public\.)?("?[^ (]+"?) (?:\(.*\) )?FROM stdin;\n')
_END_OF_COPY: Final = b"\\.\n"


def dumped(binaries: Binaries, url: str, snapshot: str, *, fenced: bool) -> Iterator[bytes]:
    """What pg_dump writes of the database as the exported snapshot sees it. Raises CannotRun when it fails.

    `fenced`: row-level security holds for this user, who nevertheless sees every row (see `check_sees_everything`).
    """
    target, environment = _connection(url)
    options = ["--format=custom", f"--compress={LIGHT_COMPRESSION}", f"--snapshot={snapshot}", "--no-password"]
    options += [f"--exclude-table-data=public.{name}" for name in LEFT_OUT]
    options += ["--enable-row-security"] if fenced else []
    with tempfile.TemporaryFile() as said:
        command = [program(binaries, "pg_dump"), *options, f"--dbname={target}"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=said, env=environment) as running:
            assert running.stdout is not None  # noqa: S101
            try:
                while piece := running.stdout.read(READ_SIZE):
                    yield piece
            except BaseException:
                running.kill()
                raise
        _check(running.returncode, said, "The database could not be read")


def filled(binaries: Binaries, url: str, dump: Iterable[bytes]) -> None:
    """Runs pg_restore into the empty database at `url`, its owner being whoever signs in. Raises CannotRun."""
    target, environment = _connection(url)
    options = ["--no-owner", "--no-comments", "--exit-on-error", "--single-transaction", "--no-password"]
    with tempfile.TemporaryFile() as said:
        command = [program(binaries, "pg_restore"), *options, f"--dbname={target}"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=said, env=environment) as running:
            _feed(running, dump)
        _check(running.returncode, said, "The backup could not be laid into a database")


def rows_in(binaries: Binaries, dump: Iterable[bytes]) -> dict[str, int]:
    """Reads a dump to its end, unpacking all of it, and counts the rows of each table. Raises CannotRun."""
    with tempfile.TemporaryFile() as said:
        command = [program(binaries, "pg_restore"), "--file=-"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said) as running:
            assert running.stdout is not None  # noqa: S101
            feeder = _Feeder(running, dump)
            feeder.start()
            counted = _counted(running.stdout)
            feeder.join()
        feeder.check()
        _check(running.returncode, said, "The dump inside the backup cannot be read")
    return counted


def checked(binaries: Binaries, url: str) -> bool:
    """Runs pg_amcheck over tables and indexes; False when the program is not there. Raises CannotRun for damage."""
    if not (binaries.folder / "pg_amcheck").exists():
        return False
    target, environment = _connection(url)
    command = [program(binaries, "pg_amcheck"), "--heapallindexed", "--install-missing", "--no-password", target]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if done.returncode:
        raise CannotRun(
            f"Tables or indexes are damaged after restoring:\n{_end(done.stdout + done.stderr)}", status=FAILED
        )
    return True


def program(binaries: Binaries, name: str) -> str:
    """The full path of a program. Raises CannotRun when this installation of PostgreSQL lacks it."""
    if not (binaries.folder / name).exists():
        raise CannotRun(
            f"`{name}` is not in {binaries.folder}. Install PostgreSQL's client programs, or set LIANFANG_PGBIN."
        )
    return binaries.program(name)


def check_fits(binaries: Binaries, database: psycopg.Connection) -> None:
    """Raises CannotRun when the server is newer than the programs, which then cannot read it."""
    server = database.info.server_version // 10_000
    if server > binaries.major:
        raise CannotRun(
            f"The server is PostgreSQL {server}, the programs in {binaries.folder} are {binaries.version}."
            f" Install the client programs of PostgreSQL {server} and set LIANFANG_PGBIN to their folder."
        )


class _Feeder(threading.Thread):
    """Hands a dump to a program while its output is being read."""

    def __init__(self, running: subprocess.Popen[bytes], dump: Iterable[bytes]) -> None:
        super().__init__(daemon=True)
        self._running, self._dump = running, dump
        self._trouble: CannotRun | None = None

    def run(self) -> None:
        """Feeds to the end, or ends the program when the dump turns out not to be whole."""
        try:
            _feed(self._running, self._dump)
        except CannotRun as trouble:
            self._trouble = trouble

    def check(self) -> None:
        """Raises what went wrong while feeding."""
        if self._trouble is not None:
            raise self._trouble


def _feed(running: subprocess.Popen[bytes], dump: Iterable[bytes]) -> None:
    assert running.stdin is not None  # noqa: S101
    try:
        for piece in dump:
            running.stdin.write(piece)
        running.stdin.close()
    except BrokenPipeError:
        return  # the program has ended, and says why
    except BaseException:
        running.kill()
        raise


def _counted(script: IO[bytes]) -> dict[str, int]:
    rows: dict[str, int] = {}
    table: str | None = None
    for line in script:
        if table is None:
            found = _COPY.fullmatch(line)
            table = found[1].decode().replace('"', "") if found else None
            rows.update({table: 0} if table else {})
        elif line == _END_OF_COPY:
            table = None
        else:
            rows[table] += 1
    return rows


def _connection(url: str) -> tuple[str, Mapping[str, str]]:
    """The address without its password, and the environment that carries the password."""
    parts = conninfo_to_dict(url)
    password = parts.pop("password", None)
    given = {"PGPASSWORD": str(password)} if password else {}
    return make_conninfo(**{name: str(value) for name, value in parts.items()}), {**os.environ, **given, "LC_ALL": "C"}


def _check(status: int, said: IO[bytes], failure: str) -> None:
    if not status:
        return
    said.seek(0)
    raise CannotRun(f"{failure}:\n{_end(said.read().decode(errors='replace'))}", status=FAILED)


def _end(text: str) -> str:
    return "\n".join(text.strip().splitlines()[-LINES_OF_TROUBLE:])


def beside(file: Path, word: str) -> Path:
    """A file of the same name with `word` after it, in the same folder."""
    return file.with_name(f"{file.name}.{word}")
