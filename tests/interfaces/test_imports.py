"""Files on their way in (导入): a school's own list, a day's answers, the tree of units; every row accounted for."""

from __future__ import annotations

import io

import pytest
from python_calamine import CalamineWorkbook

from lianfang.domain.refusals import Refused
from lianfang.interfaces.exchange.imports import account, confirm, drop, give_back, receive
from lianfang.interfaces.exchange.layouts import reports
from lianfang.kernel.files.models import Import
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import Membership
from lianfang.kernel.reporting.models import Answer, Receipt
from lianfang.kernel.reporting.tally import differences
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.interfaces.lists import Rows, accounted, as_csv, as_workbook, events, everybody, number, places, school
from tests.make import DAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("afternoon")]

HEADER = ["姓名", "性别", "身份证号", "学号", "班级", "联系电话", "类别"]


def roster(*, second: str = "") -> Rows:
    """A school's own list: a title, three people, a blank line between them, and what a person adds at the end."""
    return [
        ["第一中学学生名单", *[None] * 6],
        HEADER,
        ["赵一", "女", number(1), "001", "高一（1）班", "13800138000", "学生"],
        [None] * 7,
        ["钱二", "女", second or number(2), "002", "高一2班", "13800138000", "学生"],
        ["孙三", "女", number(3), "003", "S1-K1", None, None],
    ]


@pytest.mark.parametrize("made", [as_csv, as_workbook], ids=["GB18030 text", "workbook"])
def test_a_schools_own_list_is_checked_named_by_row_and_column_and_written_once_it_is_right(made):
    admin = make.actor(school(), "administrator")
    wrong = "51999919900301000X" if number(2)[-1] != "X" else "519999199003010001"
    total = ["合计", None, None, None, None, None, "3人"]

    with make.acting(admin):
        seen = receive(admin, "people", "名单", made([*roster(second=wrong), total]), dry_run=True)
        refused = confirm(admin, seen.pk)

    assert [place for place in places(seen) if place[2] != "row.not_data"] == [(5, "身份证号", "id.checksum")]
    assert places(seen)[-1] == (7, "", "row.not_data")
    assert accounted(seen) == (5, 0, 2, 2, 1) and refused.stage == "refused"
    assert everybody() == {} and wrong not in str(seen.problems)

    with make.acting(admin):
        written = receive(admin, "people", "名单", made(roster()))

    assert accounted(written) == (4, 3, 0, 0, 1) and places(written) == []
    assert everybody() == {"赵一": "S1-K1", "钱二": "S1-K2", "孙三": "S1-K1"}
    with within(EVERYTHING):
        first = Membership.objects.select_related("person").get(person__name="赵一")
    assert (first.kind, first.number, first.person.number.open(), first.person.phone.open()) == (
        "learner", "001", number(1), "+8613800138000",
    )  # fmt: skip
    assert (events("person.registered"), events("import.received"), events("import.confirmed")) == (3, 3, 1)


def test_the_good_rows_of_a_bad_file_are_written_only_when_somebody_chooses_so():
    admin = make.actor(school(), "administrator")
    content = as_csv(roster(second="123"))
    with make.acting(admin):
        refused = receive(admin, "people", "名单.csv", content)
        assert (refused.stage, accounted(refused), everybody()) == ("refused", (4, 0, 1, 2, 1), {})
        kept = confirm(admin, refused.pk, keep_good=True)
    assert (kept.stage, accounted(kept)) == ("written", (4, 2, 1, 0, 1))
    assert set(everybody()) == {"赵一", "孙三"}


def test_the_same_bytes_from_the_same_sender_are_the_same_import_and_count_once():
    where = school()
    admin, other = make.actor(where, "administrator"), make.actor(where, "administrator")
    content = as_csv(roster())
    with make.acting(admin):
        seen = receive(admin, "people", "名单.csv", content, dry_run=True)
        first = receive(admin, "people", "名单 副本.csv", content)
        again = receive(admin, "people", "名单.csv", content)
    assert seen.pk == first.pk == again.pk and again.stage == "written" and len(everybody()) == 3
    with make.acting(other):
        theirs = receive(other, "people", "名单.csv", content)
    assert theirs.pk != first.pk and {code for _, _, code in places(theirs)} == {"row.duplicate"}


def test_a_dropped_file_writes_nothing_and_its_rows_are_kept_no_longer():
    admin = make.actor(school(), "administrator")
    with make.acting(admin):
        seen = receive(admin, "people", "名单.csv", as_csv(roster()), dry_run=True)
        dropped = drop(admin, seen.pk)
        assert (dropped.stage, accounted(dropped)) == ("dropped", (4, 0, 3, 0, 1))
        with pytest.raises(Refused, match=r"flow\.condition"):
            confirm(admin, seen.pk)
    assert everybody() == {}
    with within(EVERYTHING):
        assert bytes(Import.objects.get().content) == b""


def test_no_number_of_a_person_stands_in_the_clear_in_what_is_kept_of_a_file():
    admin = make.actor(school(), "administrator")
    shifted = [["姓名", "13800138000", "身份证号", number(5)], ["李四", number(6), "女", "S1-K1"]]
    with make.acting(admin):
        receive(admin, "people", "a.csv", as_csv(shifted))
        receive(admin, "people", "b.csv", as_csv(roster(second="123")))
    with within(EVERYTHING):
        for kept in Import.objects.all():
            said = f"{kept.problems}{kept.notes}{bytes(kept.content)!r}"
            assert not any(secret in said for secret in ("13800138000", number(5), number(6), number(1)))


def test_only_whoever_keeps_a_roster_may_send_one_and_only_for_units_within_scope():
    where = school()
    with within(EVERYTHING):
        klass = Unit.objects.get(code="S1-K1")
    doctor, head = make.actor(where, "doctor"), make.actor(klass, "class_head")
    with make.acting(doctor), pytest.raises(Refused, match="scope"):
        receive(doctor, "people", "a.csv", as_csv(roster()))
    with make.acting(head):
        kept = receive(head, "people", "a.csv", as_csv(roster()))
    assert places(kept) == [(5, "班级", "scope")] and everybody() == {}


def test_an_import_of_others_answers_as_one_that_does_not_exist():
    one, other = school(), make.root("S9", "school")
    theirs, mine = make.actor(one, "administrator"), make.actor(other, "administrator")
    with make.acting(theirs):
        kept = receive(theirs, "people", "a.csv", as_csv(roster()), dry_run=True)
    for number_of in (kept.pk, "0195541e-5a00-7000-8000-000000000001", "nonsense"):
        with make.acting(mine), pytest.raises(Refused, match="scope"):
            confirm(mine, number_of)


def test_a_list_of_cases_comes_under_an_agreement_and_never_without():
    admin = make.actor(school(), "administrator")
    with make.acting(admin), pytest.raises(Refused, match="agreement: required"):
        receive(admin, "list", "a.csv", as_csv(roster()))


def test_a_refused_file_is_given_back_with_its_problems_beside_the_rows():
    admin = make.actor(school(), "administrator")
    target = io.BytesIO()
    with make.acting(admin):
        kept = receive(admin, "people", "名单.csv", as_csv(roster(second="123")))
        give_back(admin, kept.pk, target)
    rows = CalamineWorkbook.from_filelike(io.BytesIO(target.getvalue())).get_sheet_by_index(0).to_python()
    assert rows[0][:3] == ["姓名", "性别", "身份证号"]
    assert [bool(row[-1]) for row in rows[1:]] == [False, True, False]


def answers_of(where: Unit, *readings: str) -> Rows:
    people = make.members(where, len(readings))
    return [
        ["人员编号", "日期", "时段", "体温", "症状"],
        *([str(who.pk), str(DAY), "上午", reading, "无"] for who, reading in zip(people, readings, strict=True)),
    ]


def test_a_days_answers_are_written_with_a_receipt_each_and_the_counters_agree():
    school()
    klass = Unit.objects.get(code="S1-K1")
    head = make.actor(klass, "class_head")
    content = as_csv(answers_of(klass, "36.5", "３６．６", "38.1"))
    with make.acting(head):
        kept = receive(head, "reports", "体温.csv", content)
    assert accounted(kept) == (3, 3, 0, 0, 0)
    assert {"row": 3, "column": "体温", "kept": "36.6"}.items() <= kept.notes[0].items()
    with within(EVERYTHING):
        stored = Answer.objects.filter(unit=klass, mode="import")
        assert sorted(str(a.temperature) for a in stored) == ["36.50", "36.60", "38.10"]
        assert Receipt.objects.count() == 3 and differences(DAY) == []
        assert not any(a.automated for a in stored)


def test_a_row_refused_only_while_writing_takes_the_whole_file_back(monkeypatch):
    school()
    klass = Unit.objects.get(code="S1-K1")
    head = make.actor(klass, "class_head")
    content, written = as_csv(answers_of(klass, "36.5", "36.6", "36.7")), []

    def third_fails(by, raw, **more):
        if len(written) == 2:
            raise Refused("period.closed", "day")
        written.append(raw)
        return once(by, raw, **more)

    once = reports.receive_answer
    monkeypatch.setattr(reports, "receive_answer", third_fails)
    with make.acting(head):
        kept = receive(head, "reports", "体温.csv", content)
    assert kept.stage == "refused" and places(kept) == [(4, "日期", "period.closed")]
    with within(EVERYTHING):
        assert Answer.objects.count() == 0 == Receipt.objects.count()


def test_the_account_of_an_import_names_place_code_and_sentence():
    admin = make.actor(school(), "administrator")
    with make.acting(admin):
        answer = account(receive(admin, "people", "a.csv", as_csv(roster(second="123"))))
    assert set(answer) == {"read", "written", "refused", "held", "blank", "errors"}
    (error,) = answer["errors"]
    assert set(error) == {"row", "column", "code", "message"} and error["row"] == 5 and error["message"]
