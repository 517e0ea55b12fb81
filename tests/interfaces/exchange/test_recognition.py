"""Columns of somebody's list (列识别测试): usual Chinese and English names, content, and what is better left alone."""

from __future__ import annotations

import pytest

from lianfang.domain.linkage.listing import FIELDS
from lianfang.domain.refusals import Refused
from lianfang.interfaces.exchange.recognition import WORDS, field_of, fields, recognise


def found(*header: str, **given: str) -> dict[str, str]:
    """The column of each field, by name."""
    recognised = recognise(header, given=given)
    return {field: recognised.name(at) for field, at in recognised.columns.items()}


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("姓名", "name"), ("学生姓名", "name"), ("姓 名", "name"), ("姓名*", "name"), ("患者姓名（必填）", "name"),
        ("姓名/Name", "name"), ("姓名 Name", "name"), ("Patient Name", "name"), ("FULL_NAME", "name"),
        ("身份证号", "id_no"), ("证件号码(18位)", "id_no"), ("ID Card No.", "id_no"), ("soc_sec_id", "id_no"),
        ("出生年月日", "birth"), ("DOB", "birth"), ("date_of_birth", "birth"), ("Date (出生日期)", "birth"),
        ("性别", "sex"), ("Gender", "sex"), ("手机号码", "phone"), ("家长电话", "phone"), ("Mobile No", "phone"),
        ("学校", "unit"), ("所在班级", "unit"), ("School/Class", "unit"), ("现住址", "address"), ("suburb", "locality"),
        ("邮编", "postcode"), ("rec_id", "record"), ("病例编号", "record"), ("发病日期", "onset"),
        ("date_onset", "onset"), ("检测结果", "test"), ("Ｎａｍｅ", "name"), ("學生姓名", "name"),
        ("身份證號碼", "id_no"), ("聯絡電話", "phone"), ("發病日期", "onset"),
    ],
)  # fmt: skip
def test_usual_names_are_known(header: str, field: str):
    assert field_of(header) == field


@pytest.mark.parametrize(
    "header",
    ["家长姓名", "监护人身份证号", "家长 name", "parent name", "证件类型", "序号", "备注", "state", "", "x" * 500],
)
def test_what_belongs_to_somebody_else_or_says_nothing_is_left_alone(header: str):
    assert field_of(header) is None


def test_the_better_of_two_columns_is_taken_whatever_their_order():
    for header in (("家长电话", "手机号", "姓名"), ("手机号", "姓名", "家长电话")):
        assert found(*header) == {"phone": "手机号", "name": "姓名"}


def test_columns_that_are_not_used_are_named():
    recognised = recognise(["序号", "姓名", "备注"])
    assert [recognised.name(at) for at in recognised.unused] == ["序号", "备注"]


def test_a_column_that_was_named_goes_before_the_usual_one():
    assert found("姓名", "曾用名", name="曾用名") == {"name": "曾用名"}


def test_a_column_meant_for_the_other_list_is_passed_over():
    assert found("姓名", phone="tel of the other side") == {"name": "姓名"}


def test_one_column_for_two_fields_is_refused():
    with pytest.raises(Refused) as refused:
        found("姓名", name="姓名", surname="姓名")
    assert refused.value.code == "header.duplicate"


PEOPLE = [["51010120100101***X", "男", "13800138000"], ["510101201002020002", "女", "138 0013 8000"]] * 2


def test_numbers_phones_and_sexes_are_known_by_their_content():
    recognised = recognise(["a", "b", "c"], sample=PEOPLE)
    assert dict(recognised.columns) == {"id_no": 0, "sex": 1, "phone": 2}
    assert recognised.by_content == {"id_no", "sex", "phone"}


def test_content_does_not_overrule_a_name():
    recognised = recognise(["家长电话", "c", "备用"], sample=[["", row[2], row[2]] for row in PEOPLE])
    assert recognised.columns["phone"] == 0
    assert recognise(["病例编号"], sample=[row[:1] for row in PEOPLE]).columns == {"record": 0}


def test_a_table_without_a_header_is_not_taken_for_one():
    assert not recognise(PEOPLE[0], sample=PEOPLE).names_persons


def test_a_few_cells_prove_nothing():
    assert not recognise(["a"], sample=PEOPLE[:1]).columns


def test_the_table_of_names_has_every_field_of_the_linkage_and_no_name_twice():
    assert set(FIELDS) <= set(fields())
    words = [line.partition(",")[2] for line in WORDS.read_text(encoding="utf-8").splitlines()[1:]]
    assert len(words) == len(set(words))
    assert all(field_of(word.strip('"')) for word in words)
