"""Files on their way in (导入): a school's own list, a day's answers, the tree of units; every row accounted for."""

from __future__ import annotations

import io

import pytest
from python_calamine import CalamineWorkbook

from lianfang.domain.refusals import Refused
from lianfang.interfaces.exchange.imports import account, confirm, drop, give_back, problems_of, receive
from lianfang.interfaces.exchange.layouts import reports
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.audit.models import Event
from lianfang.kernel.files.models import Import
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import Guardianship, Membership, Person
from lianfang.kernel.reporting.models import Answer, Receipt
from lianfang.kernel.reporting.tally import differences
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.interfaces.lists import Rows, as_csv, as_workbook, number, school
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


def everybody() -> dict[str, str]:
    with within(EVERYTHING):
        return {m.person.name: m.unit.code for m in Membership.objects.select_related("person", "unit")}


def accounted(kept: Import) -> tuple[int, int, int, int, int]:
    assert kept.read == kept.written + kept.refused + kept.held + kept.blank
    return kept.read, kept.written, kept.refused, kept.held, kept.blank


def places(kept: Import) -> list[tuple[int | None, str, str]]:
    return [(p.row, p.column, p.code) for p in problems_of(kept)]


def events(kind: str) -> int:
    with within(EVERYTHING):
        return Event.objects.filter(kind=kind).count()


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
    assert events("person.registered") == 3 and events("import.confirmed") == 1


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


def test_a_file_without_a_column_of_classes_goes_to_the_class_that_was_chosen():
    where = school()
    admin = make.actor(where, "administrator")
    rows = [["姓名", "学号"], ["赵一", "1"], ["钱二", "2"]]
    with make.acting(admin):
        missing = receive(admin, "people", "a.csv", as_csv(rows))
        chosen = receive(admin, "people", "a.csv", as_csv(rows), unit=Unit.objects.get(code="S1-K2"))
    assert places(missing) == [(1, "", "unit.not_reporting")] and missing.refused == 2
    assert chosen.stage == "written" and everybody() == {"赵一": "S1-K2", "钱二": "S1-K2"}


def test_a_column_that_every_row_needs_is_asked_for_once():
    admin = make.actor(school(), "administrator")
    with make.acting(admin):
        kept = receive(admin, "people", "a.csv", as_csv([["学号", "班级"], ["1", "S1-K1"], ["2", "S1-K1"]]))
    assert [(p.row, p.code) for p in problems_of(kept)] == [(1, "required")]
    assert accounted(kept) == (2, 0, 2, 0, 0)


def test_rows_that_repeat_contradict_or_cannot_be_told_apart_are_named():
    admin = make.actor(school(), "administrator")
    rows = [
        ["姓名", "证件号码", "班级"],
        ["赵一", number(1), "S1-K1"],
        ["赵一", number(1), "S1-K1"],
        ["赵衣", number(1), "S1-K1"],
        ["吴名", "", "S1-K1"],
        ["吴名", "", "S1-K1"],
    ]
    with make.acting(admin):
        kept = receive(admin, "people", "a.csv", as_csv(rows))
    assert places(kept) == [
        (3, "", "row.duplicate"),
        (4, "", "row.conflict"),
        (5, "姓名", "person.ambiguous"),
        (6, "姓名", "person.ambiguous"),
    ]
    assert everybody() == {}


def test_somebody_on_the_register_is_recognised_and_another_name_is_refused():
    where = school()
    klass = Unit.objects.get(code="S1-K1")
    make.member(klass, "张伟", number=number(1))
    make.member(klass, "周无号", number="")
    admin = make.actor(where, "administrator")
    rows = [
        ["姓名", "证件号码", "班级"],
        ["张伟", number(1), "S1-K2"],
        ["李伟", number(1), "S1-K2"],
        ["\U00020bb7伟", number(1), "S1-K2"],
    ]
    for row, code in ((1, None), (2, "person.name_mismatch"), (3, None)):
        with make.acting(admin):
            kept = receive(admin, "people", "a.csv", as_csv([rows[0], rows[row]]), dry_run=True)
        assert [p.code for p in problems_of(kept)] == ([code] if code else [])
    assert [note["code"] for note in kept.notes] == ["person.possible_match"]
    with make.acting(admin):
        confirm(admin, kept.pk)
    with within(EVERYTHING):
        assert Person.objects.filter(name="张伟").count() == 1 == Membership.objects.filter(unit__code="S1-K2").count()


def test_kinds_shifts_boarding_and_a_guardian_who_was_told_are_entered():
    where = school()
    admin = make.actor(where, "administrator")
    rows = [
        ["姓名", "班级", "类别", "上班时间", "住校", "监护人", "监护人电话", "监护人告知", "用工单位"],
        ["小朋友", "S1-K1", "学生", "", "是", "家长甲", "13800138000", "是", ""],
        ["小弟弟", "S1-K1", "学生", "", "否", "家长甲", "13800138000", "是", ""],
        ["小妹妹", "S1-K1", "学生", "", "", "家长乙", "13800138000", "", ""],
        ["保安员", "S1-K1", "劳务派遣", "早班 07:30-15:30", "", "", "", "", "某物业"],
    ]
    with make.acting(admin):
        kept = receive(admin, "people", "a.csv", as_csv(rows))
    assert kept.stage == "written", places(kept)
    with within(EVERYTHING):
        guard = Membership.objects.get(person__name="保安员")
        assert (guard.kind, f"{guard.shift_starts:%H:%M}", guard.employer) == ("agency", "07:30", "某物业")
        assert Membership.objects.get(person__name="小朋友").boards
        links = Guardianship.objects.select_related("guardian", "ward")
        assert {(link.guardian.name, link.ward.name) for link in links} == {("家长甲", "小朋友"), ("家长甲", "小弟弟")}
        assert Person.objects.filter(name="家长甲").count() == 1
    assert ("minor.guardian_notice", 4) in {(note["code"], note["row"]) for note in kept.notes}


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


def test_what_a_health_authority_sends_is_refused_until_it_can_be_compared():
    admin = make.actor(school(), "administrator")
    with make.acting(admin), pytest.raises(Refused, match="not_yet"):
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


def test_a_tree_of_units_comes_in_any_order_and_founds_an_empty_installation():
    rows = [
        ["代码", "名称", "英文名", "类别", "上级代码", "条线上级代码", "开设日期"],
        ["S1-K1", "高一（1）班", "", "班级", "S1", "", ""],
        ["S1", "第一中学", "No. 1 School", "中学", "N1", "E1", "2020-01-01"],
        ["E1", "教育局", "", "教育局", "P", "", "2020/1/1"],
        ["N1", "甲县", "", "县", "P", "", "2020-01-01"],
        ["P", "示例省", "", "省", "", "", "2020-01-01"],
    ]
    kept = receive(SYSTEM, "units", "单位.csv", as_csv(rows))
    assert accounted(kept) == (5, 5, 0, 0, 0)
    with within(EVERYTHING):
        klass, bureau = Unit.objects.get(code="S1-K1"), Unit.objects.get(code="E1")
        assert [u.code for u in (klass.parent, klass.parent.parent, klass.parent.parent.parent)] == ["S1", "N1", "P"]
        assert bureau.covers(klass.parent) and klass.keeps_roster and not klass.reports
        assert Import.objects.get().unit.code == "P"
    assert events("unit.opened") == 4 and events("unit.founded") == 1


def test_units_in_a_circle_twice_there_already_or_under_a_stranger_are_named():
    one, other = school(classes=1), make.root("S9", "school")
    admin = make.actor(one, "administrator")
    rows = [
        ["代码", "名称", "类别", "上级代码"],
        ["A", "甲组", "小组", "B"],
        ["B", "乙组", "小组", "A"],
        ["S1-K1", "高一（1）班", "班级", "S1"],
        ["C", "丙组", "小组", "S9"],
        ["D", "丁组", "小组", "NOWHERE"],
        ["E", "戊组", "小组", "S1"],
        ["E", "戊组", "小组", "S1"],
        ["F", "己组", "小组", ""],
    ]
    with make.acting(admin):
        kept = receive(admin, "units", "a.csv", as_csv(rows))
    assert places(kept) == [
        (2, "上级代码", "unit.circular"),
        (3, "上级代码", "unit.circular"),
        (4, "代码", "unit.exists"),
        (5, "上级代码", "scope"),
        (6, "上级代码", "scope"),
        (8, "代码", "row.duplicate"),
        (9, "上级代码", "required"),
    ]
    assert accounted(kept) == (8, 0, 7, 1, 0)
    with within(EVERYTHING):
        assert Unit.objects.count() == 3 and other.code == "S9"


def test_the_account_of_an_import_names_place_code_and_sentence():
    admin = make.actor(school(), "administrator")
    with make.acting(admin):
        answer = account(receive(admin, "people", "a.csv", as_csv(roster(second="123"))))
    assert set(answer) == {"read", "written", "refused", "held", "blank", "errors"}
    (error,) = answer["errors"]
    assert set(error) == {"row", "column", "code", "message"} and error["row"] == 5 and error["message"]
