"""An update of the tables that dies (迁移中断): run again it ends in the same tables as one that was left alone."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lianfang.interfaces.server.binaries import find
from lianfang.interfaces.server.postgres import Cluster, test_cluster
from lianfang.interfaces.server.state import environment
from lianfang.kernel.faults import PASSES, SWITCH
from tests.faults.conftest import Proving
from tests.faults.product import REPOSITORY

SESSION_MARKS = ("\\restrict", "\\unrestrict")  # lines of a dump that differ every time


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """A server without tables."""
    before = dict(os.environ)
    with test_cluster() as running:
        yield running
    os.environ.update(before)


@pytest.fixture
def notes() -> Iterator[Path]:
    """Where passes are counted."""
    folder = Path(tempfile.mkdtemp(prefix="lianfang-fire-"))
    yield folder
    shutil.rmtree(folder)


def migrate(cluster: Cluster, name: str, notes: Path, order: str) -> int:
    """Makes the tables of a database; the exit status, -9 when it died as ordered."""
    (notes / PASSES).unlink(missing_ok=True)
    cluster.create_database(name)
    ours = {**environment(cluster.state, cluster.url(name)), "LIANFANG_ROLE": "owner", SWITCH: str(notes)}
    command = [sys.executable, "-m", "django", "migrate", "--verbosity", "0"]
    done = subprocess.run(command, env={**os.environ, **ours, "FAULT": order}, cwd=REPOSITORY, check=False)
    return done.returncode


def tables(cluster: Cluster, name: str) -> list[str]:
    """All that a database consists of, in words of SQL."""
    program = find(cluster.place.home, wanted_major=None).program("pg_dump")
    command = [program, "--schema-only", cluster.url(name, "superuser")]
    dumped = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return [line for line in dumped.splitlines() if not line.startswith(SESSION_MARKS)]


def die_again_and_again(cluster: Cluster, notes: Path, *, parts: int) -> dict[str, Any]:
    """Dies after ever more statements, each time taking up what the one before left, until it gets through."""
    assert migrate(cluster, "untouched", notes, "mid_migration:0") == 0
    statements = int((notes / PASSES).read_text())
    kills, reach = 0, max(1, statements // parts)
    while (status := migrate(cluster, "killed", notes, f"mid_migration:{reach}")) == -signal.SIGKILL:
        kills, reach = kills + 1, reach + max(1, statements // (4 * parts))
    assert status == 0
    assert tables(cluster, "killed") == tables(cluster, "untouched")
    return {"statements": statements, "kills": kills, "tables_different": 0}


def test_an_update_of_the_tables_that_dies_can_be_run_again(cluster: Cluster, notes: Path, proving: Proving) -> None:
    with proving("migrations") as figures:
        figures.update(die_again_and_again(cluster, notes, parts=2))
        assert figures["kills"] > 0


@pytest.mark.proof
def test_an_update_of_the_tables_that_dies_many_times_can_be_run_again(
    cluster: Cluster, notes: Path, proving: Proving
) -> None:
    with proving("migrations") as figures:
        figures.update(die_again_and_again(cluster, notes, parts=12))
        assert figures["kills"] > 5
