"""Tables of answers as people keep them (表格): which column is which field, and which rows are no data."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from lianfang.domain.parsing.text import folded, is_blank, squeezed

# Field path -> the headers that mean it; the first two are the Chinese and English ones that exports write.
HEADERS: Mapping[str, tuple[str, ...]] = {
    "key": ("编号", "Key"),
    "unit": ("单位代码", "Unit", "单位", "班级", "班级代码", "部门", "部门代码", "单位编码", "unit code", "class"),
    "day": ("日期", "Day", "填报日期", "上报日期", "报告日期", "测温日期", "date"),
    "slot": ("时段", "Slot", "时间段", "上下午", "时段名称", "time of day"),
    "person.ref": ("人员编号", "Person", "person ref", "person id"),
    "person.name": ("姓名", "Name", "学生姓名", "人员姓名", "person name", "full name"),
    "person.id_type": ("证件类型", "ID type", "证件种类"),
    "person.id_number": (
        "证件号码",
        "ID number",
        "身份证号",
        "身份证号码",
        "证件号",
        "身份证",
        "居民身份证号",
        "id no",
    ),
    "person.id_reason": ("无证件原因", "ID reason", "无证件说明"),
    "person.phone": ("手机", "Phone", "电话", "手机号", "手机号码", "联系电话", "电话号码", "联系方式", "mobile"),
    "person.birth_date": ("出生日期", "Birth date", "出生年月日", "date of birth"),
    "person.guardian_notice": ("监护人告知", "Guardian notice", "监护人已告知", "家长已告知", "监护人知情"),
    "state": ("健康状况", "State", "身体状况", "状态", "health"),
    "temperature": ("体温", "Temperature", "测温", "体温值", "今日体温"),
    "symptoms": ("症状", "Symptoms", "症状表现", "有无症状", "symptom"),
    "health_code": ("健康码", "Health code", "健康码颜色"),
    "test.result": ("检测结果", "Test result", "核酸结果", "核酸检测结果"),
    "test.sample_no": ("样本编号", "Sample number", "样本号", "采样编号", "sample no"),
    "test.sampled_at": ("采样时间", "Sampled at"),
    "test.reported_at": ("检测报告时间", "Test reported at", "出结果时间"),
    "test.ct": ("Ct值", "Ct", "Ct value"),
    "reported_at": ("填报时间", "Reported at", "上报时间", "提交时间"),
    "note": ("备注", "Note", "说明", "备注说明", "remark", "remarks"),
}

_IN_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】")
_SIGNS = re.compile(r"[\s_\-*:.#/℃、。]+")
_BRACKETS = str.maketrans("", "", "()[]【】")
_NOT_DATA = re.compile(
    r"(?:合计|总计|小计|共计|累计|汇总|平均|填表人|填报人|制表人?|审核人?|复核人?|经办人|负责人|公章|联系人"
    r"|填表日期|填表时间|制表日期|注意事项|填表说明|备?注)(?::.*|[0-9]*人?数?|签[字名].*)?"
    r"|.{0,12}(?:签字|签名|盖章|审核):?|注[0-9]?[:.].*"
    r"|(?:total|subtotal|sum|preparedby|reportedby|checkedby|approvedby|signature|signed)(?::.*)?",
    re.IGNORECASE | re.DOTALL,
)
_LONGEST_HEADER = 100  # characters
_FEW = 2  # cells; a header has at least that many


def _key(header: str) -> str:
    plain = folded(header)
    bare = _SIGNS.sub("", squeezed(_IN_BRACKETS.sub("", plain))).casefold()
    return bare or _SIGNS.sub("", squeezed(plain)).casefold()


COLUMNS: dict[str, str] = {header: path for path, headers in HEADERS.items() for header in (*headers, path)}
_PATH_OF_KEY = {_key(header): path for header, path in COLUMNS.items()}


def column_of(header: str) -> str | None:
    """The field path a header means, whatever its blanks, line breaks and units in brackets; None when none."""
    return _PATH_OF_KEY.get(_key(header)) if len(header) <= _LONGEST_HEADER else None


def header_of(path: str, language: str) -> str:
    """The header that stands for a field path in exports and templates."""
    return HEADERS[path][0 if language.startswith("zh") else 1]


def nest(cells: Mapping[str, str]) -> dict[str, object]:
    """The raw answer that a row makes; `cells` are by header or by field path. An unknown header stays, to be named."""
    raw: dict[str, object] = {}
    inner: dict[str, dict[str, object]] = {}
    for header, cell in cells.items():
        outer, _, member = (column_of(header) or "").partition(".")
        if member:
            inner.setdefault(outer, {})[member] = cell
        else:
            raw[outer or header] = cell
    return raw | inner


def looks_like_header(cells: Sequence[str]) -> bool:
    """Whether a row in the middle is the header again, as where sheets were pasted together."""
    filled = [cell for cell in cells if not is_blank(cell)]
    return len(filled) >= _FEW and all(column_of(cell) for cell in filled)


def looks_like_signature_or_total(cells: Sequence[str]) -> bool:
    """Whether a row adds up, signs or explains the table (合计, 填表人, 审核) rather than reporting on a person."""
    first = next((cell for cell in cells if not is_blank(cell)), "")
    return bool(_NOT_DATA.fullmatch(squeezed(folded(first[:_LONGEST_HEADER])).translate(_BRACKETS)))
