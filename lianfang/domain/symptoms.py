"""Symptoms observed in daily checks (症状): the twelve of WS/T 772-2020 and three that people add, and fever."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from lianfang.domain.parsing.choices import Choice, Choices
from lianfang.domain.parsing.text import is_blank, one_line
from lianfang.domain.policy import Policy
from lianfang.domain.refusals import Note, Refused

SYMPTOMS = Choices(
    Choice(
        "none", "无", "None", ("没有", "无症状", "正常", "健康", "无异常", "无不适", "no", "nil", "well", "no symptoms")
    ),
    Choice("fever", "发热", "Fever", ("发烧", "高烧", "低烧", "发高烧", "发低烧", "高热", "低热")),
    Choice("cough", "咳嗽", "Cough", ("干咳", "咳", "咳痰", "coughing")),
    Choice(
        "sore_throat", "咽痛", "Sore throat", ("咽喉痛", "喉咙痛", "嗓子疼", "嗓子痛", "咽喉疼痛", "喉咙疼", "咽干")
    ),
    Choice("headache", "头痛", "Headache", ("头疼",)),
    Choice("fatigue", "乏力", "Fatigue", ("疲劳", "无力", "疲乏", "全身乏力", "tired")),
    Choice("diarrhoea", "腹泻", "Diarrhoea", ("拉肚子", "拉稀", "diarrhea")),
    Choice("vomiting", "呕吐", "Vomiting", ("吐", "恶心呕吐")),
    Choice("abdominal_pain", "腹痛", "Abdominal pain", ("肚子痛", "肚子疼", "胃痛", "stomach ache")),
    Choice("rash", "皮疹", "Rash", ("出疹", "疱疹", "红疹", "出疹子")),
    Choice("dizziness", "头晕", "Dizziness", ("头昏", "眩晕")),
    Choice("red_eyes", "红眼", "Red eyes", ("眼红", "眼睛红", "结膜充血", "红眼病")),
    Choice("swollen_glands", "腺体肿大", "Swollen glands", ("腮腺肿大", "腮腺肿", "淋巴结肿大", "腮腺肿痛")),
    Choice("shortness_of_breath", "气促", "Shortness of breath", ("呼吸困难", "气短", "胸闷", "气喘")),
    Choice(
        "taste_smell_loss",
        "味嗅觉减退",
        "Loss of taste or smell",
        ("嗅觉味觉减退", "嗅觉减退", "味觉减退", "味嗅觉丧失"),
    ),
    Choice("other", "其他", "Other", ("其它", "其他症状", "其他不适")),
)
NO_SYMPTOM = "none"
FOLLOWED_CODES = ("yellow", "red")  # health codes that somebody follows up
MOST_ENTRIES = 2 * len(SYMPTOMS.codes)  # more than every choice twice is no answer of a person

_BETWEEN = re.compile("[、,;/|+\uff0c\uff1b\uff65]")


def parse_symptoms(raw: object, field: str, notes: list[Note], *, channel: str) -> tuple[str, ...]:
    """The symptoms in the order given, each once; `()` for none and for not asked.

    JSON gives a list; tables and forms also one text with 、 or commas between. Refused: `type`, `text.too_long`,
    `choice.unknown`, `choice.contradiction` ("none" beside a symptom).
    """
    entries = _entries(raw, field, channel=channel)
    if len(entries) > MOST_ENTRIES:
        raise Refused("text.too_long", field, high=MOST_ENTRIES)
    codes = [_code(entry, field, notes, channel=channel) for entry in entries]
    once = tuple(dict.fromkeys(codes))
    if len(once) < len(codes):
        notes.append(Note("choice.duplicate", field, kept=list(once)))
    if NO_SYMPTOM in once and len(once) > 1:
        raise Refused("choice.contradiction", field)
    return tuple(code for code in once if code != NO_SYMPTOM)


def _entries(raw: object, field: str, *, channel: str) -> list[object]:
    if raw is None:
        return []
    if isinstance(raw, (list, tuple)):
        return list(raw)
    if channel == "json" or not isinstance(raw, str):
        raise Refused("type", field, expected="list")
    text = one_line(raw, field)
    if not text or SYMPTOMS.find(text):
        return [text] if text else []
    parts: list[object] = [part for part in _BETWEEN.split(text) if not is_blank(part)]
    return parts if len(parts) > 1 else list(text.split())


def _code(entry: object, field: str, notes: list[Note], *, channel: str) -> str:
    if not isinstance(entry, str):
        raise Refused("type", field, expected="text")
    code = SYMPTOMS.find(one_line(entry, field))
    if code is None:
        raise Refused("choice.unknown", field, choices=SYMPTOMS.codes)
    if not SYMPTOMS.is_usual(entry, channel):
        notes.append(Note("choice.unknown", field, kept=code))
    return code


def is_fever(temperature: Decimal | None, policy: Policy) -> bool:
    """Whether a reading is a fever; an unknown reading is not. Compared exactly: 37.25 is below 37.3."""
    return temperature is not None and temperature >= policy.fever_c


def needs_care(symptoms: Iterable[str], temperature: Decimal | None, policy: Policy) -> bool:
    """Whether a person needs to be looked after today: a fever or any symptom."""
    return is_fever(temperature, policy) or any(symptom != NO_SYMPTOM for symptom in symptoms)


def is_unwell(*, state: str, fever: bool, symptoms: Iterable[str]) -> bool:
    """Whether an answer says that the person is not well."""
    return fever or state == "unwell" or any(symptom != NO_SYMPTOM for symptom in symptoms)


def calls_for_attention(*, state: str, fever: bool, symptoms: Iterable[str], health_code: str) -> bool:
    """Whether somebody has to hear of an answer; nothing follows from the others."""
    return is_unwell(state=state, fever=fever, symptoms=symptoms) or health_code in FOLLOWED_CODES
