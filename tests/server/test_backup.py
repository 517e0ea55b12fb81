"""Backup and restore of a whole node (备份与恢复演练): made by the product, damaged, brought back, compared."""

from __future__ import annotations

import json
import resource
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from django.db import connections

from lianfang.interfaces.commands.checks import LOOKS
from lianfang.interfaces.server import backup_restore, proofs
from lianfang.interfaces.server.backup_census import Census
from lianfang.interfaces.server.backup_changeover import Changeover, prepare
from lianfang.interfaces.server.backup_epoch import epoch_of
from lianfang.interfaces.server.backup_file import opened, write
from lianfang.interfaces.server.backup_record import note_backup, note_drill
from lianfang.interfaces.server.backup_secret import for_opening
from lianfang.interfaces.server.keyring import keys
from lianfang.interfaces.server.postgres import Cluster
from lianfang.interfaces.server.trouble import CannotRun
from lianfang.kernel import clock
from tests import make
from tests.database import TEMPLATE
from tests.make import at
from tests.server.backed_up import DAMAGE, KEYS, SERVER, Node, books, databases, execute, proving, said, to


def test_after_mass_damage_a_restore_brings_counts_receipts_and_boards_back(
    node: Node, county: Any, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    before = books(county)
    connections.close_all()
    with proving(node) as figures:
        assert node.run("backup", str(tmp_path / "b"), "--json") == 0
        taken = said(capsys)
        assert taken["receipts"] == len(before["receipts"]) == 3
        execute(node.url, DAMAGE)
        assert node.run("restore", str(tmp_path / "b"), "--replace", "--drop-former", "--json") == 0
        restored = said(capsys)
        figures |= {name: restored[name] for name in ("seconds", "rows", "receipts")}
        assert [restored[name] == taken[name] for name in ("rows", "receipts", "tables")] == [True] * 3
        assert books(county) == before
    assert not [name for name in databases() if name.startswith(urlsplit(node.url).path[1:] + "_")]


def test_work_goes_on_after_a_restore_under_the_same_rights(node: Node, county: Any) -> None:
    assert node.run("restore", str(node.file), "--replace", "--drop-former") == 0
    with clock.at(at(17)):
        make.member(make.unit(county, f"S{epoch_of(node.url)}", "school"), name="新人")
    fenced = "SELECT count(*) FROM pg_class WHERE relforcerowsecurity"
    assert execute(node.url, fenced) == execute(to(TEMPLATE), fenced)
    assert execute(node.url, "SET ROLE lianfang_app; SELECT count(*) FROM people_person") == [(0,)]


def test_a_restore_begins_an_epoch_and_ends_links_and_sessions_but_no_tokens(node: Node) -> None:
    execute(node.url, "INSERT INTO django_session VALUES ('k', 'd', now() + interval '1 day')")
    first = epoch_of(node.url)
    assert node.run("backup", str(node.file) + "-2") == 0
    for _ in range(2):
        assert node.run("restore", str(node.file) + "-2", "--replace", "--drop-former") == 0
        assert epoch_of(node.url) > first
        first = epoch_of(node.url)
    assert execute(node.url, "SELECT count(*) FROM django_session") == [(0,)]
    assert execute(node.url, "SELECT count(*) FROM accounts_invitation WHERE used_at IS NULL") == [(0,)]
    assert execute(node.url, "SELECT count(*) FROM accounts_token") == [(1,)]


def test_a_new_machine_gets_database_keys_and_settings(
    node: Node, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("DATABASE_URL")
    Cluster(folder, for_tests=True).ensure()  # made without waiting for the disk
    (folder / "postgresql" / "local.conf").write_text("work_mem = '9MB'\n")
    other = Node(folder, "", node.file, node.key)
    assert other.run("restore", str(node.file)) == 0
    assert keys(folder) == KEYS
    assert other.run("restore", str(node.file)) == 2
    assert "There is a database here already. Nothing was touched." in capsys.readouterr().err

    assert other.run("backup", str(node.file) + "-3", "--drill", "--json") == 0
    taken = said(capsys)
    assert taken["drill"]["amcheck"] in (True, False)
    with opened(Path(str(node.file) + "-3"), for_opening(str(node.key), "key file")) as (contents, dump):
        assert contents.keys == KEYS
        assert contents.local == "work_mem = '9MB'\n"
        assert sum(map(len, dump)) > 0
    assert proofs.read(proofs.file_of(folder))["backup"].held


def test_nothing_of_a_backup_can_be_read_without_the_key(node: Node) -> None:
    raw = node.file.read_bytes()
    assert node.file.stat().st_mode & 0o077 == 0
    for secret in (*KEYS.values(), "张伟", "people_person", "roll-call-1"):
        assert secret.encode() not in raw


def test_web_and_worker_may_write_while_a_backup_is_taken(node: Node, capsys: pytest.CaptureFixture[str]) -> None:
    stop = threading.Event()
    written: list[int] = []

    def write_on() -> None:
        with psycopg.connect(node.url, autocommit=True) as database:
            while not stop.is_set():
                database.execute("INSERT INTO alerts_heartbeat VALUES (%s, now(), '{}')", [f"writer-{len(written)}"])
                written.append(1)

    writer = threading.Thread(target=write_on)
    writer.start()
    try:
        assert node.run("backup", str(node.file) + "-4", "--json") == 0
    finally:
        stop.set()
        writer.join()
    assert 0 <= said(capsys)["tables"]["alerts_heartbeat"] <= len(written)
    assert node.run("restore", str(node.file) + "-4", "--replace", "--drop-former") == 0


def test_without_replace_a_database_is_never_overwritten_and_with_it_the_former_is_kept(
    node: Node, capsys: pytest.CaptureFixture[str]
) -> None:
    assert node.run("restore", str(node.file)) == 2
    execute(node.url, "INSERT INTO alerts_heartbeat VALUES ('only here', now(), '{}')")
    capsys.readouterr()
    assert node.run("restore", str(node.file), "--replace", "--json") == 0
    former = said(capsys)["former"]
    only = "SELECT count(*) FROM alerts_heartbeat WHERE process = 'only here'"
    assert (execute(to(former), only), execute(node.url, only)) == ([(1,)], [(0,)])
    backup_restore.drop(node.state, former)
    assert former not in databases()


def test_a_restore_that_was_broken_off_while_changing_over_is_finished_by_the_next(
    node: Node, county: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(_state: Path, _url: str) -> None:
        raise KeyboardInterrupt

    before = books(county)
    connections.close_all()
    (node.state / "keys" / "lianfang_secret_key").write_text("another one\n")
    calls = iter([lambda *_: None, dies])  # what an earlier restore left is looked for first
    with monkeypatch.context() as patched:
        patched.setattr(backup_restore, "finish", lambda *given: next(calls)(*given))  # noqa: PLW0108
        assert node.run("restore", str(node.file), "--replace") == 130
    with pytest.raises(CannotRun, match="was broken off while it changed over"):
        keys(node.state)
    assert node.run("restore", str(node.file), "--replace") == 0
    assert keys(node.state) == KEYS
    assert books(county) == before


def test_a_change_over_that_had_not_begun_is_taken_back(node: Node) -> None:
    secret, name = for_opening(str(node.key), "key file"), urlsplit(node.url).path[1:]
    with opened(node.file, secret) as (contents, _):
        execute(SERVER, f"CREATE DATABASE {name}_incoming")
        prepare(node.state, contents, Changeover(name, f"{name}_incoming", ""))
    (node.state / "keys" / "lianfang_secret_key").write_text("in use\n")
    assert node.run("restore", str(node.file)) == 2  # there is a database
    assert keys(node.state)["LIANFANG_SECRET_KEY"] == "in use"
    (node.state / "keys" / "lianfang_secret_key").write_text(KEYS["LIANFANG_SECRET_KEY"] + "\n")


def test_a_full_disk_is_said_and_leaves_no_half_written_backup(node: Node, tmp_path: Path) -> None:
    secret = for_opening(str(node.key), "key file")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    with opened(node.file, secret) as (contents, _):
        resource.setrlimit(resource.RLIMIT_FSIZE, (2**20, before[1]))
        try:
            with pytest.raises(CannotRun, match=r"could not be written to .*File too large"):
                write(tmp_path / "b", secret, contents, iter([bytes(2**20)] * 3))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list(tmp_path.iterdir()) == []


def test_doctor_asks_for_a_backup_a_day_and_a_drill_a_week(
    tmp_path: Path, settings: Any, node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.LIANFANG_STATE = tmp_path
    assert [LOOKS[name]().state for name in ("backup", "restore drill")] == ["warn", "warn"]
    census = Census(1, "0", "18", "2026-03-02T16:00:00+00:00", (), {"t": (2, "0")}, 1, None)
    note_backup(tmp_path, file=node.file, census=census, size=1, seconds=1.0)
    note_drill(tmp_path, file=node.file, census=census, seconds=1.0, checked=True)
    found = [LOOKS[name]() for name in ("backup", "restore drill")]
    assert [one.state for one in found] == ["ok", "ok"]
    assert "holds 2 rows and 1 receipts" in found[0].said

    kept = json.loads((tmp_path / "backups.json").read_text())
    for what, age in (("backups", timedelta(hours=25)), ("drills", timedelta(days=8))):
        kept[what][0]["at"] = (datetime.now(UTC) - age).isoformat()
    (tmp_path / "backups.json").write_text(json.dumps(kept))
    assert [LOOKS[name]().state for name in ("backup", "restore drill")] == ["warn", "warn"]
