"""Two made-up lists of the same cases (虚构两份名单): ours and the health authority's, as a story needs them.

Among those on both lists one has a digit of the number mistyped and one a rare character that the other side's system
could not write: both must be found to be the same person.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any, Final

from lianfang.demo import names
from lianfang.demo.anchors import anchors
from lianfang.demo.numbers import IdNumbers, Phones

OURS_HEADS: Final = ("姓名", "证件号", "手机", "管理状态", "起始日", "截止日")
THEIRS_HEADS: Final = ("患者姓名", "身份证号", "联系电话", "当前状态", "开始日期", "结束日期")
FIELDS: Final = (
    ("name", OURS_HEADS[0], THEIRS_HEADS[0], ""),
    ("id_no", OURS_HEADS[1], THEIRS_HEADS[1], ""),
    ("phone", OURS_HEADS[2], THEIRS_HEADS[2], "ours"),
    ("status", OURS_HEADS[3], THEIRS_HEADS[3], "theirs"),
    ("from_day", OURS_HEADS[4], THEIRS_HEADS[4], "theirs"),
    ("until_day", OURS_HEADS[5], THEIRS_HEADS[5], "theirs"),
)
AGREED: Final[Sequence[Mapping[str, Any]]] = tuple(
    {"name": name, "columns": [ours, theirs], "precedence": side} for name, ours, theirs, side in FIELDS
)
"""The fields that both sides exchange, each with the headings of both files and whose value is proposed."""
STATES: Final = ("居家隔离", "集中隔离", "住院治疗")
_WATCHED = timedelta(days=14)
_AGES = (7, 60)
_YEAR = 365


@dataclass(frozen=True, slots=True)
class TwoLists:
    """Both lists as rows of text under their own headings; `mistyped` and `rare` are our rows, counted from 0."""

    ours: list[tuple[str, ...]]
    theirs: list[tuple[str, ...]]
    mistyped: int
    rare: int


def two_lists(day: date, story: Mapping[str, int], *, seed: str = "two lists") -> TwoLists:
    """Lists of `day` with as many cases of each kind as `story` says: agree, conflict, only_ours, only_theirs."""
    draw = Random(seed)  # noqa: S311  made-up people, repeatable on purpose
    made = [_case(day, *one) for one in _people(draw, day, sum(story[k] for k in _KINDS))]
    both, conflict = story["agree"] + story["conflict"], story["conflict"]
    ours = made[: both + story["only_ours"]]
    theirs = [*made[:both], *made[both + story["only_ours"] :]]
    mistyped, rare = conflict, conflict + 1  # the first two of those that agree
    ours[rare] = _renamed(ours[rare], f"{ours[rare][0][0]}{names.RARE[0]}")
    theirs[rare] = _renamed(theirs[rare], f"{theirs[rare][0][0]}?")
    theirs[mistyped] = _mistyped(theirs[mistyped])
    theirs[:conflict] = [_otherwise(case, n, day) for n, case in enumerate(theirs[:conflict])]
    draw.shuffle(theirs)
    return TwoLists(ours, theirs, mistyped, rare)


_KINDS = ("agree", "conflict", "only_ours", "only_theirs")


def _people(draw: Random, day: date, how_many: int) -> list[tuple[str, str, str, int]]:
    rates = anchors().people
    ids, phones = IdNumbers(rates.id_areas), Phones(rates.phone_prefix)
    people = []
    for n in range(how_many):
        male = draw.random() < 0.5  # noqa: PLR2004
        born = day - timedelta(days=draw.randint(_AGES[0] * _YEAR, _AGES[1] * _YEAR))
        name = names.surname(draw.random) + names.given_name(draw.random, male=male)
        people.append((name, ids.issue(born.toordinal(), male=male), phones.issue(), n))
    return people


def _case(day: date, name: str, number: str, phone: str, n: int) -> tuple[str, ...]:
    since = day - timedelta(days=n % 10)
    return (name, number, phone, STATES[n % len(STATES)], since.isoformat(), (since + _WATCHED).isoformat())


def _renamed(case: tuple[str, ...], name: str) -> tuple[str, ...]:
    return (name, *case[1:])


def _mistyped(case: tuple[str, ...]) -> tuple[str, ...]:
    """One digit of the sequence is another one, so that the check digit no longer fits."""
    number = case[1]
    digit = str((int(number[15]) + 1) % 10)
    return (case[0], f"{number[:15]}{digit}{number[16:]}", *case[2:])


def _otherwise(case: tuple[str, ...], n: int, day: date) -> tuple[str, ...]:
    """The same person as the other side has it: moved on to another state, from a later day."""
    since = date.fromisoformat(case[4]) + timedelta(days=1)
    state = STATES[(STATES.index(case[3]) + 1) % len(STATES)]
    return (*case[:3], state, since.isoformat(), case[5]) if n % 2 == 0 else (*case[:3], state, *case[4:])


def as_csv(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    """A list as the file in which it is sent."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([heads, *rows])
    return out.getvalue().encode()
