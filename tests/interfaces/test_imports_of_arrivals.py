"""Lists of arrivals from files (到站名单导入): errors by row and column, the whole file or nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from lianfang.capabilities.stays.models import Manifest, Stay
from lianfang.domain.refusals import Refused
from lianfang.interfaces.commands.main import main
from lianfang.interfaces.exchange.imports import confirm, problems_of, receive
from lianfang.interfaces.server.state import CHECKED
from lianfang.kernel import clock
from lianfang.kernel.accounts.models import Account
from lianfang.kernel.files.models import Import
from lianfang.kernel.people.models import Person
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests import stays_world as world
from tests.interfaces.lists import as_csv, as_workbook
from tests.interfaces.test_stays_page import client_of, page
from tests.stays_world import moment

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reads_here")]
HEADS = ["序号", "到站时间", "姓名", "证件类型", "证件号码", "类别", "团组", "特殊需要", "陪同人", "最后暴露"]
EVENING, NIGHT = "2020-01-31 20:30", "2020-01-31 23:00"
NOW = moment("01-31", 18)
Rows = list[list[Any]]


@pytest.fixture
def site() -> world.Site:
    return world.site()


def row(
    n: int, name: str, at: str = EVENING, *, number: str = "", party: str = "散客", needs: str = "", with_whom: str = ""
) -> list[Any]:
    of = "团一" if party == "旅行团" else ""
    return [n, at, name, "护照", number or f"G7{n:06d}", party, of, needs, with_whom, "2020-01-28"]


def sent(site: world.Site, rows: Rows, kind: Callable[[Any], bytes] = as_csv, **more: Any) -> Import:
    with clock.at(NOW), make.acting(site.nurse):
        return receive(site.nurse, "arrivals", "名单.csv", kind([HEADS, *rows]), unit=site.unit, **more)


def lists() -> list[tuple[datetime, int]]:
    with within(EVERYTHING):
        return list(Manifest.objects.order_by("arrives_at").values_list("arrives_at", "people"))


def said(kept: Import) -> list[tuple[int | None, str, str]]:
    return [(one.row, one.column, one.code) for one in problems_of(kept)]


@pytest.mark.parametrize("kind", [as_csv, as_workbook])
def test_I03_a_file_of_arrivals_is_taken_in_by_time_of_arrival_with_parties_and_companions(site, kind):
    rows = [
        row(1, "旅客甲", party="旅行团"), row(2, "旅客乙", party="旅行团"), row(3, "旅客丙", NIGHT, needs="孕妇"),
        row(4, "旅客丁", NIGHT, party="家庭", needs="需照护、轮椅", with_whom="旅客丙"),
    ]  # fmt: skip
    kept = sent(site, rows, kind)
    assert (kept.stage, kept.read, kept.written, kept.refused, said(kept)) == ("written", 4, 4, 0, [])
    assert lists() == [(moment("01-31", 20, 30), 2), (moment("01-31", 23), 2)]
    with within(EVERYTHING):
        cared = Stay.objects.select_related("companion", "person").get(person__name="旅客丁")
        assert (cared.companion.name, cared.needs, cared.party_kind) == (
            "旅客丙", ["dependent", "accessible_room"], "family",
        )  # fmt: skip
        assert Stay.objects.get(person__name="旅客甲").party == "团一"
    with clock.at(NOW):
        assert "2 people" in page(client_of(site.nurse), f"/site/{site.unit.code}/arrivals")


def test_I08_a_column_names_the_hazard_and_each_has_a_list_of_its_own(site):
    def taken(rows: Rows) -> Import:
        with clock.at(NOW), make.acting(site.nurse):
            return receive(site.nurse, "arrivals", "名单.csv", as_csv([[*HEADS, "风险类别"], *rows]), unit=site.unit)

    wrong = taken([[*row(1, "旅客甲"), "unheard-of"]])
    assert [(one, code) for one, _column, code in said(wrong)] == [(2, "choice.unknown")]
    kept = taken([[*row(1, "旅客甲"), "respiratory-2019"], [*row(2, "旅客乙"), ""]])
    assert (kept.stage, said(kept), lists()) == ("written", [], [(moment("01-31", 20, 30), 1)] * 2)
    with within(EVERYTHING):
        found = dict(Stay.objects.values_list("person__name", "hazard"))
    assert found == {"旅客甲": "respiratory-2019", "旅客乙": "any"}


def test_what_is_wrong_is_named_by_row_and_column_and_the_whole_file_stays_out(site):
    rows = [
        row(1, "旅客甲"), row(2, ""), row(3, "旅客丙", "昨晚"), row(4, "旅客丁", "2025-01-31 20:30"),
        row(5, "旅客戊", party="朋友"), row(6, "旅客己", needs="唱歌"), row(7, "旅客庚", with_whom="无此人"),
        row(8, "旅客辛", with_whom="旅客辛"), row(9, "旅客壬", number="G7000001"),
    ]  # fmt: skip
    kept = sent(site, rows)
    assert (kept.stage, kept.read, kept.written, kept.refused) == ("refused", 9, 0, 8)
    assert said(kept) == [
        (3, "姓名", "required"), (4, "到站时间", "time.invalid"), (5, "到站时间", "date.out_of_window"),
        (6, "类别", "choice.unknown"), (7, "特殊需要", "choice.unknown"), (8, "陪同人", "stay.companion_unknown"),
        (9, "陪同人", "stay.own_companion"), (10, "证件号码", "row.duplicate"),
    ]  # fmt: skip
    with within(EVERYTHING):
        assert not Manifest.objects.exists() and not Person.objects.exists()


def test_who_is_here_or_awaited_or_known_by_another_name_is_said_before_anything_is_written(site):
    here, awaited = (row(n, name) for n, name in ((1, "旅客甲"), (2, "旅客乙")))
    sent(site, [here, awaited])
    with within(EVERYTHING):
        Stay.objects.filter(person__name="旅客甲").update(state="in_observation", admitted_at=NOW, ends_on=NOW.date())
    kept = sent(site, [here, awaited, row(3, "旅客丙"), row(4, "别名", number="G7000002")], dry_run=True)
    assert {(r, code) for r, _column, code in said(kept)} >= {
        (2, "stay.open_already"), (3, "stay.expected_already"), (5, "person.name_mismatch"),
    }  # fmt: skip
    assert (kept.held, len(lists())) == (1, 1)


def test_the_good_rows_are_kept_when_that_is_asked_for_and_nobody_comes_without_the_one_they_stay_with(site):
    rows = [
        row(1, "旅客甲"),
        row(2, "旅客乙", party="朋友"),
        row(3, "旅客丙", with_whom="旅客乙"),
        row(4, "旅客丁", with_whom="1"),
    ]
    kept = sent(site, rows, keep_good=True)
    assert (kept.stage, kept.written, kept.refused) == ("written", 2, 2)
    assert said(kept) == [(3, "类别", "choice.unknown"), (4, "陪同人", "stay.companion_unknown")]
    with within(EVERYTHING):
        assert Stay.objects.select_related("companion").get(person__name="旅客丁").companion.name == "旅客甲"


def test_without_a_time_of_arrival_the_column_is_asked_for_once(site):
    rows = [HEADS[:1] + HEADS[2:], *(one[:1] + one[2:] for one in (row(1, "旅客甲"), row(2, "旅客乙")))]
    with clock.at(NOW), make.acting(site.nurse):
        kept = receive(site.nurse, "arrivals", "名单.csv", as_csv(rows), unit=site.unit)
    assert [(one.row, one.column, one.code) for one in problems_of(kept)] == [(1, "Arrives at", "required")]
    assert (kept.refused, lists()) == (2, [])


def test_a_list_is_for_those_who_receive_people_at_the_site(site):
    cook = make.actor(site.unit, "kitchen")
    with clock.at(NOW), make.acting(cook), pytest.raises(Refused, match="scope"):
        receive(cook, "arrivals", "名单.csv", as_csv([HEADS, row(1, "旅客甲")]), unit=site.unit)


def test_I03_the_page_of_imports_shows_what_would_happen_and_writes_it_when_confirmed(site):
    nurse, address = client_of(site.nurse), f"/import?what=arrivals&unit={site.unit.code}"
    with clock.at(NOW):
        assert (
            f"what=arrivals&amp;unit={site.unit.code}" in nurse.get(f"/site/{site.unit.code}/arrivals").content.decode()
        )
        assert "Import a list of arrivals" in page(nurse, address)
        assert "到站时间".encode() in client_of(site.nurse, "zh-hans").get("/import/template/arrivals.csv").content
        file = SimpleUploadedFile("名单.xlsx", as_workbook([HEADS, row(1, "旅客甲"), row(2, "旅客乙")]))
        answer = nurse.post(address, {"file": file})
        assert answer.status_code == 302 and lists() == []
        assert "Write 2 rows" in page(nurse, answer["Location"])
        assert nurse.post(answer["Location"]).status_code == 302
        assert f"/site/{site.unit.code}/arrivals" in nurse.get(answer["Location"]).content.decode()
    assert lists() == [(moment("01-31", 20, 30), 2)]


def test_somebody_who_was_admitted_between_checking_and_confirming_is_refused_by_row(site):
    kept = sent(site, [row(1, "旅客甲"), row(2, "旅客乙")], dry_run=True)
    sent(site, [row(2, "旅客乙")])
    with clock.at(NOW), make.acting(site.nurse):
        again = confirm(site.nurse, kept.pk)
    assert (again.stage, said(again)) == ("refused", [(3, "姓名", "stay.expected_already")])
    assert len(lists()) == 1


def test_I03_the_command_takes_the_same_file_and_says_row_and_column(site, tmp_path: Path, capsys, monkeypatch):
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("LIANFANG_STATE", str(tmp_path / "state"))
    monkeypatch.setenv(CHECKED, "1")
    file = tmp_path / "arrivals.csv"
    file.write_bytes(as_csv([HEADS, row(1, "旅客甲"), row(2, "旅客乙", party="朋友")]))
    with within(EVERYTHING):
        handle = Account.objects.get(pk=site.nurse.account_id).handle
    with clock.at(NOW):
        code = main(["import", "arrivals", str(file), "--unit", site.unit.code, "--as", handle, "--json"])
    out = capsys.readouterr()
    assert code == 1
    assert [(one["row"], one["column"], one["code"]) for one in json.loads(out.out)["errors"]] == [
        (3, "类别", "choice.unknown")
    ]
    assert lists() == []
