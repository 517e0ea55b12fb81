"""What a briefing says (日报数字): figures by section, each with its denominator; zero, missing and bounds differ."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from lianfang.domain.amounts import AtLeast
from lianfang.domain.small import Below

SECTIONS: Final = (
    "reporting", "people", "symptoms", "observation", "cases", "incidents", "alerts", "verification", "supplies",
    "quality", "owed",
)  # fmt: skip
"""In the order in which they are read."""
Value = int | Decimal | AtLeast | Below | None
"""A count or a measure, a lower bound, a small count that is hidden, or None: not reported."""


@dataclass(frozen=True, slots=True)
class Name:
    """What something is called, in both languages."""

    zh: str
    en: str

    @classmethod
    def of(cls, zh: str, en: str = "") -> Name:
        """The name, in Chinese alone where there is no English one."""
        return cls(zh, en or zh)


@dataclass(frozen=True, slots=True)
class Trend:
    """The mean of the last seven days and its change against the seven days before.

    `mean` is a count a day to one decimal, over the `days` that were reported; `bound` says that some of them are
    lower bounds. `change` is in whole per cent, None where there is nothing to compare with; `from_zero` says that the
    mean before was zero and this one is not. Where days hold hidden counts, no exact mean is kept: `rough` says that
    it is a whole number drawn from the middle of what they may be, `below` that it is only said to be less than that.
    """

    mean: Decimal
    days: int
    bound: bool = False
    change: int | None = None
    from_zero: bool = False
    rough: bool = False
    below: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: what it is (`code`, and `about` which thing), its value, of how many, how it moves, who is named.

    `reporting` is how many units gave it and how many are asked; `more` are those not named; `state` is the code of a
    word that stands in place of a number (an incident's clock, the state of an alert).
    """

    code: str
    value: Value = None
    of: int | None = None
    about: Name | None = None
    measure: str = ""
    trend: Trend | None = None
    reporting: tuple[int, int] | None = None
    names: tuple[Name, ...] = ()
    more: int = 0
    state: str = ""

    @property
    def as_json(self) -> dict[str, Any]:
        """As a briefing keeps it; what is empty is left out, except the value."""
        beside: dict[str, Any] = {
            "of": self.of, "about": _name(self.about), "measure": self.measure, "trend": _trend(self.trend),
            "reporting": list(self.reporting) if self.reporting else None,
            "names": [_name(one) for one in self.names], "more": self.more, "state": self.state,
        }  # fmt: skip
        kept = {name: one for name, one in beside.items() if one not in (None, "", []) and (name != "more" or one)}
        return {"code": self.code, "value": plain(self.value)} | kept


@dataclass(frozen=True, slots=True)
class Section:
    """What is said of one matter."""

    code: str
    figures: tuple[Figure, ...]

    @property
    def as_json(self) -> dict[str, Any]:
        """As a briefing keeps it."""
        return {"code": self.code, "figures": [one.as_json for one in self.figures]}


def in_order(found: Mapping[str, Iterable[Figure]]) -> tuple[Section, ...]:
    """The sections that have something to say, in the order in which they are read."""
    whole = {code: tuple(figures) for code, figures in found.items()}
    return tuple(Section(code, whole[code]) for code in SECTIONS if whole.get(code))


def plain(value: Value) -> Any:
    """A value as JSON: a measure as text, a bound or a hidden count as an object with one member."""
    if isinstance(value, AtLeast):
        return {"at_least": value.value}
    if isinstance(value, Below):
        return {"below": value.below}
    return format(value.normalize(), "f") if isinstance(value, Decimal) else value


def value_from(raw: Any) -> Value:
    """The value that `plain` wrote."""
    if isinstance(raw, Mapping):
        return AtLeast(raw["at_least"]) if "at_least" in raw else Below(raw["below"])
    return Decimal(raw) if isinstance(raw, str) else raw


def sections_from(raw: Iterable[Mapping[str, Any]]) -> tuple[Section, ...]:
    """The sections that a briefing keeps."""
    return tuple(Section(one["code"], tuple(_figure(each) for each in one["figures"])) for one in raw)


def _figure(raw: Mapping[str, Any]) -> Figure:
    trend, reporting = raw.get("trend"), raw.get("reporting")
    return Figure(
        code=raw["code"], value=value_from(raw["value"]), of=raw.get("of"), about=_named(raw.get("about")),
        measure=raw.get("measure", ""), trend=_moving(trend) if trend else None,
        reporting=(reporting[0], reporting[1]) if reporting else None,
        names=tuple(Name(one["zh"], one["en"]) for one in raw.get("names", ())), more=raw.get("more", 0),
        state=raw.get("state", ""),
    )  # fmt: skip


def _moving(raw: Mapping[str, Any]) -> Trend:
    return Trend(
        Decimal(raw["mean"]), raw["days"], raw["bound"], raw["change"], raw["from_zero"],
        rough=raw.get("rough", False), below=raw.get("below", False),
    )  # fmt: skip


def _named(raw: Mapping[str, str] | None) -> Name | None:
    return Name(raw["zh"], raw["en"]) if raw else None


def _name(name: Name | None) -> dict[str, str] | None:
    return {"zh": name.zh, "en": name.en} if name else None


def _trend(trend: Trend | None) -> dict[str, Any] | None:
    if trend is None:
        return None
    exact: dict[str, Any] = {
        "mean": str(trend.mean), "days": trend.days, "bound": trend.bound, "change": trend.change,
        "from_zero": trend.from_zero,
    }  # fmt: skip
    return exact | ({"rough": True} if trend.rough else {}) | ({"below": True} if trend.below else {})
