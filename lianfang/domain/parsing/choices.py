"""Closed lists (选项): each choice has one code, its Chinese and English words, and the other words people use."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lianfang.domain.parsing.text import folded, one_line, squeezed
from lianfang.domain.refusals import Note, Refused


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice: the code that is kept, its words, and `aliases` that are understood and noted."""

    code: str
    zh: str
    en: str
    aliases: tuple[str, ...] = ()


class Choices:
    """A closed list of choices, found by code or by any of their words, whatever the case, width and blanks."""

    def __init__(self, *choices: Choice) -> None:
        self.choices = choices
        self.codes = tuple(choice.code for choice in choices)
        self._of_code = {choice.code: choice for choice in choices}
        self._code_of = {_key(word): c.code for c in choices for word in (c.code, c.zh, c.en, *c.aliases)}

    def find(self, word: str) -> str | None:
        """The code meant by this word, or None."""
        return word if word in self._of_code else self._code_of.get(_key(word))

    def label(self, code: str, language: str) -> str:
        """The word for a code; `language` starts with "zh" for Chinese, anything else is English."""
        choice = self._of_code[code]
        return choice.zh if language.startswith("zh") else choice.en

    def is_usual(self, word: object, channel: str) -> bool:
        """Whether this is how the choice is written there: its code, and outside of JSON its two words too."""
        if word in self._of_code:
            return True
        return channel != "json" and any(word in (choice.zh, choice.en) for choice in self.choices)


def _key(word: str) -> str:
    return squeezed(folded(word)).casefold().replace("_", "").replace("-", "")


def parse_choice(raw: object, field: str, notes: list[Note], choices: Choices, *, channel: str) -> str:
    """The code of one choice. Refused: `required`, `type`, `choice.unknown` (with `choices`)."""
    text = one_line(raw, field)
    if not text:
        raise Refused("required", field)
    code = choices.find(text)
    if code is None:
        raise Refused("choice.unknown", field, choices=choices.codes)
    if not choices.is_usual(raw, channel):
        notes.append(Note("choice.unknown", field, kept=code))
    return code


def parse_yes_no(raw: object, field: str, notes: list[Note], *, channel: str) -> bool:
    """A statement that holds or not: `true` or `false` in JSON, also 是/否 and the like in tables and forms."""
    if isinstance(raw, bool):
        return raw
    if channel == "json":
        raise Refused("type", field, expected="boolean")
    return parse_choice(raw, field, notes, YES_NO, channel=channel) == "true"


def words(choices: Iterable[Choice]) -> dict[str, tuple[str, str]]:
    """Code -> (Chinese, English), for forms and exports."""
    return {choice.code: (choice.zh, choice.en) for choice in choices}


YES_NO = Choices(
    Choice("true", "是", "Yes", ("on", "1", "已告知", "已同意", "有", "y")),
    Choice("false", "否", "No", ("off", "0", "未告知", "未同意", "没有", "无", "n")),
)
SLOTS = Choices(
    Choice("am", "上午", "Morning", ("a.m.", "早上", "早晨", "早", "晨检", "晨间")),
    Choice("noon", "中午", "Noon", ("午间", "午检")),
    Choice("pm", "下午", "Evening", ("p.m.", "晚上", "晚", "傍晚", "晚检", "晚间", "下午晚上", "afternoon", "night")),
)
STATES = Choices(
    Choice("well", "健康", "Well", ("正常", "良好", "都好", "healthy")),
    Choice("unwell", "不适", "Unwell", ("身体不适", "不舒服", "异常", "not well", "sick", "ill")),
    Choice("unknown", "未见到", "Not seen", ("未知", "不详")),
)
HEALTH_CODES = Choices(
    Choice("green", "绿码", "Green", ("绿", "绿色")),
    Choice("yellow", "黄码", "Yellow", ("黄", "黄色")),
    Choice("red", "红码", "Red", ("红", "红色")),
)
TEST_RESULTS = Choices(
    Choice("negative", "阴性", "Negative", ("阴",)),
    Choice("positive", "阳性", "Positive", ("阳",)),
    Choice("inconclusive", "可疑", "Inconclusive", ("灰区", "无效", "invalid")),
    Choice("pending", "待出结果", "Pending", ("待出", "未出", "检测中", "等待结果")),
)
