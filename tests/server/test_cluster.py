"""The embedded PostgreSQL (内置数据库): made once, private, durable, and clear about what stands in its way."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from lianfang.interfaces.server import processes, tuning
from lianfang.interfaces.server.place import ELSEWHERE, place_of
from lianfang.interfaces.server.postgres import Cluster
from lianfang.interfaces.server.trouble import CannotRun
from tests.server.conftest import REPOSITORY, until

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server under another account")
DEBIAN_15 = Path("/usr/lib/postgresql/15/bin")

AS_A_PERSON = """
import sys
from pathlib import Path
import psycopg
from lianfang.interfaces.server.postgres import Cluster
cluster = Cluster(Path(sys.argv[1]), for_tests=True)
cluster.start()
with psycopg.connect(cluster.url()) as connection:
    print(connection.execute("SELECT current_user || ' in ' || current_database()").fetchone()[0])
cluster.stop()
"""


def value(cluster: Cluster, statement: str) -> object:
    """The single value a statement gives."""
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        row = connection.execute(statement).fetchone()
    return row[0] if row else None


def run(cluster: Cluster, *statements: str) -> None:
    """Runs statements, each committed."""
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def test_rows_stay_over_stop_start_and_another_ensure(folder: Path) -> None:
    first = Cluster(folder, for_tests=True)
    first.start()
    run(first, "CREATE TABLE kept AS SELECT generate_series(1, 10) AS i")
    first.stop()
    made = (first.place.data / "PG_VERSION").stat().st_ino
    second = Cluster(folder, for_tests=True)
    second.ensure()
    second.start()
    assert value(second, "SELECT count(*) FROM kept") == 10
    second.stop()
    assert (first.place.data / "PG_VERSION").stat().st_ino == made
    assert processes.in_folder(first.place.data) == []
    assert not first.place.socket.exists()


def test_committed_rows_survive_a_killed_postmaster(cluster: Cluster) -> None:
    run(cluster, "CREATE TABLE survivors (i int)", "INSERT INTO survivors SELECT generate_series(1, 50000)")
    before = cluster.pid
    assert before is not None
    os.kill(before, signal.SIGKILL)
    assert until(lambda: cluster.pid is None)
    cluster.start()
    assert cluster.pid != before
    assert value(cluster, "SELECT count(*) FROM survivors") == 50000


def test_a_stale_note_with_the_number_of_another_process_is_no_obstacle(folder: Path) -> None:
    cluster = Cluster(folder, for_tests=True)
    cluster.ensure()
    (cluster.place.data / "postmaster.pid").write_text(f"{os.getpid()}\n{cluster.place.data}\n0\n5432\n\n\n\nready\n")
    cluster.start()
    assert value(cluster, "SELECT 1") == 1
    cluster.stop()


def test_it_listens_nowhere_but_on_a_private_socket_with_password(cluster: Cluster) -> None:
    assert value(cluster, "SHOW listen_addresses") == ""
    assert stat.S_IMODE(cluster.place.socket.stat().st_mode) == 0o700
    assert len(str(cluster.place.socket / ".s.PGSQL.5432")) < 100
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(cluster.url().replace(":", ":x", 2).replace("postgresql:x", "postgresql:"))
    for file in (cluster.state / "keys").iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_checksums_sorting_and_owner_are_as_promised(cluster: Cluster) -> None:
    assert value(cluster, "SHOW data_checksums") == "on"
    assert value(cluster, "SELECT current_user") == "lianfang_owner"
    assert value(cluster, "SELECT pg_encoding_to_char(encoding) FROM pg_database WHERE datname = 'lianfang'") == "UTF8"
    assert value(cluster, "SELECT 'Z' < 'a' AND upper('é') = 'É'") is True


def test_the_owner_steps_down_to_roles_that_cannot_sign_in(cluster: Cluster) -> None:
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        for role in ("lianfang_app", "lianfang_system"):
            connection.execute(f"SET ROLE {role}")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("CREATE TABLE not_allowed (i int)")
            connection.execute("RESET ROLE")
    assert (
        value(cluster, "SELECT bool_or(rolcanlogin) FROM pg_roles WHERE rolname IN ('lianfang_app', 'lianfang_system')")
        is False
    )


def test_the_log_keeps_no_value_of_a_failing_statement(cluster: Cluster) -> None:
    run(cluster, "CREATE TABLE unique_name (name text UNIQUE)", "INSERT INTO unique_name VALUES ('private words')")
    with pytest.raises(psycopg.errors.UniqueViolation):
        run(cluster, "INSERT INTO unique_name VALUES ('private words')")
    said = cluster.place.log.read_text(encoding="utf-8")
    assert "duplicate key" in said
    assert "private words" not in said


def test_outside_of_tests_a_commit_is_on_the_disk(folder: Path) -> None:
    text = tuning.configuration(for_tests=False, local=folder / "local.conf")
    assert {"fsync = on", "synchronous_commit = on", "full_page_writes = on", "jit = off"} <= set(text.splitlines())
    (folder / "local.conf").write_text("work_mem = '64MB'\n", encoding="utf-8")
    assert tuning.configuration(for_tests=False, local=folder / "local.conf").endswith(
        f"include '{folder}/local.conf'\n"
    )


def test_further_databases_belong_to_the_owner(cluster: Cluster) -> None:
    cluster.create_database("another")
    cluster.create_database("another")
    with psycopg.connect(cluster.url("another")) as connection:
        connection.execute("CREATE TABLE ours (i int)")


@as_root
def test_a_folder_the_server_cannot_reach_is_left_alone_and_the_database_kept_elsewhere(closed_folder: Path) -> None:
    state = closed_folder / "checkout" / "var"
    state.mkdir(parents=True)
    before = [stat.S_IMODE(step.stat().st_mode) for step in (closed_folder, state.parent, state)]
    cluster = Cluster(state, for_tests=True)
    try:
        cluster.start()
        assert value(cluster, "SELECT 1") == 1
        cluster.stop()
        assert cluster.place.home.parent == ELSEWHERE
        assert (state / "database-is-in.txt").read_text().strip() == str(cluster.place.home)
        assert [stat.S_IMODE(step.stat().st_mode) for step in (closed_folder, state.parent, state)] == before
        assert place_of(state).home == cluster.place.home
    finally:
        shutil.rmtree(cluster.place.home)


@as_root
def test_a_removed_and_newly_made_folder_begins_anew_and_keeps_the_old_data_aside(closed_folder: Path) -> None:
    first = Cluster(closed_folder, for_tests=True)
    first.ensure()
    for entry in list(closed_folder.iterdir()):
        shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    told: list[str] = []
    second = Cluster(closed_folder, for_tests=True, tell=told.append)
    aside = ELSEWHERE / f"{first.place.home.name}.before-1"
    try:
        second.ensure()
        assert (aside / "data" / "PG_VERSION").exists()
        assert any(str(aside) in line for line in told)
    finally:
        shutil.rmtree(aside)


@as_root
def test_root_gives_the_server_to_an_ordinary_account(cluster: Cluster) -> None:
    assert cluster.place.account is not None
    assert cluster.place.account.uid != 0
    assert cluster.place.data.stat().st_uid == cluster.place.account.uid
    assert Path(f"/proc/{cluster.pid}").stat().st_uid == cluster.place.account.uid
    assert cluster.place.home.stat().st_uid == 0


def test_an_ordinary_user_runs_it_under_the_own_account(folder: Path) -> None:
    """Root tries it as `nobody`, with an interpreter that `nobody` may run; everybody else is an ordinary user."""
    command = [*_as_a_person(), "-c", AS_A_PERSON, str(folder)]
    folder.chmod(0o777)
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=REPOSITORY, env=_environment())
    assert done.stdout == "lianfang_owner in lianfang\n", done.stderr


def test_another_major_version_is_refused_with_the_way_to_upgrade(folder: Path) -> None:
    cluster = Cluster(folder, for_tests=True)
    cluster.ensure()
    (cluster.place.data / "PG_VERSION").write_text("14\n")
    with pytest.raises(
        CannotRun, match=r"written by PostgreSQL 14.*Nothing was changed.*backup.*restore.*LIANFANG_PGBIN"
    ):
        Cluster(folder, for_tests=True).ensure()


def test_data_without_their_passwords_are_refused(folder: Path) -> None:
    Cluster(folder, for_tests=True).ensure()
    shutil.rmtree(folder / "keys")
    with pytest.raises(CannotRun, match=r"passwords are gone.*backup"):
        Cluster(folder, for_tests=True).ensure()


def test_a_socket_folder_that_somebody_else_laid_there_is_refused(folder: Path) -> None:
    cluster = Cluster(folder, for_tests=True)
    cluster.ensure()
    cluster.place.socket.symlink_to(folder)
    try:
        with pytest.raises(CannotRun, match="is not a closed folder of"):
            cluster.start()
    finally:
        cluster.place.socket.unlink()


def test_a_wrong_folder_of_programs_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIANFANG_PGBIN", "/nowhere/bin")
    with pytest.raises(CannotRun, match="LIANFANG_PGBIN is /nowhere/bin"):
        Cluster(folder).ensure()


@pytest.mark.skipif(not DEBIAN_15.exists(), reason="PostgreSQL 15 of the system is not installed")
def test_the_oldest_version_we_support_runs_too(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIANFANG_PGBIN", str(DEBIAN_15))
    cluster = Cluster(folder, for_tests=True)
    cluster.start()
    assert str(value(cluster, "SHOW server_version")).startswith("15.")
    assert value(cluster, "SHOW data_checksums") == "on"
    cluster.stop()


def _as_a_person() -> list[str]:
    if os.geteuid() != 0:
        return [sys.executable]
    for python in (sys.executable, "/usr/bin/python3"):
        command = ["runuser", "-u", "nobody", "--", python]
        tried = subprocess.run(
            [*command, "-c", "import psycopg, lianfang"], env=_environment(), capture_output=True, check=False
        )
        if tried.returncode == 0:
            return command
    pytest.skip("no interpreter that the account nobody may run with these packages")


def _environment() -> dict[str, str]:
    packages = Path(psycopg.__file__).parents[1]
    return {"PATH": os.environ["PATH"], "PYTHONPATH": f"{REPOSITORY}:{packages}", "PYTHONDONTWRITEBYTECODE": "1"}
