"""The command `lianfang` (命令行): what it says when something is wrong, and which database a command gets."""

from __future__ import annotations

import os
import socket
import stat
from pathlib import Path

import psycopg
import pytest

from lianfang.interfaces.commands.main import COMMANDS, main, parser_of
from lianfang.interfaces.server import leftovers, roles
from lianfang.interfaces.server.keyring import MADE, keys
from lianfang.interfaces.server.locks import held
from lianfang.interfaces.server.postgres import Cluster
from lianfang.interfaces.server.state import database_for, state_folder
from lianfang.interfaces.server.trouble import CannotRun

PRESENT = ("up", "manage")


def test_without_a_command_the_commands_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert main(["--help"]) == 0
    listed = capsys.readouterr().out
    assert all(name in listed and command.does in listed for name, command in COMMANDS.items())


def test_an_unknown_command_is_named_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mange"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "There is no command `mange`. Did you mean `lianfang manage`?" in said.err


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["up", "--port", "eighty"], "'eighty' is not a port; give a number from 0 to 65535"),
        (["up", "--port", "70000"], "'70000' is not a port"),
        (["up", "--prot", "1"], "unrecognized arguments: --prot 1"),
    ],
)
def test_wrong_arguments_end_with_two_and_name_what_is_wrong(
    given: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(given)
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("name", PRESENT)
def test_every_command_shows_an_example(name: str) -> None:
    assert f"example: lianfang {name} " in parser_of(name)[0].format_help()


def test_a_second_up_on_the_same_folder_says_who_runs_already(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    leftovers.note(folder, "http://127.0.0.1:8000", {})
    with held(folder / "up.lock") as ours:
        assert ours
        assert main(["up", "--data", str(folder), "--port", "0"]) == 2
    said = capsys.readouterr().err
    assert f"Lianfang already runs on {folder} (process {os.getpid()}, http://127.0.0.1:8000)" in said
    assert "--data" in said


def test_a_port_in_use_is_named_before_anything_is_made(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["up", "--data", str(folder), "--port", str(port)]) == 2
    assert f"Port {port} on 127.0.0.1 cannot be listened on: Address already in use" in capsys.readouterr().err
    assert not (folder / "postgresql").exists()


def test_a_file_in_place_of_the_state_folder_is_refused(folder: Path) -> None:
    (folder / "file").touch()
    with pytest.raises(CannotRun, match="is a file"):
        state_folder(str(folder / "file"))


def test_a_command_starts_the_database_and_a_second_one_uses_it(folder: Path) -> None:
    Cluster(folder, for_tests=True).ensure()  # made without waiting for the disk
    with database_for(folder, tell=lambda _line: None) as first:
        assert first.origin == "ours"
        assert os.environ["DATABASE_URL"] == first.url
        assert set(MADE) <= set(os.environ)
        del os.environ["DATABASE_URL"]
        with database_for(folder) as second:
            assert second.origin == "running"
            assert second.url == first.url
            assert roles.answers(second.url)
    assert "DATABASE_URL" not in os.environ
    assert not Cluster(folder).answers()


def test_an_external_database_is_checked_and_given_its_roles(
    cluster: Cluster, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", cluster.url("postgres", "superuser"))
    with database_for(folder) as given:
        assert given.origin == "external"
        with psycopg.connect(given.url) as connection:
            assert connection.execute("SELECT pg_has_role('lianfang_app', 'MEMBER')").fetchone() == (True,)
    assert not (folder / "postgresql").exists()


def test_an_external_user_without_rights_is_told_what_the_administrator_has_to_run(cluster: Cluster) -> None:
    with psycopg.connect(cluster.url("postgres", "superuser"), autocommit=True) as server:
        server.execute("CREATE ROLE guest LOGIN PASSWORD 'guest'")
    url = (
        cluster.url()
        .replace("lianfang_owner:", "guest:x")
        .replace("guest:x" + cluster.url().split(":")[2].split("@")[0], "guest:guest")
    )
    with pytest.raises(
        CannotRun, match=r"guest of DATABASE_URL may not .*GRANT lianfang_app, lianfang_system TO \"guest\""
    ):
        roles.ensure_roles(url)


def test_an_external_database_that_does_not_answer_is_named_without_the_password() -> None:
    with pytest.raises(CannotRun) as raised:
        roles.ensure_roles("postgresql://someone:hidden@127.0.0.1:1/nothing")
    assert "127.0.0.1:1/nothing cannot be used" in raised.value.sentence
    assert "hidden" not in raised.value.sentence
    assert raised.value.status == 1


def test_keys_are_made_once_private_and_never_made_again_when_one_is_lost(folder: Path) -> None:
    first = keys(folder)
    assert set(first) == {"LIANFANG_SECRET_KEY", "LIANFANG_FIELD_KEY", "LIANFANG_INDEX_KEY"}
    assert keys(folder) == first
    assert len(set(first.values())) == 3
    files = list((folder / "keys").iterdir())
    assert [stat.S_IMODE(file.stat().st_mode) for file in files] == [0o600] * 3
    files[0].unlink()
    with pytest.raises(CannotRun, match="These keys are gone"):
        keys(folder)


def test_a_key_given_by_the_environment_wins(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIANFANG_FIELD_KEY", "given elsewhere")
    assert keys(folder)["LIANFANG_FIELD_KEY"] == "given elsewhere"
    assert not (folder / "keys" / "lianfang_field_key").exists()
