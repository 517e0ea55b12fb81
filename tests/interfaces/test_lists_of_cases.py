"""Lists of cases as files (名单导入): every row accounted for, nothing kept that is not agreed upon (E02)."""

from __future__ import annotations

import io
import json
from datetime import timedelta

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from lianfang.capabilities.verification.actions import make_agreement
from lianfang.capabilities.verification.models import Entry, ReceivedList
from lianfang.demo.two_lists import AGREED, OURS_HEADS, THEIRS_HEADS, as_csv, two_lists
from lianfang.domain.refusals import Refused
from lianfang.domain.roles import Role
from lianfang.interfaces.commands.main import main
from lianfang.interfaces.exchange.imports import account
from lianfang.interfaces.exchange.lists import Terms, receive_list_file
from lianfang.kernel import clock
from lianfang.kernel.accounts.models import Account
from lianfang.kernel.accounts.ops import new_token
from lianfang.kernel.files.models import Import
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.exchanging import STORY, World
from tests.make import DAY, at

pytestmark = pytest.mark.django_db
MANY = 70_000


@pytest.fixture
def world():
    with clock.at(at(15)):
        yield World()


def stored() -> tuple[int, int]:
    with within(EVERYTHING):
        return ReceivedList.objects.count(), Entry.objects.count()


def many_rows() -> list[tuple[str, ...]]:
    """70,000 rows, four of which cannot be stored."""
    rows = [
        (f"病例{n}", f"51999919900101{n % 1000:03d}{n // 1000 % 10}", "", "居家隔离", "2026-02-20", "")
        for n in range(MANY)
    ]
    rows[9] = (*rows[9][:4], "2026-02-30", "")
    rows[65_540] = ("", "", "", "居家隔离", "2026-02-20", "")
    rows[65_541] = (rows[65_541][0], "5.19999E+17", *rows[65_541][2:])
    rows[MANY - 1] = (*rows[MANY - 1][:3], "居家\x07隔离", *rows[MANY - 1][4:])
    return rows


def as_workbook(rows: list[tuple[str, ...]]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"constant_memory": True, "strings_to_numbers": False}) as book:
        sheet = book.add_worksheet()
        for n, row in enumerate([OURS_HEADS, *rows]):
            for m, value in enumerate(row):
                sheet.write_string(n, m, value)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_E02_acceptance_19_of_70_000_rows_69_996_are_stored_and_4_rejected_with_their_reasons(world, kind):
    rows = many_rows()
    if kind == "xlsx":  # a workbook cannot hold that character at all
        rows[MANY - 1] = (*rows[MANY - 1][:4], "2026-13-01", "")
    content = as_csv(OURS_HEADS, rows) if kind == "csv" else as_workbook(rows)
    kept = receive_list_file(world.officer, Terms(str(world.agreement.number), "ours", MANY), f"list.{kind}", content)
    answer = account(kept)
    assert (answer["read"], answer["written"], answer["refused"]) == (MANY, MANY - 4, 4)
    assert [error["row"] for error in answer["errors"]] == [11, 65_542, 65_543, MANY + 1]
    assert [error["code"] for error in answer["errors"]][:3] == [
        "date.invalid",
        "list.names_nobody",
        "id.precision_lost",
    ]
    with within(EVERYTHING):
        received = ReceivedList.objects.get()
        assert (received.rows_in, received.stored, received.rejected) == (MANY, MANY - 4, 4)
        assert [one["row"] for one in received.rejections] == [11, 65_542, 65_543, MANY + 1]
        assert Entry.objects.filter(list=received, row=65_544, name="病例65542").exists()


def test_E02_a_wrong_control_total_quarantines_the_file_whole(world):
    lists = two_lists(DAY, STORY)
    kept = world.send("theirs", THEIRS_HEADS, lists.theirs, total=40)
    answer = account(kept)
    assert (kept.stage, answer["read"], answer["written"], answer["refused"]) == ("refused", 39, 0, 39)
    assert answer["errors"][0]["code"] == "list.total" and "40" in answer["errors"][0]["message"]
    with within(EVERYTHING):
        received = ReceivedList.objects.get()
        assert (received.state, received.stored, received.rows_in, len(received.sha256)) == ("quarantined", 0, 39, 64)
        assert not Entry.objects.exists() and bytes(Import.objects.get().content) == b""
    assert world.send("theirs", THEIRS_HEADS, lists.theirs).stage == "written"


def test_E02_a_file_that_was_stored_is_quarantined_when_it_comes_again_with_a_wrong_control_total(world):
    lists = two_lists(DAY, STORY)
    assert world.send("theirs", THEIRS_HEADS, lists.theirs).stage == "written"
    again = world.send("theirs", THEIRS_HEADS, lists.theirs, total=38)
    assert (again.stage, account(again)["errors"][0]["code"]) == ("refused", "list.total")
    with within(EVERYTHING):
        assert sorted(ReceivedList.objects.values_list("state", flat=True)) == ["quarantined", "stored"]


def test_E02_columns_outside_the_agreement_are_refused_by_name_before_anything_is_kept(world):
    rows = [(*row, "张三", "甲") for row in two_lists(DAY, STORY).ours]
    with pytest.raises(Refused) as refused:
        world.send("ours", (*OURS_HEADS, "监护人", "民族"), rows)
    assert [(p.code, p.column) for p in refused.value.problems] == [
        ("agreement.outside", "监护人"), ("agreement.outside", "民族")
    ]  # fmt: skip
    assert stored() == (0, 0)
    with within(EVERYTHING):
        assert not Import.objects.exists()


def test_E02_a_column_without_a_heading_that_holds_something_is_not_agreed_upon_either(world):
    rows = [(*row, "甲") for row in two_lists(DAY, STORY).ours]
    with pytest.raises(Refused, match=r"agreement\.outside"):
        world.send("ours", (*OURS_HEADS, ""), rows)


def test_E02_a_control_total_is_owed_where_the_agreement_says_so(world):
    rows = two_lists(DAY, STORY).ours
    with pytest.raises(Refused, match="control_total: required"):
        receive_list_file(world.officer, Terms(str(world.agreement.number), "ours"), "a.csv", as_csv(OURS_HEADS, rows))


def test_a_line_of_sums_is_rejected_and_no_control_total_counts_it(world):
    rows = [*two_lists(DAY, STORY).ours, ("合计", "40", "", "", "", "")]
    kept = world.send("ours", OURS_HEADS, rows, total=40)
    assert (kept.stage, kept.written, kept.refused) == ("written", 40, 1)


def test_a_list_is_checked_without_keeping_anything(world):
    content = as_csv(OURS_HEADS, two_lists(DAY, STORY).ours)
    terms = Terms(str(world.agreement.number), "ours", 40)
    kept = receive_list_file(world.officer, terms, "a.csv", content, dry_run=True)
    assert (kept.held, kept.written) == (40, 0) and stored() == (0, 0)


def test_the_other_side_brings_its_own_list_in_and_never_ours(world):
    rows = two_lists(DAY, STORY).theirs
    assert world.send("theirs", THEIRS_HEADS, rows, by=world.liaison).stage == "written"
    with pytest.raises(Refused, match="side: scope"):
        world.send("ours", THEIRS_HEADS, rows, by=world.liaison)


def test_whoever_is_of_neither_side_sends_no_list(world):
    other = make.actor(make.unit(world.county, "S2", "school"), Role.DUTY_OFFICER)
    for who in (other, make.actor(world.school, Role.LEADER)):
        with pytest.raises(Refused, match="agreement: scope"):
            world.send("ours", OURS_HEADS, two_lists(DAY, STORY).ours, by=who)


def test_nothing_is_exchanged_when_the_agreement_is_over(world):
    terms = Terms(str(world.agreement.number), "ours", 40, DAY.replace(year=2025))
    with pytest.raises(Refused, match=r"agreement\.not_in_force"):
        receive_list_file(world.officer, terms, "a.csv", as_csv(OURS_HEADS, two_lists(DAY, STORY).ours))


def test_E02_the_command_takes_a_list_in_under_its_agreement_and_accounts_for_every_row(world, tmp_path, capsys):
    path = tmp_path / "theirs.csv"
    path.write_bytes(as_csv(THEIRS_HEADS, two_lists(DAY, STORY).theirs))
    terms = ["--agreement", str(world.agreement.number), "--side", "theirs", "--control-total"]
    assert main(["import", "list", str(path), *terms, "40", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["errors"][0]["code"] == "list.total"
    assert main(["import", "list", str(path), *terms, "39", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["read"], answer["written"], answer["refused"], answer["errors"]) == (39, 39, 0, [])


def test_E02_over_http_a_list_is_sent_with_its_agreement_side_and_control_total(world):
    with within(EVERYTHING):
        holder = Account.objects.get(pk=world.officer.account_id)
        _, bearer = new_token(holder, unit=world.school)

    def send(**more):
        file = SimpleUploadedFile("ours.csv", as_csv(OURS_HEADS, two_lists(DAY, STORY).ours))
        body = {"what": "list", "file": file, "agreement": str(world.agreement.pk), "side": "ours", **more}
        return Client(headers={"authorization": f"Bearer {bearer}"}).post("/api/v1/imports", body)

    assert send(control_total="many").status_code == 422
    assert send(control_total="40", keep_what="x").json()["errors"][0]["code"] == "field.unknown"
    taken = send(control_total="40").json()
    assert (taken["stage"], taken["written"]) == ("written", 40)
    again = send(control_total="40").json()
    assert again["id"] == taken["id"] and stored() == (1, 40)
    shown = Client(headers={"authorization": f"Bearer {bearer}"}).get(f"/api/v1/imports/{taken['id']}").json()
    assert shown["read"] == 40
    listed = Client(headers={"authorization": f"Bearer {bearer}"}).get("/api/v1/exchanged-lists/?side=ours").json()
    assert [one["stored"] for one in listed["rows"]] == [40]


def test_a_usual_heading_of_an_agreed_field_is_understood_and_one_of_another_is_not_agreed_upon(world):
    rows = two_lists(DAY, STORY).ours
    assert world.send("ours", ("病人姓名", "公民身份号码", *OURS_HEADS[2:]), rows).written == 40
    with pytest.raises(Refused) as refused:
        world.send("ours", ("姓名", "证件号", "手机", "管理状态", "起始日", "家庭住址"), rows)
    assert [problem.column for problem in refused.value.problems] == ["家庭住址"]
    with pytest.raises(Refused, match=r"agreement\.outside"):
        world.send("ours", ("姓名", "病人姓名", *OURS_HEADS[2:]), rows)


def test_E01_over_http_the_other_side_answers_shows_numbers_with_a_reason_and_sees_nothing_else(world):
    world.exchange(two_lists(DAY, STORY))
    with within(EVERYTHING):
        _, bearer = new_token(Account.objects.get(pk=world.liaison.account_id), unit=world.health)
    client = Client(headers={"authorization": f"Bearer {bearer}"})
    rows = client.get("/api/v1/differences/?klass=conflict&open=yes").json()["rows"]
    assert len(rows) == 4 and all("*" in row["number_theirs"] and "*" in row["name_theirs"] for row in rows)
    with within(EVERYTHING):
        item = world.items(klass="conflict")[0]
    about = {"unit": world.health.code, "item": str(item.pk)}

    def act(kind, **given):
        return client.post(f"/api/v1/actions/{kind}", about | given, content_type="application/json")

    assert act("difference.answered", verdict="use_theirs").json()["done"] == "difference.answered"
    assert act("difference.answered", verdict="same_person").json()["errors"][0]["code"] == "verdict.unfit"
    assert act("case.revealed").status_code == 422
    assert len(act("case.revealed", purpose="check the hospital's record").json()["theirs"]["id_no"]) == 18
    assert [one["act"] for one in client.get(f"/api/v1/difference-steps/?item={item.pk}").json()["rows"]] == [
        "answered", "opened"
    ]  # fmt: skip
    for name in ("units", "persons", "answers", "dues"):
        shown = client.get(f"/api/v1/{name}/")
        assert shown.status_code == 404 or shown.json()["rows"] == [], name
    sent = client.get("/api/v1/imports/").json()["rows"]  # its own list, and not the school's
    assert [(one["what"], one["filename"]) for one in sent] == [("list", "theirs.csv")]


def bearer_of(actor, unit) -> Client:
    """A client that sends a token of this account."""
    with within(EVERYTHING):
        _, bearer = new_token(Account.objects.get(pk=actor.account_id), unit=unit)
    return Client(headers={"authorization": f"Bearer {bearer}"})


def sent_over_http(client, world, rows, **more) -> dict:
    """The answer to a list of theirs sent with its control total."""
    file = SimpleUploadedFile("theirs.csv", as_csv(THEIRS_HEADS, rows))
    terms = {"agreement": str(world.agreement.number), "side": "theirs", "control_total": str(len(rows))}
    answer = client.post("/api/v1/imports", {"what": "list", "file": file, **terms, **more})
    assert answer.status_code < 300, answer.json()
    return answer.json()


@pytest.mark.parametrize("way", ["token", "session"])
def test_E02_the_other_side_reads_the_receipt_of_its_own_list_and_no_one_elses(world, way):
    rows = two_lists(DAY, STORY).theirs
    colleague = make.actor(world.health, Role.LIAISON)
    client = bearer_of(world.liaison, world.health)
    if way == "session":
        client = Client()
        with within(EVERYTHING):
            client.force_login(Account.objects.get(pk=world.liaison.account_id))
    taken = sent_over_http(client, world, rows)
    receipt = client.get(f"/api/v1/imports/{taken['id']}")
    assert (receipt.status_code, receipt.json()) == (200, taken)
    of_school = world.send("ours", OURS_HEADS, two_lists(DAY, STORY).ours)
    with make.acting(world.officer):
        roster = Import.objects.create(
            unit=world.school, what="people", filename="a.csv", stage="checked", received_at=clock.now()
        )
    for other in (of_school, roster):
        assert client.get(f"/api/v1/imports/{other.pk}").status_code == 404
    for stranger in (colleague, world.officer):
        unit = world.health if stranger is colleague else world.school
        assert bearer_of(stranger, unit).get(f"/api/v1/imports/{taken['id']}").status_code == 404
    with within(world.liaison.scope):
        assert {one.what for one in Import.objects.all()} == {"list"}, "the fence itself lets nothing else through"


def test_E02_a_quarantined_list_can_be_read_and_given_up_by_whoever_sent_it(world):
    client = bearer_of(world.liaison, world.health)
    taken = sent_over_http(client, world, two_lists(DAY, STORY).theirs, control_total="40")
    assert client.get(f"/api/v1/imports/{taken['id']}").json()["errors"][0]["code"] == "list.total"
    assert client.delete(f"/api/v1/imports/{taken['id']}").json()["stage"] == "dropped"


def test_E02_the_same_file_for_another_day_side_agreement_or_total_has_a_receipt_of_its_own(world):
    rows = two_lists(DAY, STORY).theirs
    client = bearer_of(world.officer, world.school)
    about = {"counterpart": "卫生健康局", "purpose": "复核", "basis": "传染病防治法", "frequency": "daily"}
    with make.acting(world.officer):
        second = make_agreement(world.officer, unit=world.school, fields=AGREED, theirs=world.health, **about)
    ways = [
        {},
        {"side": "ours"},
        {"day": str(DAY)},
        {"agreement": str(second.number)},
        {"control_total": "38"},
        {"control_total": "40"},
    ]
    with clock.at(at(15) + timedelta(days=1)):
        first = [sent_over_http(client, world, rows, **one) for one in ways]
    with clock.at(at(16) + timedelta(days=1)):
        again = [sent_over_http(client, world, rows, **one) for one in ways]
    assert len({one["id"] for one in first}) == len(ways)
    assert again == first
    assert client.get(f"/api/v1/imports/{first[1]['id']}").json() == first[1]


def test_E02_a_list_without_rows_is_none_today_when_its_control_total_says_zero(world):
    taken = sent_over_http(bearer_of(world.liaison, world.health), world, [])
    assert (taken["stage"], taken["read"], taken["written"], taken["errors"]) == ("written", 0, 0, [])
    world.send("ours", OURS_HEADS, two_lists(DAY, STORY).ours)
    run = world.compare()
    assert (run.state, run.counts["theirs"], run.counts["ours"], run.counts["only_ours"]) == ("done", 0, 40, 40)
    with within(EVERYTHING):
        received = ReceivedList.objects.get(side="theirs")
        assert (received.state, received.control_total, received.rows_in, received.stored) == ("stored", 0, 0, 0)


def test_E02_two_lists_of_nobody_agree(world):
    world.send("ours", OURS_HEADS, [])
    world.send("theirs", THEIRS_HEADS, [])
    run = world.compare()
    assert (run.state, run.counts["union"]) == ("done", 0)


def test_E02_a_workbook_without_rows_is_none_today_too(world):
    kept = receive_list_file(world.officer, Terms(str(world.agreement.number), "ours", 0), "a.xlsx", as_workbook([]))
    assert (kept.stage, kept.read) == ("written", 0)


@pytest.mark.parametrize("total", [1, 40])
def test_E02_a_list_without_rows_is_refused_when_its_control_total_says_otherwise(world, total):
    with pytest.raises(Refused, match=r"file\.no_rows"):
        world.send("ours", OURS_HEADS, [], total=total)
    assert stored() == (0, 0)
