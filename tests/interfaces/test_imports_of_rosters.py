"""Rosters and trees of units from files (名单与单位导入): what schools write, and what becomes of it."""

from __future__ import annotations

import pytest

from lianfang.capabilities.persons.actions import register_person
from lianfang.capabilities.persons.rosters import Entry, enter_roster
from lianfang.domain.answers import PersonRef
from lianfang.domain.identity import Identity
from lianfang.domain.refusals import Refused
from lianfang.interfaces.exchange.imports import confirm, problems_of, receive
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.audit.models import Event
from lianfang.kernel.files.models import Import
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import Guardianship, Membership, Person
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.interfaces.lists import accounted, as_csv, events, everybody, number, places, school
from tests.make import DAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("afternoon")]


def somebody(n: int) -> PersonRef:
    identity = Identity("resident", number(n), None, "female")
    return PersonRef("resident", identity, "", f"李{'甲乙丙丁'[n]}", "+8613800138000", None, None, "")


def test_a_whole_roster_leaves_what_registering_one_after_the_other_leaves():
    where = school()
    one, other = Unit.objects.get(code="S1-K1"), Unit.objects.get(code="S1-K2")
    admin = make.actor(where, "administrator")
    with make.acting(admin):
        for n in (0, 1):
            register_person(admin, unit=one, who=somebody(n), kind="learner", since=DAY, number=str(n))
        entries = [Entry(somebody(n), "learner", DAY, number=str(n)) for n in (2, 3)]
        enter_roster(admin, unit=other, entries=entries, how_many=2)
    with within(EVERYTHING):
        rows = {
            unit.code: [
                (
                    m.kind,
                    m.since,
                    m.until,
                    m.number,
                    bool(m.person.number),
                    m.person.phone.open(),
                    m.person.sort_key[:2],
                )
                for m in Membership.objects.filter(unit=unit).select_related("person").order_by("number")
            ]
            for unit in (one, other)
        }
        left = Event.objects.filter(kind="person.registered").order_by("pk")
        assert [(e.actor_id, e.unit.code, set(e.facts)) for e in left.select_related("unit")] == [
            (admin.account_id, code, {"unit", "kind", "since"}) for code in ("S1-K1", "S1-K1", "S1-K2", "S1-K2")
        ]
    assert [row[:3] for row in rows["S1-K1"]] == [row[:3] for row in rows["S1-K2"]]
    assert all(row[4:] == (True, "+8613800138000", "li") for row in rows["S1-K1"] + rows["S1-K2"])


def test_a_roster_that_names_somebody_who_is_there_already_enters_nobody():
    where = school()
    klass = Unit.objects.get(code="S1-K1")
    make.member(klass, "李甲", number=number(0))
    admin = make.actor(where, "administrator")
    entries = [Entry(somebody(n), "learner", DAY) for n in (1, 0)]
    with make.acting(admin), pytest.raises(Refused, match=r"row\.duplicate"):
        enter_roster(admin, unit=klass, entries=entries, how_many=2)
    assert everybody() == {"李甲": "S1-K1"}


def test_a_class_is_found_by_its_number_beside_its_grade():
    admin = make.actor(school(), "administrator")
    rows = [["姓名", "年级", "班级"], ["赵一", "高一", "2"], ["钱二", "高一", "1班"], ["孙三", "高二", "1"]]
    with make.acting(admin):
        kept = receive(admin, "people", "a.csv", as_csv(rows), keep_good=True)
    assert everybody() == {"赵一": "S1-K2", "钱二": "S1-K1"}
    assert places(kept) == [(4, "班级", "scope")]


def test_a_unit_whose_superior_in_the_list_is_refused_is_not_opened_either():
    admin = make.actor(school(classes=1), "administrator")
    rows = [
        ["代码", "名称", "类别", "上级代码"],
        ["A", "甲组", "不知道", "S1"],
        ["B", "乙组", "小组", "A"],
        ["C", "丙组", "小组", "S1"],
    ]
    with make.acting(admin):
        seen = receive(admin, "units", "a.csv", as_csv(rows), dry_run=True)
        kept = confirm(admin, seen.pk, keep_good=True)
    assert places(kept) == [(2, "类别", "choice.unknown"), (3, "上级代码", "scope")]
    assert accounted(kept) == (3, 1, 2, 0, 0) and Unit.objects.filter(code__in="ABC").count() == 1


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
