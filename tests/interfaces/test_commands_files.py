"""The commands on files, tokens and health (命令): what they print, what they leave, and how they end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from lianfang.capabilities.checkin.intake import receive_answer
from lianfang.interfaces.commands import checks
from lianfang.interfaces.commands.main import main, parser_of
from lianfang.interfaces.server.state import CHECKED
from lianfang.kernel import clock
from lianfang.kernel.accounts.models import Account, Token
from lianfang.kernel.accounts.ops import actor_of_token
from lianfang.kernel.audit.models import Event
from lianfang.kernel.dues.models import REPORT, Due
from lianfang.kernel.dues.ops import open_day
from lianfang.kernel.files.models import Import
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import Membership
from lianfang.kernel.reporting.models import Tally
from lianfang.kernel.reporting.tally import open_tallies
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.interfaces.lists import as_csv, as_workbook, number, school
from tests.make import DAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("afternoon")]
NAMES = ("import", "export", "token", "show", "recount", "doctor")
ROSTER = [["姓名", "证件号码", "班级"], ["赵一", number(1), "S1-K1"], ["钱二", number(2), "S1-K2"]]
NUMBERS = ("read", "written", "refused", "held", "blank")


@pytest.fixture(autouse=True)
def terminal(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """An English terminal, a state folder, and a database whose roles were looked at before."""
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("LIANFANG_STATE", str(tmp_path_factory.mktemp("state")))
    monkeypatch.setenv(CHECKED, "1")


def run(capsys: pytest.CaptureFixture[str], *given: object) -> tuple[int, dict[str, Any], str]:
    """Status, the JSON object on standard output, and what was said beside it."""
    status = main([str(one) for one in given])
    said = capsys.readouterr()
    return status, json.loads(said.out), said.err


def saved(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def everything(model: Any, **where: Any) -> int:
    with within(EVERYTHING):
        return model.objects.filter(**where).count()


@pytest.mark.parametrize("name", NAMES)
def test_every_command_shows_an_example(name: str) -> None:
    assert f"example: lianfang {name} " in parser_of(name)[0].format_help() or name == "doctor"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["import", "persons", "a.csv"], "invalid choice: 'persons'"),
        (["import", "people"], "required: FILE"),
        (["export", "units"], "required: --out"),
        (["export", "units", "--out", "a.csv", "--from", "yesterday"], "'yesterday' is not a day"),
        (["token"], "required: create|revoke"),
        (["token", "create", "somebody", "--days", "0"], "'0' is not a number of days from 1 to 366"),
        (["show", "everything"], "invalid choice: 'everything'"),
    ],
)
def test_wrong_arguments_end_with_two_and_a_plain_sentence(given, said, capsys):
    with pytest.raises(SystemExit) as ended:
        main(given)
    assert ended.value.code == 2 and said in capsys.readouterr().err


def test_import_writes_a_good_file_and_prints_what_became_of_every_row(tmp_path, capsys):
    school()
    path = saved(tmp_path, "roster.xlsx", as_workbook(ROSTER))
    status, answer, said = run(capsys, "import", "people", path, "--json")
    assert (status, answer) == (0, {"read": 2, "written": 2, "refused": 0, "held": 0, "blank": 0, "errors": []})
    assert everything(Membership) == 2 and "Reading roster.xlsx" in said


def test_import_refuses_a_file_with_a_bad_row_names_it_and_ends_with_one(tmp_path, capsys):
    school()
    path = saved(tmp_path, "roster.csv", as_csv([*ROSTER, ["孙三", "123", "S1-K1"]]))
    status, answer, said = run(capsys, "import", "people", path, "--json")
    assert (status, answer["written"], answer["read"]) == (1, 0, 3)
    (error,) = answer["errors"]
    assert (error["row"], error["column"], error["code"]) == (4, "证件号码", "id.length")
    assert error["message"] != "id.length" and f"row 4, 证件号码: {error['message']} [id.length]" in said
    assert everything(Membership) == 0

    status, answer, _ = run(capsys, "import", "people", path, "--keep-good")
    assert (status, [answer[name] for name in NUMBERS]) == (1, [3, 2, 1, 0, 0])
    assert everything(Membership) == 2


def test_a_dry_run_leaves_nothing_behind(tmp_path, capsys):
    school()
    path = saved(tmp_path, "roster.csv", as_csv(ROSTER))
    status, answer, _ = run(capsys, "import", "people", path, "--dry-run", "--json")
    assert (status, [answer[name] for name in NUMBERS]) == (0, [2, 0, 0, 2, 0])
    assert everything(Membership) == 0 == everything(Import) == everything(Event, kind="import.received")


@pytest.mark.parametrize(
    ("content", "code"), [(b"", "file.empty"), (b"%PDF-1.7", "file.type"), ("姓名,班级\n".encode(), "file.no_rows")]
)
def test_a_file_that_is_no_table_ends_with_two_and_is_said_in_json_too(content, code, tmp_path, capsys):
    school()
    status, answer, _ = run(capsys, "import", "people", saved(tmp_path, "a.csv", content), "--json")
    assert status == 2 and [error["code"] for error in answer["errors"]] == [code]
    assert [answer[name] for name in NUMBERS] == [0, 0, 0, 0, 0]


def test_an_import_as_somebody_may_do_just_what_they_may(tmp_path, capsys):
    where = school()
    klass = Unit.objects.get(code="S1-K1")
    make.account(klass, "class_head", handle="head-1")
    make.account(where, "auditor", handle="auditor-1")
    path = saved(tmp_path, "roster.csv", as_csv(ROSTER))
    status, answer, _ = run(capsys, "import", "people", path, "--as", "head-1", "--json")
    assert status == 1 and [(e["row"], e["column"], e["code"]) for e in answer["errors"]] == [(3, "班级", "scope")]
    status, answer, _ = run(capsys, "import", "people", path, "--as", "auditor-1", "--json")
    assert status == 2 and answer["errors"][0]["code"] == "scope"
    assert main(["import", "people", str(path), "--as", "nobody"]) == 2
    assert "There is no account `nobody` in use." in capsys.readouterr().err


def test_a_list_without_an_agreement_and_a_missing_file_are_said_plainly(tmp_path, capsys):
    school()
    status, answer, said = run(capsys, "import", "list", saved(tmp_path, "a.csv", as_csv(ROSTER)), "--json")
    assert status == 2 and answer["errors"][0]["code"] == "required" and answer["errors"][0]["message"] in said
    assert main(["import", "people", str(tmp_path / "gone.csv")]) == 2
    assert "gone.csv cannot be read: No such file" in capsys.readouterr().err


def test_export_writes_the_file_its_ending_names(tmp_path, capsys):
    school()
    out = tmp_path / "units.ndjson"
    status, answer, _ = run(capsys, "export", "units", "--unit", "S1-K1", "--out", out, "--json")
    assert (status, answer["rows"], answer["filters"]) == (0, 1, {"unit": "S1-K1"})
    assert json.loads(out.read_text("utf-8"))["code"] == "S1-K1"
    assert [path.name for path in tmp_path.iterdir()] == ["units.ndjson"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["no-such-list", "--out", "a.csv"], "There is no register `no-such-list`. There are: "),
        (["units", "--out", "a.pdf"], "must end in .csv, .xlsx or .ndjson"),
        (["units", "--out", "a.csv", "--from", "2026-03-02", "--to", "2026-03-01"], "lies after --to 2026-03-01"),
        (["units", "--out", "a.csv", "--unit", "NOWHERE"], "Unit"),
        (["units", "--out", "a.csv", "--from", "2026-03-01"], "There is no filter “from” here"),
    ],
)
def test_an_export_that_cannot_be_ends_with_two_and_leaves_what_was_there(given, said, tmp_path, monkeypatch, capsys):
    school()
    monkeypatch.chdir(tmp_path)
    saved(tmp_path, "a.csv", b"before")
    assert main(["export", *given]) == 2
    assert said in capsys.readouterr().err
    assert (tmp_path / "a.csv").read_bytes() == b"before" and len(list(tmp_path.iterdir())) == 1


def test_a_token_is_shown_once_narrowed_to_its_unit_and_opens_nothing_once_withdrawn(capsys):
    where = school()
    make.account(where, "administrator", handle="machine")
    assert main(["token", "create", "machine", "--unit", "S1-K1", "--days", "7", "--read-only"]) == 0
    said = capsys.readouterr()
    secret = said.out.strip()
    with within(EVERYTHING):
        token = Token.objects.get()
        actor = actor_of_token(secret)
        assert (actor.home.code, actor.may_write, (token.expires_at - token.created_at).days) == ("S1-K1", False, 7)
        facts = str(list(Event.objects.filter(kind="token.issued").values()))
    assert secret not in said.err and secret not in facts and secret not in str(vars(token))

    assert main(["token", "revoke", str(token.pk)]) == 0
    with within(EVERYTHING), pytest.raises(Exception, match="login"):
        actor_of_token(secret)
    assert main(["token", "revoke", "999999"]) == 2 and main(["token", "create", "nobody"]) == 2
    assert everything(Event, kind="token.revoked") == 1


def test_recount_names_a_counter_that_differs_and_sets_it_right(capsys):
    where = school(classes=1)
    klass = Unit.objects.get(code="S1-K1")
    pupil = make.member(klass)
    with within(EVERYTHING):
        open_day(DAY)
        open_tallies(DAY)
    with make.acting(make.actor(klass, "class_head")) as head:
        receive_answer(head, make.answer(pupil, klass), channel="json")
    assert run(capsys, "recount", "--json")[0] == 0
    with within(EVERYTHING):
        Tally.objects.filter(unit=klass).update(well=7)
        Due.objects.filter(unit=where, kind=REPORT).update(settled_at=clock.now())

    status, answer, said = run(capsys, "recount", "--day", DAY, "--json")
    assert status == 1 and answer["counters"] == [
        {"unit": "S1-K1", "slot": "am", "column": "well", "kept": 7, "counted": 1}
    ]
    assert answer["dues"] == [{"unit": "S1", "line": "territory", "settled": True, "reported": False}]
    assert "S1-K1 am: well is 7, the rows say 1" in said and "S1 (territory): settled, but no report stands" in said

    status, answer, _ = run(capsys, "recount", "--repair", "--json")
    assert (status, answer["repaired"]) == (1, 1)
    assert run(capsys, "recount", "--json")[1]["counters"] == []


@pytest.mark.parametrize(("language", "word"), [("zh", "学校通用规则包"), ("en", "Generic school rule pack")])
def test_show_says_what_is_in_force_in_the_language_asked_for(language, word, capsys):
    school()
    assert main(["show", "rules", "--unit", "S1", "--lang", language]) == 0
    said = capsys.readouterr().out
    assert word in said and "fever_c" in said and "37.3" in said and "class 16:30" in said
    for what, seen in (("registers", "unit-reports"), ("actions", "report.signed")):
        assert main(["show", what, "--lang", language]) == 0
        assert seen in capsys.readouterr().out


def test_show_dues_counts_what_is_owed_and_what_has_come(capsys):
    school()
    with within(EVERYTHING):
        open_day(DAY)
    status, answer, _ = run(capsys, "show", "dues", "--json")
    owed = {one["kind"]: (one["owed"], one["received"], one["by"]) for one in answer["dues"]}
    assert status == 0 and owed == {"report": (1, 0, ["16:30"]), "roll_call": (2, 0, ["10:00"])}


def looked(capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, str]]:
    status, answer, _ = run(capsys, "doctor", "--json")
    return status, {one["name"]: one["state"] for one in answer["checks"]}


def test_doctor_fails_on_a_server_that_may_lose_reports_and_finds_the_rest_well(capsys, monkeypatch, settings):
    settings.ALLOWED_HOSTS, settings.SECRET_KEY = (
        ["localhost", "127.0.0.1", "[::1]"],
        "long enough not to be guessed: " * 2,
    )
    status, found = looked(capsys)
    assert status == 1 and found["durability"] == "fail"  # the tests' own server does not wait for the disk
    well = (
        "debug",
        "keys",
        "database role",
        "row-level security",
        "migrations",
        "checksums",
        "clock",
        "default accounts",
    )
    assert {name: found[name] for name in well} == dict.fromkeys(well, "ok")
    assert main(["doctor"]) == 1
    assert "✗ durability: Off: fsync" in capsys.readouterr().out
    monkeypatch.setitem(checks.LOOKS, "durability", lambda: checks.Check("durability", "ok", ""))
    assert looked(capsys)[0] == 0


def test_doctor_notices_a_table_without_fence_an_easy_password_and_a_short_key(capsys, settings):
    settings.DEBUG = True
    settings.ALLOWED_HOSTS = ["reports.example.org"]
    make.account(school(), "administrator", handle="admin")
    with within(EVERYTHING):
        account = Account.objects.get(handle="admin")
        account.set_password("admin")
        account.save()
    owner_adds("CREATE TABLE stray (unit_id bigint)")
    found = looked(capsys)[1]
    expected = ("debug", "row-level security", "default accounts", "keys", "encryption in transit")
    assert {name: found[name] for name in expected} == dict.fromkeys(expected, "fail")


def owner_adds(statement: str) -> None:
    """Change the schema inside the test's transaction, which takes it back."""
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute(statement)
        cursor.execute("SET ROLE lianfang_app")
