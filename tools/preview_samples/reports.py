"""The report chain: duty board, zero report, entry of counts, the signed report, receipts."""

from __future__ import annotations

# ruff: noqa: E501, I001 - sample tables read better unbroken
# fmt: off

from typing import Any

from preview_samples.common import NOW, at, say, shell

Z, R, L, B, M = "zero", "report", "late", "returned", "missing"


def row(code: str, name: str, head: str, status: str, got: int, of: int, sent: Any, strip: list[str], abnormal: int = 0) -> dict[str, Any]:
    return {
        "code": code, "name": name, "url": "#", "head": head, "status": status, "word": None, "received": got, "expected": of,
        "abnormal": abnormal, "sent_at": sent, "strip": strip, "nudge": status == "missing", "nudged": 0,
        "open": "look" if status == "returned" else "view",
    }


def rows() -> list[dict[str, Any]]:
    return [
        row("D01", say("办公室", "General Office"), say("周丽华", "Zhou Lihua"), "zero", 24, 24, at(15, 42), [Z, Z, Z, Z, R, Z, Z]),
        row("D02", say("教务处", "Academic Affairs"), say("陈国平", "Chen Guoping"), "zero", 18, 18, at(15, 58), [Z] * 7),
        row("D03", say("教研室", "Teaching & Research"), say("罗静怡", "Luo Jingyi"), "missing", 29, 31, None, [Z, L, Z, Z, Z, Z, M]),
        row("D04", say("科研处", "Research Office"), say("何思远", "He Siyuan"), "zero", 6, 6, at(14, 20), [Z] * 7),
        row("D05", say("总务处", "Logistics"), say("马建国", "Ma Jianguo"), "reported", 27, 27, at(16, 5), [Z, Z, R, R, R, Z, R], 1),
        row("D06", say("人事处", "Personnel"), say("徐慧敏", "Xu Huimin"), "zero", 11, 11, at(16, 1), [Z] * 7),
        row("D07", say("学生处", "Student Affairs"), say("宋宏伟", "Song Hongwei"), "zero", 7, 7, at(15, 30), [Z] * 7),
        row("D08", say("学员一班", "Trainee Class 1"), say("韩雨桐", "Han Yutong"), "missing", 40, 42, None, [Z, Z, Z, L, Z, Z, M]),
        row("D09", say("学员二班", "Trainee Class 2"), say("梁俊杰", "Liang Junjie"), "unsynced", 39, 39, at(16, 11), [Z, Z, Z, Z, Z, Z, M]),
        row("D10", say("图书馆", "Library"), say("董秋菊", "Dong Qiuju"), "zero", 9, 9, at(15, 12), [Z] * 7),
        row("D11", say("物业项目部", "Property Services"), say("谢卫东", "Xie Weidong"), "returned", 35, 36, at(15, 50), [Z, L, R, Z, Z, L, B]),
        row("D12", say("食堂", "Canteen"), say("彭春兰", "Peng Chunlan"), "zero", 15, 15, at(15, 5), [Z] * 7),
    ]


def rail() -> dict[str, Any]:
    stops = [
        (7, 0, say("开始打卡", "Opens"), say("推送 265 人", "265 notified")),
        (10, 0, say("个人打卡截止", "Check-in due"), say("260 / 265 人", "260 / 265 people")),
        (15, 0, say("自动提醒处室", "Auto reminder"), say("已发 5 个", "sent to 5 units")),
        (16, 30, say("处室截止", "Units due"), say("8 / 12 处室", "8 / 12 units")),
        (17, 0, say("上报主管部门", "Send up"), say("未报送", "not sent")),
    ]
    return {"near": 20, "stops": [{"at": at(h, m), "name": n, "count": c, "past": at(h, m) <= NOW} for h, m, n, c in stops]}


def clocks() -> list[dict[str, Any]]:
    return [
        {"label": say("距处室截止 16:30", "Units due 16:30"), "due": at(16, 30), "near": 20, "done": ""},
        {"label": say("距上报 17:00", "Send up 17:00"), "due": at(17), "near": 20, "done": ""},
    ]


def figure(zh: str, en: str, value: Any, note: str = "", of: int | None = None, tone: str = "") -> dict[str, Any]:
    return {"label": say(zh, en), "value": value, "note": note, "of": of, "tone": tone}


def figures() -> list[dict[str, Any]]:
    return [
        figure("应打卡", "Expected", 265, say("人", "")), figure("已打卡", "Checked in", 260, "98.1%"),
        figure("未打卡", "Missing", 5, say("其中已说明 1", "1 explained")), figure("症状异常", "Symptomatic", 1, say("总务处", "Logistics")),
        figure("隔离观察", "In quarantine", 0, say("连续 9 天为零", "9 days at zero")), figure("处室已报", "Units in", 8, "", 12),
    ]


def missing() -> dict[str, Any]:
    people = [
        ("王雨桐", "学员一班", "Trainee Class 1", "135****3077", say("已催 1 次・15:30", "Nudged once • 15:30"), "warn", say("无应答", "No answer")),
        ("孙泽宇", "学员一班", "Trainee Class 1", "173****6197", say("未催", "Not nudged"), "", ""),
        ("林海燕", "教研室", "Teaching & Research", "130****6939", say("已催 3 次・15:48", "Nudged ×3 • 15:48"), "bad", say("连续 3 天未打卡", "Missing 3 days running")),
        ("郭永康", "教研室", "Teaching & Research", "138****9401", say("已说明", "Explained"), "info", say("出差・航班中", "On a flight")),
        ("谭凤英", "物业项目部", "Property Services", "172****8280", say("待本人更正", "Waiting for her fix"), "warn", say("体温填为 63.5", "Temp entered as 63.5")),
    ]
    shown = [
        {"name": n, "unit": say(z, e), "phone": p, "call_url": "#", "note": t, "state": s, "word": w} for n, z, e, p, t, s, w in people
    ]
    return {"title": say("未打卡 5 人", "Missing 5 people"), "remind_n": 3, "remind_url": "#", "people": shown, "more": 0, "more_url": ""}


def up(needed: int) -> dict[str, Any]:
    blockers = [
        ("todo", say("还有 3 个处室未报、1 个退回", "3 units missing, 1 sent back")),
        ("todo", say("5 人未打卡，1 人已说明", "5 people missing, 1 explained")),
        ("warn", say("总务处 1 人发热，已处置待复核", "1 fever in Logistics, under review")),
        ("ok", say("隔离、外出数据已核对", "Quarantine and travel checked")),
    ]
    note = say("今日有症状人员，不能零报告。复核排除后可零报告，否则提交日报。",
               "Someone has symptoms today. Clear the review to send a zero report, or send a daily report.")
    return {
        "status": "missing", "superior": say("主管部门", "superior"), "blockers": [{"kind": k, "text": t, "url": ""} for k, t in blockers],
        "note": note, "needed": needed, "zero_url": "/zh/zero_report", "daily_url": "#", "print_url": "#", "receipt_url": "",
    }


def tab(zh: str, en: str, count: int | None = None, current: bool = False) -> dict[str, Any]:
    return {"label": say(zh, en), "url": "#", "count": count, "current": current}


def board() -> tuple[str, dict[str, Any]]:
    content = {
        "unit": say("云岭学院", "Yunling Academy"), "code": "S1", "day": NOW.date(), "response": say("应急响应 III 级", "Response level III"),
        "periods": [tab("今日", "Today", None, True), tab("昨日", "Yesterday"), tab("历史", "History")], "crumbs": [],
        "rail": rail(), "clocks": clocks(), "figures": figures(), "child_word": say("处室上报", "Units"), "of_units": False,
        "tabs": [tab("全部", "All", 12, True), tab("待处理", "To do", 4), tab("已报", "In", 8)], "sort_url": "#", "nudge_url": "#", "nudge_all": 3,
        "rows": rows(), "totals": None, "empty": None, "missing": missing(), "up": up(3),
    }
    keys = [{"key": "C", "does": say("催报", "nudge")}, {"key": "Z", "does": say("零报告", "zero report")}]
    return "pages/board.html", {"shell": shell(), "now": NOW, "live": {"url": "", "every": 30}, "board": content, "keys": keys, "notices": []}


def board_province() -> tuple[str, dict[str, Any]]:
    template, context = board()
    names = [("甘孜州", "Ganzi", 183, 180, 168, 12, 3, 150, 1), ("凉山州", "Liangshan", 412, 409, 409, 0, 3, 388, 0),
             ("成都市", "Chengdu", 12_406, 12_406, 12_391, 15, 0, 11_987, 4), ("绵阳市", "Mianyang", 1_204, 1_204, 1_204, 0, 0, 1_190, 0),
             ("阿坝州", "Aba", 205, 205, 203, 2, 0, None, 0)]
    made = []
    for i, (zh, en, of, got, on_time, late, gone, zero, back) in enumerate(names):
        one = row(f"P{i}", say(zh, en), "", "overdue" if gone else "reported", got, of, None, [R, R, R, R, R, L if late else R, M if gone else R])
        word = say("逾期 46 分", "46 min overdue") if gone else None
        made.append({**one, "on_time": on_time, "late": late, "missing": gone, "zero": zero, "returned": back, "nudge": gone > 0, "word": word})
    totals = {"name": say("全省", "Province"), "expected": 14_410, "received": 14_404, "on_time": 14_375, "late": 29, "missing": 6,
              "zero": {"n": 13_715, "at_least": True}, "returned": 5}
    board_ = {**context["board"], "unit": say("示例省教育厅", "Sample Province"), "child_word": say("市州上报", "Prefectures"), "of_units": True,
              "rows": made, "totals": totals, "missing": None, "up": None, "crumbs": [], "rail": None,
              "clocks": clocks()[1:]}
    return template, {**context, "board": board_}


def board_ready() -> tuple[str, dict[str, Any]]:
    template, context = board()
    blockers = [say("12 个处室均已上报", "All 12 units are in"), say("265 人全部打卡，症状 0", "265 of 265 checked in, 0 with symptoms")]
    ready = {**up(0), "blockers": [{"kind": "ok", "text": t, "url": ""} for t in blockers], "note": ""}
    done = [{**row_, "status": "zero", "nudge": False, "strip": [Z] * 7, "received": row_["expected"], "sent_at": at(16, 2), "abnormal": 0} for row_ in rows()]
    clock = [{**clocks()[0], "done": say("全部按时", "All on time")}, clocks()[1]]
    notice = [{"state": "ok", "text": say("已催 3 个处室", "Nudged 3 units"), "undo": {"url": "#", "label": say("撤销", "Undo")}}]
    drill = {"label": say("演练 甲：", "Drill A:"), "now": NOW}
    return template, {**context, "shell": shell(drill=drill), "notices": notice, "board": {**context["board"], "up": ready, "missing": None, "rows": done, "clocks": clock}}


PAGES: dict[str, Any] = {"board": board, "board_province": board_province, "board_ready": board_ready}
