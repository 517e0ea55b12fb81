"""A template of an organisation (组织模式): which typed slots there are, how many of each, and under what (row A01)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

OPEN = "open"
"""The kind of the slots beyond the template, the N of "1+1+1+1+1+3+6+N"."""
MOST_SLOTS = 100  # of one kind in one template; far more than any organisation has


@dataclass(frozen=True, slots=True)
class SlotKind:
    """One kind of slot: how many there are, their names in Chinese and English, the kind they are under."""

    kind: str
    count: int
    zh: str
    en: str
    under: str
    names: tuple[tuple[str, str], ...] = ()

    def name_of(self, number: int) -> tuple[str, str]:
        """The Chinese and English name of the slot with this number, counted from 1."""
        if number <= len(self.names):
            return self.names[number - 1]
        return (self.zh, self.en) if self.count == 1 else (f"{self.zh}{number}", f"{self.en} {number}")


@dataclass(frozen=True, slots=True)
class Planned:
    """A slot that the template asks for."""

    kind: str
    number: int
    zh: str
    en: str
    under: str


@dataclass(frozen=True, slots=True)
class Template:
    """A reusable organisation: kinds in the order of the chain of command, and under which kind open slots come."""

    code: str
    edition: int
    zh: str
    en: str
    source: str
    kinds: tuple[SlotKind, ...]
    open_under: str

    def planned(self) -> Iterator[Planned]:
        """Every slot of the template, superiors before those under them."""
        for one in self.kinds:
            for number in range(1, one.count + 1):
                yield Planned(one.kind, number, *one.name_of(number), one.under)

    @property
    def size(self) -> int:
        """How many slots there are without open ones."""
        return sum(one.count for one in self.kinds)

    @property
    def formula(self) -> str:
        """As people say it: 1+1+1+1+1+3+6+N."""
        return "+".join([*(str(one.count) for one in self.kinds), "N"])


def template_from(told: Mapping[str, Any]) -> Template:
    """The template of a file; a `ValueError` names what is missing or does not fit."""
    about = told.get("template", {})
    kinds = tuple(_kind(one) for one in told.get("slots", ()))
    template = Template(
        code=str(about["code"]), edition=int(about["edition"]), zh=str(about["title_zh"]), en=str(about["title_en"]),
        source=str(about["source"]), kinds=kinds, open_under=str(about["open_under"]),
    )  # fmt: skip
    _check(template)
    return template


def _kind(told: Mapping[str, Any]) -> SlotKind:
    count = told["count"]
    if not isinstance(count, int) or not 1 <= count <= MOST_SLOTS:
        raise ValueError(f"{told.get('kind')}: not a number of slots: {count!r}")
    names = tuple((str(one["zh"]), str(one["en"])) for one in told.get("names", ()))
    return SlotKind(str(told["kind"]), count, str(told["zh"]), str(told["en"]), str(told.get("under", "")), names)


def _check(template: Template) -> None:
    known: set[str] = set()
    for one in template.kinds:
        if one.kind in known or one.kind == OPEN:
            raise ValueError(f"{one.kind}: told twice")
        if one.under and one.under not in known:
            raise ValueError(f"{one.kind}: is under {one.under!r}, which does not come before it")
        known.add(one.kind)
    if template.open_under not in known:
        raise ValueError(f"open slots are under {template.open_under!r}, which is no kind")


@dataclass(frozen=True, slots=True)
class Deviation:
    """A kind of which there are more or fewer slots than the template has."""

    kind: str
    planned: int
    found: int


def deviations(template: Template, kinds: Iterable[str]) -> tuple[Deviation, ...]:
    """What differs between the slots that are there, given by kind, and the template; open slots never do."""
    found = Counter(kind for kind in kinds if kind != OPEN)
    wanted = {one.kind: one.count for one in template.kinds}
    named = [*wanted, *sorted(set(found) - set(wanted))]
    each = (Deviation(kind, wanted.get(kind, 0), found.get(kind, 0)) for kind in named)
    return tuple(one for one in each if one.planned != one.found)
