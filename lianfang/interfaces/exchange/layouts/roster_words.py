"""The words of rosters (名单用语): headers, kinds of people, sexes, shifts and guardians as schools write them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, time
from typing import Any

from django.utils.translation import get_language

from lianfang.domain.answers import PersonRef, column_of, header_of
from lianfang.domain.identity import Identity
from lianfang.domain.parsing.choices import Choice, Choices, parse_choice
from lianfang.domain.parsing.findings import Findings
from lianfang.domain.parsing.person import parse_person
from lianfang.domain.parsing.text import folded, is_blank, one_line, squeezed
from lianfang.domain.policy import Policy
from lianfang.domain.refusals import Note, Refused
from lianfang.interfaces.exchange.layouts.columns import Headers

LONGEST_UNIT = 100  # characters of a unit's code or name

WORDS: Mapping[str, tuple[str, ...]] = {
    "unit": ("单位代码", "Unit code", "班级代码", "部门代码", "单位编码", "班级编码", "部门编码"),
    "unit_name": (
        "班级", "Class", "部门", "单位", "单位名称", "班级名称", "部门名称", "所在班级", "所属班级", "所在部门",
        "所属部门", "所在单位", "院系", "处室", "科室", "department", "class name", "unit name",
    ),
    "grade": ("年级", "Grade", "所在年级", "所属年级"),
    "kind": ("类别", "Kind", "人员类别", "人员类型", "身份类别", "身份", "category"),
    "number": (
        "学号", "Roster number", "工号", "学号/工号", "职工号", "教工号", "编号", "student number", "staff number",
        "student id", "employee id",
    ),
    "sex": ("性别", "Sex", "gender"),
    "employer": ("用工单位", "Employer", "派遣单位", "派遣公司", "外包单位", "所属公司", "公司"),
    "shift": ("班次", "Shift", "上班时间", "上班时刻", "到岗时间", "班次/上班时间", "shift starts"),
    "boards": ("住校", "Boards", "是否住校", "住宿", "是否住宿", "寄宿", "是否寄宿"),
    "since": ("入学日期", "Since", "入职日期", "入校日期", "到岗日期", "进入日期", "起始日期"),
    "guardian.name": ("监护人", "Guardian", "监护人姓名", "家长", "家长姓名"),
    "guardian.phone": (
        "监护人电话", "Guardian phone", "监护人手机", "监护人联系电话", "家长电话", "家长手机", "家长联系电话",
    ),
    "serial": ("序号", "No", "number in list"),
}  # fmt: skip
# Of the words of reports, those that say who somebody is; a reference inside the product enters nobody.
_PERSON = frozenset(
    f"person.{name}" for name in ("name", "id_type", "id_number", "id_reason", "phone", "birth_date", "guardian_notice")
)


def _person_column(header: str) -> str | None:
    path = column_of(header)
    return path if path in _PERSON else None


HEADERS = Headers(WORDS, otherwise=_person_column)


def shown() -> dict[str, str]:
    """The header that stands for each field, in the language of whoever reads."""
    language = get_language() or ""
    return HEADERS.shown(language) | {path: header_of(path, language) for path in _PERSON}


KINDS = Choices(
    Choice("learner", "学生", "Learner", ("幼儿", "学员", "本科生", "研究生", "中学生", "小学生", "student", "pupil")),
    Choice("staff", "教职工", "Staff", ("教师", "老师", "教工", "职工", "员工", "干部", "在编", "在职", "teacher")),
    Choice("retiree", "退休", "Retiree", ("离退休", "退休人员", "离退休人员", "退休教职工", "retired")),
    Choice("resident", "居民", "Resident", ("住户", "家属", "随住家属")),
    Choice("tenant", "租户", "Tenant", ("租住人员", "承租人", "租客", "商户")),
    Choice("contractor", "外包", "Contractor", ("外包人员", "物业", "保安", "保洁", "施工人员", "contractor staff")),
    Choice("agency", "劳务派遣", "Agency", ("派遣", "派遣制员工", "派遣人员", "劳务派遣人员", "劳务", "agency staff")),
)
SEXES = Choices(
    Choice("male", "男", "Male", ("m", "男性", "男生")), Choice("female", "女", "Female", ("f", "女性", "女生"))
)
_CLOCK = re.compile(r"(?<![0-9:])([01]?[0-9]|2[0-4])(?:[::时點点]([0-5][0-9])?)(?:分|:00)?")


def check_sex(raw: object, identity: Identity | None, found: Findings) -> None:
    """The register does not keep a sex; the column is compared with the number, where a slip shows."""
    if is_blank(raw):
        return
    sex = parse_choice(raw, "sex", [], SEXES, channel="text")
    if identity is not None and identity.sex not in (None, sex):
        found.warn("cross.sex", "sex")


def parse_shift(raw: object, field: str, notes: list[Note]) -> time | None:
    """When a shift starts: 08:00, 8点, 早班 07:30-15:30. Refused: `time.invalid`."""
    if is_blank(raw):
        return None
    text = squeezed(folded(one_line(raw, field)))
    clock = _CLOCK.search(text)
    if clock is None or int(clock[1]) > 23:  # noqa: PLR2004  hours of a day
        raise Refused("time.invalid", field)
    start = time(int(clock[1]), int(clock[2] or 0))
    if text != f"{start:%H:%M}":
        notes.append(Note("time.invalid", field, kept=f"{start:%H:%M}"))
    return start


def parse_guardian(raw: Mapping[str, Any], found: Findings, *, policy: Policy, today: date) -> PersonRef:
    """A guardian by name and phone; a document is not asked for."""
    named = {"name": raw.get("guardian.name"), "phone": raw.get("guardian.phone")}
    given = {"id_type": "none", "id_reason": "监护人", **{name: value for name, value in named.items() if value}}
    own = Findings()
    guardian = parse_person(given, own, policy=policy, today=today, channel="text")
    for problem in own.problems:
        found.problem(problem.code, problem.field.replace("person.", "guardian."), **dict(problem.facts))
    return guardian
