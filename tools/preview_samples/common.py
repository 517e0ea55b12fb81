"""What every preview shares: the clock, the shell, and a way to say a thing in both languages."""

from __future__ import annotations

# ruff: noqa: E501, I001 - sample tables read better unbroken
# fmt: off

from datetime import datetime, timedelta, timezone
from typing import Any

from django.utils.translation import get_language

ZONE = timezone(timedelta(hours=8))
NOW = datetime(2021, 8, 6, 16, 18, 22, tzinfo=ZONE)


def say(zh: str, en: str) -> str:
    """The wording of the language in force."""
    return zh if (get_language() or "").startswith("zh") else en


def at(hour: int, minute: int = 0) -> datetime:
    return NOW.replace(hour=hour, minute=minute, second=0)


def link(zh: str, en: str, icon: str, **more: Any) -> dict[str, Any]:
    return {"label": say(zh, en), "url": "#", "icon": icon, "current": False, "count": None, "urgent": False, **more}


def nav(current: str) -> list[dict[str, Any]]:
    first = [
        link("我的今日", "My day", "home", go="t"),
        link("值班台", "Duty desk", "clipboard", count=3, urgent=True, go="d"),
        link("班级打卡", "Class check-in", "users"),
        link("上报与回执", "Reports and receipts", "history"),
    ]
    watch = [
        link("双向校核", "Verification", "compare", count=38, go="v"),
        link("突发事件", "Incidents", "alert", count=1, urgent=True, go="i"),
    ]
    more = [
        link("单位与人员", "Units and people", "users"), link("名册导入", "Import", "upload"),
        link("报表与导出", "Exports", "file"), link("设置", "Settings", "settings"),
    ]
    groups = [("", first), (say("监测与处置", "Surveillance"), watch), (say("汇总", "Reporting"), more)]
    for _, links in groups:
        for one in links:
            one["current"] = one["icon"] == current
    return [{"title": title, "links": links} for title, links in groups]


def shell(current: str = "clipboard", **more: Any) -> dict[str, Any]:
    return {
        "unit": say("云岭学院防控台", "Yunling Academy"), "home_url": "#", "nav": nav(current),
        "me": {"name": say("赵文斌", "Zhao Wenbin"), "masked": "赵*斌", "duty": say("值班员", "Duty officer"), "url": "#",
               "account": "a1"},
        "sign_out_url": "#out", "search_url": "#", "alerts": {"count": 4, "url": "#"}, "as_of": NOW, "drill": None,
        "help": {"label": say("帮助：值班电话 0871-0000 0000", "Help: duty phone 0871-0000 0000"), "url": "#"},
        "letters_off": False, "rows": "", **more,
    }
