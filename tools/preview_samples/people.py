"""One person's pages: my day, the class head's list, the check-in on a phone."""

from __future__ import annotations

# ruff: noqa: E501, I001 - sample tables read better unbroken
# fmt: off

from decimal import Decimal
from typing import Any

from preview_samples.common import NOW, at, say, shell
from preview_samples.reports import figure

MORNING = at(8, 17).replace(second=40)


def due(zh: str, en: str, hour: int, minute: int, status: str, verb: str, note: str = "", primary: bool = False) -> dict[str, Any]:
    return {
        "title": say(zh, en), "unit": say("云岭学院", "Yunling Academy"), "due": at(hour, minute), "near": 20,
        "status": status, "word": None, "url": "#", "verb": verb, "note": note, "primary": primary,
    }


def today() -> tuple[str, dict[str, Any]]:
    dues = [
        due("本人健康打卡", "My health check-in", 10, 0, "overdue", say("去打卡", "Check in"), say("迟报也请补上", "Late is better than missing")),
        due("汇总上报零报告", "Zero report to superior", 17, 0, "missing", say("去上报", "Go to the board"), say("还差 3 项", "3 still missing"), True),
        due("平安日报：防汛", "All-well line: flood", 17, 0, "draft", say("继续填", "Continue")),
    ]
    done = [{"title": say("交接班", "Hand-over"), "unit": "", "at": at(8, 2), "url": "#", "status": "done", "word": None}]
    nudges = [{"at": at(16, 5), "by": say("主管部门", "Superior"), "text": say("请在 17:00 前上报", "Please report before 17:00"), "url": "#"}]
    content = {"day": NOW.date(), "unit": say("云岭学院", "Yunling Academy"), "dues": dues, "done": done, "nudges": nudges, "empty": None}
    return "pages/today.html", {"shell": shell("home"), "now": NOW, "today": content}


def today_done() -> tuple[str, dict[str, Any]]:
    template, context = today()
    empty = {"kind": "good", "title": say("今天没有要办的事了", "Nothing is due any more today"), "detail": say("下一项：明天 07:00 健康打卡", "Next: check-in tomorrow from 07:00"), "actions": []}
    return template, {**context, "today": {**context["today"], "dues": [], "nudges": [], "empty": empty, "done": context["today"]["done"]}}


CLASS = [("01", "李明轩", "well"), ("02", "何雪", "well"), ("03", "陈思雪", "unwell"), ("04", "王晓晴", "not_in"), ("05", "欧阳安然", "reached"),
         ("06", "买买提·吐尔逊", "well"), ("07", "孙泽宇", "not_in"), ("08", "林海燕", "on_leave")]


def chase() -> dict[str, Any]:
    people = [
        {"code": "04", "name": "王晓晴", "phone": "135****3077", "call_url": "#", "note": say("已提醒 1 次・15:30", "Reminded once • 15:30"), "state": "warn",
         "word": say("无应答", "No answer"), "reached_url": "#"},
        {"code": "07", "name": "孙泽宇", "phone": "173****6197", "call_url": "#", "note": say("未提醒", "Not reminded"), "state": "", "word": "", "reached_url": "#"},
    ]
    return {"title": say("还差 2 人", "2 still missing"), "remind_n": 2, "remind_url": "#", "people": people, "empty": None}


def roll_call() -> dict[str, Any]:
    people = [
        {"code": c, "name": n, "status": s, "word": None, "at": None if s == "not_in" else at(8, 10 + int(c)),
         "mode": "" if s == "not_in" else say("电话", "by phone") if s == "reached" else say("本人", "self"),
         "temperature": Decimal("37.90") if s == "unwell" else None, "exception": s if s in ("unwell", "on_leave") else "", "reading": "", "note": "",
         "errors": [say("体温应在 34.0 到 43.0 之间", "Temperature must be between 34.0 and 43.0")] if c == "03" else []}
        for c, n, s in CLASS
    ]
    return {"action": "#", "key": "k", "hidden": [], "rest": 6, "done_url": "#", "people": people, "symptoms": []}


def class_list() -> tuple[str, dict[str, Any]]:
    clock = {"label": say("距班级截止 16:30", "Class due 16:30"), "due": at(16, 30), "near": 20, "done": ""}
    numbers = [
        figure("应到", "Expected", 48), figure("已答", "Answered", 45), figure("未打卡", "Missing", 2, tone="warn"),
        figure("不舒服", "Unwell", 1, "37.9 ℃", tone="bad"), figure("请假", "On leave", 1),
    ]
    content = {"name": say("信息工程学院 2018级3班", "Information Eng. 2018-3"), "day": NOW.date(), "clocks": [clock], "figures": numbers, "chase": chase(),
               "roll_call": roll_call(), "closed": None}
    return "pages/class_list.html", {"shell": shell("users"), "now": NOW, "live": {"url": "", "every": 30}, "class": content}


def class_closed() -> tuple[str, dict[str, Any]]:
    template, context = class_list()
    receipt = {"number": "R-20210806-0312", "at": at(16, 22), "hash": "9f2c6a…", "late_by": None, "held": False}
    empty = {"kind": "good", "title": say("全部 48 人已打卡", "All 48 have checked in"), "detail": say("最后一人 16:20 完成，比昨天早 13 分钟", "The last at 16:20, 13 minutes earlier than yesterday"), "actions": []}
    closed = {"text": say("本班已确认：48 / 48", "Class confirmed: 48 of 48"), "receipt": receipt}
    chased = {**chase(), "people": [], "remind_n": 0, "title": say("未打卡 0 人", "Nobody is missing"), "empty": empty}
    return template, {**context, "class": {**context["class"], "closed": closed, "roll_call": None, "chase": chased}}


def ward(number: str, name: str, **more: Any) -> dict[str, Any]:
    return {"id": number, "name": name, "place": say("信息工程学院 2018级3班", "Information Eng. 2018-3"), "key": "", "status": None, "state": "", "symptoms": [],
            "temperature": "", "errors": [], **more}


def helping() -> dict[str, Any]:
    steps = [say("戴口罩，留在原地，与他人保持 1 米", "Put on a mask, stay where you are, keep 1 metre away"),
             say("提交后校医 10 分钟内联系你", "After you submit, the school doctor calls within 10 minutes")]
    return {"title": say("请先不要进校", "Please do not enter the school yet"), "steps": steps, "phone": "0871-0000 0001", "phone_url": "tel:087100000001"}


def links() -> list[dict[str, str]]:
    return [
        {"label": say("替家人填", "For family"), "url": "#", "icon": "users"}, {"label": say("我不在校", "I am away"), "url": "#", "icon": "pin"},
        {"label": say("我的记录", "My records"), "url": "#", "icon": "history"},
    ]


def checking(wards: list[dict[str, Any]]) -> dict[str, Any]:
    means = [say("没有发热、咳嗽、咽痛、乏力、腹泻", "no fever, cough, sore throat, fatigue or diarrhoea"), say("14 天内没去过中高风险地区", "no stay in a risk area in the last 14 days"),
             say("没有接触确诊者或隔离人员", "no contact with a case or a quarantined person")]
    names = [("fever", "发热", "Fever"), ("cough", "咳嗽", "Cough"), ("throat", "咽痛", "Sore throat"), ("fatigue", "乏力", "Fatigue"), ("diarrhoea", "腹泻", "Diarrhoea"),
             ("breath", "气促", "Short of breath"), ("smell", "嗅味觉", "Smell or taste"), ("other", "其他", "Other")]
    return {
        "day": NOW.date(), "slot": "am", "slot_word": "", "due": at(10), "near": 20, "action": "#", "done_url": "#", "key": "",
        "wards": wards, "means": means, "symptoms": [{"code": c, "label": say(z, e)} for c, z, e in names],
        "limits": {"min": "34.0", "max": "43.0", "low": "35.0", "high": "42.0"}, "help": helping(),
        "audience": say("仅班主任与校医可见", "seen only by class head and clinic"), "links": links(),
    }


def phone(check: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"shell": shell(help=None), "now": MORNING, "check": check, **more}


def check_in() -> tuple[str, dict[str, Any]]:
    return "pages/check_in.html", phone(checking([ward("1", say("王晓晴", "Wang Xiaoqing"))]))


def check_in_well() -> tuple[str, dict[str, Any]]:
    return "pages/check_in.html", phone(checking([ward("1", say("王晓晴", "Wang Xiaoqing"), state="well")]))


def check_in_ill() -> tuple[str, dict[str, Any]]:
    one = ward("1", say("王晓晴", "Wang Xiaoqing"), state="unwell", symptoms=["fever", "cough"], temperature="37.6")
    return "pages/check_in.html", phone(checking([one]))


def check_in_family() -> tuple[str, dict[str, Any]]:
    wards = [ward("1", "王晓晴", status="well", state="well"), ward("2", "王晓雨", errors=[say("请选一项", "Choose one")]), ward("3", "王晓阳")]
    error = {"href": "#f-state-2", "message": say("王晓雨：请选一项", "王晓雨: choose one")}
    return "pages/check_in.html", phone(checking(wards), errors=[error])


def check_in_shell() -> tuple[str, dict[str, Any]]:
    check = {**checking([ward("self", "", place="")]), "links": []}
    return "pages/check_in.html", {"shell": {**shell(help=None), "me": None}, "now": MORNING, "check": check, "offline_shell": True}


def check_in_done() -> tuple[str, dict[str, Any]]:
    receipt = {"number": "R-20210806-0417", "at": MORNING, "hash": "4bf1…a07e", "late_by": None, "held": False}
    answers = [
        {"name": say("王晓晴", "Wang Xiaoqing"), "place": say("信息工程学院 2018级3班", "Information Eng. 2018-3"), "status": "unwell", "word": None, "temperature": Decimal("37.60"), "receipt": receipt,
         "strip": ["zero", "zero", "zero", "late", "zero", "zero", "report"], "correct_url": "#"},
    ]
    return "pages/check_in_done.html", {"shell": shell(help=None), "now": NOW, "done": {"day": NOW.date(), "answers": answers, "help": helping(), "links": links()}}


PAGES: dict[str, Any] = {
    "today": today, "today_done": today_done, "class_list": class_list, "class_closed": class_closed, "check_in": check_in, "check_in_well": check_in_well,
    "check_in_ill": check_in_ill, "check_in_family": check_in_family, "check_in_shell": check_in_shell, "check_in_done": check_in_done,
}
