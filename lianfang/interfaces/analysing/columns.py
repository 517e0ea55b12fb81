"""What columns of a file are called and hold (列名): a method's own names, their Chinese words, their meaning."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

CHINESE: Final[Mapping[str, tuple[str, ...]]] = {
    "cases": ("例数", "病例数", "新增病例数", "新增病例", "发病数", "发病人数"), "local": ("本地病例", "本地"),
    "imported": ("输入病例", "输入"), "date": ("日期",), "day": ("日期",), "onset": ("发病日期", "发病日", "起病日期"),
    "report": ("报告日期", "报告日"), "series": ("序列",), "unit": ("单位",), "case": ("病例编号", "病例", "编号"),
    "infector": ("传染源", "感染来源"), "offspring": ("续发病例数", "二代病例数"), "persons": ("总人数", "调查人数"),
    "group": ("组别",), "exposure": ("暴露因素",), "exp_ill": ("暴露发病",), "exp_well": ("暴露未发病",),
    "unexp_ill": ("未暴露发病",), "unexp_well": ("未暴露未发病",), "ill": ("发病", "是否发病"),
    "reported": ("上报数",), "expected": ("应报数",), "received": ("实报数",), "on_time": ("及时数", "按时数"),
    "recounted": ("复核数",), "person": ("人员", "姓名"), "syndrome": ("症候群", "症状"), "class": ("班级",),
    "dormitory": ("宿舍",), "campus": ("校区",), "present": ("在校人数", "到校人数"), "days": ("天数", "间隔天数"),
    "classes": ("班级数",), "size": ("班级人数",), "rate": ("缺勤率", "增长率"), "kind": ("类别",), "el": ("暴露开始",),
    "er": ("暴露结束",), "sl": ("发病最早",), "sr": ("发病最晚",), "exposure_window": ("暴露天数",), "k": ("第几天",),
    "of_case": ("所属病例",), "sampled": ("采样时间",), "interviewed": ("调查时间",), "confirmed": ("确诊时间",),
    "isolated": ("隔离时间",), "elicited": ("判出时间",), "notified": ("告知时间",), "quarantined": ("密接隔离时间",),
    "setting": ("接触方式",), "was_contact": ("是否已知密接",), "became_case": ("是否转为病例",),
    "due_until": ("随访截止",), "completed": ("是否完成随访",), "lost": ("是否失访",), "seen_today": ("今日已见",),
}  # fmt: skip
"""Beside a column's own name, in the words of the glossary; a file may use either."""
MEANINGS: Final[Mapping[str, Any]] = {
    "cases": _("cases of each day or week, whole numbers from 0"),
    "local": _("cases infected here; with imported, in place of one column of cases"),
    "imported": _("cases infected elsewhere"),
    "date": _("day such as 2026-03-01 or 2026/3/1, each day or week once, in order"),
    "day": _("day such as 2026-03-01 or 2026/3/1"),
    "series": _("tells several series of one file apart"),
    "unit": _("unit that a row is of"),
    "onset": _("day of onset"),
    "report": _("day of report; empty where it is not known"),
    "mean_si": _("mean of the serial interval, in days"),
    "std_si": _("standard deviation of the serial interval, in days"),
    "k": _("day after the infector's onset, from 0"),
    "r": _("growth rate a day"),
    "case": _("name or number of a case, each once"),
    "infector": _("who infected it; empty where it is not known"),
    "offspring": _("how many a case infected"),
    "persons": _("how many persons they are among"),
    "group": _("name of the row"),
    "exposure": _("name of the exposure"),
    "exp_ill": _("exposed and ill"),
    "exp_well": _("exposed and not ill"),
    "unexp_ill": _("not exposed and ill"),
    "unexp_well": _("not exposed and not ill"),
    "ill": _("yes or no; each further column is an exposure, yes or no"),
    "reported": _("the figure that was reported; empty where none came"),
    "expected": _("reports owed"),
    "received": _("reports that came"),
    "on_time": _("reports that came in time"),
    "recounted": _("the figure found by recounting"),
    "person": _("name or number of a person"),
    "syndrome": _("group of symptoms, such as respiratory"),
    "class": _("class of the person; dormitory and campus likewise"),
    "present": _("how many were present"),
    "days": _("length of a delay, in days"),
    "count": _("how many persons the row stands for; 1 when left out"),
    "EL": _("first moment of exposure, in days; ER its last, SL and SR of onset"),
    "until": _("last day of observation, where it differs by row"),
    "classes": _("how many units of this kind"),
    "size": _("persons in each"),
    "rate": _("share of them who are ill on a quiet day"),
    "kind": _("name of the kind of unit"),
    "exposure_window": _("days that the exposure lasted"),
    "ARL0": _("wanted run length without a rise"),
    "ARL1": _("wanted run length with a rise"),
    "lambda": _("weight of today, above 0 up to 1"),
    "S": _("susceptible persons at the start; E, I, Q and R likewise; only the first row is read"),
    "of_case": _("the case that a row is about; a row for each contact that it named, or one with none"),
    "sampled": _("when the case's first specimen was taken"),
    "interviewed": _("when the case was interviewed"),
    "confirmed": _("when the case was found to be infected"),
    "isolated": _("when the case was isolated"),
    "was_contact": _("yes or no: the case was a known contact before"),
    "quarantined_at_onset": _("yes or no: it was in quarantine when it fell ill"),
    "elicited": _("when the contact was named; empty in a row of a case without contacts"),
    "notified": _("when the contact was told"),
    "quarantined": _("when the contact was in quarantine"),
    "due_until": _("end of the contact's follow-up"),
    "completed": _("yes or no: followed up to that end"),
    "lost": _("yes or no: lost to follow-up"),
    "seen_today": _("yes or no: seen today"),
    "became_case": _("yes or no: the contact became a case"),
    "setting": _("how or where the contact met the case"),
    "delays": _("in place of days of report: one column a delay, from 0 on, of how many were reported so late"),
}
_BY_DAY: Final = ("date?", "series?")
OF_METHODS: Final[Mapping[str, tuple[str, ...]]] = {
    "rt.discretise_si": ("k", "mean_si?", "std_si?"), "rt.": ("cases", "local?", "imported?", *_BY_DAY),
    "growth.r_to_R": ("r",), "growth.": ("cases", *_BY_DAY), "calendar.week": ("date",),
    "detect.rules": ("day", "person", "syndrome", "class"),
    "detect.expected": ("classes", "size", "rate", "kind?"), "detect.find_kh": ("ARL0", "ARL1"),
    "detect.ewma_limit": ("lambda", "ARL0"), "detect.farrington": ("cases", "date?", "present?", "series?"),
    "detect.daily": ("cases", "date", "present?", "series?"), "detect.": ("cases", *_BY_DAY),
    "nowcast.": ("onset", "report", "delays?", "series?"), "delay.fit": ("days", "count?", "EL?", "until?"),
    "quarantine.curve": ("days", "exposure_window?"), "transmission.offspring_fit": ("offspring", "cases?"),
    "transmission.chains": ("case", "infector", "onset?"), "attack.proportion": ("cases", "persons", "group?"),
    "attack.two_by_two": ("exp_ill", "exp_well", "unexp_ill", "unexp_well", "ill?", "exposure?"),
    "quality.assess": ("unit?", "reported", "expected?", "received?", "on_time?", "recounted?"),
    "scenario.seiqr": ("S?",),
    "tracing.kpis": (
        "of_case", "onset?", "sampled?", "report?", "interviewed?", "confirmed?", "isolated?", "was_contact?",
        "quarantined_at_onset?", "elicited?", "notified?", "quarantined?", "due_until?", "completed?", "lost?",
        "seen_today?", "became_case?", "setting?",
    ),
}  # fmt: skip
"""The columns of a method, or of those whose name begins so; `?` after one that may be left out."""
OWN: Final[Mapping[str, tuple[str, ...]]] = {
    "cases": ("I", "count", "observed", "y", "人数"), "date": ("dates", "day"), "series": ("unit",),
    "mean_si": ("mu",), "std_si": ("sigma",), "days": ("x", "delay"), "persons": ("n",), "case": ("id",),
    "report": ("report_date",), "onset": ("onset_date", "date", "day"), "infector": ("source",), "r": ("rate",),
    "of_case": ("case", "id"), "sampled": ("date_sample",), "elicited": ("named",),
}  # fmt: skip
"""Other names in English (and the one in Chinese that means something else elsewhere)."""


def also(names: Sequence[str]) -> Iterator[str]:
    """These names, then their words in Chinese."""
    yield from names
    for name in names:
        yield from CHINESE.get(name.casefold(), ())


def columns_of(method: str) -> tuple[str, ...]:
    """The columns of a method; those of the longest beginning of its name."""
    beginnings = [one for one in OF_METHODS if method.startswith(one)]
    return OF_METHODS[max(beginnings, key=len)] if beginnings else ()


def told(method: str) -> Iterator[tuple[str, str, bool]]:
    """Each column of a method: its names, what it holds, and whether it may be left out."""
    for one in columns_of(method):
        name = one.rstrip("?")
        names = dict.fromkeys([name, *OWN.get(name, ()), *CHINESE.get(name.casefold(), ())])
        yield " | ".join(names), str(MEANINGS[name]), one.endswith("?")
