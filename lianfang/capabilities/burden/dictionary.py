"""The dictionary of fields (数据字典): what is held already, what it is called, where it is and who keeps it.

A key says where a field is held: `person.phone`, `report.daily_counts.fever`. Its first part is its group, by which
the rule pack says for how many days what is held counts as fresh.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from lianfang.capabilities.burden.models import PUBLISHED, UNITS, FormField, in_language
from lianfang.domain.parsing.columns import HEADERS
from lianfang.domain.policy import Policy
from lianfang.kernel.reporting.forms import DAILY, FLOOD, form_on

PERSON, ROSTER, UNIT, ANSWER, REPORT, FORM = "person", "roster", "unit", "answer", "report", "form"


@dataclass(frozen=True, slots=True)
class DictionaryField:
    """A field: its key, its words in both languages, other words for it, whether it is said of a person."""

    key: str
    zh: str
    en: str
    words: tuple[str, ...] = ()
    of_person: bool = True
    form_title: str = ""  # of the form that asks it, for groups `report` and `form`
    collected: bool = False  # a published form asks it, so it will be held

    def __str__(self) -> str:
        return in_language(self.zh, self.en)

    @property
    def group(self) -> str:
        """The first part of the key."""
        return self.key.partition(".")[0]

    @property
    def name(self) -> str:
        """The last part of the key."""
        return self.key.rpartition(".")[2]

    @property
    def where(self) -> Any:
        """The register that holds it, in words."""
        return _("form: %(title)s") % {"title": self.form_title} if self.form_title else PLACES[self.group][0]

    @property
    def keeper(self) -> Any:
        """Who keeps it right, in words."""
        return PLACES[self.group][1]


PLACES: Mapping[str, tuple[Any, Any]] = {
    PERSON: (_("register of people"), _("the unit's administrator")),
    ROSTER: (_("roster of the unit"), _("the unit's administrator")),
    UNIT: (_("register of units"), _("the superior office")),
    ANSWER: (_("daily answers"), _("class head and school doctor")),
    REPORT: (_("daily reports"), _("the unit's duty officer")),
    FORM: (_("form that is asked already"), _("the owner of that form")),
}
"""By group: which register holds its fields, and who keeps it right."""


def _person(key: str, zh: str, en: str, path: str = "", *more: str) -> DictionaryField:
    return DictionaryField(key, zh, en, (*HEADERS.get(path, ()), *more))


OF_PEOPLE = (
    _person("person.name", "姓名", "Name", "person.name", "真实姓名"),
    _person("person.id_type", "证件类型", "Document", "person.id_type"),
    _person(
        "person.id_number", "证件号码", "ID number", "person.id_number", "公民身份号码", "身份号码", "identity number"
    ),
    _person(
        "person.phone", "手机号", "Phone", "person.phone", "本人电话", "移动电话", "phone number", "telephone", "cell"
    ),
    _person("person.birth_date", "出生日期", "Date of birth", "person.birth_date", "生日", "birthday", "出生年月"),
    _person(
        "person.guardian", "监护人", "Guardian", "", "家长", "家长姓名", "监护人姓名", "parent", "name of the guardian"
    ),
    _person("roster.unit", "所在单位", "Unit of the person", "unit", "所在班级", "所属单位", "所在部门", "工作单位"),
    _person("roster.kind", "人员类别", "Kind of person", "", "人员类型", "身份类别", "category"),
    _person("roster.number", "名册编号", "Roster number", "", "学号", "工号", "student number", "staff number"),
    _person("roster.employer", "用工单位", "Employer", "", "派遣单位", "agency"),
    _person("roster.since", "入册日期", "On the roster since", "", "入学日期", "入职日期"),
)
OF_ANSWERS = (
    _person("answer.state", "健康状况", "State of health", "state", "今日健康状况", "是否不适", "是否健康"),
    _person("answer.temperature", "体温", "Temperature", "temperature", "晨检体温", "body temperature"),
    _person("answer.symptoms", "症状", "Symptoms", "symptoms", "不适症状"),
    _person("answer.health_code", "健康码", "Health code", "health_code", "健康码状态"),
    _person("answer.test", "检测结果", "Test result", "test.result", "核酸情况"),
)
OF_UNITS = (
    DictionaryField("unit.name", "单位名称", "Name of the unit", ("单位全称", "学校名称", "name of the school"), False),
    DictionaryField("unit.code", "单位代码", "Code of the unit", ("单位编码", "学校代码", "unit code"), False),
    DictionaryField("unit.kind", "单位类别", "Kind of unit", ("单位类型", "学校类别", "type of unit"), False),
    DictionaryField("unit.superior", "上级单位", "Superior unit", ("主管单位", "所属县区", "superior"), False),
    DictionaryField("unit.phone", "单位电话", "Phone of the office", ("值班电话", "办公电话", "联系电话"), False),
)


def dictionary(day: date) -> dict[str, DictionaryField]:
    """Every field of the dictionary on a day, by key: as shipped, of the forms in force, of the forms registered."""
    known = [*OF_PEOPLE, *OF_ANSWERS, *OF_UNITS, *_of_reports(day), *_of_registered()]
    return {one.key: one for one in known}


def _of_reports(day: date) -> Iterator[DictionaryField]:
    for form in (form_on(DAILY, day), form_on(FLOOD, day)):
        for item in form.items:
            title = in_language(form.title["zh"], form.title["en"])
            yield DictionaryField(f"{REPORT}.{form.code}.{item.code}", item.zh, item.en, (item.code,), False, title)


def _of_registered() -> Iterator[DictionaryField]:
    """What published forms ask and nobody held before: once asked, it is not asked by a second form."""
    asked = FormField.objects.filter(form__state=PUBLISHED, held_as="").select_related("form").order_by("pk")
    for one in asked:
        of_units = one.form.answered_by == UNITS
        key = f"{REPORT if of_units else FORM}.{one.form.code}.{one.code}"
        yield DictionaryField(key, one.zh, one.en, (), not of_units, str(one.form), collected=True)


def fresh_days(key: str, policy: Policy) -> int:
    """For how many days the field counts as fresh: as the rule pack says of it, else of what it belongs to."""
    while key and key not in policy.fresh_days:
        key = key.rpartition(".")[0]
    return policy.fresh_days[key] if key else 0
