"""Pages outside the shell: signing in, the first account, errors; and the rest of the report chain."""

from __future__ import annotations

# ruff: noqa: E501, I001 - sample tables read better unbroken
# fmt: off

from datetime import timedelta
from typing import Any

from preview_samples.common import NOW, at, say, shell
from preview_samples.lists import field
from preview_samples.reports import figure


def sign_in() -> tuple[str, dict[str, Any]]:
    demo = [{"name": "", "duty": say("值班员", "Duty officer"), "username": "duty", "password": "from the console"}]
    content = {"action": "#", "next": "/today", "username": "", "problem": "", "expired": True, "help": {"label": say("登录不上怎么办", "I cannot sign in"), "url": "#"}, "demo": demo}
    return "pages/sign_in.html", {"product": say("联防", "Lianfang"), "sign_in": content}


def sign_in_wrong() -> tuple[str, dict[str, Any]]:
    template, context = sign_in()
    problem = say("账号或密码不对。再试 4 次后需等 15 分钟", "Account or password is wrong. After 4 more tries there is a wait of 15 minutes")
    return template, {**context, "sign_in": {**context["sign_in"], "problem": problem, "expired": False, "demo": [], "username": "zhao"}}


def first_account() -> tuple[str, dict[str, Any]]:
    message = say("口令不对", "The code is wrong")
    fields = [field("code", "启动口令", "Code", errors=[message]), field("unit", "单位名称", "Name of the unit"), field("username", "账号", "Account", autocomplete="username"),
              field("password", "密码", "Password", "password", hint=say("至少 12 个字符，可用一句话", "12 characters or more; a sentence will do"), autocomplete="new-password")]
    errors = [{"href": "#f-code", "message": message}]
    return "pages/first_account.html", {"product": say("联防", "Lianfang"), "first": {"action": "#", "fields": fields, "verb": say("建立账号", "Make the account")}, "errors": errors}


def error(status: int, **more: Any) -> Any:
    """A preview of one error; what depends on the language is worked out when it is shown."""
    base = {"status": status, "safe": None, "reference": "7F2K", "retry_url": "#", "home_url": "#", "duty": "", "holders": [], "seconds": 20, **more}
    return lambda: ("pages/error.html", {"product": say("联防", "Lianfang"), "error": base})


def error_403() -> tuple[str, dict[str, Any]]:
    page: tuple[str, dict[str, Any]] = error(403, duty=say("校医", "school doctor"), holders=["周*"], reference="")()
    return page


def zero_report() -> tuple[str, dict[str, Any]]:
    sentence = say("经逐一核实，截至 2021年8月6日 16:31，云岭学院教职工、学员及外包人员共 265 人，无发热等症状，无隔离观察，无中高风险地区往来。特此零报告。",
                   "Checked one by one: at 16:31 on 6 Aug 2021, of 265 staff, trainees and contractors of Yunling Academy nobody has fever or other symptoms, nobody is in quarantine, nobody was in a risk area. This is a zero report.")
    note = say("提前 29 分钟・连续第 9 次零报告。提交后如有变化，可在 20:00 前追加更正，原报保留。",
               "29 minutes early • the 9th zero report in a row. If something changes, it can be corrected until 20:00; the original stays.")
    numbers = [figure("应报处室", "Units", 12, "", 12), figure("应打卡", "People", 265, "", 265), figure("症状", "Symptoms", 0), figure("隔离观察", "Quarantine", 0)]
    content = {"unit": say("云岭学院", "Yunling Academy"), "day": NOW.date(), "figures": numbers, "sentence": sentence, "note": note, "signer": say("赵文斌", "Zhao Wenbin"), "action": "#",
               "hidden": [{"name": "key", "value": "k"}], "back_url": "/zh/board_ready"}
    return "pages/zero_report.html", {"shell": shell(), "now": NOW, "zero": content}


def item(name: str, zh: str, en: str, known: int | None = None, value: str = "", yesterday: int | None = 0, **more: Any) -> dict[str, Any]:
    return {"name": name, "label": say(zh, en), "hint": "", "unit": say("人", ""), "known": known, "value": value, "yesterday": yesterday, "errors": [], "warning": "", "remark": None, **more}


def unit_report() -> tuple[str, dict[str, Any]]:
    message = say("隔离观察：请填数字，没有就填 0", "In quarantine: write a number; 0 if there is none")
    people = [item("expected", "应打卡", "Expected", 31, yesterday=31), item("received", "已打卡", "Checked in", 29, yesterday=31), item("fever", "发热", "Fever", 0)]
    asked = [
        item("quarantine", "隔离观察", "In quarantine", errors=[message], yesterday=None), item("absent", "因病缺勤", "Absent through illness", value="4", yesterday=0,
             warning=say("比昨天多 4 人，请说明", "4 more than yesterday: please say why"), remark={"name": "absent-remark", "value": "", "errors": []}),
        item("outside", "外地人员", "Out of town", value="0", hint=say("含出差、休假", "including travel and leave")),
    ]
    hazards = [{"name": n, "label": say(z, e), "value": v, "remark": {"name": f"{n}-remark", "value": ""}, "errors": [], "yesterday": say("平安", "all well")}
               for n, z, e, v in (("flood", "防汛", "Flood", ""), ("fire", "消防", "Fire", "normal"))]
    content = {
        "unit": say("教研室", "Teaching & Research"), "day": NOW.date(), "clock": {"label": say("距截止 16:30", "Due 16:30"), "due": at(16, 30), "near": 20, "done": ""},
        "action": "#", "hidden": [], "groups": [{"title": say("人员", "People"), "items": people}, {"title": say("请填写", "Please fill in"), "items": asked}],
        "zeros": {"text": say("发热 0，外地人员 0", "fever 0, out of town 0"), "errors": []}, "hazards": hazards, "signer": say("罗静怡", "Luo Jingyi"), "draft": True, "back_url": "#",
    }
    return "pages/unit_report.html", {"shell": shell(), "now": NOW, "entry": content, "errors": [{"href": "#f-quarantine", "message": message}]}


def line(zh: str, en: str, value: Any, yesterday: Any = 0, old: list[int] | None = None) -> dict[str, Any]:
    return {"label": say(zh, en), "unit": "", "value": value, "yesterday": yesterday, "old": old or []}


def report() -> tuple[str, dict[str, Any]]:
    receipt = {"number": "R-20210806-0101", "at": at(17, 2), "hash": "9f2c6a1be04d7713c0aa5e2f48b1d690f3e7715ac2d9104be86f2d3370a1c5de", "late_by": timedelta(minutes=2), "held": False}
    lines = [line("应打卡", "Expected", 265, 265), line("已打卡", "Checked in", 262, 265, [260]), line("发热", "Fever", 1), line("隔离观察", "In quarantine", 0), line("因病缺勤", "Absent through illness", None, 0)]
    revisions = [{"number": 2, "at": at(17, 40), "by": say("赵文斌", "Zhao Wenbin"), "why": say("教研室 17:30 补报", "Teaching & Research came in at 17:30"), "changes": [{"label": say("已打卡", "Checked in"), "old": 260, "new": 262}]},
                 {"number": 1, "at": at(17, 2), "by": say("赵文斌", "Zhao Wenbin"), "why": "", "changes": []}]
    content = {
        "title": say("疫情防控日报", "Daily report"), "unit": say("云岭学院", "Yunling Academy"), "superior": say("主管部门", "the superior office"), "number": "2021-0218", "day": NOW.date(), "revision": 2, "status": "corrected",
        "coverage": {"expected": 12, "received": 11, "on_time": 10, "late": 1, "missing": 1, "zero": 9, "returned": 0, "excused": 0}, "lines": lines,
        "hazards": [{"label": say("防汛", "Flood"), "state": say("平安", "All well"), "remark": ""}], "sentence": say("以上数字经逐一核实。", "These figures were checked one by one."),
        "gaps": [{"name": say("学员一班", "Trainee Class 1"), "note": say("韩雨桐，已催 2 次", "Han Yutong, nudged twice")}], "remarks": [{"label": say("说明", "Remark"), "text": say("总务处 1 人发热，已送诊。", "One fever in Logistics, referred.")}],
        "signer": say("赵文斌", "Zhao Wenbin"), "signed_at": at(17, 1), "receipt": receipt, "revisions": revisions, "difference": [{"label": say("已打卡", "Checked in"), "sent": 260, "now": 262, "change": 2}],
        "printed_by": say("赵文斌", "Zhao Wenbin"), "printed_at": at(17, 45), "correct_url": "#", "send_back": {"action": "#", "errors": [], "value": ""}, "void_url": "#",
    }
    return "pages/report.html", {"shell": shell("history"), "now": NOW, "report": content}


PAGES: dict[str, Any] = {
    "sign_in": sign_in, "sign_in_wrong": sign_in_wrong, "first_account": first_account, "error_404": error(404), "error_500": error(500, safe=True),
    "error_403": error_403, "error_503": error(503), "zero_report": zero_report, "unit_report": unit_report, "report": report,
}
