"""The anchors of the synthetic province (合成省份的锚点), read from `province.toml` next to this file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of school: what the province has of it, and how one of them is built."""

    code: str
    prefix: str  # first two digits of the school code (学校标识码)
    name_zh: str
    name_en: str
    schools: int
    students: int
    capital_schools: int
    capital_students: int
    low: int  # students of one school, at least
    high: int  # students of one school, at most
    entry_age: int  # whole years on 31 August of the year of entry
    grades_zh: tuple[str, ...]
    grades_en: tuple[str, ...]
    mean_class: int = 0  # students of a class; 0: people belong to the school itself
    guardian: bool = False
    boards: bool = False  # by the share of the place
    boards_share: float = 0.0  # or by a share of its own


@dataclass(frozen=True, slots=True)
class Prefecture:
    """A prefecture-level unit (市州) with its counties as (code, name, English name); the first one is the seat."""

    code: str
    name_zh: str
    name_en: str
    residents: int
    universities: int
    counties: tuple[tuple[str, str, str], ...]
    university_weight: int = 0
    autonomous: bool = False


@dataclass(frozen=True, slots=True)
class Size:
    """One of the sizes S, M, L, XL."""

    people: int = 0  # 0: as the rows say
    schools_a_county: int = 0  # 0: as the rows say
    prefectures: tuple[str, ...] = ()  # empty: all


@dataclass(frozen=True, slots=True)
class Top:
    """The province's own node, its sector node, and its staff."""

    code: str
    name_zh: str
    name_en: str
    sector_code: str
    sector_zh: str
    sector_en: str
    zone: str
    opened_on: date
    staff: int


@dataclass(frozen=True, slots=True)
class Shape:
    """How counties and schools are spread inside a prefecture."""

    county_sigma: float
    county_minimum: int
    seat_factor: int
    school_sigma: float
    opened_years: tuple[int, int]


@dataclass(frozen=True, slots=True)
class PeopleRates:
    """Shares (0 to 1) and lists by which people are drawn."""

    boards_in_towns: float
    boards_autonomous: float
    no_document: float
    passport: float
    j_number: float
    rare_name: float
    shared_phone: float
    guardian_children: tuple[int, ...]
    guardian_lag: int
    import_duplicates: float
    import_digit_errors: float
    staff_ages: tuple[int, int]
    id_areas: tuple[str, ...]
    phone_prefix: str


@dataclass(frozen=True, slots=True)
class Timing:
    """When answers and reports come: shares of a day's total, and minutes."""

    answers_in_peak_hour: float
    answers_in_peak_five: float
    reports_in_last_five: float
    report_window_minutes: int
    late_minutes: tuple[int, int]
    correction_minutes: tuple[int, int]


@dataclass(frozen=True, slots=True)
class OutbreakRates:
    """How an outbreak in one class grows."""

    reproduction: int
    days_ill: int
    symptoms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BehaviourRates:
    """What people and units do on a day: shares (0 to 1), by kind of school where they differ."""

    no_answer: float
    units_late: float
    units_missing: float
    corrections: float
    absent: Mapping[str, float]
    influenza_like: Mapping[str, float]
    timing: Timing
    outbreak: OutbreakRates
    influenza_symptoms: tuple[str, ...]
    other_symptoms: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Anchors:
    """Everything `province.toml` says."""

    top: Top
    sizes: Mapping[str, Size]
    kinds: tuple[Kind, ...]  # in the order of their school-code prefixes
    shape: Shape
    people: PeopleRates
    behaviour: BehaviourRates
    prefectures: tuple[Prefecture, ...]


@cache
def anchors() -> Anchors:
    """The anchors, read once."""
    table = tomllib.loads(Path(__file__).with_name("province.toml").read_text(encoding="utf-8"))
    kinds = [_made(Kind, {"code": code, **rest}) for code, rest in table["kinds"].items()]
    return Anchors(
        top=_made(Top, table["province"]),
        sizes={name: _made(Size, rest) for name, rest in table["sizes"].items()},
        kinds=tuple(sorted(kinds, key=lambda kind: kind.prefix)),
        shape=_made(Shape, table["shape"]),
        people=_made(PeopleRates, table["people"]),
        behaviour=_behaviour(table["behaviour"]),
        prefectures=tuple(_made(Prefecture, row) for row in table["prefectures"]),
    )


def _behaviour(table: Mapping[str, Any]) -> BehaviourRates:
    own = {name: value for name, value in table.items() if not isinstance(value, dict)}
    return BehaviourRates(
        **own,
        absent=table["absent"],
        influenza_like=table["influenza_like"],
        timing=_made(Timing, table["timing"]),
        outbreak=_made(OutbreakRates, table["outbreak"]),
        influenza_symptoms=_frozen(table["symptoms"]["influenza_like"]),
        other_symptoms=_frozen(table["symptoms"]["other"]),
    )


def _made(kind: type[Made], table: Mapping[str, Any]) -> Made:
    known = {field.name for field in fields(kind)}  # type: ignore[arg-type]
    if unknown := set(table) - known:
        raise ValueError(f"province.toml: unknown names {', '.join(sorted(unknown))}")
    return kind(**{name: _frozen(value) for name, value in table.items()})


def _frozen(value: Any) -> Any:
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value
