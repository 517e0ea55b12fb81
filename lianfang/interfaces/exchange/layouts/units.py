"""A list of units (单位表): one a row, in any order; a superior may stand further down or be in the tree already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import get_language

from lianfang.capabilities.units.actions import KEEPERS, found_root, open_unit
from lianfang.domain.parsing.choices import Choice, Choices, parse_choice
from lianfang.domain.parsing.dates import parse_day
from lianfang.domain.parsing.findings import Findings
from lianfang.domain.parsing.text import clean_text, is_blank
from lianfang.domain.refusals import Note, Problem, Refused
from lianfang.domain.roles import Role
from lianfang.interfaces.exchange.layouts.columns import Columns, Headers
from lianfang.interfaces.exchange.layouts.layout import Desk, RowRefused, with_header
from lianfang.interfaces.exchange.layouts.outcome import Outcome
from lianfang.interfaces.exchange.sheet import Row, Sheet
from lianfang.kernel.orgs.models import Unit

CHANNEL = "text"
HEADERS = Headers(
    {
        "code": ("代码", "Code", "单位代码", "单位编码", "编码", "班级代码", "unit code"),
        "name": ("名称", "Name", "单位名称", "单位", "班级名称", "unit name"),
        "name_en": ("英文名", "Name in English", "英文名称", "english name"),
        "kind": ("类别", "Kind", "单位类别", "单位类型", "类型", "unit kind"),
        "parent": ("上级代码", "Superior", "上级单位代码", "上级", "上级单位", "主管代码", "parent code"),
        "sector_parent": ("条线上级代码", "Sector superior", "条线上级", "条线上级单位代码", "行业主管代码"),
        "opened_on": ("开设日期", "Opened on", "设立日期", "成立日期", "启用日期"),
        "serial": ("序号", "No"),
    }
)
KINDS = Choices(
    Choice("province", "省", "Province", ("自治区", "直辖市", "省级")),
    Choice("prefecture", "州", "Prefecture", ("地区", "自治州", "盟", "地级市", "州市", "市州")),
    Choice("city", "市", "City", ("市级",)),
    Choice("county", "县", "County", ("区", "县区", "县级市", "区县", "旗", "县市区")),
    Choice("sector", "条线部门", "Sector office", ("条线", "主管部门", "教育局", "教体局", "教育厅", "委办局")),
    Choice("institute", "研究所", "Institute", ("研究院", "科研院所", "院所", "机关", "事业单位")),
    Choice("university", "大学", "University", ("高校", "学院", "高等学校", "高职")),
    Choice("school", "学校", "School", ("中学", "小学", "高中", "初中", "中小学", "中职")),
    Choice("kindergarten", "幼儿园", "Kindergarten", ("园所",)),
    Choice("division", "部门", "Division", ("处室", "院系", "科室", "处", "系", "年级组", "中心")),
    Choice("class", "班级", "Class", ("班",)),
    Choice("group", "小组", "Group", ("班组", "组", "团队")),
    Choice("site", "集中隔离点", "Observation site", ("隔离点", "观察点", "留观点", "集中留观点", "健康驿站")),
    Choice("team", "临时团队", "Temporary team", ("临时工作组", "专班", "工作专班", "临时组")),
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A unit as a row says it; superiors by code, "" for none."""

    code: str
    name: str
    kind: str
    parent: str
    name_en: str = ""
    sector_parent: str = ""
    opened_on: date | None = None


class Units:
    """Units of the tree, one a row."""

    what = "units"
    by: tuple[Role, ...] = KEEPERS

    def columns(self, sheet: Sheet) -> Columns:
        """Headers as lists of units have them."""
        return Columns(sheet, HEADERS.path_of)

    def check(self, desk: Desk, outcome: Outcome) -> None:
        """Parse every row, then look whether each hangs on the tree, and who may open it there."""
        read: dict[int, Wanted] = {}
        for row in outcome.sheet.rows:
            if not outcome.unreadable(row.number):
                self._read(desk, outcome, row, read)
        forest = _Forest(desk, read)
        for number, wanted in read.items():
            outcome.refuse(number, forest.problems(number, wanted))
        order = forest.order()
        for number in set(read) - set(order):
            outcome.refuse(
                number, [Problem("unit.circular", "sector_parent")] if number not in outcome.refused_rows else []
            )
        for number in order:
            outcome.refuse(number, forest.orphan(read[number], outcome.refused_rows))
            outcome.rows[number] = read[number]

    def _read(self, desk: Desk, outcome: Outcome, row: Row, read: dict[int, Wanted]) -> None:
        raw, found = outcome.columns.raw(row), Findings()
        wanted = _wanted(desk, raw, found)
        try:
            outcome.note(row.number, found.close())
        except Refused as refused:
            outcome.refuse(row.number, with_header(refused, HEADERS.shown(get_language() or "")))
        else:
            read[row.number] = wanted

    def write(self, desk: Desk, rows: Mapping[int, Any]) -> None:
        """Superiors first, as `check` has put them in order."""
        for number, wanted in rows.items():
            try:
                _open(desk, wanted)
            except Refused as refused:
                raise RowRefused(number, refused.problems) from refused


def _wanted(desk: Desk, raw: Mapping[str, Any], found: Findings) -> Wanted:
    def text(path: str, *, required: bool = False) -> str:
        column = {"parent": "code", "sector_parent": "code"}.get(path, path)
        longest = getattr(Unit._meta.get_field(column), "max_length", 0)
        return found.attempt(
            lambda: clean_text(raw.get(path), path, max_length=longest, notes=found.notes, required=required), ""
        )

    return Wanted(
        code=text("code", required=True),
        name=text("name", required=True),
        kind=found.attempt(lambda: parse_choice(raw.get("kind"), "kind", found.notes, KINDS, channel=CHANNEL), ""),
        parent=text("parent") or _superior(desk, raw, found),
        name_en=text("name_en"),
        sector_parent=text("sector_parent"),
        opened_on=found.attempt(lambda: _day(raw.get("opened_on"), found.notes), None),
    )


def _superior(desk: Desk, raw: Mapping[str, Any], found: Findings) -> str:
    """Without a column of superiors everything is opened under the chosen unit; a root is the installer's alone."""
    if "parent" not in raw and desk.home is not None:
        return desk.home.code
    if "parent" not in raw or not desk.by.system:
        found.problem("required", "parent")
    return ""


def _day(raw: object, notes: list[Note]) -> date | None:
    return None if is_blank(raw) else parse_day(raw, "opened_on", notes)


def _open(desk: Desk, wanted: Wanted) -> Unit:
    common = {"code": wanted.code, "name": wanted.name, "kind": wanted.kind, "name_en": wanted.name_en}
    if not wanted.parent:
        root: Unit = found_root(desk.by, **common, opened_on=wanted.opened_on or desk.today)
        return root
    codes = {wanted.parent, wanted.sector_parent}
    superiors = {unit.code: unit for unit in Unit.objects.filter(code__in=codes)}
    if lost := [p for p in ("parent", "sector_parent") if (code := getattr(wanted, p)) and code not in superiors]:
        raise Refused("scope", lost[0])
    opened: Unit = open_unit(
        desk.by, parent=superiors[wanted.parent], sector_parent=superiors.get(wanted.sector_parent),
        opened_on=wanted.opened_on, **common,
    )  # fmt: skip
    return opened


class _Forest:
    """The rows of a list and the tree they are to hang on."""

    def __init__(self, desk: Desk, read: Mapping[int, Wanted]) -> None:
        self._by, self._read = desk.by, read
        self._rows: dict[str, int] = {}
        for number, wanted in read.items():
            self._rows.setdefault(wanted.code, number)
        codes = {code for w in read.values() for code in (w.code, w.parent, w.sector_parent)} - {""}
        self._tree = {unit.code: unit for unit in Unit.objects.filter(code__in=codes)}

    def problems(self, number: int, wanted: Wanted) -> list[Problem]:
        """Twice in the list, in the tree already, under a superior that is not the sender's, or under itself."""
        first = self._rows[wanted.code]
        if first != number:
            same = self._read[first] == wanted
            return [Problem("row.duplicate" if same else "row.conflict", "code", facts={"first_row": first})]
        if wanted.code in self._tree:
            return [Problem("unit.exists", "code")]
        return [*self._above(wanted), *self._sector(wanted)]

    def _above(self, wanted: Wanted) -> list[Problem]:
        chain = {wanted.code}
        while wanted.parent and wanted.parent not in self._tree:
            if wanted.parent in chain:
                return [Problem("unit.circular", "parent")]
            if wanted.parent not in self._rows:
                return [Problem("scope", "parent")]
            chain.add(wanted.parent)
            wanted = self._read[self._rows[wanted.parent]]
        return (
            [] if not wanted.parent or self._may_open_under(self._tree[wanted.parent]) else [Problem("scope", "parent")]
        )

    def _sector(self, wanted: Wanted) -> list[Problem]:
        known = not wanted.sector_parent or wanted.sector_parent in self._tree or wanted.sector_parent in self._rows
        return [] if known else [Problem("scope", "sector_parent")]

    def _may_open_under(self, unit: Unit) -> bool:
        return self._by.holds(KEEPERS, unit)

    def orphan(self, wanted: Wanted, refused: set[int]) -> list[Problem]:
        """A unit whose superior in the list is refused cannot be opened either."""
        above = {"parent": wanted.parent, "sector_parent": wanted.sector_parent}
        lost = [path for path, code in above.items() if code not in self._tree and self._rows.get(code) in refused]
        return [Problem("scope", path) for path in lost]

    def order(self) -> list[int]:
        """The rows, superiors on either line before those under them; rows in a circle are left out."""
        done: set[str] = set()
        placed: list[int] = []
        waiting = dict(self._rows)
        while ready := [code for code in waiting if self._is_ready(self._read[waiting[code]], done)]:
            placed += [waiting.pop(code) for code in ready]
            done |= set(ready)
        return placed

    def _is_ready(self, wanted: Wanted, done: set[str]) -> bool:
        above = {wanted.parent, wanted.sector_parent} - {""}
        return all(code in done or code in self._tree for code in above)
