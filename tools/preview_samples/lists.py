"""Generic pages: register, form, detail, import, receipts."""

from __future__ import annotations

# ruff: noqa: E501, I001 - sample tables read better unbroken
# fmt: off

from datetime import date
from decimal import Decimal
from typing import Any

from preview_samples.common import NOW, at, say, shell
from preview_samples.reports import tab


def field(name: str, zh: str, en: str, kind: str = "text", value: Any = "", **more: Any) -> dict[str, Any]:
    return {"name": name, "label": say(zh, en), "hint": "", "kind": kind, "value": value, "errors": [], "required": True, "unit": "", "choices": [],
            "autocomplete": "", "short": False, "accept": "", **more}


def choice(value: str, zh: str, en: str, chosen: bool = False) -> dict[str, Any]:
    return {"value": value, "label": say(zh, en), "chosen": chosen}


def column(zh: str, en: str, priority: int = 1, numeric: bool = False, **more: Any) -> dict[str, Any]:
    return {"label": say(zh, en), "priority": priority, "numeric": numeric, "sort_url": "#", "sorted": "", **more}


def cell(kind: str, value: Any, **more: Any) -> dict[str, Any]:
    return {"kind": kind, "value": value, "url": "", "word": None, "state": "", "of": None, "label": "", **more}


def table(selectable: bool = True) -> dict[str, Any]:
    columns = [column("状态", "Status"), column("姓名", "Name", sorted="ascending"), column("班级", "Class", 2), column("体温", "Temperature", 1, True),
               column("打卡时间", "Answered", 1), column("累计缺答", "Days missed", 3, True)]
    people = [("1", "unwell", "陈*雪", "2018级3班", "37.60", at(8, 13), 0), ("2", "not_in", "王*晴", "2018级3班", None, None, 3),
              ("3", "well", "李*轩", "2018级4班", "36.40", at(7, 41), 0), ("4", "reached", "欧**然", "2018级4班", None, at(16, 12), {"n": 2, "at_least": True}),
              ("5", "on_leave", "何*", "2019级1班", None, at(7, 5), {"below": 5})]
    rows = [
        {"key": key, "state": status, "url": "#", "heading": 1, "action": {"label": say("查看", "Open"), "url": "#", "key": "", "method": "get", "icon": ""},
         "cells": [cell("status", status), cell("name", name, url="#"), cell("text", group), cell("temperature", t and Decimal(t)), cell("moment", moment), cell("number", n)]}
        for key, status, name, group, t, moment, n in people
    ]
    return {"caption": say("人员", "People"), "selectable": selectable, "columns": columns, "rows": rows, "totals": None}


def register() -> tuple[str, dict[str, Any]]:
    filters = [field("q", "姓名或学号", "Name or number", "search"), field("day", "日期", "Day", "date", "2021-08-06"),
               field("unit", "班级", "Class", "select", choices=[choice("1", "2018级3班", "2018-3", True), choice("2", "2018级4班", "2018-4")])]
    content = {
        "title": say("打卡记录", "Check-ins"), "sub": say("云岭学院・8月6日 星期五", "Yunling Academy • Fri 6 Aug"), "filters": filters, "filter_url": "#",
        "filter_words": say("班级：2018级3班", "Class: 2018-3"), "clear_url": "#",
        "tabs": [tab("全部", "All", 412, True), tab("未打卡", "Missing", 5), tab("异常", "Abnormal", 1), tab("已答", "Answered", 406)],
        "table": table(), "pager": {"first": 1, "last": 50, "total": 12412, "previous_url": "", "next_url": "#"}, "empty": None,
        "exports": [{"label": "XLSX", "url": "#"}, {"label": "CSV", "url": "#"}], "add": {"label": say("补记", "Add"), "url": "#"}, "import_url": "#",
        "batch": {"action": "#", "verbs": [{"value": "remind", "label": say("提醒", "Remind")}, {"value": "excuse", "label": say("说明", "Excuse")}], "total": 412},
        "note": say("姓名按最小必要脱敏；班主任可见本班全名。", "Names are masked here; a class head sees the full names of the class."),
    }
    return "pages/register.html", {"shell": shell("users"), "now": NOW, "register": content, "keys": [{"key": "X", "does": say("选择", "select")}]}


def register_empty() -> tuple[str, dict[str, Any]]:
    template, context = register()
    empty = {"kind": "new", "title": say("还没有名册", "No roster yet"), "detail": say("可粘贴 Excel 两列（学号、姓名），或上传文件", "Paste two Excel columns (number, name) or upload a file"),
             "actions": [{"label": say("粘贴名册", "Paste a roster"), "url": "#", "primary": True}, {"label": say("下载模板", "Get the template"), "url": "#", "primary": False}]}
    content = {**context["register"], "table": {**table(), "rows": []}, "empty": empty, "pager": None, "batch": None, "tabs": [], "filter_words": "", "filters": [], "note": ""}
    return template, {**context, "register": content}


def form() -> tuple[str, dict[str, Any]]:
    message = say("体温应在 34.0 到 43.0 之间", "Temperature must be between 34.0 and 43.0")
    fields = [
        field("temperature", "体温", "Temperature", "decimal", "63.5", unit="℃", errors=[message], hint=say("腋下，一位小数", "Armpit, one decimal")),
        field("day", "日期", "Day", "date", "2021-08-06"),
        field("site", "测量部位", "Site", "select", choices=[choice("armpit", "腋下", "Armpit", True), choice("forehead", "额头", "Forehead")]),
        field("state", "情况", "State", "radio", choices=[choice("well", "都好", "Well"), choice("unwell", "不舒服", "Not well"), choice("absent", "缺勤", "Absent")]),
        field("why", "更正原因", "Why it is corrected", "textarea", "", hint=say("原值保留可查", "The old value stays on record")),
        field("file", "附件", "Attachment", "file", "", required=False, accept=".pdf,.jpg"),
        field("tell", "通知本人", "Tell the person", "checkbox", "", required=False),
    ]
    content = {
        "title": say("更正打卡", "Correct a check-in"), "sub": say("王*晴・8月6日", "王*晴 • 6 Aug"), "intro": say("更正会生成新的一版，原记录划线保留。", "A correction makes a new revision; the old one stays, struck through."),
        "facts": [{"label": say("原体温", "Temperature was"), "value": "63.5 ℃"}, {"label": say("填报时间", "Answered"), "value": "08:17"}], "fields": fields, "action": "#",
        "verb": say("保存更正", "Save the correction"), "files": True, "sentence": say("本人确认上述更正属实。", "I confirm that this correction is true."),
        "tick": say("我已核对", "I have checked it"), "danger": False, "back_url": "#",
    }
    return "pages/form.html", {"shell": shell("users"), "now": NOW, "form": content, "errors": [{"href": "#f-temperature", "message": message}]}


def detail() -> tuple[str, dict[str, Any]]:
    facts = [(say("证件号", "ID number"), "5***************7", True), (say("手机", "Mobile"), "138****6620", True), (say("班级", "Class"), "2018级3班", False),
             (say("最近体温", "Last reading"), "37.6 ℃", False), (say("监护人", "Guardian"), None, False), (say("管理状态", "Status"), say("居家健康监测", "Home monitoring"), False)]
    events = [
        {"at": at(9, 14), "who": say("校医 周", "School doctor Zhou"), "text": say("更正体温", "Corrected the temperature"), "why": say("小数点输错", "decimal point slipped"),
         "changes": [{"label": say("体温", "Temperature"), "old": "63.5", "new": "37.6"}]},
        {"at": at(8, 17), "who": say("本人", "self"), "text": say("打卡：不舒服", "Checked in: not well"), "why": "", "changes": []},
    ]
    actions = [{"label": say("联系校医", "Call the doctor"), "url": "#", "primary": True, "danger": False, "key": "C", "icon": "phone", "dialog": False},
               {"label": say("更正", "Correct"), "url": "/zh/form", "primary": False, "danger": False, "key": "", "icon": "edit", "dialog": True},
               {"label": say("作废此报", "Void this report"), "url": "#", "primary": False, "danger": True, "key": "", "icon": "", "dialog": False}]
    content = {
        "title": "陈*雪", "sub": say("信息工程学院 2018级3班", "Information Eng. 2018-3"), "chips": [{"state": "bad", "word": say("发热", "Fever")}],
        "facts": [{"label": a, "value": b, "masked": c, "reveal_url": "/zh/form" if c else ""} for a, b, c in facts], "sections": [{"title": say("近日打卡", "Recent check-ins"), "table": table(False)}],
        "timeline": events, "actions": actions, "people": [], "back": {"label": say("打卡记录", "Check-ins"), "url": "#"},
    }
    return "pages/detail.html", {"shell": shell("users"), "now": NOW, "detail": content}


def upload(step: str, **more: Any) -> tuple[str, dict[str, Any]]:
    base = {"title": say("导入名册", "Import a roster"), "sub": say("云岭学院", "Yunling Academy"), "step": step, "choose": None, "numbers": None, "columns": [], "problems": [],
            "more_problems": 0, "problems_url": "#", "sample": None, "confirm": None, "done": None, "back_url": "#"}
    return "pages/import.html", {"shell": shell("upload"), "now": NOW, "upload": {**base, **more}}


def import_choose() -> tuple[str, dict[str, Any]]:
    columns = [(say("学号", "Number"), True, "20180301"), (say("姓名", "Name"), True, "张伟"), (say("班级代码", "Class code"), False, "S1-K1"), (say("手机", "Mobile"), False, "13800138000")]
    choose = {"action": "#", "accept": ".xlsx,.xls,.ods,.csv", "columns": [{"label": a, "needed": b, "example": c} for a, b, c in columns], "template_url": "#", "file_errors": [],
              "text": "学号\t姓名\n20180301\t张伟\n20180302\t欧阳安然"}
    return upload("choose", choose=choose)


def import_preview() -> tuple[str, dict[str, Any]]:
    problems = [
        {"row": 14, "column": say("体温", "Temperature"), "given": "365", "message": say("体温应在 34.0 到 43.0 之间", "Temperature must be between 34.0 and 43.0"), "suggest": "36.5"},
        {"row": 22, "column": say("证件号", "ID number"), "given": "5***************1", "message": say("校验位不对", "The check digit is wrong"), "suggest": ""},
    ]
    columns = [{"given": "学号", "read_as": say("学号", "Number")}, {"given": "姓名", "read_as": say("姓名", "Name")}, {"given": "备注2", "read_as": ""}]
    confirm = {"action": "#", "verb": say("写入 396 行", "Write 396 rows"), "sentence": say("写入 396 行，拒收 2 行，待定 1 行，空白 13 行。", "396 rows are written, 2 refused, 1 held, 13 are blank."), "hidden": [], "partial": True}
    numbers = {"read": 412, "written": 396, "refused": 2, "held": 1, "blank": 13}
    return upload("preview", numbers=numbers, problems=problems, more_problems=0, columns=columns, sample=table(False), confirm=confirm)


def import_done() -> tuple[str, dict[str, Any]]:
    receipt = {"number": "I-20210806-0007", "at": at(16, 2), "hash": "0c77e1b2a9", "late_by": None, "held": False}
    done = {"receipt": receipt, "next": [{"label": say("看名册", "See the roster"), "url": "#", "primary": True}]}
    return upload("done", numbers={"read": 412, "written": 396, "refused": 2, "held": 1, "blank": 13}, done=done)


def receipts() -> tuple[str, dict[str, Any]]:
    rows = [
        ("1", "2021-08-06", "missing", None, "", "", 1, ""), ("2", "2021-08-05", "zero", at(16, 52), "R-20210805-0101", "9f2c6a1be04d77", 1, say("赵文斌", "Zhao Wenbin")),
        ("3", "2021-08-04", "corrected", at(18, 5), "R-20210804-0188", "77aa0192cdef10", 2, say("赵文斌", "Zhao Wenbin")), ("4", "2021-08-03", "late", at(17, 12), "R-20210803-0150", "11bc", 1, say("胡敏", "Hu Min")),
    ]
    kind = say("零报告", "Zero report")
    made = [{"key": k, "day": date.fromisoformat(d), "url": "#", "kind": kind, "status": s, "word": None, "sent_at": t, "received_at": t, "number": n, "hash": h, "revision": r, "signer": w}
            for k, d, s, t, n, h, r, w in rows]
    content = {"unit": say("云岭学院", "Yunling Academy"), "superior": say("主管部门", "superior"), "tabs": [tab("全部", "All", 4, True), tab("迟报", "Late", 1)], "rows": made,
               "pager": {"first": 1, "last": 4, "total": None, "previous_url": "", "next_url": "#"}, "empty": None}
    return "pages/receipts.html", {"shell": shell("history"), "now": NOW, "receipts": content}


PAGES: dict[str, Any] = {
    "register": register, "register_empty": register_empty, "form": form, "detail": detail, "import_choose": import_choose,
    "import_preview": import_preview, "import_done": import_done, "receipts": receipts,
}
