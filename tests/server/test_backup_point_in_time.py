"""Back to a moment (时间点恢复): a base, an archive of changes, and a recovery to the second before a mass deletion.

The steps are those of the chapter on backups in docs/ops.md.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import psycopg

from lianfang.interfaces.server.binaries import find
from lianfang.interfaces.server.postgres import Cluster
from lianfang.interfaces.server.roles import DATABASE
from tests.server.conftest import until

ROWS = 10_000
ARCHIVING = "archive_mode = on\narchive_timeout = 60\narchive_command = 'test ! -f {to}/%f && cp %p {to}/%f'\n"
GOING_BACK = (
    "hot_standby = off\nrestore_command = 'cp {to}/%f %p'\n"
    "recovery_target_time = '{moment}'\nrecovery_target_action = promote\n"
)


def execute(cluster: Cluster, statement: str) -> str:
    """Runs one statement as the superuser; the first value of its answer."""
    with psycopg.connect(cluster.url(DATABASE, "superuser"), autocommit=True) as database:
        done = database.execute(statement)
        row = done.fetchone() if done.description else None
        return str(row[0]) if row else ""


def folder_for_the_server(cluster: Cluster, path: Path) -> Path:
    """A folder that the server's own account may write to."""
    path.mkdir(mode=0o700)
    if cluster.place.account:
        cluster.place.account.owns(path)
    return path


def base_of(cluster: Cluster, to: Path) -> None:
    """pg_basebackup over the socket, then pg_verifybackup."""
    binaries, url = find(cluster.place.home), psycopg.conninfo.conninfo_to_dict(cluster.url(DATABASE, "superuser"))
    connect = [f"--host={url['host']}", f"--username={url['user']}", "--no-password", "--checkpoint=fast"]
    environment = {**os.environ, "PGPASSWORD": str(url["password"])}
    command = [binaries.program("pg_basebackup"), *connect, "--wal-method=fetch", f"--pgdata={to}"]
    subprocess.run(command, env=environment, check=True, capture_output=True)
    subprocess.run([binaries.program("pg_verifybackup"), str(to)], check=True, capture_output=True)


def laid_back(cluster: Cluster, base: Path) -> None:
    """The base in the place of the data, which are set aside, with the word to recover."""
    data = cluster.place.data
    data.rename(data.with_name("data.before"))
    shutil.copytree(base, data)
    data.chmod(0o700)
    (data / "recovery.signal").touch()
    if cluster.place.account:
        for path in (data, *data.rglob("*")):
            cluster.place.account.owns(path)


def test_a_mass_deletion_is_undone_to_the_moment_before_it(folder: Path) -> None:
    cluster = Cluster(folder, tell=lambda _line: None)
    cluster.ensure()
    archive = folder_for_the_server(cluster, cluster.place.home / "archive")
    local = cluster.place.home / "local.conf"
    local.write_text(ARCHIVING.format(to=archive))
    try:
        cluster.start()
        execute(cluster, f"CREATE TABLE kept AS SELECT n FROM generate_series(1, {ROWS // 2}) n")
        base_of(cluster, folder / "base")
        execute(cluster, f"INSERT INTO kept SELECT n FROM generate_series({ROWS // 2 + 1}, {ROWS}) n")
        moment = execute(cluster, "SELECT clock_timestamp()")
        execute(cluster, "DELETE FROM kept")
        last = execute(cluster, "SELECT pg_walfile_name(pg_switch_wal())")
        assert until((archive / last).exists)
        cluster.stop()

        laid_back(cluster, folder / "base")
        local.write_text(GOING_BACK.format(to=archive, moment=moment))
        cluster.start()
        assert until(lambda: execute(cluster, "SELECT pg_is_in_recovery()") == "False")
        assert execute(cluster, "SELECT count(*) FROM kept") == str(ROWS)
    finally:
        cluster.stop()
