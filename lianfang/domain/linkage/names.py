"""Names made comparable (姓名归一): surname and given name, how they sound, and a form that knows no order."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

from lianfang.domain.linkage.texts import folded, is_chinese, words

_COMPOUND: Final = """
    欧阳 太史 端木 上官 司马 东方 独孤 南宫 万俟 闻人 夏侯 诸葛 尉迟 公羊 赫连 澹台 皇甫 宗政 濮阳 公冶
    太叔 申屠 公孙 慕容 仲孙 钟离 长孙 宇文 司徒 鲜于 司空 闾丘 子车 亓官 司寇 巫马 公西 颛孙 壤驷 公良
    漆雕 乐正 宰父 谷梁 拓跋 夹谷 轩辕 令狐 段干 百里 呼延 东郭 南门 羊舌 微生 左丘 东门 西门 第五 完颜
    耶律 纳兰 叶赫
"""
_TWO_SIGNS: Final = frozenset(_COMPOUND.split())
_READINGS: Final = """
    单 shan, 曾 zeng, 解 xie, 仇 qiu, 查 zha, 盖 ge, 区 ou, 朴 piao, 任 ren, 华 hua, 乐 yue, 缪 miao,
    宁 ning, 翟 zhai, 折 she, 秘 bi, 冼 xian, 覃 qin, 召 shao, 员 yun, 逄 pang, 牟 mou, 薄 bo, 繁 po,
    黑 he, 么 yao, 郗 xi, 万俟 moqi, 尉迟 yuchi, 长孙 zhangsun, 澹台 tantai
"""
_SURNAME_SOUNDS: Final = dict(one.split() for one in _READINGS.split(","))
"""Surnames that are read in another way than the character by itself."""
_PASSED_OVER: Final = re.compile(r"(?<=[zcs])h+|(?<=n)g+")
"""What ears and input methods pass over: zh, ch, sh for z, c, s and ng for n."""
_LONGEST_WITH_SURNAME: Final = 4
_SHORTEST_WITH_TWO_SIGNS: Final = 3


@dataclass(frozen=True, slots=True)
class Name:
    """A name: its parts in plain signs, and how parts and whole sound."""

    surname: str
    given: str
    sound_surname: str
    sound_given: str
    sound: str

    @property
    def whole(self) -> str:
        """Surname and given name together."""
        return self.surname + self.given

    @property
    def letters(self) -> str:
        """The letters of the sound, sorted: equal when parts were swapped."""
        return "".join(sorted(self.sound))


def read_name(surname: str | None, given: str | None, whole: str | None) -> Name | None:
    """A name from its parts or, where there are none, from the whole; None when nothing is said."""
    first, second = _one(surname), _one(given)
    if not first and not second:
        first, second = _split(whole or "")
    if not first and not second:
        return None
    sounds = _sound_of_surname(first), alike(_sound(second))
    return Name(first, second, *sounds, alike(sounds[0] + sounds[1]))


def _one(part: str | None) -> str:
    return "".join(words(part)) if part else ""


def _split(whole: str) -> tuple[str, str]:
    """Surname and given name. Names of minorities and others without a known surname are given names as a whole."""
    parts = words(whole)
    text = "".join(parts)
    if not text.isascii() and all(map(is_chinese, text)):
        return _split_chinese(text)
    if len(parts) < 2 or any(map(is_chinese, text)):  # noqa: PLR2004 a surname and a given name
        return "", text
    if "," in folded(whole):
        surname = "".join(words(folded(whole).partition(",")[0]))
        return surname, text.removeprefix(surname)
    return parts[-1], "".join(parts[:-1])


def _split_chinese(text: str) -> tuple[str, str]:
    if len(text) == 1 or len(text) > _LONGEST_WITH_SURNAME:
        return "", text
    size = 2 if len(text) >= _SHORTEST_WITH_TWO_SIGNS and text[:2] in _TWO_SIGNS else 1
    return text[:size], text[size:]


@lru_cache(maxsize=10_000)
def _sound_of_surname(surname: str) -> str:
    return alike(_SURNAME_SOUNDS.get(surname) or _sound(surname))


def _sound(text: str) -> str:
    return text if text.isascii() else "".join(map(_syllable, text))


@cache
def _syllable(sign: str) -> str:
    """The usual reading of a character without tone; any other sign as it is."""
    from pypinyin import lazy_pinyin  # noqa: PLC0415  only lists with Chinese names need it

    said: list[str] = lazy_pinyin(sign)
    return said[0] if said else sign


def alike(sound: str) -> str:
    """The sound without differences that ears and input methods pass over; the same when done twice."""
    return _PASSED_OVER.sub("", sound).replace("ü", "v")
