"""Makes a cluster's data folder once (初始化数据库), and refuses to go on with one that does not fit the programs."""

from __future__ import annotations

import shutil
import signal
import subprocess
from pathlib import Path
from typing import Final

from lianfang.interfaces.server.binaries import Binaries
from lianfang.interfaces.server.durable import settle
from lianfang.interfaces.server.keyring import key_folder
from lianfang.interfaces.server.leash import leashed
from lianfang.interfaces.server.place import Place
from lianfang.interfaces.server.roles import SUPERUSER
from lianfang.interfaces.server.trouble import FAILED, CannotRun

FIRST_WITH_BUILTIN_LOCALE: Final = 17


def written_by(place: Place) -> int | None:
    """The major version that wrote the data; None when there are none yet."""
    try:
        return int((place.data / "PG_VERSION").read_text())
    except FileNotFoundError:
        return None


def check_fits(place: Place, installed: Binaries, password_file: Path) -> None:
    """Raises CannotRun when existing data belong to another major version, or their passwords are gone."""
    major = written_by(place)
    if major != installed.major:
        raise CannotRun(
            f"The data in {place.data} were written by PostgreSQL {major}; the installed programs are"
            f" {installed.version} ({installed.folder}). Nothing was changed. To upgrade on purpose: `lianfang backup`"
            f" with the programs of version {major}, move {place.data} away, start once, `lianfang restore`."
            f" To stay with {major}: set LIANFANG_PGBIN to its folder (earlier copies: {place.home / 'programs'})."
        )
    if not password_file.exists():
        raise CannotRun(
            f"There is a database in {place.data}, but its passwords are gone from {key_folder(place.state)}."
            " Bring that folder back from your backup; or, to begin anew, move the whole state folder away."
        )


def found(place: Place, binaries: Binaries, password: str, *, for_tests: bool) -> None:
    """Runs initdb into a folder of another name first: a half-made one is never taken for data."""
    unfinished = place.home / "data.unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    password_file = place.home / "first-password"
    password_file.touch(mode=0o600)
    password_file.write_text(password + "\n", encoding="utf-8")
    if place.account is not None:
        place.account.owns(unfinished)
        place.account.owns(password_file)
    try:
        _initdb(place, binaries, unfinished, password_file, for_tests=for_tests)
    finally:
        password_file.unlink()
    unfinished.rename(place.data)
    settle(place.home)


def as_server(place: Place, command: list[str]) -> list[str]:
    """The command line that runs a PostgreSQL program under the server's account, ended with this process."""
    account = place.account
    uid, gid = (account.uid, account.gid) if account else (None, None)
    return leashed(command, at_death=signal.SIGINT, uid=uid, gid=gid)


def _initdb(place: Place, binaries: Binaries, data: Path, password_file: Path, *, for_tests: bool) -> None:
    command = [binaries.program("initdb"), "-D", str(data), "-U", SUPERUSER, f"--pwfile={password_file}"]
    command += ["--auth=scram-sha-256", "--data-checksums", "--encoding=UTF8", *_locale(binaries.major)]
    command += ["--no-sync"] if for_tests else []
    made = subprocess.run(as_server(place, command), capture_output=True, text=True, cwd="/", check=False)
    if made.returncode != 0:
        raise CannotRun(f"The database could not be made: {made.stderr.strip()}", status=FAILED)


def _locale(major: int) -> list[str]:
    """Sorting by code point, the same on every machine; Chinese order comes from stored sort keys."""
    if major >= FIRST_WITH_BUILTIN_LOCALE:
        return ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    return ["--locale=C.UTF-8"]
