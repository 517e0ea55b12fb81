"""What a restore refuses (拒绝恢复), and that the node is then as it was; what a newcomer gets wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connections

from lianfang.interfaces.commands.main import main
from lianfang.interfaces.server.backup_census import Census
from lianfang.interfaces.server.backup_file import Contents, opened, write
from lianfang.interfaces.server.backup_secret import for_opening
from lianfang.interfaces.server.locks import held
from tests.server.backed_up import KEYS, Node, books, databases, execute


def damaged(raw: bytes, how: str) -> bytes:
    """The bytes of a backup, spoilt."""
    middle = len(raw) // 2
    return {
        "cut in the middle": raw[:middle],
        "without its last byte": raw[:-1],
        "one bit altered": raw[:middle] + bytes([raw[middle] ^ 1]) + raw[middle + 1 :],
        "of another kind": b"PK\x03\x04" + raw,
        "empty": b"",
    }[how]


@pytest.mark.parametrize(
    "how", ["cut in the middle", "without its last byte", "one bit altered", "of another kind", "empty"]
)
def test_a_spoilt_backup_ends_with_two_and_touches_nothing(node: Node, county: Any, tmp_path: Path, how: str) -> None:
    before, there = books(county), databases()
    connections.close_all()
    (tmp_path / "spoilt").write_bytes(damaged(node.file.read_bytes(), how))
    assert node.run("restore", str(tmp_path / "spoilt"), "--replace") == 2
    assert (databases(), books(county)) == (there, before)


def test_the_wrong_key_ends_with_two_and_touches_nothing(
    node: Node, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    there = databases()
    assert main(["backup", str(tmp_path / "b"), "--data", str(node.state), "--key-file", str(tmp_path / "k"),
                 "--make-key"]) == 0  # fmt: skip
    assert node.run("restore", str(tmp_path / "b"), "--replace") == 2
    assert "This is not the key file that opens this backup" in capsys.readouterr().err
    assert databases() == there


def forged(node: Node, to_file: Path, change: Callable[[Contents], Contents]) -> Path:
    """A backup that opens, and whose list of contents says something else."""
    secret = for_opening(str(node.key), "key file")
    with opened(node.file, secret) as (contents, dump):
        write(to_file, secret, change(contents), dump)
    return to_file


def census_with(contents: Contents, **more: Any) -> Contents:
    """The same contents with another census."""
    census = Census(**{**contents.census.shown(), **more})
    return Contents(census, contents.keys, contents.settings, contents.local)


def test_rows_that_are_not_what_the_list_says_stop_the_restore_before_the_change_over(
    node: Node, county: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before, there = books(county), databases()
    connections.close_all()

    def other_digest(contents: Contents) -> Contents:
        tables = dict(contents.census.tables)
        tables["people_person"] = (tables["people_person"][0], "7")
        return census_with(contents, tables=tables)

    file = forged(node, tmp_path / "forged", other_digest)
    assert node.run("restore", str(file), "--replace") == 1
    assert "people_person: 12 rows, but not with the same content" in capsys.readouterr().err
    assert (databases(), books(county)) == (there, before)


def test_a_backup_of_a_newer_release_is_refused(node: Node, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    newer = forged(node, tmp_path / "newer", lambda c: census_with(c, migrations=(*c.census.migrations, "dues.9999_x")))
    assert node.run("restore", str(newer), "--replace") == 2
    assert "written by a newer release" in capsys.readouterr().err


def test_while_it_runs_nothing_is_restored(node: Node, capsys: pytest.CaptureFixture[str]) -> None:
    with held(node.state / "up.lock") as ours:
        assert ours
        assert node.run("restore", str(node.file), "--replace") == 2
    assert "is running on" in capsys.readouterr().err
    with psycopg.connect(node.url):
        assert node.run("restore", str(node.file), "--replace") == 2
    assert "1 other connections use the database" in capsys.readouterr().err


def test_keys_of_the_environment_that_do_not_fit_the_backup_stop_it(
    node: Node, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LIANFANG_FIELD_KEY", KEYS["LIANFANG_INDEX_KEY"])
    assert node.run("restore", str(node.file), "--replace") == 2
    assert "LIANFANG_FIELD_KEY is set here and is not the key of this backup" in capsys.readouterr().err


def test_a_node_whose_keys_do_not_open_its_values_is_not_backed_up_in_silence(
    node: Node, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LIANFANG_FIELD_KEY", KEYS["LIANFANG_INDEX_KEY"])
    assert node.run("backup", str(tmp_path / "b")) == 1
    assert "The keys do not open what is sealed in people_person.number_sealed" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_user_who_does_not_see_every_row_cannot_back_up(
    node: Node, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    execute(node.url, "DROP POLICY everything ON people_person")
    try:
        assert node.run("backup", str(tmp_path / "b")) == 2
    finally:
        execute(node.url, "CREATE POLICY everything ON people_person TO lianfang_system USING (true) WITH CHECK (true)")
    assert "does not see all rows of people_person" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (["backup", "{disk}"], "is a folder; name a file in it"),
        (["backup", "{disk}/first.backup"], "is there already, and a backup never overwrites one"),
        (["backup", "{disk}/none/b"], "There is no folder"),
        (["backup", "{state}/b"], "is inside the state folder"),
        (["backup", "{disk}/b", "--key-file", "{disk}/none"], "There is no key file"),
        (["backup", "{disk}/b", "--make-key"], "is there already; leave --make-key out"),
        (["restore", "{disk}/none"], "cannot be read: No such file or directory"),
        (["restore", "{disk}"], "cannot be read: Is a directory"),
        (["restore", "{disk}/key"], "This is not a backup of Lianfang"),
        (["restore", "{disk}/first.backup", "--drill", "--replace"], "--drill touches nothing"),
        (["restore", "{disk}/first.backup", "--drop-former"], "give both or neither"),
    ],
)
def test_what_a_newcomer_gets_wrong_is_said_in_a_sentence(
    node: Node, given: list[str], wanted: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [word.format(disk=node.file.parent, state=node.state) for word in given]
    key = [] if "--key-file" in words else ["--key-file", str(node.key)]
    assert main([*words, *key, "--data", str(node.state)]) == 2
    assert wanted in capsys.readouterr().err


def test_without_key_file_passphrase_or_terminal_nothing_is_written(
    node: Node, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["backup", str(tmp_path / "b"), "--data", str(node.state)]) == 2
    assert "A backup holds the keys to everything, so it is sealed." in capsys.readouterr().err
    monkeypatch.setenv("LIANFANG_BACKUP_PASSPHRASE", "too short")
    assert main(["backup", str(tmp_path / "b"), "--data", str(node.state)]) == 2
    assert main(["restore", str(node.file), "--data", str(node.state)]) == 2
    assert "This backup was sealed with a key file." in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
