"""Reports to recipients outside the tree (对上报送): one signed report, several layouts, files and deadlines."""

from __future__ import annotations

import hashlib
import io
from datetime import time
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from lianfang.capabilities.daily_report.intake import receive_report
from lianfang.capabilities.upward.actions import define_layout, end_recipient, hand_over_report, name_recipient
from lianfang.capabilities.upward.corrections import CORRECTED, newest_copies, old_figures
from lianfang.capabilities.upward.models import HandedCopy, Recipient
from lianfang.domain.refusals import Refused
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.alerts.models import Alert
from lianfang.kernel.alerts.reminders import escalate, remind
from lianfang.kernel.audit.dispatch import dispatch
from lianfang.kernel.audit.models import Event
from lianfang.kernel.dues.models import HANDOVER, OUTSIDE, Due
from lianfang.kernel.dues.ops import open_day
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.scope import EVERYTHING, within
from lianfang.reactions import REACTIONS
from tests import make
from tests.make import DAY, at

pytestmark = pytest.mark.django_db

RECIPIENTS = (
    ("市直部门", "city_office", time(13), "xlsx"),
    ("卫生健康局", "health_office", time(14), "pdf"),
    ("属地片区", "district", time(17), "xlsx"),
)
FIGURES = {"expected": 120, "present": 118, "absent": 2, "fever": 1, "tested": 60, "confirmed": 0, "isolated": 3}


class World:
    """A campus whose two divisions report to it, and which hands its figures to three offices outside."""

    def __init__(self) -> None:
        with clock.at(at(5)):
            self._peopled()
        with clock.at(at(6)), make.acting(self.leader):
            for name, layout, deadline, file in RECIPIENTS:
                name_recipient(self.leader, unit=self.campus, name=name, layout=layout, deadline=deadline, file=file)
        with clock.at(at(7)), within(EVERYTHING):
            open_day(DAY)

    def _peopled(self) -> None:
        self.campus = make.unit(make.root("N1", "county"), "S1", "school", name="示范学校")
        self.divisions = [make.unit(self.campus, f"D{n}", "division", name=f"第{n}部") for n in (1, 2)]
        self.officer = make.actor(self.campus, "duty_officer")
        self.leader = make.actor(self.campus, "leader")
        self.officers = [make.actor(one, "duty_officer") for one in self.divisions]

    def recipient(self, name: str) -> Recipient:
        return Recipient.objects.get(name=name)

    def signs(self, who: Actor, unit: Unit, hour: int, minute: int = 0, **figures: int) -> None:
        reason = figures.pop("reason", "")
        with clock.at(at(hour, minute)), make.acting(who):
            raw = {"key": f"{unit.code}-{hour}-{minute}-{len(figures)}", "unit": unit.code, "day": str(DAY)}
            receive_report(who, {**raw, "reason": reason, "counts": {**FIGURES, **figures}}, channel="json")

    def hands(self, name: str, hour: int, minute: int = 0) -> HandedCopy:
        with clock.at(at(hour, minute)), make.acting(self.officer):
            copy: HandedCopy = hand_over_report(self.officer, recipient=self.recipient(name), day=DAY)
        return copy

    def all_in(self) -> None:
        half = {name: value // 2 for name, value in FIGURES.items()}
        for officer, unit in zip(self.officers, self.divisions, strict=True):
            self.signs(officer, unit, 8, **{**half, "fever": 0, "isolated": 1, "present": 59, "absent": 1})
        self.signs(self.officer, self.campus, 9)

    def dues(self, line: str = OUTSIDE) -> dict[str, Due]:
        with within(EVERYTHING):
            names = {one.slot: one.name for one in Recipient.objects.all()}
            return {names[due.slot]: due for due in Due.objects.filter(kind=HANDOVER, line=line)}


def table_of(copy: HandedCopy) -> list[list[Any]]:
    rows = CalamineWorkbook.from_filelike(io.BytesIO(bytes(copy.content))).get_sheet_by_index(0).to_python()
    return [[cell for cell in row if cell != ""] for row in rows]


def marked() -> dict[str, list[dict[str, Any]]]:
    """Recipient -> the old figures its newest copy is marked with."""
    with within(EVERYTHING):
        return {copy.recipient.name: copy.outdated for copy in HandedCopy.objects.select_related("recipient")}


def settled() -> None:
    while dispatch(REACTIONS):
        pass


def test_E04_three_recipients_three_layouts_three_deadlines_one_dataset():
    w = World()
    assert {name: due.due_at for name, due in w.dues().items()} == {
        "市直部门": at(13), "卫生健康局": at(14), "属地片区": at(17),
    }  # fmt: skip
    w.all_in()
    city, health, district = (w.hands(name, 12, n) for n, (name, *_rest) in enumerate(RECIPIENTS))

    # One dataset: all three come from the same signed report, and no figure differs from it.
    assert len({copy.source_hash for copy in (city, health, district)}) == 1
    for copy in (city, health, district):
        assert all(one["figure"] == FIGURES[one["item"]] for one in copy.figures if one["unit"] == "")
    assert table_of(city)[2:4] == [
        ["报送单位", "登记总人数", "在岗在校人数", "缺勤人数", "隔离观察人数", "确诊人数", "备注"],
        ["示范学校", 120, 118, 2, 3, 0],
    ]
    assert health.sheet["heads"] == ["发热", "确诊", "已检测", "隔离或留观", "应检人数"]
    assert health.sheet["rows"] == [[1, 0, 60, 3, 120]]
    assert bytes(health.content).startswith(b"%PDF-")
    assert table_of(district)[2:6] == [
        ["单位", "应到", "实到", "未到", "发热"], ["第1部", 60, 59, 1, 0], ["第2部", 60, 59, 1, 0],
        ["示范学校", 120, 118, 2, 1],
    ]  # fmt: skip

    # Three deadlines: each due is met by its own copy.
    assert all(due.settled_at is not None and due.settled_at < due.due_at for due in w.dues().values())
    assert city.on_time and health.on_time and district.on_time


def test_E04_a_later_correction_marks_who_holds_the_old_figure_and_owes_a_corrected_copy():
    w = World()
    w.all_in()
    for name, *_rest in RECIPIENTS:
        w.hands(name, 12)
    w.signs(w.officer, w.campus, 12, 30, fever=2, reason="late call")
    with clock.at(at(12, 31)):
        settled()

    assert marked() == {
        "市直部门": [],  # its layout has no fever
        "卫生健康局": [{"unit": "", "item": "fever", "old": 1, "new": 2}],
        "属地片区": [{"unit": "", "item": "fever", "old": 1, "new": 2}],
    }
    owed = w.dues(CORRECTED)
    assert set(owed) == {"卫生健康局", "属地片区"}
    assert all(due.settled_at is None and due.due_at.date() == DAY for due in owed.values())
    with within(EVERYTHING):
        assert Event.objects.filter(kind="copy.outdated").count() == 2
        assert Alert.objects.filter(kind="copy.outdated", account_id=w.officer.account_id).count() == 2

    corrected = w.hands("卫生健康局", 12, 40)
    assert (corrected.number, corrected.revision, corrected.sheet["rows"][0][0]) == (2, 2, 2)
    assert w.dues(CORRECTED)["卫生健康局"].settled_at == at(12, 40)
    assert w.dues()["卫生健康局"].settled_at == at(12)  # that the first copy was on time stays on record
    with within(EVERYTHING):
        first = HandedCopy.objects.get(recipient=corrected.recipient, number=1)
        assert first.sheet["rows"][0][0] == 1 and first.hash == hashlib.sha256(bytes(first.content)).hexdigest()
        assert old_figures(newest_copies(w.campus, DAY)[corrected.recipient_id]) == []


def test_E04_a_lower_units_correction_is_named_with_item_old_and_new():
    w = World()
    w.all_in()
    w.hands("属地片区", 10)
    w.signs(w.officers[0], w.divisions[0], 11, expected=60, present=58, absent=2, fever=0, tested=30, isolated=1,
            confirmed=0, reason="one went home")  # fmt: skip
    with clock.at(at(11, 1)):
        settled()
    found = {(one["unit"], one["item"]): (one["old"], one["new"]) for one in marked()["属地片区"]}
    assert found == {
        ("D1", "present"): (59, 58), ("D1", "absent"): (1, 2), ("", "present"): (118, 117), ("", "absent"): (2, 3),
    }  # fmt: skip

    with pytest.raises(Refused) as refused:
        w.hands("属地片区", 11, 5)
    assert refused.value.problems[0].facts["reason"] == "sign_correction"
    w.signs(w.officer, w.campus, 11, 10, present=117, absent=3, reason="division corrected")
    assert w.hands("属地片区", 11, 20).sheet["rows"][0] == ["第1部", 60, 58, 2, 0]
    with within(EVERYTHING):
        assert old_figures(newest_copies(w.campus, DAY)[w.recipient("属地片区").pk]) == []


def test_a_figure_that_comes_right_again_is_no_longer_marked():
    w = World()
    w.all_in()
    w.hands("卫生健康局", 10)
    for minute, fever in ((0, 4), (10, 1)):
        w.signs(w.officer, w.campus, 11, minute, fever=fever, reason="again")
        with clock.at(at(11, minute, 30)):
            settled()
    with within(EVERYTHING):
        assert HandedCopy.objects.get().outdated == []
        assert HandedCopy.objects.get().outdated_at is None
    assert w.dues(CORRECTED)["卫生健康局"].excused


def test_copies_are_made_from_a_signed_report_only_and_once():
    w = World()
    with pytest.raises(Refused) as refused:
        w.hands("市直部门", 8)
    assert refused.value.problems[0].facts["reason"] == "not_signed"
    w.all_in()
    w.hands("市直部门", 12)
    with pytest.raises(Refused) as refused:
        w.hands("市直部门", 12, 1)
    assert refused.value.problems[0].facts["reason"] == "held_already"


def test_an_item_nobody_gave_is_empty_and_zero_is_zero():
    w = World()
    with clock.at(at(9)), make.acting(w.officer):
        raw = {"key": "zero-report-1", "unit": "S1", "day": str(DAY), "nothing_to_report": True}
        receive_report(w.officer, raw, channel="json")
    copy = w.hands("卫生健康局", 10)
    assert copy.sheet["rows"] == [[0, 0, None, 0, None]]


def test_each_deadline_reminds_and_escalates_by_itself():
    w = World()
    w.all_in()
    w.hands("市直部门", 12)
    with clock.at(at(13, 35)), within(EVERYTHING):
        remind()
        due = w.dues()["卫生健康局"]
        reminded = Alert.objects.filter(kind="due.reminder", facts__what=HANDOVER, account_id=w.officer.account_id)
        assert [alert.facts["due_at"] for alert in reminded] == [due.due_at.isoformat()]
    with clock.at(at(16)):
        with within(EVERYTHING):
            escalate()
        settled()
    with within(EVERYTHING):
        overdue = Event.objects.filter(kind="due.overdue", facts__what=HANDOVER)
        assert [event.facts["slot"] for event in overdue] == [due.slot]


def test_a_copy_after_the_deadline_is_late_and_still_taken():
    w = World()
    w.all_in()
    assert not w.hands("市直部门", 13, 1).on_time
    assert w.hands("卫生健康局", 14).on_time


def test_a_units_own_layout_is_data_and_is_checked_by_line():
    w = World()
    with clock.at(at(8)), make.acting(w.leader):
        for lines, places in (
            ([{"item": "nonsense", "head": "x"}], ["lines[0].item"]),
            ([{"item": "fever"}], ["lines[0].head"]),
            ([{"item": "fever", "head": "发热", "colour": "red"}], ["lines[0].colour"]),
            ([], ["lines"]),
        ):
            with pytest.raises(Refused) as refused:
                define_layout(w.leader, unit=w.campus, code="brief", title="简报", shape="down", lines=lines)
            assert [problem.field for problem in refused.value.problems] == places
        lines = [{"item": "isolated", "head": "=留观"}, {"item": "units_missing", "head": "未报单位数"}]
        define_layout(w.leader, unit=w.campus, code="brief", title="简报", shape="down", lines=lines)
        name_recipient(w.leader, unit=w.campus, name="街道办", layout="brief", deadline=time(12), file="xlsx")
    w.signs(w.officer, w.campus, 9)
    copy = w.hands("街道办", 10)
    assert copy.sheet["rows"] == [[3, 2]]
    assert ["=留观", 3] in table_of(copy)  # a word, not a formula


def test_a_recipient_no_longer_served_is_owed_nothing():
    w = World()
    with clock.at(at(8)), make.acting(w.leader):
        end_recipient(w.leader, recipient=w.recipient("市直部门"), reason="merged")
    assert w.dues()["市直部门"].excused == "merged"
    tomorrow = DAY + make.timedelta(days=1)
    with within(EVERYTHING):
        open_day(tomorrow)
        names = {one.slot: one.name for one in Recipient.objects.all()}
        owed = Due.objects.filter(kind=HANDOVER, day=tomorrow).values_list("slot", flat=True)
        assert {names[slot] for slot in owed} == {"卫生健康局", "属地片区"}


def test_recipients_and_copies_of_another_unit_are_out_of_reach():
    w = World()
    w.all_in()
    w.hands("市直部门", 12)
    with make.acting(make.actor(make.root("S9", "school"), "duty_officer")):
        assert (Recipient.objects.count(), HandedCopy.objects.count()) == (0, 0)


def test_a_machine_without_a_chinese_font_says_so(monkeypatch):
    monkeypatch.setattr("lianfang.capabilities.upward.paper.chinese_fonts", lambda: ())
    w = World()
    w.all_in()
    with pytest.raises(Refused, match=r"font\.missing"):
        w.hands("卫生健康局", 12)
    assert w.hands("市直部门", 12).number == 1
