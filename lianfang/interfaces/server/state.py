"""The state folder (状态目录) of one installation: where it is, and the database that goes with it.

Every command uses `database_for(state)`: DATABASE_URL when it is set, else the server that already runs for this
folder, else one that is started for the duration of the command.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from lianfang.interfaces.server import roles
from lianfang.interfaces.server.keyring import keys
from lianfang.interfaces.server.locks import held
from lianfang.interfaces.server.place import CLOSED, OPEN_TO_PASS
from lianfang.interfaces.server.postgres import Cluster
from lianfang.interfaces.server.trouble import FAILED, CannotRun, say, type_of_say

DEFAULT_STATE: Final = "var"
ANSWER_SECONDS: Final = 60.0
OTHERS_SECONDS: Final = 600.0
STEP_SECONDS: Final = 0.1
CHECKED: Final = "LIANFANG_DATABASE_CHECKED"

Origin = Literal["external", "running", "ours"]


@dataclass(frozen=True, slots=True)
class Database:
    """A usable database: its address (with password: never print it) and who keeps it running."""

    url: str
    origin: Origin


def state_folder(given: str | None = None) -> Path:
    """The state folder: `given`, else LIANFANG_STATE, else ./var; made when it is not there.

    Made by root it lets others pass through (not look in), so that the database's own account can reach its data.
    """
    folder = Path(given or os.environ.get("LIANFANG_STATE") or DEFAULT_STATE).expanduser().resolve()
    if folder.exists() and not folder.is_dir():
        raise CannotRun(f"{folder} is a file; the state folder must be a folder.")
    try:
        if not folder.exists():
            folder.mkdir(parents=True)
            folder.chmod(OPEN_TO_PASS if os.geteuid() == 0 else CLOSED)
    except OSError as failure:
        raise CannotRun(f"The state folder {folder} cannot be made: {failure.strerror}.") from failure
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        raise CannotRun(f"The state folder {folder} cannot be written to by this user.")
    return folder


def environment(state: Path, url: str) -> dict[str, str]:
    """The variables by which settings learn of database, folder and keys; for child processes and for ourselves."""
    return {"DATABASE_URL": url, CHECKED: "1", "LIANFANG_STATE": str(state), **keys(state)}


@contextmanager
def database_for(state: Path, *, tell: type_of_say = say) -> Iterator[Database]:
    """A usable database for the block; the environment variables of `environment()` are set meanwhile.

    A server that we start is stopped at the end, after other commands that meanwhile use it. Raises CannotRun.
    """
    given = os.environ.get("DATABASE_URL")
    if given:
        if not os.environ.get(CHECKED):
            roles.ensure_roles(given)
        with _variables(environment(state, given)):
            yield Database(given, "external")
        return
    cluster = Cluster(state, tell=tell)
    with _kept_by_somebody(cluster, tell) as origin, _variables(environment(state, cluster.url())):
        yield Database(cluster.url(), origin)


@contextmanager
def keeping(state: Path, *, wait: float = 0.0, tell: type_of_say = say) -> Iterator[bool]:
    """The right to start the server of this folder: one process at a time has it; yields False when another has."""
    note = "Waiting for another command that is using the database …"
    with held(state / "database.lock", wait=wait, waiting=lambda: tell(note)) as ours:
        yield ours


@contextmanager
def _kept_by_somebody(cluster: Cluster, tell: type_of_say) -> Iterator[Origin]:
    until = time.monotonic() + ANSWER_SECONDS
    while time.monotonic() < until:
        with keeping(cluster.state) as ours:
            if ours:
                with _started(cluster, tell):
                    yield "ours"
                return
        with held(cluster.state / "users.lock", shared=True, wait=ANSWER_SECONDS):
            if cluster.answers():
                yield "running"
                return
        time.sleep(STEP_SECONDS)
    raise CannotRun(
        f"The database server of {cluster.state} is being started or stopped and does not answer.", status=FAILED
    )


@contextmanager
def _started(cluster: Cluster, tell: type_of_say) -> Iterator[None]:
    try:
        cluster.start()
        yield
    finally:
        note = "Waiting for other commands that use the database …"
        with held(cluster.state / "users.lock", wait=OTHERS_SECONDS, waiting=lambda: tell(note)):
            cluster.stop()


@contextmanager
def _variables(values: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            os.environ.update({} if value is None else {name: value})
