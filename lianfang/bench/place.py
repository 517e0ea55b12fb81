"""A place to measure in (测量场地): a durable server and a migrated database of its own, removed afterwards."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lianfang.interfaces.server.postgres import Cluster
from lianfang.interfaces.server.state import environment
from lianfang.interfaces.server.trouble import FAILED, CannotRun, say


@dataclass(frozen=True, slots=True)
class Place:
    """A running server of our own: its state and data folders, its programs (psql, pgbench, …) and its address."""

    state: Path
    data: Path
    binaries: Path
    url: str


@contextmanager
def place(keep_in: Path | None = None) -> Iterator[Place]:
    """A server with the product's durable settings and migrated tables; Django is set up for the block.

    `keep_in` names a folder to keep and find again, since large sizes take long to fill; else all is removed.
    """
    folder = keep_in or Path(tempfile.mkdtemp(prefix="lianfang-bench-"))
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o711)  # the server's own account passes through
    cluster = Cluster(folder, tell=_quiet)
    try:
        cluster.start()
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianfang.settings")
        os.environ.update(environment(folder, cluster.url()))
        _migrate()
        import django  # noqa: PLC0415  settings need the database's address

        django.setup()
        yield Place(folder, cluster.place.data, _programs(cluster), cluster.url())
    finally:
        _close_connections()
        cluster.stop()
        if keep_in is None:
            shutil.rmtree(folder, ignore_errors=True)


def _migrate() -> None:
    say("Making the tables …")
    command = [sys.executable, "-m", "django", "migrate", "--noinput", "--verbosity", "0"]
    if subprocess.run(command, env={**os.environ, "LIANFANG_ROLE": "owner"}, check=False).returncode:
        raise CannotRun("The tables could not be made; the reason is above.", status=FAILED)


def _programs(cluster: Cluster) -> Path:
    from lianfang.interfaces.server.binaries import find  # noqa: PLC0415  beside the server that uses them

    return find(cluster.place.home, wanted_major=None).folder


def _close_connections() -> None:
    from django.db import connections  # noqa: PLC0415

    connections.close_all()


def _quiet(_words: str) -> None:
    return
