"""Our own PostgreSQL server (内置数据库): made once, started as a child of this process, stopped cleanly.

It listens on a unix socket only. Use: `ensure()`, `start()`, `url("lianfang")`, `stop()`.
"""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from lianfang.interfaces.server import founding, roles, tuning
from lianfang.interfaces.server.binaries import find
from lianfang.interfaces.server.keyring import kept, key_folder
from lianfang.interfaces.server.place import check_socket_folder, make_folders, make_socket_folder, place_of
from lianfang.interfaces.server.postmaster import Postmaster, status
from lianfang.interfaces.server.trouble import say, type_of_say

Role = Literal["owner", "superuser"]


class Cluster:
    """The database server of one state folder. One process at a time may start it: see `state.database_for`."""

    def __init__(self, state: Path, *, for_tests: bool = False, tell: type_of_say = say) -> None:
        self.state = state.resolve()
        self.place = place_of(self.state)
        self._for_tests = for_tests
        self._tell = tell
        self._postmaster: Postmaster | None = None

    def ensure(self) -> None:
        """Copies the programs and makes the data folder, as far as that has not been done. Raises CannotRun."""
        make_folders(self.place, self._tell)
        binaries = find(self.place.home, wanted_major=founding.written_by(self.place))
        if founding.written_by(self.place) is None:
            self._tell(f"Making a new database with PostgreSQL {binaries.version} …")
            founding.found(self.place, binaries, self._password("superuser"), for_tests=self._for_tests)
        founding.check_fits(self.place, binaries, self._password_file("superuser"))
        self._postmaster = Postmaster(self.place, binaries, self._tell)

    def start(self) -> None:
        """Starts the server, waits until it is ready, and brings roles and the database `lianfang` into order.

        May be called again after the server has died. Call it from the main thread: the server ends with the thread
        that started it. Raises CannotRun.
        """
        if self._postmaster is None:
            self.ensure()
        make_socket_folder(self.place)
        self._running.start([*self._write_configuration(), "-D", str(self.place.data), "-k", str(self.place.socket)])
        roles.set_up(self.url("postgres", "superuser"), self._password("owner"))

    def stop(self) -> None:
        """Stops the server cleanly, if we started it."""
        if self._postmaster is not None and self._postmaster.poll() is None:
            self._postmaster.stop()
        with suppress(OSError):
            self.place.socket.rmdir()

    @property
    def pid(self) -> int | None:
        """The server's process, when we started it and it still runs."""
        return self._postmaster.pid if self._postmaster else None

    def trim_log(self) -> None:
        """Keeps the server's log from growing without end."""
        if self._postmaster:
            self._postmaster.trim_log()

    def url(self, database: str = roles.DATABASE, role: Role = "owner") -> str:
        """A postgresql:// address over the unix socket; it holds the password, so never print it."""
        user = roles.OWNER if role == "owner" else roles.SUPERUSER
        socket = quote(str(self.place.socket), safe="")
        return f"postgresql://{user}:{quote(self._password(role))}@/{database}?host={socket}"

    def create_database(self, name: str) -> None:
        """Makes a further database of the owner's in the running cluster, if there is none of that name."""
        roles.create_database(self.url("postgres", "superuser"), name)

    def answers(self) -> bool:
        """Whether the server of this folder, started by whomever, can be used right now."""
        if status(self.place) != "ready" or not self.place.socket.exists():
            return False
        check_socket_folder(self.place)
        return roles.answers(self.url())

    @property
    def _running(self) -> Postmaster:
        if self._postmaster is None:
            raise RuntimeError("ensure() comes first")
        return self._postmaster

    def _write_configuration(self) -> list[str]:
        """Beside the data folder, not in it: root never writes where the server's account could lay a link."""
        home = self.place.home
        text = tuning.configuration(for_tests=self._for_tests, local=home / "local.conf")
        for name, content in (("postgresql.conf", text), ("pg_hba.conf", tuning.HBA)):
            _keep_text(home / name, content)
        return ["-c", f"config_file={home / 'postgresql.conf'}", "-c", f"hba_file={home / 'pg_hba.conf'}"]

    def _password_file(self, role: Role) -> Path:
        return key_folder(self.state) / f"database_{role}"

    def _password(self, role: Role) -> str:
        return kept(self._password_file(role), secrets.token_urlsafe)


def _keep_text(file: Path, content: str) -> None:
    """Writes only what differs, whole or not at all: a full disk must not leave a server without its settings."""
    if file.exists() and file.read_text(encoding="utf-8") == content:
        return
    draft = file.with_suffix(".draft")
    draft.write_text(content, encoding="utf-8")
    draft.chmod(0o644)
    draft.replace(file)


@contextmanager
def test_cluster(state: Path | None = None) -> Iterator[Cluster]:
    """A running cluster for tests, fsync off, all of it removed afterwards; DATABASE_URL is set for the block.

    Enter it once a run, in the main process's `pytest_configure` (main thread), before the workers of pytest-xdist are
    started: they inherit DATABASE_URL. Without `state` a new folder is made that every account can reach.
    """
    folder = state or Path(tempfile.mkdtemp(prefix="lianfang-test-"))
    folder.mkdir(parents=True, exist_ok=True)
    if state is None:
        folder.chmod(0o711)
    cluster = Cluster(folder, for_tests=True)
    try:
        cluster.start()
        with _environment("DATABASE_URL", cluster.url()):
            yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(cluster.place.home if state else folder, ignore_errors=True)


test_cluster.__test__ = False  # type: ignore[attr-defined]  # pytest must not take it for a test


@contextmanager
def _environment(name: str, value: str) -> Iterator[None]:
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        os.environ.pop(name)
        os.environ.update({} if before is None else {name: before})
