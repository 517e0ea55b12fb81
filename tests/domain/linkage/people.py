"""Made persons for the linkage tests (测试人员): nobody real; numbers of area 519999."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any

from lianfang.domain.linkage import Listing, Reconciliation
from lianfang.domain.linkage.numbers import check_digit

COLUMNS = ("name", "id_no", "birth", "sex", "phone", "unit", "onset")
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗"
GIVEN = "明华丽伟芳娜敏静强磊军洋勇艳杰涛超秀霞平刚桂英文玉兰红梅建国春花海燕宇浩子涵欣怡"

Person = dict[str, str | None]


def number_of(birth: str, sequence: int) -> str:
    """A resident number of area 519999 for a birth date in ISO form and a sequence of three digits."""
    body = f"519999{birth.replace('-', '')}{sequence:03d}"
    return body + check_digit(body)


def person(random: Random, at: int) -> Person:
    """A made person; `at` makes the number one of a kind."""
    birth = f"{random.randint(2004, 2016)}-{random.randint(1, 12):02d}-{random.randint(1, 28):02d}"
    given = "".join(random.choices(GIVEN, k=random.choice([1, 2, 2])))
    return {
        "name": random.choice(SURNAMES) + given,
        "id_no": number_of(birth, at % 1000),
        "birth": birth,
        "sex": "男" if at % 2 else "女",
        "phone": f"199{at:08d}",
        "unit": f"S{random.randint(1, 8):02d}-{random.randint(1, 6)}0{random.randint(1, 8)}",
        "onset": f"2026-03-{random.randint(1, 28):02d}",
    }


def people(count: int, seed: int = 7) -> list[Person]:
    """That many made persons, always the same ones."""
    random = Random(seed)  # noqa: S311 made persons
    return [person(random, at) for at in range(count)]


def listing(rows: Sequence[Person], columns: Sequence[str] = COLUMNS) -> Listing:
    """The list of these rows."""
    return Listing({name: [row.get(name) for row in rows] for name in columns})


def one(**values: Any) -> Listing:
    """A list of one row."""
    return Listing({name: [value] for name, value in values.items()})


def classes(found: Reconciliation) -> tuple[int, ...]:
    """Agree, conflict, possible, only ours, only theirs."""
    counts = found.counts
    return counts.agree, counts.conflict, counts.possible, counts.only_ours, counts.only_theirs
